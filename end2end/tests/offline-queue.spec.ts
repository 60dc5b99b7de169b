// Edits that are made without a network: kept over reloads, closed tabs and restarts, and then made once and in order.

import type { BrowserContext } from '@playwright/test';
import type { App } from '../fixtures/app';
import { createList } from '../fixtures/arrange';
import { expectCopies } from '../fixtures/copies';
import { Device } from '../fixtures/device';
import { expectEdits } from '../fixtures/storage';
import { expect, test } from '../fixtures/tabs';

test.use({ serviceWorkers: 'allow' });
test.beforeEach(({ app }) => app.expectNetworkErrors());
test.setTimeout(120_000);

/** The page tries again by itself; the longest pause between two tries is 15 seconds. */
const ARRIVED_MS = 30_000;
const ROWS = ['[x] item 1', '[x] item 2', '[ ] item 3', '[ ] item 4', '[ ] item 5', '[ ] item 6', '[x] item 7', '[ ] item eight'];

/** Fifteen edits: ten new items, three ticked, one deleted, one with another text; and what the list is then. */
async function editFifteenTimes(app: App): Promise<string[]> {
  for (let n = 1; n <= 10; n += 1) await app.addTodo(`item ${n}`);
  for (const n of [1, 2, 7]) await app.tick(`item ${n}`);
  await app.delete('item 9');
  await app.retitle('item 8', 'item eight');
  const rows = [...ROWS, '[ ] item 10'];
  await app.expectRows(rows);
  return rows;
}

/** Both lists; gives what each is then. */
async function editBoth(app: App, lists: string[]): Promise<string[]> {
  let rows: string[] = [];
  for (const path of lists) {
    await app.goto(path);
    rows = await editFifteenTimes(app);
  }
  return rows;
}

/** Two empty lists that this browser can open without a network. */
async function twoLists(app: App, context: BrowserContext): Promise<[string, string]> {
  const one = await createList(context.request, 'Groceries');
  const other = await createList(context.request, 'Hardware');
  await app.goto(one);
  await expectCopies(app.page, [one]);
  await app.goto(other);
  await expectCopies(app.page, [one, other]);
  return [one, other];
}

/** Each mutation of each client was made once, and in the order in which it was meant. */
async function expectOnceAndInOrder(device: Device, since: number, count: number): Promise<void> {
  const { epoch } = await device.person.snapshot(device.list);
  const { events } = await device.person.delta(device.list, epoch, since);
  expect(events).toHaveLength(count);
  const clients = new Map<string, number[]>();
  for (const { client = '', mid = 0 } of events) clients.set(client, [...(clients.get(client) ?? []), mid]);
  for (const mids of clients.values()) expect(mids).toEqual(mids.map((_, n) => n + 1));
}

for (const answer of ['comes', 'is lost'] as const) {
  test(`thirty edits of two lists, a reload, a closed tab and a new server later: made once and in order, also if the first answer ${answer}`, async ({
    app,
    ann,
    context,
    network,
    server,
    open,
  }) => {
    const lists = await twoLists(app, context);
    network.cut();
    await context.setOffline(true);
    const rows = await editBoth(app, lists);
    await app.reload();
    await app.expectRows(rows);
    await expect(app.connection).toHaveText(/offline, 15 changes waiting/i);
    await expectEdits(app.page, 30);
    await app.page.close();
    const again = await open(lists[1]);
    await again.app.expectRows(rows);
    await server.restart();
    if (answer === 'is lost') network.lose(/^\/api\/push$/);
    await context.setOffline(false);
    network.restore();
    for (const path of lists) await again.app.expectSaved(path, rows, ARRIVED_MS);
    await again.app.expectRows(rows);
    await again.app.expectSync('item eight', null, ARRIVED_MS);
    await expectEdits(again.page, 0);
    for (const path of lists) await expectOnceAndInOrder(await Device.signIn(network, ann.account, path), 0, 15);
  });
}

test('two tabs that edit one list offline: all of both is there, once', async ({ app, ann, context, network, open }) => {
  await app.goto(ann.list);
  await expectCopies(app.page, [ann.list]);
  const other = await open(ann.list);
  await expect(other.app.connection).toHaveAttribute('data-state', 'live');
  const device = await Device.signIn(network, ann.account, ann.list);
  const since = await device.seq();
  network.cut();
  await context.setOffline(true);
  const all = Array.from({ length: 8 }, (_, n) => n + 1);
  for (const n of all) {
    await app.addTodo(`left ${n}`);
    await other.app.addTodo(`right ${n}`);
  }
  await app.tick('oat milk');
  await other.app.tick('rye bread');
  const rows = ['[x] oat milk', '[x] rye bread', ...all.flatMap((n) => [`[ ] left ${n}`, `[ ] right ${n}`])];
  for (const tab of [app, other.app]) await tab.expectRows(rows);
  await other.app.reload();
  await other.app.expectRows(rows);
  await expectEdits(other.page, 18);
  await context.setOffline(false);
  network.restore();
  await app.expectSaved(ann.list, rows, ARRIVED_MS);
  for (const tab of [app, other.app]) {
    await tab.expectSync('right 8', null, ARRIVED_MS);
    await tab.expectRows(rows);
  }
  await expectEdits(other.page, 0);
  await expectOnceAndInOrder(device, since, 18);
});

test('what others did meanwhile and what was done offline come together, whichever comes first, without a flash of what was', async ({
  app,
  ann,
  context,
  network,
}) => {
  for (const first of ['edits', 'events'] as const) {
    const path = await createList(context.request, first, ['milk', 'bread']);
    await app.goto(path);
    const device = await Device.signIn(network, ann.account, path);
    network.cut();
    await app.tick('milk');
    await app.addTodo('butter');
    await device.rename('bread', 'rye bread');
    // What the page shows from now on, change by change.
    await app.page.evaluate(() => {
      const seen: string[] = ((window as unknown as { seen: string[] }).seen = []);
      const list = document.querySelector('ul.todo-list')!;
      const look = () => seen.push([...list.querySelectorAll('li')].map((row) => `${row.className} ${row.textContent}`).join('|'));
      new MutationObserver(look).observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
    });
    const held = network.hold(first === 'edits' ? /^\/ws/ : /^\/api\/push/);
    network.restore();
    await held.lasted(1_000);
    held.release();
    await app.expectRows(['[x] milk', '[ ] rye bread', '[ ] butter']);
    await app.expectSync('butter', null, ARRIVED_MS);
    await app.expectSaved(path, ['[x] milk', '[ ] rye bread', '[ ] butter'], ARRIVED_MS);
    const seen = await app.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect(seen.filter((rows) => !rows.includes('completed') || !rows.includes('butter'))).toEqual([]);
  }
});
