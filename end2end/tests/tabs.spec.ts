// Signed in and out across the tabs of one browser: each follows the others, at once, and shows nothing of an account
// that is not signed in any more.

import type { Page } from '@playwright/test';
import { createAccount, createList } from '../fixtures/arrange';
import { expect, KEY, NOBODY, SECRETS, test, type Tab } from '../fixtures/tabs';

const PANEL = 'You are signed out.';

/** The tests that end a session run into its 401s. */
test.beforeEach(({ list: { app } }) => app.expectNetworkErrors());

const remove = (page: Page) => page.evaluate((key) => localStorage.removeItem(key), KEY);
const store = (page: Page, value: string) =>
  page.evaluate(([key, value]) => localStorage.setItem(key!, value!), [KEY, value]);
const stored = (page: Page) => page.evaluate((key) => localStorage.getItem(key), KEY);

/** All are signed out, in the end on the first page. */
async function expectSignedOut(tabs: Tab[]): Promise<void> {
  for (const tab of tabs) await tab.expectNothing();
  for (const tab of tabs) await tab.landed('/');
}

/** What each held in the very task in which it was told. */
async function expectAtOnce(tabs: Tab[]): Promise<void> {
  for (const tab of tabs) {
    const html = await tab.seenAtOnce();
    expect(html).toContain(PANEL);
    for (const secret of SECRETS) expect(html).not.toContain(secret);
  }
}

test('the signed-in user is stored in the shape that others read, without a secret', async ({ ann, list, me, context }) => {
  const value = JSON.parse((await stored(list.page))!) as { state: { user: { id: string; name: string } } };
  const name = await me();
  expect(name).toBe(ann.account.name);
  expect(value).toEqual({ state: { user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name } }, version: 0 });
  const [cookie] = (await context.cookies()).filter(({ name }) => name === 'lockstep');
  const all = await list.page.evaluate(() => JSON.stringify(localStorage));
  expect(all).not.toContain(cookie!.value);
});

for (const kind of ['button', 'removeItem', 'clear'] as const) {
  test(`signed out by ${kind} in another tab, the others show nothing at once`, async ({ tabs, outside, open, me }) => {
    for (const tab of tabs) await tab.recordEvents();
    if (kind === 'button') {
      const other = await open('/lists');
      await other.app.signOut();
      expect(other.posts('logout')).toHaveLength(1);
    } else if (kind === 'removeItem') await remove(outside);
    else await outside.evaluate(() => localStorage.clear());
    await expectAtOnce(tabs);
    await expectSignedOut(tabs);
    expect(await me()).toBe(401);
    expect(await stored(outside)).toBe(NOBODY);
    // Under a lock, one tab ends the session for all.
    const ends = tabs.flatMap((tab) => tab.posts('logout'));
    expect(ends).toHaveLength(kind === 'button' ? 0 : 1);
    for (const tab of tabs) expect(tab.posts('push')).toEqual([]);
  });
}

test('as long as nobody is stored and the session goes on, the tabs show nothing and write nothing', async ({ ann, tabs, lists, outside, me }) => {
  const value = (await stored(outside))!;
  for (const tab of tabs) await tab.recordEvents();
  const asked = tabs.map((tab) => tab.page.waitForResponse(/\/api\/me$/));
  await store(outside, NOBODY);
  await expectAtOnce(tabs);
  await Promise.all(asked);
  for (const tab of tabs) {
    await tab.expectNothing();
    await expect(tab.page.getByRole('status')).toContainText(PANEL);
  }
  expect(await stored(outside)).toBe(NOBODY);
  expect(await me()).toBe(ann.account.name);
  await store(outside, value);
  for (const tab of tabs) await expect(tab.page.locator('main')).toContainText('Our groceries');
  await lists.landed('/lists');
});

test('all other sessions ended elsewhere: every tab shows nothing', async ({ tabs, elsewhere, outside }) => {
  expect((await elsewhere.post('/api/end_other_sessions', { form: {} })).status()).toBe(200);
  await expectSignedOut(tabs);
  expect(await stored(outside)).toBe(NOBODY);
  expect((await elsewhere.post('/api/me', { data: {} })).status(), 'the other browser').toBe(200);
});

test('a session that is over when one tab needs it: every tab shows nothing', async ({ tabs, list, context, outside }) => {
  await context.clearCookies({ name: 'lockstep' });
  await list.app.toggle('rye bread').click();
  await expectSignedOut(tabs);
  expect(await stored(outside)).toBe(NOBODY);
});

test('a 401 that is not true signs nobody out', async ({ list, tabs, network, outside }) => {
  network.fail(/\/api\/push$/, { status: 401, body: '{"code":"UNAUTHENTICATED","message":"Who?"}' });
  const asked = list.page.waitForResponse(/\/api\/me$/);
  await list.app.tick('rye bread');
  await asked;
  await list.app.expectSync('rye bread', null);
  await list.app.expectRows(['[ ] oat milk', '[x] rye bread']);
  expect(await stored(outside)).not.toBe(NOBODY);
  expect(tabs.flatMap((tab) => tab.posts('logout'))).toEqual([]);
});

test('a key that is back when its lock is held ends nothing, and the tabs are there again', async ({ ann, tabs, list, outside, me }) => {
  const value = (await stored(outside))!;
  await outside.evaluate(
    (key) =>
      new Promise<void>((held) => {
        void navigator.locks.request(key, () => {
          held();
          return new Promise((release) => Object.assign(window, { release }));
        });
      }),
    KEY,
  );
  await remove(outside);
  for (const tab of tabs) {
    await tab.expectNothing();
    await expect(tab.page.getByRole('status')).toContainText(PANEL);
  }
  await store(outside, value);
  await outside.evaluate(() => (window as unknown as { release: () => void }).release());
  await expect(list.app.item('oat milk')).toBeVisible();
  for (const tab of tabs) await expect(tab.page.locator('main')).toContainText('Our groceries');
  await list.landed(ann.list);
  expect(await me()).toBe(ann.account.name);
  expect(tabs.flatMap((tab) => tab.posts('logout'))).toEqual([]);
  expect(await stored(outside)).toBe(value);
});

test('as long as the server cannot be reached the page stays empty; then the session is ended', async ({ tabs, list, ann, outside, network, me }) => {
  network.cut();
  await remove(outside);
  for (const tab of tabs) {
    await tab.expectNothing();
    await expect(tab.page.getByRole('status')).toContainText(PANEL);
  }
  const link = list.page.getByRole('link', { name: 'Sign in' });
  await expect(link).toHaveAttribute('href', `/login?next=${ann.list}`);
  network.restore();
  await expectSignedOut(tabs);
  expect(await me()).toBe(401);
});

test('who signs in is followed by the tabs that were signed out', async ({ ann, list, lists, open }) => {
  await lists.app.signOut();
  await list.landed('/');
  const wanted = await open(`/login?next=${encodeURIComponent(ann.list)}`);
  const here = await open('/login');
  await here.app.sendCredentials(ann.account, 'Sign in');
  await here.landed('/lists');
  await wanted.landed(ann.list);
  await list.landed('/lists');
  await lists.landed('/lists');
});

test('another account in another tab: the tabs follow, and send nothing as somebody else', async ({ ann, tabs, list, outside, open, network }) => {
  // An edit of Ann's is on its way, and its answer is lost: it waits to be sent again.
  const lost = network.hold(/\/api\/push$|^\/ws/);
  await list.app.tick('rye bread');
  await lost.waiting();
  await createAccount(outside.request);
  await createList(outside.request, 'Tools', ['hammer']);
  for (const tab of tabs) tab.requests.length = 0;
  const other = await open('/lists');
  lost.release();
  for (const tab of tabs) {
    await tab.landed('/lists');
    await expect(tab.page.getByRole('link', { name: 'Tools' })).toBeVisible();
    const html = await tab.page.content();
    for (const secret of [...SECRETS, ann.account.name]) expect(html).not.toContain(secret);
    expect(tab.posts('push')).toEqual([]);
    expect(tab.posts('logout')).toEqual([]);
  }
  const user = (JSON.parse((await stored(outside))!) as { state: { user: { id: string } } }).state.user.id;
  const sent = [...tabs, other].flatMap((tab) => tab.requests).map((request) => `${request.url()} ${request.postData() ?? ''}`);
  const named = sent.flatMap((text) => [...text.matchAll(/\buser[="':]+([0-9a-f-]{36})/g)].map(([, id]) => id));
  for (const id of named) expect(id).toBe(user);
});

test.describe('without locks', () => {
  test.beforeEach(async ({ context }) => {
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  });

  test('a removal signs out all the same', async ({ lists, outside, open, ann, me }) => {
    const list = await open(ann.list);
    expect(await list.page.evaluate(() => navigator.locks)).toBeUndefined();
    await remove(outside);
    await expectSignedOut([list, lists]);
    expect(await me()).toBe(401);
    for (const tab of [list, lists]) expect(tab.posts('logout').length).toBeLessThanOrEqual(1);
  });
});
