import type { App } from '../fixtures/app';
import { createAccount, createList } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

async function openEmptyList(app: App): Promise<string> {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries');
  await app.goto(list);
  return list;
}

/** The text is still on the page for the person to shorten: in the field or in the notice. */
async function expectTextKept(app: App, text: string): Promise<void> {
  await expect
    .poll(async () => [await app.newTodo.inputValue(), ...(await app.notices.allTextContents())].join('\n'))
    .toContain(text);
}

test('an item of nothing but spaces adds nothing', async ({ app }) => {
  const list = await openEmptyList(app);
  for (const nothing of ['', '   ', '\u3000\u00a0']) {
    await app.newTodo.fill(nothing);
    await app.newTodo.press('Enter');
  }
  // A real item after them shows that those before have had their chance.
  await app.newTodo.fill('');
  await app.addTodo('milk');
  await app.expectRows(['[ ] milk']);
  await app.expectSaved(list, ['[ ] milk']);
});

test('an item is added without the spaces around it', async ({ app }) => {
  const list = await openEmptyList(app);
  await app.newTodo.fill('  oat milk ');
  await app.newTodo.press('Enter');
  await expect(app.items).toHaveCount(1);
  await expect(app.items.getByTestId('todo-title')).toHaveJSProperty('textContent', 'oat milk');
  await expect(app.newTodo).toHaveValue('');
  await app.expectSaved(list, ['[ ] oat milk']);
});

test('a title of 500 characters is accepted', async ({ app }) => {
  const list = await openEmptyList(app);
  // Each is one character and two UTF-16 units: whoever counts the latter refuses this.
  const title = '🧺'.repeat(500);
  await app.addTodo(title);
  await app.expectSaved(list, [`[ ] ${title}`]);
});

for (const length of [501, 10_000]) {
  test(`a title of ${length} characters is refused with a notice, and its text is not lost`, async ({ app }) => {
    app.expectNetworkErrors();
    const list = await openEmptyList(app);
    const title = 'x'.repeat(length);
    await app.newTodo.focus();
    await app.page.keyboard.insertText(title); // as pasting does: all at once
    await app.newTodo.press('Enter');
    await expect(app.notices.first()).toContainText('500');
    await expectTextKept(app, title);
    await app.expectRows([]);
    await app.expectSaved(list, []);
  });
}

const TEXTS = {
  markup: '<img src=x onerror=alert(1)>',
  'a closing tag': '</label></li></script><script>alert(1)</script>',
  entities: '&lt;b&gt; &amp;amp; "quoted" \'twice\'',
  'right-to-left text': 'לקנות חלב ולחם',
  emoji: '👩‍👩‍👧‍👦 picnic 🧺 🏴󠁧󠁢󠁷󠁬󠁳󠁿',
};
for (const [kind, text] of Object.entries(TEXTS)) {
  test(`${kind} shows as it was typed, after a reload too`, async ({ app }) => {
    const list = await openEmptyList(app);
    await app.addTodo(text);
    await app.expectRows([`[ ] ${text}`]);
    await app.expectSaved(list, [`[ ] ${text}`]);
    await app.reload();
    await app.expectRows([`[ ] ${text}`]);
    await expect(app.items.locator('img, script')).toHaveCount(0);
  });
}

test('a long text breaks instead of widening the page', async ({ app }) => {
  await app.page.setViewportSize({ width: 360, height: 740 });
  await openEmptyList(app);
  await app.addTodo('x'.repeat(500));
  const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test('what was wrong with a text is told until a good one comes', async ({ app }) => {
  await openEmptyList(app);
  await app.newTodo.fill('x'.repeat(501));
  await app.newTodo.press('Enter');
  await expect(app.notices).toHaveCount(1);
  await app.newTodo.fill('x'.repeat(502));
  await app.newTodo.press('Enter');
  await expect(app.notices).toHaveCount(1);
  await app.addTodo('milk');
  await expect(app.notices).toHaveCount(0);
});
