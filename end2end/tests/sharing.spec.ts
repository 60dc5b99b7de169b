// Two people and one list: invited by a link, joined, given another role, removed, gone by themselves; in a dialog that
// never takes the page away.

import type { Browser } from '@playwright/test';
import { App } from '../fixtures/app';
import { createAccount, createList } from '../fixtures/arrange';
import type { Proxy } from '../fixtures/proxy';
import { expect, test } from '../fixtures/test';
import { Watch } from '../fixtures/watch';

interface Guest {
  app: App;
  name: string;
  leave(): Promise<void>;
}

/** Somebody else, in a browser of their own. */
async function guest(browser: Browser, { url: baseURL }: Proxy, javaScriptEnabled = true): Promise<Guest> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled });
  const watch = new Watch(context);
  const app = new App(await context.newPage(), watch, javaScriptEnabled);
  const { name } = await createAccount(app.page.request);
  const leave = async () => {
    expect(watch.offences()).toEqual([]);
    await context.close();
  };
  return { app, name, leave };
}

/** Opens the dialog. */
async function share(app: App): Promise<void> {
  await app.button('Share').click();
  await expect(app.page.getByRole('dialog', { name: 'Share' })).toBeVisible();
}

/** A new link with this role, made in the dialog that is open. */
async function createLink(app: App, role: 'editor' | 'viewer'): Promise<string> {
  await app.field('Invite as').selectOption(role);
  await app.button('Create link').click();
  await expect(app.field('Invitation link')).toBeVisible();
  return app.field('Invitation link').inputValue();
}

const member = ({ page }: App, name: string) =>
  page.locator('#people').getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });

/** What the socket will say. Gives how often the page has asked the server by the time it has seen to it. */
const refresh = ({ page }: App) =>
  page.evaluate(async () => {
    const { fetch } = window;
    let asked = 0;
    window.fetch = (...request) => {
      asked++;
      return fetch(...request);
    };
    document.dispatchEvent(new Event('lockstep:refresh'));
    // The page's own turn was asked for before this one.
    await new Promise((resolve) => setTimeout(resolve));
    window.fetch = fetch;
    return asked;
  });

test('a link lets somebody in, who sees and does what its role says', async ({ app, browser, network }) => {
  await app.signUp();
  await app.createList('Groceries');
  await app.addTodo('oat milk');
  await share(app);
  const link = await createLink(app, 'editor');
  await expect(app.field('Invitation link')).toBeFocused();
  expect(await app.page.evaluate(() => getSelection()?.toString())).toBe(link);

  const bob = await guest(browser, network);
  await bob.app.goto(link);
  await expect(bob.app.page.getByRole('heading', { name: 'Groceries' })).toBeVisible();
  await bob.app.button('Join').click();
  await bob.app.landed(new URL(app.page.url()).pathname);
  await bob.app.expectRows(['[ ] oat milk']);
  await bob.app.addTodo('rye bread');

  await refresh(app);
  await expect(member(app, bob.name)).toBeVisible();
  // The link stays until the dialog is another page's: there may be more people to give it to.
  await expect(app.field('Invitation link')).toHaveValue(link);
  await bob.leave();
});

test('what is typed and what waits stays while the dialog is used', async ({ app, network }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  network.cut();
  app.expectNetworkErrors();
  await app.addTodo('oat milk');
  await app.newTodo.fill('half typ');
  await share(app);
  await app.button('Create link').click();
  await expect(app.page.getByRole('alert')).toContainText('cannot be reached');
  network.restore();
  await createLink(app, 'editor');
  await expect(app.alert).toHaveCount(0);
  await app.page.keyboard.press('Escape');
  await expect(app.newTodo).toHaveValue('half typ');
  await app.expectSync('oat milk', null, 20_000);
  await app.expectSaved(list, ['[ ] oat milk']);
});

test('another role and a removal count at once, in place', async ({ app, browser, network }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  await app.addTodo('oat milk');
  await share(app);
  const link = await createLink(app, 'editor');
  const bob = await guest(browser, network);
  await bob.app.goto(link);
  await bob.app.button('Join').click();
  await bob.app.landed(list);
  await refresh(app);

  const loaded = app.page.waitForEvent('load', { timeout: 1_000 }).then(
    () => true,
    () => false,
  );
  const role = app.page.getByLabel(`Role of ${bob.name}`);
  await role.selectOption('viewer');
  await expect(role.locator('option[selected]')).toHaveText('Viewer');
  await expect(bob.app.page.getByText('You may look at this list, but not change it.')).toBeVisible();
  await expect(bob.app.newTodo).toHaveCount(0);
  await expect(bob.app.toggle('oat milk')).toBeDisabled();

  await member(app, bob.name).getByRole('button', { name: 'Remove' }).click();
  await expect(member(app, bob.name)).toHaveCount(0);
  await expect(app.page.getByRole('button', { name: 'Revoke' })).toHaveCount(0);
  await expect(app.page.getByRole('dialog', { name: 'Share' })).toBeVisible();
  expect(await loaded).toBe(false);
  bob.app.expectNetworkErrors();
  const gone = await bob.app.page.goto(list);
  expect(gone?.status()).toBe(404);
  expect((await bob.app.page.goto(link))?.status()).toBe(404);
  await bob.leave();
});

test('links that are made and revoked in another tab show where the owner looks at them', async ({ app }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  const sharing = await app.page.context().newPage();
  await sharing.goto(`${list}/sharing`);
  await share(app);
  const seen = [app.page, sharing].map((page) => page.locator('#people').getByRole('button', { name: 'Revoke' }));
  const form = { list: list.slice('/lists/'.length), role: 'viewer' };
  const made = await app.page.request.post('/api/invite', { form });
  // A list's page looks again every five seconds at most.
  for (const links of seen) await expect(links).toHaveCount(1, { timeout: 10_000 });
  const { id } = (await made.json()) as { id: string };
  await app.page.request.post('/api/revoke_invitation', { form: { list: form.list, id } });
  for (const links of seen) await expect(links).toHaveCount(0, { timeout: 10_000 });
  await expect(app.page.getByRole('dialog', { name: 'Share' })).toBeVisible();
});

test('a revoked link is not found', async ({ app, browser, network }) => {
  await app.signUp();
  await app.createList('Groceries');
  await share(app);
  const link = await createLink(app, 'viewer');
  await app.button('Revoke').click();
  await expect(app.button('Revoke')).toHaveCount(0);
  const bob = await guest(browser, network);
  bob.app.expectNetworkErrors();
  await bob.app.page.goto(link);
  await expect(bob.app.page.getByRole('heading', { name: 'Not found' })).toBeVisible();
  await bob.leave();
});

test('who is invited without being signed in comes back to the invitation', async ({ app, browser, network }) => {
  await app.signUp();
  await app.createList('Groceries');
  await share(app);
  const link = await createLink(app, 'viewer');
  const context = await browser.newContext({ baseURL: network.url });
  const watch = new Watch(context);
  const eve = new App(await context.newPage(), watch, true);
  await eve.goto(link);
  await eve.landed('/login');
  await eve.page.getByRole('link', { name: 'Create an account' }).click();
  await eve.landed('/register');
  await eve.sendCredentials({ name: 'eve.of.the.link', password: 'plum-tractor-92' }, 'Create account');
  await eve.landed(new URL(link).pathname);
  await eve.button('Join').click();
  await eve.landed(new URL(app.page.url()).pathname);
  expect(watch.offences()).toEqual([]);
  await context.close();
});

test('my lists say who shares them, follow on demand, and others can be left', async ({ app, browser, network }) => {
  const ada = await app.signUp();
  await app.createList('Groceries');
  await share(app);
  const link = await createLink(app, 'viewer');
  const bob = await guest(browser, network);
  await bob.app.goto(link);
  await bob.app.button('Join').click();
  await bob.app.landed(/^\/lists\//);
  await bob.app.goto('/lists');
  await expect(bob.app.page.locator('.lists')).toContainText(`from ${ada.name}`);

  await app.goto('/lists');
  await expect(app.page.locator('.lists')).toContainText(`with ${bob.name}`);
  await app.field('New list').fill('half typ');
  await bob.app.page.getByRole('button', { name: 'Menu of Groceries' }).click();
  await bob.app.button('Leave').click();
  await expect(bob.app.page.getByText('No lists yet')).toBeVisible();

  // Not while a menu is open: what is typed in it would be lost.
  await app.page.getByRole('button', { name: 'Menu of Groceries' }).click();
  await app.field('Name').fill('Market');
  expect(await refresh(app)).toBe(0);
  await expect(app.field('Name')).toHaveValue('Market');
  await app.page.keyboard.press('Escape');
  expect(await refresh(app)).toBe(1);
  await expect(app.page.locator('.lists')).not.toContainText(bob.name);
  await expect(app.field('New list')).toHaveValue('half typ');
  await bob.leave();
});

test('who leaves from the dialog is asked first and lands among their lists', async ({ app, browser, network }) => {
  await app.signUp();
  await app.createList('Groceries');
  await share(app);
  const link = await createLink(app, 'editor');
  const bob = await guest(browser, network);
  await bob.app.goto(link);
  await bob.app.button('Join').click();
  await bob.app.landed(/^\/lists\//);
  await share(bob.app);
  await expect(bob.app.field('Invite as')).toHaveCount(0);
  await expect(bob.app.button('Leave')).toBeHidden();
  await bob.app.page.getByText('Leave this list').click();
  await bob.app.button('Leave').click();
  await bob.app.landed('/lists');
  await expect(bob.app.page.getByText('No lists yet')).toBeVisible();
  await bob.leave();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a list is shared by plain forms', async ({ app, browser, network }) => {
    await createAccount(app.page.request);
    const list = await createList(app.page.request, 'Groceries', ['oat milk']);
    await app.goto(list);
    await share(app);
    await app.field('Invite as').selectOption('editor');
    await app.button('Create link').click();
    await app.landed(`${list}/sharing`);
    const link = await app.field('Invitation link').inputValue();

    const bob = await guest(browser, network, false);
    await bob.app.goto(link);
    await bob.app.button('Join').click();
    await bob.app.landed(list);
    await app.reload();
    await app.page.getByLabel(`Role of ${bob.name}`).selectOption('viewer');
    await member(app, bob.name).getByRole('button', { name: 'Change' }).click();
    await bob.app.reload();
    await expect(bob.app.page.getByText('You may look at this list, but not change it.')).toBeVisible();
    await member(app, bob.name).getByRole('button', { name: 'Remove' }).click();
    await expect(member(app, bob.name)).toHaveCount(0);
    await bob.leave();
  });
});
