import { join } from 'node:path';
import { createAccount, createList, newAccount, share } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import { expectCopies, offerNewVersion } from '../fixtures/copies';
import { test } from '../fixtures/test';

const FOLDER = process.env['SCREENSHOTS'] ?? '';

async function shoot(app: App, name: string): Promise<void> {
  const path = join(FOLDER, `${name}-${test.info().project.name}.png`);
  await app.page.screenshot({ path, fullPage: true, animations: 'disabled' });
}

for (const [name, path] of Object.entries({ home: '/', login: '/login', register: '/register' })) {
  test(`${name}, signed out`, async ({ app }) => {
    await app.goto(path);
    await shoot(app, name);
  });
}

test('register with an error', async ({ app, request }) => {
  app.expectNetworkErrors();
  const { name } = await createAccount(request);
  await app.goto('/register');
  await app.sendCredentials({ ...newAccount(), name }, 'Create account');
  await app.alert.waitFor();
  await shoot(app, 'register-error');
});

test('a new version is offered', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk', 'bread', 'eggs']));
  await offerNewVersion(app.page);
  await shoot(app, 'new-version');
});

test.describe('with the service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('what there is no copy of', async ({ app, network }) => {
    app.expectNetworkErrors();
    await createAccount(app.page.request);
    await app.goto('/settings');
    await app.page.evaluate(() => navigator.serviceWorker.ready);
    network.cut();
    await app.open('/settings');
    await shoot(app, 'offline-empty');
    network.restore();
    const paths = ['/lists'];
    for (const name of ['Groceries', 'Weekend in the mountains']) paths.push(await createList(app.page.request, name));
    for (const path of paths) await app.goto(path);
    await expectCopies(app.page, paths);
    network.cut();
    await app.open('/settings');
    await shoot(app, 'offline-lists');
  });
});

test('the choice of the look', async ({ app }) => {
  await app.goto('/login');
  await app.button('Appearance').click();
  await shoot(app, 'appearance');
});

test('signing out while edits wait', async ({ app, network }) => {
  app.expectNetworkErrors();
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['oat milk', 'bread', 'eggs']));
  network.cut();
  for (const title of ['oat milk', 'bread', 'eggs']) await app.tick(title);
  await app.button('Sign out').click();
  await app.page.getByRole('alertdialog').waitFor();
  await shoot(app, 'sign-out');
});

test('lists, none and three', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto('/lists');
  await shoot(app, 'lists-empty');
  await createList(app.page.request, 'Groceries', ['milk', 'bread']);
  await createList(app.page.request, 'Weekend in the mountains', ['boots']);
  await createList(app.page.request, 'Everything that the house has needed since the spring and nobody has got round to');
  await app.reload();
  await shoot(app, 'lists-three');

  await app.button('Menu of Weekend in the mountains').click();
  await shoot(app, 'lists-menu');
  await app.page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')));
  await app.page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('');
  await app.button('Rename').click();
  await app.alert.waitFor();
  await shoot(app, 'lists-refused');
  await app.button('Delete').click();
  await app.notices.waitFor();
  await app.page.getByText('Deleted lists').click();
  await shoot(app, 'lists-deleted');
});

test('a list, empty and with items', async ({ app }) => {
  await createAccount(app.page.request);
  const empty = await createList(app.page.request, 'Groceries');
  await app.goto(empty);
  await shoot(app, 'list-empty');

  const long =
    'Ask the carpenter whether the shelf in the hall can be moved to the left, so that the door opens, ' +
    'and what happened to the https://example.org/a-very-long-address-without-any-place-to-break-it-apart link';
  const full = await createList(app.page.request, 'Weekend', ['oat milk', 'bread', long, 'לקנות חלב ולחם', '🧺 picnic']);
  await app.goto(full);
  await app.tick('bread');
  await app.expectSaved(full, ['[ ] oat milk', '[x] bread', `[ ] ${long}`, '[ ] לקנות חלב ולחם', '[ ] 🧺 picnic']);
  await shoot(app, 'list-items');
});

test('a page that does not exist', async ({ app }) => {
  app.expectNetworkErrors();
  await createAccount(app.page.request);
  await app.goto('/lists/01890000-0000-7000-8000-000000000000');
  await shoot(app, 'not-found');
});

test('a list with what was refused and what could not be saved', async ({ app, network }) => {
  app.expectNetworkErrors();
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['oat milk', 'bread']));
  await app.newTodo.fill('x'.repeat(501));
  await app.newTodo.press('Enter');
  network.cut();
  await app.tick('bread');
  await app.notices.filter({ hasText: /not (yet )?saved/i }).waitFor();
  await shoot(app, 'list-notices');
});

test('sharing: the dialog, the page, an invitation', async ({ app }) => {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Weekend in the mountains', ['boots']);
  await app.goto(list);
  await app.button('Share').click();
  await app.button('Create link').click();
  const link = await app.field('Invitation link').inputValue();
  await shoot(app, 'sharing-dialog');
  await app.goto(`${list}/sharing`);
  await shoot(app, 'sharing');
  await createAccount(app.page.request);
  await app.goto(link);
  await shoot(app, 'join');
  await app.button('Join').click();
  await app.landed(list);
  await app.goto(link);
  await shoot(app, 'join-member');
});

test('the settings', async ({ app, browser, network, request }) => {
  const account = await app.signUp('mira');
  const phone = await browser.newContext({
    baseURL: network.url,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1',
  });
  await phone.request.post('/api/login', { form: { ...account } });
  await phone.close();
  await app.goto('/settings');
  await shoot(app, 'settings');

  const list = await createList(app.page.request, 'Weekend in the mountains');
  await createList(app.page.request, 'Everything that the house has needed since the spring and nobody has got round to');
  await createAccount(request);
  await share(app.page.request, list, request);
  await app.field('Old password').fill(account.password);
  await app.field('New password').fill('password123');
  await app.button('Change password').click();
  await app.alert.waitFor();
  await shoot(app, 'settings-refused');
  await app.button('End this one').click();
  await app.page.getByRole('status').waitFor();
  await app.page.getByText('Delete my account', { exact: true }).click();
  await shoot(app, 'settings-delete');
  await app.field('Your password').fill('not the password');
  await app.button('Delete for good').click();
  await app.alert.waitFor();
  await shoot(app, 'settings-delete-refused');
  await app.field('Your password').fill(account.password);
  await app.button('Delete for good').click();
  await app.landed('/');
  await shoot(app, 'account-gone');
});

test('a list as it is without scripts', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['oat milk', 'bread']));
  await app.page.evaluate(() => delete document.documentElement.dataset['script']);
  await shoot(app, 'list-no-script');
});
