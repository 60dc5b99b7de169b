// What a program can see of accessibility: axe, on every page and in every state, light and dark, wide and narrow.

import AxeBuilder from '@axe-core/playwright';
import { createAccount, createList, newAccount } from '../fixtures/arrange';
import { App } from '../fixtures/app';
import { expectCopies, offerNewVersion } from '../fixtures/copies';
import { Device } from '../fixtures/device';
import { expect, test } from '../fixtures/test';
import { Watch } from '../fixtures/watch';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];
const LONG = 'Ask the carpenter whether the shelf in the hall can be moved, and what became of the '
  + 'https://example.org/a-very-long-address-without-any-place-to-break-it-apart link';

// Half of a movement has half of a contrast.
test.use({ contextOptions: { reducedMotion: 'reduce' } });
test.beforeEach(() => test.setTimeout(60_000));

async function expectAccessible(app: App): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await app.page.setViewportSize(size);
      const where = `${colorScheme}, ${size.width} px wide`;
      const { violations } = await new AxeBuilder({ page: app.page }).withTags(RULES).analyze();
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
      expect(found, where).toEqual([]);
      const { scrollWidth, clientWidth } = await app.page.evaluate(() => document.documentElement);
      expect(scrollWidth, `${where}: nothing sticks out`).toBe(clientWidth);
    }
  }
}

test('two texts of one item, another one being merged, and a text whose item is gone', async ({ app, network }) => {
  app.expectNetworkErrors();
  const account = await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries', ['milk', 'bread', 'salt']);
  const device = await Device.signIn(network, account, list);
  await app.goto(list);
  await app.page.context().setOffline(true);
  for (const [title, mine] of [['milk', LONG], ['bread', 'rye bread'], ['salt', 'sea salt']] as const) await app.retitle(title, mine);
  await device.rename('milk', `${LONG} ${LONG}`);
  await device.rename('bread', 'لحم الضأن');
  await device.delete('salt');
  await app.page.context().setOffline(false);
  await expect(app.page.getByTestId('conflict').locator('mark').first()).toBeAttached();
  await expect(app.reviewed('sea salt')).toBeVisible();
  await app.button('Merge').first().click();
  await expect(app.field('Edit')).toBeFocused();
  await expectAccessible(app);
});

for (const path of ['/', '/login', '/register']) {
  test(`${path}, signed out`, async ({ app }) => {
    await app.goto(path);
    await expectAccessible(app);
  });
}

test.describe('with the service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('what there is no copy of, with and without lists that there are', async ({ app, network }) => {
    app.expectNetworkErrors();
    await createAccount(app.page.request);
    await app.goto('/settings');
    await app.page.evaluate(() => navigator.serviceWorker.ready);
    network.cut();
    await app.open('/settings');
    await expectAccessible(app);
    network.restore();
    const paths = [await createList(app.page.request, 'Groceries'), await createList(app.page.request, LONG.slice(0, 100))];
    for (const path of ['/lists', ...paths]) await app.goto(path);
    await expectCopies(app.page, ['/lists', ...paths]);
    network.cut();
    await app.open('/settings');
    await expect(app.page.getByRole('navigation').getByRole('link')).toHaveCount(2);
    await expectAccessible(app);
  });
});

test('a new version is offered', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk']));
  await offerNewVersion(app.page);
  await expectAccessible(app);
});

test('a page that does not exist, signed out and signed in', async ({ app }) => {
  app.expectNetworkErrors();
  await app.goto('/nowhere');
  await expectAccessible(app);
  await createAccount(app.page.request);
  await app.goto('/nowhere');
  await expectAccessible(app);
});

test('the choice of the look, open, and each look that is chosen', async ({ app }) => {
  await app.goto('/login');
  for (const theme of ['Dark', 'Light']) {
    await app.button('Appearance').click();
    await expectAccessible(app);
    await app.button(theme).click();
    await expectAccessible(app);
  }
});

test('signing in and signing up, refused', async ({ app, request }) => {
  const { name } = await createAccount(request);
  await app.goto('/login');
  await app.sendCredentials({ ...newAccount(), name }, 'Sign in');
  await expect(app.alert).toBeVisible();
  await expectAccessible(app);
  await app.goto('/register');
  await app.sendCredentials({ ...newAccount(), name }, 'Create account');
  await expect(app.alert).toBeVisible();
  await expect(app.field('Name')).toHaveAccessibleDescription(/taken|has this name|already/i);
  await expectAccessible(app);
});

test('a page whose person has signed out in another tab', async ({ app, page, context, network }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  await app.goto(await createList(page.request, 'Groceries', ['milk']));
  const other = await context.newPage();
  await other.goto('/robots.txt');
  network.cut();
  await other.evaluate(() => localStorage.removeItem('auth-storage'));
  await expect(page.getByRole('status')).toContainText('You are signed out.');
  await expectAccessible(app);
});

test('whether edits are to be discarded that wait', async ({ app, network }) => {
  app.expectNetworkErrors();
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk']));
  network.cut();
  await app.tick('milk');
  await app.button('Sign out').click();
  await expect(app.page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(app);
  for (const button of await app.page.getByRole('alertdialog').getByRole('button').all()) {
    expect((await button.boundingBox())!.height, await button.innerText()).toBeGreaterThanOrEqual(24);
  }
});

test('my lists: none, some, and a name that is refused', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto('/lists');
  await expectAccessible(app);
  for (const name of ['Groceries', 'לקנות חלב', LONG.slice(0, 100)]) await createList(app.page.request, name, ['milk']);
  await app.reload();
  await expectAccessible(app);
  await app.field('New list').fill('x'.repeat(101));
  await app.button('Create list').click();
  await expect(app.alert).toBeVisible();
  await expectAccessible(app);
});

test('a list: empty, with items, some of them done', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries'));
  await expectAccessible(app);
  const list = await createList(app.page.request, LONG.slice(0, 100), ['milk', LONG, 'לקנות חלב ולחם']);
  await app.goto(list);
  await expectAccessible(app);
  await app.tick('milk');
  await app.expectSaved(list, ['[x] milk', `[ ] ${LONG}`, '[ ] לקנות חלב ולחם']);
  await app.toggle('milk').focus();
  await expectAccessible(app);
});

test('a list: a text being edited, the menu of an item, and each filter', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk', LONG]));
  for (const title of ['milk', LONG]) {
    await app.item(title).getByTestId('todo-title').dblclick();
    await expect(app.items.getByRole('textbox', { name: 'Edit' })).toBeFocused();
    await expectAccessible(app);
    await app.page.keyboard.press('Escape');
  }
  await app.button('Menu of milk').focus();
  await app.page.keyboard.press('Enter');
  await expect(app.button('Edit')).toBeVisible();
  await expectAccessible(app);
  await app.page.keyboard.press('Escape');
  await app.tick('milk');
  for (const filter of ['Active', 'Completed']) {
    await app.page.getByRole('link', { name: filter, exact: true }).click();
    await expectAccessible(app);
  }
  await app.button('Clear completed').click();
  await app.expectRows([]);
  await expectAccessible(app);
});

test('my lists: the menu of one, one that was deleted, and those that can be restored', async ({ app }) => {
  await createAccount(app.page.request);
  for (const name of ['Groceries', LONG.slice(0, 100)]) await createList(app.page.request, name, ['milk']);
  await app.goto('/lists');
  await app.button('Menu of Groceries').click();
  await expect(app.button('Rename')).toBeVisible();
  await expectAccessible(app);
  await app.button('Delete').click();
  await expect(app.button('Undo')).toBeVisible();
  await expectAccessible(app);
  await app.page.locator('summary').click();
  await expectAccessible(app);
});

test('a list whose changes cannot be saved, or are refused', async ({ app, network }) => {
  app.expectNetworkErrors();
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries', ['milk', 'bread']);
  await app.goto(list);
  await app.newTodo.fill('x'.repeat(501));
  await app.newTodo.press('Enter');
  await expect(app.notices).toHaveCount(1);
  await expectAccessible(app);
  network.cut();
  await app.tick('milk');
  await expect(app.connection).toHaveText('Offline, 1 change waiting');
  await expectAccessible(app);
});

test('a list as it is without scripts, and with an item that was refused', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk', LONG]));
  // axe is a script itself.
  await app.page.evaluate(() => delete document.documentElement.dataset['script']);
  await expectAccessible(app);
  const form = new URLSearchParams({ list: new URL(app.page.url()).pathname.slice('/lists/'.length), title: 'x'.repeat(501) });
  await app.page.request.post('/api/add_todo', {
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    data: form.toString(),
    maxRedirects: 0,
  });
  await app.reload();
  await expect(app.alert).toBeVisible();
  await expectAccessible(app);
});

test('sharing: the dialog, the page, an invitation, and what a guest sees', async ({ app, browser, network }) => {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, LONG.slice(0, 100), ['milk']);
  await app.goto(list);
  await app.button('Share').click();
  await app.button('Create link').click();
  const link = await app.field('Invitation link').inputValue();
  await expectAccessible(app);

  const context = await browser.newContext({ baseURL: network.url, reducedMotion: 'reduce' });
  const watch = new Watch(context);
  const guest = new App(await context.newPage(), watch, true);
  await createAccount(guest.page.request);
  await guest.goto(link);
  await expectAccessible(guest);
  await guest.button('Join').click();
  await guest.landed(list);
  await guest.button('Share').click();
  await guest.page.getByText('Leave this list').click();
  await expectAccessible(guest);
  await guest.goto('/lists');
  await guest.page.getByRole('button', { name: /^Menu of/ }).click();
  await expectAccessible(guest);
  await guest.goto(link);
  await expectAccessible(guest);
  expect(watch.offences()).toEqual([]);
  await context.close();

  await app.goto(`${list}/sharing`);
  await expectAccessible(app);
  await app.goto('/lists');
  await expectAccessible(app);
});

test('the settings: as they come, refused, done, and the account that is gone', async ({ app, request }) => {
  // Whose session ends is told so with a 401.
  app.expectNetworkErrors();
  const account = await app.signUp();
  await request.post('/api/login', { form: { ...account }, headers: { 'user-agent': LONG.repeat(2).slice(0, 200) } });
  for (const name of ['Groceries', 'לקנות חלב', LONG.slice(0, 100)]) await createList(app.page.request, name);
  await app.goto('/settings');
  await expectAccessible(app);
  await app.field('Old password').fill(account.password);
  await app.field('New password').fill('password123');
  await app.button('Change password').click();
  await expect(app.alert).toBeVisible();
  await expectAccessible(app);
  await app.button('End this one').click();
  await expect(app.page.getByRole('status')).toBeVisible();
  await expectAccessible(app);
  await app.page.locator('summary').click();
  await app.field('Your password').fill('not the password');
  await app.button('Delete for good').click();
  await expect(app.alert).toBeVisible();
  await expectAccessible(app);
  await app.field('Your password').fill(account.password);
  await app.button('Delete for good').click();
  await app.landed('/');
  await expect(app.page.getByRole('status')).toBeVisible();
  await expectAccessible(app);
});
