import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app';
import { createAccount, createList, newAccount } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

/** More stops than any page of the journey has. */
const MOST_TABS = 40;
/** How far outside of an element its focus ring may be. */
const RING_PX = 8;

async function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** What the screen shows at an element, with all animations at their end and without the blinking caret. */
async function picture(app: App, target: Locator): Promise<string> {
  const box = await target.evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
  const shot = await app.page.screenshot({
    animations: 'disabled',
    clip: {
      x: Math.max(0, box.x - RING_PX),
      y: Math.max(0, box.y - RING_PX),
      width: box.width + 2 * RING_PX,
      height: box.height + 2 * RING_PX,
    },
  });
  return shot.toString('base64');
}

/** Presses Tab until the target has the focus, and checks that one can see it there. */
async function tabTo(app: App, target: Locator): Promise<void> {
  await target.waitFor({ state: 'attached' });
  if (await isFocused(target)) return; // by autofocus
  const before = await picture(app, target);
  for (let tabs = 0; tabs < MOST_TABS && !(await isFocused(target)); tabs++) await app.page.keyboard.press('Tab');
  await expect(target).toBeFocused();
  await expect.poll(() => picture(app, target), `focus is visible at ${target}`).not.toBe(before);
}

async function tabToAndPress(app: App, target: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await tabTo(app, target);
  await app.page.keyboard.press(key);
}

async function tabToAndType(app: App, target: Locator, text: string): Promise<void> {
  await tabTo(app, target);
  await app.page.keyboard.type(text);
}

test('from signing up to deleting an item, the keyboard is enough', async ({ app }) => {
  const { name, password } = newAccount();
  await app.goto('/register');
  await tabToAndType(app, app.field('Name'), name);
  await tabToAndType(app, app.field('Password'), password);
  await tabToAndPress(app, app.button('Create account'), 'Enter');

  await app.landed('/lists');
  await tabToAndType(app, app.field('New list'), 'Groceries');
  await app.page.keyboard.press('Enter');

  await app.landed(/^\/lists\/.+/);
  for (const title of ['milk', 'bread']) {
    await tabToAndType(app, app.newTodo, title);
    await app.page.keyboard.press('Enter');
  }
  await app.expectRows(['[ ] milk', '[ ] bread']);

  await tabToAndPress(app, app.toggle('milk'), 'Space');
  await app.expectRows(['[x] milk', '[ ] bread']);
  await tabToAndPress(app, app.deleteButton('bread'), 'Enter');
  await app.expectRows(['[x] milk']);
});

test('who adds items one after the other never leaves the field', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  await app.page.keyboard.type('milk');
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.type('bread');
  await app.page.keyboard.press('Enter');
  await app.expectRows(['[ ] milk', '[ ] bread']);
  await expect(app.newTodo).toBeFocused();
  await expect(app.newTodo).toHaveValue('');
});

test('who deletes items one after the other goes on where they were', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  for (const title of ['milk', 'bread', 'salt']) await app.addTodo(title);
  const destroy = (title: string) => app.page.getByRole('button', { name: `Delete ${title}` });
  await destroy('bread').focus();
  await app.page.keyboard.press('Enter');
  await expect(destroy('salt')).toBeFocused();
  await app.page.keyboard.press('Enter');
  await expect(destroy('milk')).toBeFocused();
  await app.page.keyboard.press('Enter');
  await expect(app.newTodo).toBeFocused();
  await app.expectRows([]);
});

test('a list is edited, ticked as a whole, filtered and cleared by the keyboard alone', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk', 'bread']));
  const link = (name: string) => app.page.getByRole('link', { name, exact: true });

  await tabTo(app, app.toggle('bread'));
  await app.page.keyboard.press('F2');
  await app.page.keyboard.type(', sliced');
  await app.page.keyboard.press('Enter');
  await app.expectRows(['[ ] milk', '[ ] bread, sliced']);

  await tabToAndPress(app, app.button('Menu of bread, sliced'), 'Enter');
  await tabToAndPress(app, app.button('Edit'), 'Enter');
  await app.page.keyboard.type(' thinly');
  await app.page.keyboard.press('Escape');
  await app.expectRows(['[ ] milk', '[ ] bread, sliced']);

  await tabToAndPress(app, app.page.getByLabel('Mark all as complete'), 'Space');
  await app.expectRows(['[x] milk', '[x] bread, sliced']);
  await tabToAndPress(app, link('Active'), 'Enter');
  await app.expectRows([]);
  await tabToAndPress(app, link('Completed'), 'Enter');
  await app.expectRows(['[x] milk', '[x] bread, sliced']);
  await tabToAndPress(app, app.toggle('milk'), 'Space');
  await app.expectRows(['[x] bread, sliced']);
  await tabToAndPress(app, app.button('Clear completed'), 'Enter');
  await app.expectRows([]);
  await tabToAndPress(app, link('All'), 'Enter');
  await app.expectRows(['[ ] milk']);
});
