// What a person does between the first paint and hydration is neither lost nor done twice.

import { createAccount, createList, newAccount } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import type { Hold, Proxy } from '../fixtures/proxy';
import { expect, test } from '../fixtures/test';

const HALF_TYPED = 'half of a thou';
const CARET = 4;
/** What `editEarly` makes of a list of milk and bread. */
const EDITED = ['[x] milk', '[ ] eggs'];

/** Opens a list of milk and bread whose WebAssembly the network holds back. */
async function openUnhydrated(app: App, network: Proxy): Promise<{ list: string; wasm: Hold }> {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries', ['milk', 'bread']);
  const wasm = network.hold(/\.wasm/);
  await app.open(list);
  await wasm.waiting();
  return { list, wasm };
}

async function editEarly(app: App): Promise<void> {
  await app.tick('milk');
  await app.delete('bread');
  await app.newTodo.click();
  await app.page.keyboard.type('eggs');
  await app.page.keyboard.press('Enter');
}

async function expectNotHydrated(app: App): Promise<void> {
  await expect(app.page.locator('html[data-hydrated]')).not.toBeAttached();
}

test('edits made while the WebAssembly takes three seconds happen exactly once', async ({ app, network }) => {
  const { list, wasm } = await openUnhydrated(app, network);
  await editEarly(app);
  await expectNotHydrated(app);
  await wasm.lasted(3_000);
  wasm.release();
  await app.hydrated();
  await app.expectRows(EDITED);
  await app.expectSaved(list, EDITED);
  await app.reload();
  await app.expectRows(EDITED);
});

test('a text half typed before hydration stays, with focus and caret', async ({ app, network }) => {
  const { wasm } = await openUnhydrated(app, network);
  await editEarly(app);
  await app.page.keyboard.type(HALF_TYPED);
  await app.newTodo.evaluate((field: HTMLInputElement, at) => field.setSelectionRange(at, at), CARET);
  await expectNotHydrated(app);
  await wasm.lasted(3_000);
  wasm.release();
  await app.hydrated();
  await app.expectRows(EDITED);
  await expect(app.newTodo).toHaveValue(HALF_TYPED);
  await expect(app.newTodo).toBeFocused();
  await expect(app.newTodo).toHaveJSProperty('selectionStart', CARET);
});

test('a box ticked and unticked before hydration is as the person left it', async ({ app, network }) => {
  const { list, wasm } = await openUnhydrated(app, network);
  for (let clicks = 0; clicks < 3; clicks++) await app.toggle('milk').click();
  await expectNotHydrated(app);
  wasm.release();
  await app.hydrated();
  await app.expectRows(['[x] milk', '[ ] bread']);
  await app.expectSaved(list, ['[x] milk', '[ ] bread']);
});

test('edits arrive although the WebAssembly never does', async ({ app, network }) => {
  app.expectNetworkErrors();
  const { list, wasm } = await openUnhydrated(app, network);
  await editEarly(app);
  await expectNotHydrated(app);
  wasm.abort();
  await app.expectSaved(list, EDITED);
  // Without a reload by the person: the page shows by itself what has become of the edits.
  await app.expectRows(EDITED);
});

test('edits arrive although the person leaves before hydration', async ({ app, network }) => {
  const { list } = await openUnhydrated(app, network);
  await editEarly(app);
  await expectNotHydrated(app);
  await app.open('/lists');
  await app.expectSaved(list, EDITED);
  network.release();
  await app.goto(list);
  await app.expectRows(EDITED);
});

test('a text that is refused after all is back in its field', async ({ app, network }) => {
  app.expectNetworkErrors();
  const { list, wasm } = await openUnhydrated(app, network);
  const tooLong = 'x'.repeat(600);
  await app.newTodo.click();
  await app.page.keyboard.insertText(tooLong);
  await app.page.keyboard.press('Enter');
  await expect(app.newTodo).toHaveValue('');
  wasm.abort();
  await expect(app.newTodo).toHaveValue(tooLong);
  // The page is one of plain forms now: sent again, it tells why.
  await app.newTodo.press('Enter');
  await expect(app.page.getByRole('alert')).toContainText('500');
  await expect(app.newTodo).toHaveValue(tooLong);
  await app.expectSaved(list, ['[ ] milk', '[ ] bread']);
});

test('a text that cannot be sent after all is back in its field', async ({ app, network }) => {
  app.expectNetworkErrors();
  const { wasm } = await openUnhydrated(app, network);
  await app.newTodo.click();
  await app.page.keyboard.type('eggs');
  await app.page.keyboard.press('Enter');
  await expect(app.newTodo).toHaveValue('');
  network.cut();
  wasm.abort();
  await expect(app.newTodo).toHaveValue('eggs');
});

test('a page that something else has changed still works, as one of plain forms', async ({ app, network }) => {
  app.expectHydrationFailure();
  const { list, wasm } = await openUnhydrated(app, network);
  await app.item('milk').locator('label').evaluate((label) => {
    label.innerHTML = '<font><font>Milch</font></font>'; // as a translator does
  });
  wasm.release();
  await expect(app.page.locator('html[data-script]')).not.toBeAttached();
  await app.newTodo.fill('eggs');
  await app.newTodo.press('Enter');
  await app.expectRows(['[ ] milk', '[ ] bread', '[ ] eggs']);
  await app.expectSaved(list, ['[ ] milk', '[ ] bread', '[ ] eggs']);
});

test('a page without islands is whole without the WebAssembly, and says so', async ({ app, page, context }) => {
  app.expectNetworkErrors();
  await page.route(/\.wasm$/, (route) => route.abort());
  await app.goto('/register');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'plain');
  const account = newAccount();
  await app.sendCredentials(account, 'Create account');
  await app.landed('/lists');
  // Its menus and forms are the browser's, and what is done elsewhere comes over its socket.
  const list = await createList(context.request, 'Groceries');
  await expect(page.locator(`.lists a[href="${list}"]`)).toBeVisible();
  // Nobody follows who is signed in: the server says it, by another page.
  await context.request.post('/api/logout');
  await page.waitForURL(({ pathname }) => pathname === '/login');
  await app.hydrated();
});

test('a list without the WebAssembly is one of plain forms, and is not taken for hydrated', async ({ app, page }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  const list = await createList(page.request, 'Groceries', ['milk']);
  await page.route(/\.wasm$/, (route) => route.abort());
  await app.open(list);
  await expect(page.locator('html[data-script]')).not.toBeAttached();
  await app.newTodo.fill('eggs');
  await app.button('Add').click();
  await app.expectRows(['[ ] milk', '[ ] eggs']);
  await expect(page.locator('html[data-script]')).not.toBeAttached();
  await expectNotHydrated(app);
});
