// Edits beyond one run of one tab: kept until the server has them, shown in the other tabs, sent by whichever is there.

import { createList } from '../fixtures/arrange';
import { BUSY, PUSH } from '../fixtures/busy';
import { launchOptions } from '../fixtures/chromium';
import { editsKept, expectEdits, listsKept } from '../fixtures/storage';
import { expect, test, type Tab } from '../fixtures/tabs';

/** Another tab leaves a list to whoever shows it, for a moment. */
const TAKEN_OVER_MS = 15_000;

test.use({ launchOptions: { ...launchOptions(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

test.beforeEach(({ list }) => list.app.expectNetworkErrors());

test('what is confirmed is not kept any longer', async ({ list, ann }) => {
  await list.app.addTodo('bread');
  await list.app.expectSync('bread', null);
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  await expectEdits(list.page, 0);
});

test('edits that wait are there after a reload, with their marks, and arrive once and in order', async ({ list, ann, network }) => {
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await list.app.retitle('bread', 'white bread');
  await list.app.tick('white bread');
  await list.app.delete('oat milk');
  await expectEdits(list.page, 4);
  await list.app.reload();
  await list.app.expectRows(['[ ] rye bread', '[x] white bread']);
  await list.app.expectSync('white bread', 'pending');
  busy.end();
  await list.app.reload();
  await list.app.expectSync('white bread', null);
  await list.app.expectSaved(ann.list, ['[ ] rye bread', '[x] white bread']);
  await list.app.expectRows(['[ ] rye bread', '[x] white bread']);
  await expectEdits(list.page, 0);
});

test('edits whose answer was lost are sent again after a reload, and made once', async ({ list, ann, network }) => {
  const lost = network.lose(/^\/(api\/push|ws)/, {});
  await list.app.addTodo('bread');
  await lost.used();
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  lost.end();
  await list.app.reload();
  await list.app.expectRows(['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  await list.app.expectSync('bread', null);
  await expectEdits(list.page, 0);
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
});

test('what was refused is told again after a reload, until it is dismissed', async ({ list, network }) => {
  network.meddle(PUSH, { request: (body) => body.replace('"title":"bread"', '"title":""') }, { times: 1 });
  await list.app.newTodo.fill('bread');
  await list.app.newTodo.press('Enter');
  await expect(list.app.reviewed('bread')).toBeVisible();
  await expectEdits(list.page, 1);
  await list.app.reload();
  await expect(list.app.reviewed('bread')).toBeVisible();
  await list.app.expectRows(['[ ] oat milk', '[ ] rye bread']);
  await list.app.reviewed('bread').getByRole('button', { name: 'Discard' }).click();
  await expect(list.app.review).toBeHidden();
  await expectEdits(list.page, 0);
  await list.app.reload();
  await expect(list.app.review).toBeHidden();
});

test('another tab shows what waits in this one, offline too, and settles it with it', async ({ list, open, ann, network }) => {
  const other = await open(ann.list);
  await expect(other.app.connection).toHaveAttribute('data-state', 'live');
  network.cut();
  await list.app.addTodo('bread');
  await other.app.expectRows(['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  await other.app.expectSync('bread', 'pending');
  await other.app.tick('rye bread');
  await list.app.expectRows(['[ ] oat milk', '[x] rye bread', '[ ] bread']);
  network.restore();
  for (const { app } of [list, other]) {
    await app.expectSync('bread', null, 20_000);
    await app.expectSync('rye bread', null, 20_000);
    await app.expectRows(['[ ] oat milk', '[x] rye bread', '[ ] bread']);
  }
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[x] rye bread', '[ ] bread']);
  await expectEdits(list.page, 0);
});

test('a tab that comes while another one has edits waiting shows them, and leaves them to it, even if that one is too busy to speak', async ({ list, open, ann, network }) => {
  await list.page.evaluate(() => (BroadcastChannel.prototype.postMessage = () => {}));
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await expectEdits(list.page, 1);
  const other = await open(ann.list);
  await other.app.expectSync('bread', 'pending');
  const tries = list.posts('push').length;
  await expect.poll(() => list.posts('push').length, { timeout: TAKEN_OVER_MS }).toBeGreaterThan(tries);
  busy.end();
  await other.app.expectSync('bread', null, TAKEN_OVER_MS);
  await other.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  expect(other.posts('push')).toEqual([]);
  await expectEdits(other.page, 0);
});

test('what a closed tab left is sent by another one that shows the list', async ({ list, open, ann, network }) => {
  const other = await open(ann.list);
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await expectEdits(other.page, 1);
  await other.app.expectSync('bread', 'pending');
  await list.page.close({ runBeforeUnload: true });
  busy.end();
  await other.app.expectSync('bread', null, TAKEN_OVER_MS);
  await other.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
  await expectEdits(other.page, 0);
});

test('what a closed tab left is sent by a page that shows something else', async ({ list, lists, ann, network }) => {
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await expectEdits(lists.page, 1);
  await list.page.close();
  busy.end();
  await lists.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread'], TAKEN_OVER_MS);
  await expectEdits(lists.page, 0);
});

test('what is refused while the page shows something else is told where its list is', async ({ list, lists, open, ann, network }) => {
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await expectEdits(lists.page, 1);
  await list.page.close();
  network.meddle(PUSH, { request: (body) => body.replace('"title":"bread"', '"title":""') }, {});
  busy.end();
  await expect.poll(async () => (await editsKept(lists.page)).join(), { timeout: TAKEN_OVER_MS }).toContain('REJECTED');
  const again = await open(ann.list);
  await expect(again.app.reviewed('bread')).toBeVisible();
  await again.app.reviewed('bread').getByRole('button', { name: 'Discard' }).click();
  await expectEdits(again.page, 0);
});

test('who comes back to another page has everything sent that was left in all lists', async ({ list, open, context, ann, network }) => {
  const second = await createList(context.request, 'Hardware');
  const other = await open(second);
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await other.app.addTodo('nails');
  await other.app.tick('nails');
  await expectEdits(other.page, 3);
  // Not the last page: the browser stays.
  const empty = await context.newPage();
  await list.page.close();
  await other.page.close();
  busy.end();
  const settings = await open('/settings');
  await settings.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread'], TAKEN_OVER_MS);
  await settings.app.expectSaved(second, ['[x] nails'], TAKEN_OVER_MS);
  await expectEdits(settings.page, 0);
  await empty.close();
});

test('a reload takes its own edits up itself, whoever else is there', async ({ list, lists, ann, network }) => {
  const busy = network.fail(PUSH, BUSY, {});
  await list.app.addTodo('bread');
  await expectEdits(list.page, 1);
  const pushes = lists.posts('push').length;
  busy.end();
  await list.app.reload();
  await list.app.expectSync('bread', null);
  await expectEdits(list.page, 0);
  expect(lists.posts('push').length).toBe(pushes);
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
});

test('a list is kept as it was seen last, and no longer than it is theirs', async ({ list, context, ann }) => {
  await list.app.addTodo('bread');
  await list.app.expectSync('bread', null);
  await expect.poll(async () => (await listsKept(list.page)).length).toBe(1);
  await context.request.post('/api/delete_list', { form: { list: ann.list.slice('/lists/'.length) } });
  await expect(list.app.items).toHaveCount(0);
  await expect.poll(async () => (await listsKept(list.page)).length).toBe(0);
});

test('a database that the browser closes is opened once more', async ({ context, open, outside, ann, network }) => {
  await context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...which) {
      const request = open.apply(this, which);
      request.addEventListener('success', () => Object.assign(window, { database: request.result }));
      return request;
    };
  });
  const { app, page } = await open(ann.list);
  network.fail(PUSH, BUSY, {});
  await app.addTodo('bread');
  await expectEdits(outside, 1);
  await page.evaluate(() => (window as unknown as { database: IDBDatabase }).database.close());
  await app.addTodo('butter');
  await expectEdits(outside, 2);
  await expect(app.notices).toHaveCount(0);
});

test('nothing is sent before it is on the disk', async ({ context, open, outside, ann }) => {
  interface Held {
    strict: boolean[];
    letGo: () => void;
  }
  // The page hears that a transaction is complete when the test says so.
  await context.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete')!;
    const strict: boolean[] = [];
    let letGo = () => {};
    const held = new Promise<void>((go) => (letGo = go));
    Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
      set(this: IDBTransaction, done: () => void) {
        if (this.objectStoreNames.contains('queue')) strict.push(this.durability === 'strict');
        set!.call(this, () => held.then(done));
      },
    });
    Object.assign(window, { held: { strict, letGo } });
  });
  const tab = await open(ann.list);
  const { app, page } = tab;
  await app.addTodo('bread');
  await expectEdits(outside, 1);
  await app.expectSync('bread', 'pending');
  expect(tab.posts('push')).toEqual([]);
  expect(await page.evaluate(() => (window as unknown as { held: Held }).held.strict)).toEqual([true]);
  await page.evaluate(() => (window as unknown as { held: Held }).held.letGo());
  await app.expectSync('bread', null);
  await app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
});

for (const how of ['refuses', 'never answers'] as const) {
  test(`where the database ${how} that is told, edits are sent all the same, and the browser asks before they are lost`, async ({ context, open, ann, network }) => {
    await context.addInitScript((how) => {
      indexedDB.open = () => {
        if (how === 'refuses') throw new DOMException('no room', 'QuotaExceededError');
        return new EventTarget() as IDBOpenDBRequest;
      };
    }, how);
    const { app, page } = await open(ann.list);
    const busy = network.fail(PUSH, BUSY, {});
    await app.addTodo('bread');
    // A database is given five seconds.
    await expect(app.notices.filter({ hasText: 'cannot keep' })).toBeVisible({ timeout: 10_000 });
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    busy.end();
    await app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread'], 20_000);
  });
}

test.describe('without locks, as on plain HTTP', () => {
  test.use({
    ann: async ({ ann, context }, use) => {
      await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
      await use(ann);
    },
  });

  test('edits that wait survive a reload, and arrive once', async ({ list, ann, network }) => {
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('bread');
    await expectEdits(list.page, 1);
    await list.app.reload();
    await list.app.expectSync('bread', 'pending');
    busy.end();
    await list.app.reload();
    await list.app.expectSync('bread', null);
    await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
    await expectEdits(list.page, 0);
  });

  test('a tab that comes leaves to another one what that one says it has', async ({ list, open, ann, network }) => {
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('bread');
    await expectEdits(list.page, 1);
    const other = await open(ann.list);
    await other.app.expectSync('bread', 'pending');
    const tries = list.posts('push').length;
    // They are a second apart: it has had the time that it gives others.
    await expect.poll(() => list.posts('push').length, { timeout: TAKEN_OVER_MS }).toBeGreaterThan(tries + 1);
    busy.end();
    await other.app.expectSync('bread', null, TAKEN_OVER_MS);
    expect(other.posts('push')).toEqual([]);
  });

  test('tabs show each other what waits, and each sends its own', async ({ list, open, ann, network }) => {
    const other = await open(ann.list);
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('bread');
    await other.app.expectSync('bread', 'pending');
    await list.app.addTodo('butter');
    await other.app.expectSync('butter', 'pending');
    busy.end();
    for (const { app } of [list, other]) await app.expectSync('butter', null, 20_000);
    await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread', '[ ] butter']);
    await expectEdits(list.page, 0);
  });
});

test.describe('kept whole by the browser', () => {
  test.use({
    ann: async ({ ann, network }, use) => {
      const headers = { 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' };
      network.meddle(/^\/lists/, { answer: ({ status, body }) => ({ status, body, headers }) });
      await use(ann);
    },
  });

  async function goAway({ page }: Tab): Promise<void> {
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => sessionStorage.setItem('persisted', String(persisted)));
      location.href = '/robots.txt';
    });
    await expect.poll(() => page.url()).toContain('/robots.txt');
  }

  /** Says whether it was kept. */
  async function comeBack({ page }: Tab): Promise<boolean> {
    await page.evaluate(() => history.back()).catch(() => {});
    await expect.poll(() => page.url()).not.toContain('/robots.txt');
    const look = () => page.evaluate(() => sessionStorage.getItem('persisted')).catch(() => undefined);
    await expect.poll(look).not.toBeUndefined();
    return (await look()) === 'true';
  }

  test('a page that comes back counts anew, and goes on', async ({ list, ann }) => {
    await list.app.addTodo('bread');
    await list.app.expectSync('bread', null);
    await expectEdits(list.page, 0);
    await goAway(list);
    expect(await comeBack(list)).toBe(true);
    await list.app.addTodo('butter');
    await list.app.expectSync('butter', null);
    await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread', '[ ] butter']);
    await expectEdits(list.page, 0);
    // Whoever had its lock meanwhile may have gone on with the old numbers.
    const clients = list.posts('push').map((push) => (push.postDataJSON() as { client: string }).client);
    expect(new Set(clients).size).toBe(2);
  });

  test('a page that comes back with edits that wait has them, or what became of them', async ({ list, lists, ann, network }) => {
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('bread');
    await expectEdits(list.page, 1);
    await goAway(list);
    expect(await comeBack(list)).toBe(true);
    busy.end();
    await list.app.hydrated();
    await list.app.expectRows(['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
    await list.app.expectSync('bread', null, TAKEN_OVER_MS);
    await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
    await expectEdits(lists.page, 0);
  });

  test('what a page has that was put away is sent by another one meanwhile', async ({ list, lists, ann, network }) => {
    const busy = network.fail(PUSH, BUSY, {});
    await list.app.addTodo('bread');
    await expectEdits(list.page, 1);
    await goAway(list);
    busy.end();
    await lists.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] bread'], TAKEN_OVER_MS);
    await expectEdits(lists.page, 0);
    expect(await comeBack(list)).toBe(true);
    await list.app.hydrated();
    await list.app.expectRows(['[ ] oat milk', '[ ] rye bread', '[ ] bread']);
    await list.app.expectSync('bread', null);
  });
});
