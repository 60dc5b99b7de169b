// How the list page does with more and more items: until it can be used, and what a click costs then. The figures are
// of one machine and one run, side by side: what counts is how they grow.

import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { createAccount, createList } from '../fixtures/arrange';
import { test } from '../fixtures/test';

const LENGTHS = [10, 100, 1_000, 10_000];
/** Mutations that a push may carry. */
const PUSH = 500;
const TICKS = 15;
const MINUTE_MS = 60_000;

/** Fills a list as an outside client does, in pushes of 500. */
async function fill(page: Page, path: string, length: number): Promise<void> {
  const list = path.slice('/lists/'.length);
  const client = randomUUID();
  for (let first = 1; first <= length; first += PUSH) {
    const mutations = Array.from({ length: Math.min(PUSH, length - first + 1) }, (_, n) => ({
      mid: first + n,
      op: { type: 'ADD_TODO', id: randomUUID(), title: `Item ${first + n} of many`, position: `a${String(first + n).padStart(6, '0')}` },
    }));
    const answer = await page.request.post('/api/push', { data: { list, client, mutations } });
    if (!answer.ok()) throw new Error(`push: ${answer.status()} ${await answer.text()}`);
  }
}

/** Keeps count of tasks over 50 ms, from the document's beginning. */
function countLongTasks(): void {
  const seen = { count: 0, longest: 0 };
  (window as unknown as { longTasks: typeof seen }).longTasks = seen;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.count += 1;
      seen.longest = Math.max(seen.longest, duration);
    }
  }).observe({ type: 'longtask', buffered: true });
  new MutationObserver(() => {
    if (!document.documentElement.hasAttribute('data-hydrated')) return;
    performance.mark('hydrated');
  }).observe(document, { subtree: true, attributeFilter: ['data-hydrated'] });
}

/** What a click is to bring about, in the list's element: so many rows, or a row (from 0) of this class. */
type Effect = { rows: number } | { row: number; className: string };

/** Milliseconds from a click until the document has what it brings about. */
async function click(page: Page, selector: string, effect: Effect): Promise<number> {
  return page.evaluate(
    async ({ selector, effect }) => {
      const target = document.querySelector<HTMLElement>(selector)!;
      const { children } = document.querySelector('.todo-list')!;
      const isDone = () => ('rows' in effect ? children.length === effect.rows : children[effect.row]!.className === effect.className);
      // A task each time, so that whatever the page has put off is done.
      const { port1, port2 } = new MessageChannel();
      const task = () => new Promise((done) => ((port1.onmessage = done), port2.postMessage(0)));
      const began = performance.now();
      target.click();
      while (!isDone()) await task();
      return performance.now() - began;
    },
    { selector, effect },
  );
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

test('the list page', async ({ app, page }) => {
  test.setTimeout(10 * MINUTE_MS);
  await page.addInitScript(countLongTasks);
  await createAccount(page.request);
  const rows = [];
  for (const length of LENGTHS) {
    const path = await createList(page.request, `${length} items`);
    await fill(page, path, length);
    await app.goto(path);
    const loaded = await page.evaluate(() => ({
      'HTML kB': Math.round(performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).decodedBodySize)[0]! / 1000),
      'painted ms': Math.round(performance.getEntriesByName('first-contentful-paint')[0]!.startTime),
      'hydrated ms': Math.round(performance.getEntriesByName('hydrated')[0]!.startTime),
      'long tasks': (window as unknown as { longTasks: { count: number } }).longTasks.count,
      'longest ms': Math.round((window as unknown as { longTasks: { longest: number } }).longTasks.longest),
    }));
    const ticks = [];
    for (let n = 0; n < TICKS; n += 1) {
      ticks.push(await click(page, 'li:nth-child(3) .toggle', { row: 2, className: n % 2 === 0 ? 'completed' : '' }));
    }
    const active = await click(page, '.filters a[href$="/active"]', { rows: length - 1 });
    const all = await click(page, '.filters li:first-child a', { rows: length });
    const tickAll = await click(page, '.toggle-all', { row: length - 1, className: 'completed' });
    const ms = (value: number) => Number(value.toFixed(1));
    rows.push({ items: length, ...loaded, 'tick ms': ms(median(ticks)), 'Active ms': ms(active), 'All ms': ms(all), 'tick all ms': ms(tickAll) });
  }
  console.table(rows);
});
