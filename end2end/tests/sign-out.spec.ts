// Signing out: what happens to edits that wait, what must be gone afterwards, and what must not.

import { request, type Locator, type Page } from '@playwright/test';
import { createAccount, createList } from '../fixtures/arrange';
import { BUSY, PUSH } from '../fixtures/busy';
import { allKept, expectEdits, expectListKept } from '../fixtures/storage';
import { expect, KEY, NOBODY, SECRETS, test, type Tab } from '../fixtures/tabs';

const PANEL = 'You are signed out.';
/** Where it stands whose session has still to be ended. */
const LEAVING = 'auth-leaving';
const LOGOUT = /^\/api\/logout$/;
/** A page that shows another list leaves an edit to whoever shows its own, for a moment. */
const TAKEN_OVER_MS = 15_000;
/** A server that was not reached is asked again after three seconds. */
const AGAIN_MS = 15_000;
const GROCERIES = ['[ ] oat milk', '[ ] rye bread'];

test.beforeEach(({ list }) => {
  test.setTimeout(60_000);
  list.app.expectNetworkErrors();
});

const dialog = ({ page }: Pick<Tab, 'page'>): Locator => page.getByRole('alertdialog');
const stored = (page: Page, key: string) => page.evaluate((key) => localStorage.getItem(key), key);

async function expectPanel(tabs: Tab[]): Promise<void> {
  for (const tab of tabs) {
    await expect(tab.page.getByRole('status')).toContainText(PANEL);
    await tab.expectNothing([...SECRETS, 'nails', 'Hardware']);
  }
}

/** No title, and no name of a list, is kept anywhere. */
async function expectNothingKept(page: Page): Promise<void> {
  await expect(async () => {
    const kept = await allKept(page);
    // The whole of it would be long to read.
    expect([...SECRETS, 'nails', 'Hardware'].filter((secret) => kept.includes(secret))).toEqual([]);
  }).toPass({ timeout: 5_000 });
}

/** What the server says who is signed in, to whoever has these cookies. */
async function meWith(url: string, cookie: string): Promise<number> {
  const asking = await request.newContext({ baseURL: url, extraHTTPHeaders: { cookie } });
  const answer = await asking.post('/api/me', { data: {} });
  await asking.dispose();
  return answer.status();
}

test.describe('with the service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('after the button nothing of the account is left in any storage, cache or tab', async ({ tabs, list, lists, outside, ann, me }) => {
    await list.app.addTodo('nails');
    await list.app.expectSync('nails', null);
    // What is searched for is found as long as it is there.
    await expectListKept(outside, 'nails');
    await list.app.reload();
    await expect(async () => {
      const kept = await allKept(outside);
      for (const there of ['oat milk', 'nails', 'Our groceries', ann.account.name]) expect(kept).toContain(there);
    }).toPass({ timeout: 10_000 });
    await lists.app.signOut();
    for (const tab of tabs) await tab.expectNothing([...SECRETS, 'nails']);
    for (const tab of tabs) await tab.landed('/');
    await expectNothingKept(outside);
    const kept = await allKept(outside);
    for (const gone of [ann.account.name, ann.list]) expect(kept).not.toContain(gone);
    expect(await stored(outside, KEY)).toBe(NOBODY);
    expect(await stored(outside, LEAVING)).toBeNull();
    expect(await me()).toBe(401);
  });
});

for (const before of ['nothing', 'something']) {
  test(`what a tab keeps that does not know yet, and kept ${before} before, is not kept`, async ({ lists, open, outside, ann, network }) => {
    const deaf = await open('/settings');
    await deaf.page.addInitScript(() => addEventListener('storage', (event) => event.stopImmediatePropagation(), true));
    await deaf.app.goto(ann.list);
    await expect(deaf.app.connection).toHaveAttribute('data-state', 'live');
    const remember = (text: string) =>
      deaf.page.evaluate(
        async ([list, text]) => {
          const { lockstep } = window as unknown as { lockstep: Record<'remember', (list: string, text: string) => void> };
          lockstep.remember(list, text);
          // It reads first, and then it writes. Whatever is written later comes later.
          const opened = indexedDB.open('lockstep');
          await new Promise((done) => (opened.onsuccess = done));
          for (const _ of ['after what it reads', 'after what it writes']) {
            const writing = opened.result.transaction('lists', 'readwrite');
            writing.objectStore('lists').put('', 'nothing');
            await new Promise((done) => (writing.oncomplete = done));
          }
          opened.result.close();
        },
        [ann.list, text] as const,
      );
    if (before === 'something') {
      await deaf.app.tick('oat milk');
      await deaf.app.expectSync('oat milk', null);
      await remember('{"title":"oat milk"}');
      await expect(async () => expect(await allKept(outside)).toContain('oat milk')).toPass();
    }
    // Nobody else tells it, either.
    network.hold(/^\/(ws|api\/(me|push|pull))/);
    await lists.app.signOut();
    await deaf.app.expectRows([before === 'something' ? '[x] oat milk' : '[ ] oat milk', '[ ] rye bread']);
    await deaf.app.addTodo('nails');
    await expect(deaf.app.notices.filter({ hasText: 'cannot keep' })).toBeVisible();
    await remember('{"title":"nails"}');
    await expectNothingKept(outside);
  });
}

test('where the database does not answer, whoever signs out is out all the same', async ({ context, open, me }) => {
  await context.addInitScript(() => {
    indexedDB.open = () => new EventTarget() as IDBOpenDBRequest;
  });
  const tab = await open('/settings');
  await tab.app.signOut();
  // It is given five seconds each time.
  await expect(tab.page).toHaveURL(/:\d+\/$/, { timeout: 20_000 });
  expect(await me()).toBe(401);
});

test('a clock that was ahead when somebody signed out keeps nothing from being kept', async ({ list, outside, network }) => {
  const user = await list.page.evaluate(() => document.documentElement.dataset['user']);
  await outside.evaluate(async (user) => {
    const opened = indexedDB.open('lockstep');
    await new Promise((done) => (opened.onsuccess = done));
    const writing = opened.result.transaction('queue', 'readwrite');
    writing.objectStore('queue').put(Date.now() + 86_400_000, `out ${user}`);
    await new Promise((done) => (writing.oncomplete = done));
    opened.result.close();
  }, user);
  network.fail(PUSH, BUSY, {});
  await list.app.addTodo('nails');
  await expectEdits(outside, 1);
  await expect(list.app.notices).toHaveCount(0);
});

test('who stays, by keyboard, loses nothing', async ({ list, open, ann, outside, network }) => {
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('nails');
  await expectEdits(outside, 1);
  const settings = await open('/settings');
  const button = settings.app.button('Sign out');
  for (const key of ['Escape', 'Enter']) {
    await button.focus();
    await settings.page.keyboard.press('Enter');
    await expect(dialog(settings)).toHaveAccessibleName('1 change has not been sent yet.');
    await expect(dialog(settings)).toHaveAccessibleDescription(/discarded/);
    await expect(dialog(settings).getByRole('button', { name: 'Stay' })).toBeFocused();
    await settings.page.keyboard.press(key);
    await expect(dialog(settings)).toBeHidden();
    await expect(button).toBeFocused();
  }
  expect(settings.posts('logout')).toEqual([]);
  await list.app.expectSync('nails', 'pending');
  busy.end();
  await list.app.expectSync('nails', null, TAKEN_OVER_MS);
  await list.app.expectSaved(ann.list, [...GROCERIES, '[ ] nails']);
});

test('who discards, by keyboard, discards the edits of all lists and tabs, and they never arrive', async ({ list, lists, open, context, ann, outside, network, me }) => {
  const second = await createList(context.request, 'Hardware');
  const other = await open(second);
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.tick('rye bread');
  await list.app.delete('oat milk');
  await other.app.addTodo('nails');
  await expectEdits(outside, 3);
  await lists.app.button('Sign out').focus();
  await lists.page.keyboard.press('Enter');
  await expect(dialog(lists)).toHaveAccessibleName('3 changes have not been sent yet.');
  await lists.page.keyboard.press('Tab');
  await expect(dialog(lists).getByRole('button', { name: 'Discard and sign out' })).toBeFocused();
  await lists.page.keyboard.press('Enter');
  for (const tab of [list, other, lists]) await tab.landed('/');
  await expectNothingKept(outside);
  await expectEdits(outside, 0);
  expect(await me()).toBe(401);
  busy.end();
  await list.app.goto('/login');
  await list.app.sendCredentials(ann.account, 'Sign in');
  await list.landed('/lists');
  await list.app.goto(second);
  await list.app.expectRows([]);
  await list.app.goto(ann.list);
  await list.app.expectRows(GROCERIES);
  await list.app.expectSaved(ann.list, GROCERIES);
  // And what is done now is kept and sent.
  const again = network.fail(PUSH, BUSY, {});
  await list.app.tick('oat milk');
  await expectEdits(outside, 1);
  again.end();
  await list.app.expectSync('oat milk', null, TAKEN_OVER_MS);
  await list.app.expectSaved(ann.list, ['[x] oat milk', '[ ] rye bread']);
});

test('before the page is taken over the person chooses, too', async ({ list, open, outside, network, me }) => {
  network.fail(PUSH, BUSY, {});
  await list.app.addTodo('nails');
  await expectEdits(outside, 1);
  const settings = await open('/settings');
  network.hold(/\.wasm$/);
  await settings.page.evaluate(() => caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))));
  await settings.app.open('/settings');
  await settings.app.button('Sign out').click();
  await dialog(settings).getByRole('button', { name: 'Stay' }).click();
  expect(await me()).not.toBe(401);
  await settings.app.button('Sign out').click();
  await dialog(settings).getByRole('button', { name: 'Discard and sign out' }).click();
  await settings.page.waitForURL(({ pathname }) => pathname === '/', { waitUntil: 'domcontentloaded' });
  await expectNothingKept(outside);
  expect(await me()).toBe(401);
});

test.describe('without a network', () => {
  /** Signs out on the page of lists, with an edit that is discarded. */
  async function leave(list: Tab, lists: Tab): Promise<void> {
    await list.app.addTodo('nails');
    await expectEdits(list.page, 1);
    await lists.app.button('Sign out').click();
    await dialog(lists).getByRole('button', { name: 'Discard and sign out' }).click();
  }

  test('everything goes at once, and the next page that comes from the server ends the session first', async ({ tabs, list, lists, ann, outside, context, network }) => {
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    network.cut();
    await leave(list, lists);
    await expectPanel(tabs);
    await expectNothingKept(outside);
    const locks = () => outside.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name));
    await expect.poll(locks, { message: 'locks of pages that show nothing' }).toEqual([]);
    const user = (await stored(outside, LEAVING))!;
    expect(user).toMatch(/^[0-9a-f-]{36}$/);
    expect(await stored(outside, KEY)).toBe(NOBODY);
    for (const { page } of tabs) {
      // A tab may take long to close, and would try again meanwhile.
      await page.route('**/api/logout', (route) => route.abort());
      await page.close();
    }

    network.restore();
    expect(await meWith(network.url, cookie), 'nobody has told the server').toBe(200);
    const held = network.hold(LOGOUT);
    const asked: string[] = [];
    outside.on('request', (one) => asked.push(new URL(one.url()).pathname));
    outside.on('websocket', (one) => asked.push(new URL(one.url()).pathname));
    const loaded = outside.goto(ann.list, { waitUntil: 'domcontentloaded' });
    await held.waiting();
    await loaded;
    await expect(outside.locator('html')).toHaveAttribute('hidden');
    await expect(outside.locator('main')).toBeHidden();
    expect(asked.filter((path) => path.startsWith('/ws') || (path.startsWith('/api') && path !== '/api/logout'))).toEqual([]);
    held.release();
    await outside.waitForURL(({ pathname }) => pathname === '/', { waitUntil: 'domcontentloaded' });
    expect(await meWith(network.url, cookie)).toBe(401);
    expect(await stored(outside, LEAVING)).toBeNull();
    await expectNothingKept(outside);
  });

  test('the page itself ends the session as soon as it can', async ({ tabs, list, lists, context, network, outside }) => {
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    network.cut();
    await leave(list, lists);
    await expectPanel(tabs);
    network.restore();
    for (const tab of tabs) await expect.poll(() => new URL(tab.page.url()).pathname, { timeout: AGAIN_MS }).toBe('/');
    expect(await meWith(network.url, cookie)).toBe(401);
    expect(await stored(outside, LEAVING)).toBeNull();
  });

  test('a page that comes while the session cannot be ended shows that one is signed out', async ({ tabs, list, lists, ann, network, open }) => {
    network.cut();
    await leave(list, lists);
    await expectPanel(tabs);
    for (const tab of [list, tabs[2]!]) await tab.page.close();
    const fails = network.fail(LOGOUT, { status: 500, headers: {}, body: '' }, {});
    network.restore();
    const page = await open(ann.list);
    await expectPanel([page]);
    fails.end();
    await expect.poll(() => new URL(page.page.url()).pathname, { timeout: AGAIN_MS }).toBe('/');
  });

  test('who signs in anew meanwhile stays signed in', async ({ list, lists, ann, context, network, me }) => {
    // A page of nobody that has not followed.
    const other = await context.newPage();
    await other.addInitScript(() => addEventListener('storage', (event) => event.stopImmediatePropagation(), true));
    await other.route('**/*.wasm', (route) => route.abort());
    const cookies = await context.cookies();
    await context.clearCookies();
    await other.goto('/login');
    await context.addCookies(cookies);
    network.cut();
    await leave(list, lists);
    await expectPanel([list, lists]);
    // Whatever is asked to end it fails.
    network.fail(LOGOUT, { status: 500, headers: {}, body: '' }, {});
    network.restore();
    await other.unroute('**/*.wasm');
    await other.getByLabel('Name', { exact: true }).fill(ann.account.name);
    await other.getByLabel('Password', { exact: true }).fill(ann.account.password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.waitForURL(({ pathname }) => pathname === '/lists', { waitUntil: 'domcontentloaded' });
    await expect(other.getByRole('link', { name: 'Our groceries' })).toBeVisible();
    await list.landed(ann.list);
    await list.app.expectRows(GROCERIES);
    expect(await me()).toBe(ann.account.name);
    expect(await stored(other, LEAVING)).toBeNull();
  });
});

/** How a session ends that nobody has left by the button. */
const ENDS = ['removeItem', 'clear', 'expiry', 'end_other_sessions'] as const;

for (const how of ENDS) {
  test(`an edit that waits when the session ends by ${how} is parked, and arrives when the same person is back`, async ({ tabs, list, lists, ann, outside, elsewhere, context, network, open }) => {
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('nails');
    await expectEdits(outside, 1);
    if (how === 'removeItem') await outside.evaluate((key) => localStorage.removeItem(key), KEY);
    if (how === 'clear') await outside.evaluate(() => localStorage.clear());
    if (how === 'end_other_sessions') await elsewhere.post('/api/end_other_sessions', { form: {} });
    if (how === 'expiry') {
      await context.clearCookies({ name: 'lockstep' });
      await lists.page.evaluate(() => dispatchEvent(new Event('online')));
    }
    for (const tab of tabs) await tab.landed('/');
    for (const tab of tabs) await tab.expectNothing([...SECRETS, 'nails']);
    await expectEdits(outside, 1);
    busy.end();

    if (how === 'end_other_sessions') {
      // It is not somebody else's to make, nor to be asked about.
      await createAccount(outside.request);
      for (const tab of tabs) tab.requests.length = 0;
      const theirs = await open('/lists');
      for (const tab of tabs) await tab.landed('/lists');
      expect(await (await elsewhere.get(ann.list)).text()).not.toContain('nails');
      await theirs.app.signOut();
      for (const tab of [...tabs, theirs]) {
        await tab.landed('/');
        expect(tab.posts('push')).toEqual([]);
      }
      await expectEdits(outside, 1);
    }

    const back = await open('/login');
    await back.app.sendCredentials(ann.account, 'Sign in');
    await back.landed('/lists');
    await back.app.expectSaved(ann.list, [...GROCERIES, '[ ] nails'], TAKEN_OVER_MS);
    await expectEdits(outside, 0);
  });
}
