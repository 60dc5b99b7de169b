// Pages without a network: as they were last seen, for whoever is signed in and nobody else, and always with the files
// they were made with.

import type { Page } from '@playwright/test';
import type { App } from '../fixtures/app';
import { createAccount, createList } from '../fixtures/arrange';
import { everything, expectCopies, expectCopy } from '../fixtures/copies';
import { expect, KEY, SECRETS, test } from '../fixtures/tabs';

test.use({ serviceWorkers: 'allow' });
test.beforeEach(({ app }) => app.expectNetworkErrors());

/** How long a page may take that comes because the network hangs: four seconds, and then it is drawn. */
const PATIENCE_MS = 4_000;
const HELD_MS = 8_000;
const TRIED_MS = 20_000;

/** The worker is there, and has copies of Ann's list and her lists. */
async function settle(app: App, list: string): Promise<void> {
  await app.goto(list);
  await expectCopies(app.page, [list]);
  await app.goto('/lists');
  await expectCopies(app.page, [list, '/lists']);
}

async function expectOffline(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/You are offline|No connection/);
  await expect(page.getByRole('link', { name: 'Try again' })).toBeVisible();
}

/** Neither shown nor kept. */
async function expectNothingOf(page: Page, secrets = SECRETS): Promise<void> {
  const html = await page.content();
  const kept = await everything(page);
  for (const secret of secrets) {
    expect(html).not.toContain(secret);
    expect(kept).not.toContain(secret);
  }
}

for (const how of ['cut', 'switched off'] as const) {
  test(`with the network ${how} a list is there again, with its filters, and what is done is sent later`, async ({ app, ann, network, context }) => {
    test.setTimeout(60_000);
    await settle(app, ann.list);
    await app.goto(ann.list);
    await app.tick('oat milk');
    await app.expectSync('oat milk', null);
    await app.reload();
    await expectCopy(app.page, ann.list, 'class="completed"');

    network.cut();
    if (how === 'switched off') await context.setOffline(true);
    await app.reload();
    await app.expectRows(['[x] oat milk', '[ ] rye bread']);
    await app.page.getByRole('link', { name: 'Active' }).click();
    await app.expectRows(['[ ] rye bread']);
    await app.reload();
    expect(new URL(app.page.url()).pathname).toBe(`${ann.list}/active`);
    await app.expectRows(['[ ] rye bread']);
    await expect(app.page.locator('.filters .selected')).toHaveText('Active');
    await app.page.getByRole('link', { name: 'All' }).click();
    await app.expectRows(['[x] oat milk', '[ ] rye bread']);
    await app.tick('rye bread');
    await expect(app.connection).toHaveText(/offline, 1 change waiting/i);

    network.restore();
    await context.setOffline(false);
    await app.expectSaved(ann.list, ['[x] oat milk', '[x] rye bread'], TRIED_MS);
  });
}

test('a list that was opened under a filter is there without it, too', async ({ app, ann, network }) => {
  await app.goto('/lists');
  await expectCopies(app.page, ['/lists']);
  await app.goto(`${ann.list}/completed`);
  await expectCopies(app.page, ['/lists', `${ann.list}/completed`]);
  network.cut();
  await app.goto(ann.list);
  expect(new URL(app.page.url()).pathname).toBe(`${ann.list}/completed`);
  await app.page.getByRole('link', { name: 'All' }).click();
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);
});

test('the first page of all is there without having been opened a second time', async ({ app, ann, network }) => {
  await app.goto(ann.list);
  await expectCopies(app.page, [ann.list]);
  network.cut();
  await app.reload();
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);
});

test('an edit does not wait for the service worker, as what it keeps does', async ({ app, ann }) => {
  await settle(app, ann.list);
  await app.goto(ann.list);
  await app.tick('oat milk');
  await app.expectSync('oat milk', null);
  const routes = await app.page.evaluate(() => {
    // Which of the worker's static routes was taken, if any: newer than TypeScript's list.
    type Routed = PerformanceResourceTiming & { workerMatchedSourceType: string };
    const requests = performance.getEntriesByType('resource') as Routed[];
    const of = (part: string) => requests.filter(({ name }) => name.includes(part)).map((request) => request.workerMatchedSourceType);
    return { edits: of('/api/push'), code: of('.wasm') };
  });
  expect(routes).toEqual({ edits: ['network'], code: [''] });
});

test('a browser that is started offline shows the lists, and leads to the one that it has', async ({ app, ann, network, context, open }) => {
  await settle(app, ann.list);
  await app.page.close();
  network.cut();
  await context.setOffline(true);
  const lists = await open('/');
  expect(new URL(lists.page.url()).pathname).toBe('/lists');
  await lists.page.getByRole('link', { name: 'Our groceries' }).click();
  await lists.landed(ann.list);
  await lists.app.expectRows(['[ ] oat milk', '[ ] rye bread']);
});

test('what is not kept says so, leads to what is, and tries again', async ({ app, ann, network }) => {
  await settle(app, ann.list);
  const other = await createList(app.page.request, 'Tools & <b>more</b>', ['hammer']);
  await app.goto('/settings');
  network.cut();
  for (const path of [other, '/settings', '/nowhere']) {
    const answer = await app.open(path);
    await expectOffline(app.page);
    expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(await app.page.locator('script').count()).toBe(0);
    await expect(app.page).toHaveTitle('Offline · Lockstep');
  }
  await expect(app.page.getByRole('navigation', { name: 'Lists on this device' }).getByRole('link')).toHaveText(['Our groceries']);
  await app.open(other);
  network.restore();
  await app.page.getByRole('link', { name: 'Try again' }).click();
  await app.landed(other);
  await app.expectRows(['[ ] hammer']);
  await expectCopies(app.page, [ann.list, '/lists', other]);
  network.cut();
  await app.open('/settings');
  await expect(app.page.getByRole('navigation').getByRole('link')).toHaveText(['Tools & <b>more</b>', 'Our groceries']);
  await app.page.getByRole('link', { name: 'Our groceries' }).click();
  await app.landed(ann.list);
  await app.open('/settings');
  await app.page.getByRole('link', { name: 'Your lists' }).click();
  await app.landed('/lists');
});

test('when the network hangs the copy comes after four seconds, and is renewed when the answer is there', async ({ app, ann, network, elsewhere }) => {
  test.setTimeout(60_000);
  await settle(app, ann.list);
  const list = ann.list.slice('/lists/'.length);
  expect((await elsewhere.post('/api/add_todo', { form: { list, title: 'tea' } })).status()).toBe(200);
  const held = network.hold();
  const began = Date.now();
  await app.page.goto(ann.list, { waitUntil: 'domcontentloaded', timeout: HELD_MS });
  expect(Date.now() - began).toBeGreaterThanOrEqual(PATIENCE_MS - 100);
  await app.hydrated();
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);
  held.release();
  await expectCopy(app.page, ann.list, 'tea');
});

test('a proxy that reaches no server is no answer where there is a copy', async ({ app, ann, network }) => {
  await settle(app, ann.list);
  network.fail(/^\/(lists|settings)/, { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }, {});
  await app.goto(ann.list);
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);
  expect((await app.open('/settings')).status()).toBe(502);
});

test('nothing but pages and files goes through the worker, and a page at an address with a question is not kept', async ({ app, ann }) => {
  await settle(app, ann.list);
  const [asked, other] = [await createList(app.page.request, 'Asked'), await createList(app.page.request, 'Other')];
  const answer = await app.goto(`${asked}?a=b`);
  expect(answer.fromServiceWorker()).toBe(true);
  expect(answer.headers()['cache-control']).toBe('no-store');
  await app.goto(other);
  await expectCopies(app.page, [ann.list, '/lists', other]);
  const workers: Record<string, boolean> = {};
  app.page.on('response', (one) => (workers[new URL(one.url()).pathname] = one.fromServiceWorker()));
  const fetched = ['/api/me', '/healthz', '/readyz', '/favicon.svg'];
  await app.page.evaluate(async (paths) => {
    for (const path of paths) await fetch(path, { method: path === '/api/me' ? 'POST' : 'GET' });
  }, fetched);
  await app.reload();
  await expect.poll(() => Object.keys(workers).filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
  for (const [path, worker] of Object.entries(workers)) {
    expect(worker, path).toBe(!/^\/(api|healthz|readyz|robots)/.test(path));
  }
});

test('of many pages the latest fifty are kept', async ({ app, ann }) => {
  test.setTimeout(120_000);
  await settle(app, ann.list);
  const paths: string[] = [];
  for (let n = 0; n < 50; n += 1) paths.push(await createList(app.page.request, `List ${n}`));
  for (const path of paths.slice(0, 40)) await app.open(path);
  await expectCopies(app.page, [ann.list, '/lists', ...paths.slice(0, 40)]);
  // Seen again, the first one is not the oldest any more.
  await app.goto(ann.list);
  for (const path of paths.slice(40)) await app.open(path);
  await expectCopies(app.page, [ann.list, ...paths.slice(1)]);
});

test('a list that is no longer for this person is not kept either', async ({ app, ann, network, elsewhere }) => {
  await settle(app, ann.list);
  const form = { list: ann.list.slice('/lists/'.length) };
  expect((await elsewhere.post('/api/delete_list', { form })).status()).toBe(200);
  await app.goto(ann.list);
  await expectCopies(app.page, ['/lists']);
  network.cut();
  await app.open(ann.list);
  await expectOffline(app.page);
});

test.describe('after', () => {
  test.beforeEach(async ({ app, ann }) => {
    await settle(app, ann.list);
    await app.goto(ann.list);
  });

  /** All is gone, and stays so without a network. */
  async function expectGone(page: Page, cut: () => void, list: string): Promise<void> {
    await expectCopies(page, []);
    cut();
    for (const path of [list, '/lists', '/']) {
      await page.goto(path, { waitUntil: 'domcontentloaded' });
      await expectOffline(page);
      await expectNothingOf(page);
    }
  }

  test('signing out by the button nothing is there', async ({ app, ann, network }) => {
    expect(await everything(app.page)).toContain('oat milk');
    await app.signOut();
    await expectGone(app.page, () => network.cut(), ann.list);
  });

  test('signing out before the page is taken over nothing is there', async ({ app, ann, network }) => {
    network.hold(/\.wasm$/);
    await app.page.evaluate(async () => {
      for (const name of await caches.keys()) if (name.startsWith('lockstep-build')) await caches.delete(name);
    });
    await app.open('/settings');
    await app.button('Sign out').click();
    await app.page.waitForURL(({ pathname }) => pathname === '/', { waitUntil: 'domcontentloaded' });
    network.reset();
    await expectGone(app.page, () => network.cut(), ann.list);
  });

  test('the button was pressed without a network nothing is there', async ({ app, ann, network }) => {
    network.cut();
    await app.button('Sign out').click();
    await expect(app.page.getByRole('status')).toContainText('You are signed out.');
    for (const path of ['/lists', ann.list]) {
      await app.open(path);
      await expectOffline(app.page);
      await expectNothingOf(app.page);
    }
  });

  test('another tab took the user away without a network nothing is there', async ({ app, ann, network, outside }) => {
    network.cut();
    await outside.evaluate((key) => localStorage.removeItem(key), KEY);
    await expect(app.page.getByRole('status')).toContainText('You are signed out.');
    await expectGone(outside, () => {}, ann.list);
  });

  for (const kind of ['removeItem', 'clear', 'end'] as const) {
    test(`a session's end by ${kind} nothing is there`, async ({ app, ann, network, outside, elsewhere }) => {
      if (kind === 'removeItem') await outside.evaluate((key) => localStorage.removeItem(key), KEY);
      if (kind === 'clear') await outside.evaluate(() => localStorage.clear());
      if (kind === 'end') await elsewhere.post('/api/end_other_sessions', { form: {} });
      await expect.poll(() => new URL(app.page.url()).pathname).toBe('/');
      await app.hydrated();
      await expectGone(app.page, () => network.cut(), ann.list);
    });
  }

  test('a session that ended while no page was open, the first answer takes the copies away', async ({ app, ann, network, elsewhere, outside }) => {
    await app.page.close();
    await elsewhere.post('/api/end_other_sessions', { form: {} });
    await outside.goto(ann.list, { waitUntil: 'commit' });
    expect(new URL(outside.url()).pathname).toBe('/login');
    await expectGone(outside, () => network.cut(), ann.list);
  });

  test('somebody else has signed in only theirs is there', async ({ app, ann, network, open, outside }) => {
    await createAccount(outside.request);
    const tools = await createList(outside.request, 'Tools', ['hammer']);
    const tab = await open(tools);
    await app.landed('/lists');
    await expectNothingOf(tab.page);
    await tab.app.reload();
    await expectCopy(tab.page, tools, 'hammer');
    network.cut();
    await tab.app.reload();
    await tab.app.expectRows(['[ ] hammer']);
    await tab.app.open(ann.list);
    await expectOffline(tab.page);
    await expectNothingOf(tab.page, [...SECRETS, ann.account.name]);
  });

  test('a change of accounts that no page was told of, the first page of theirs takes the copies away', async ({ app, ann, network, outside }) => {
    await app.page.close();
    await createAccount(outside.request);
    await outside.goto('/lists', { waitUntil: 'commit' });
    await expectGone(outside, () => network.cut(), ann.list);
  });

  test('signing out a document that was on its way then is not kept', async ({ app, ann, network, open }) => {
    const leaver = await open('/settings');
    const stored = await leaver.page.evaluate((key) => localStorage.getItem(key)!, KEY);
    // The server has answered for Ann; the answer arrives when she is gone.
    const held = network.hold(new RegExp(`^${ann.list}$`));
    await app.page.evaluate((path) => void (location.href = path), '/robots.txt');
    await expect.poll(() => app.page.url()).toContain('robots');
    const late = app.page.goto(ann.list, { waitUntil: 'commit', timeout: HELD_MS });
    await held.waiting();
    await leaver.app.signOut();
    await expectCopies(leaver.page, []);
    // That page learns nothing of it, and so does not help.
    network.hold(/^\/(api|ws)/);
    await leaver.page.evaluate(([key, value]) => localStorage.setItem(key!, value!), [KEY, stored]);
    held.release();
    expect(await (await late)!.text()).toContain('oat milk');
    await app.hydrated();
    await expectGone(leaver.page, () => network.cut(), ann.list);
  });
});

test('a cache that is deleted while it is open takes nothing in that anybody sees', async ({ app }) => {
  // What the worker relies on.
  await app.goto('/login');
  const seen = await app.page.evaluate(async () => {
    const old = await caches.open('x');
    await caches.delete('x');
    await old.put('/a', new Response('a'));
    const before = await caches.has('x');
    const now = await caches.open('x');
    await old.put('/b', new Response('b'));
    return [before, (await now.keys()).length, (await caches.match('/b')) === undefined];
  });
  expect(seen).toEqual([false, 0, true]);
});
