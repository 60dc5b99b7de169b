// The page of my lists follows what others do.

import type { Page } from '@playwright/test';
import { createAccount, createList, share } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

/** Has a page note the milliseconds from the end of each socket to the next one. */
async function noteGaps(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const gaps: number[] = [];
    let ended: number | undefined;
    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL) {
        if (ended !== undefined) gaps.push(Date.now() - ended);
        super(address);
        this.addEventListener('close', () => (ended = Date.now()));
      }
    };
    Object.assign(window, { gaps });
  });
}

const gaps = (page: Page) => page.evaluate(() => (window as unknown as { gaps: number[] }).gaps);

test('a list that is shared with me appears, its counter moves, and it goes when I am removed', async ({ app, page, browser, network }) => {
  await createAccount(page.request);
  await app.goto('/lists');
  const context = await browser.newContext({ baseURL: network.url });
  const owner = context.request;
  const { name } = await createAccount(owner);
  const path = await createList(owner, 'Groceries', ['milk']);
  const list = path.slice('/lists/'.length);
  await share(owner, path, page.request);
  const entry = page.locator('.lists li').filter({ hasText: 'Groceries' });
  await expect(entry).toContainText('1 item left');
  await expect(entry).toContainText(name);
  await owner.post('/api/add_todo', { form: { list, title: 'bread' } });
  await expect(entry).toContainText('2 items left');
  await owner.post('/api/rename_list', { form: { list, name: 'Groceries for the week' } });
  await expect(entry).toContainText('Groceries for the week');
  const members = await owner.post('/api/members', { data: { list } });
  const me = ((await members.json()) as { user: string; role: string }[]).find(({ role }) => role === 'editor')!;
  await owner.post('/api/remove_member', { form: { list, member: me.user } });
  await expect(entry).toHaveCount(0);
  await context.close();
});

test('a server that takes no sockets is asked ever more seldom, and found again', async ({ app, page, network }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  network.letsSocketsThrough = false;
  // The page's time stands still but for what is passed here, a second at a time, whatever a refusal really takes.
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await noteGaps(page);
  // Full jitter: anything from 250 ms to a cap that doubles, both ends included.
  const chances = [0, 0.5, 1 - Number.EPSILON];
  await page.addInitScript((chances) => {
    let calls = 0;
    Math.random = () => chances[calls++ % chances.length]!;
  }, chances);
  await app.goto('/lists');
  const pass = async () => {
    await page.clock.runFor(1_000);
    return gaps(page);
  };
  await expect.poll(async () => (await pass()).length, { intervals: [10], timeout: 20_000 }).toBeGreaterThan(8);
  for (const [n, gap] of (await gaps(page)).entries()) {
    const cap = Math.min(500 * 2 ** n, 15_000);
    // To the nearest ten: timers know no fractions of a millisecond.
    expect.soft(gap, `wait ${n}`).toBeCloseTo(250 + (cap - 250) * chances[n % chances.length]!, -1);
  }

  network.letsSocketsThrough = true;
  await createList(page.request, 'Groceries');
  const entry = page.locator('.lists li').filter({ hasText: 'Groceries' });
  await expect.poll(async () => (await pass(), entry.count()), { intervals: [10], timeout: 20_000 }).toBe(1);
  // It was welcomed: the next wait is a short one again.
  const before = (await gaps(page)).length;
  network.cut();
  network.restore();
  await expect.poll(async () => (await pass()).length, { intervals: [10] }).toBeGreaterThan(before);
  expect((await gaps(page)).at(before)).toBeLessThanOrEqual(500);
});

test('who comes back, or is online again, need not wait', async ({ app, page, network }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  network.letsSocketsThrough = false;
  // Time stands still from here on: no wait ends by itself.
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await noteGaps(page);
  await app.goto('/lists');
  for (const [n, kind] of ['online', 'visibilitychange', 'pageshow'].entries()) {
    // Until it waits: what comes earlier finds a socket that has not failed yet.
    const told = async () => {
      await page.evaluate((kind) => dispatchEvent(new PageTransitionEvent(kind, { persisted: true })), kind);
      return (await gaps(page)).length;
    };
    await expect.poll(told, { intervals: [10] }).toBeGreaterThan(n);
  }
  expect(new Set(await gaps(page))).toEqual(new Set([0]));
});

test('what changed while the network was away is there once it is back', async ({ app, page, network }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  await createList(page.request, 'Groceries');
  const welcomed = new Promise((resolve) => page.on('websocket', (socket) => socket.on('framereceived', resolve)));
  await app.goto('/lists');
  await welcomed;
  network.cut();
  const other = await page.context().newPage();
  network.restore();
  await createList(other.request, 'Tools');
  await expect(page.locator('.lists li').filter({ hasText: 'Tools' })).toBeVisible();
});
