// How the list page does with more and more items: until it can be used, and what a click costs then. The figures are
// of one machine and one run, side by side: what counts is how they grow.

import type { Page } from '@playwright/test';
import { createAccount, createList } from '../fixtures/arrange';
import { Cost, quantile } from '../fixtures/cost';
import { Device } from '../fixtures/device';
import { countMutations } from '../fixtures/mutations';
import { test } from '../fixtures/test';

const LENGTHS = [10, 100, 1_000, 10_000];
/** In the page, one after the other: until the document is right. */
const TICKS = 15;
/** With the mouse, each once the one before it is settled. */
const CLICKS = 50;
const MINUTE_MS = 60_000;

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

/** What a toggle costs from the click until it is confirmed, over `CLICKS` of them. */
async function toggles(page: Page): Promise<object> {
  const box = (await page.locator('.todo-list li:nth-child(3) .toggle').boundingBox())!;
  const cost = await Cost.of(page);
  await cost.measureClicks();
  const mutations = await countMutations(page);
  const before = { bytes: await cost.bytes(), work: await cost.taskMs() };
  for (let n = 0; n < CLICKS; n += 1) {
    const confirmed = page.waitForResponse(/\/api\/push$/);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await (await confirmed).finished();
    await page.locator('.todo-list li:nth-child(3):not([data-sync])').waitFor();
  }
  const clicks = await cost.clicks();
  const work = await cost.taskMs();
  const records = await mutations();
  const { js, wasm } = await cost.memory();
  const [dom, paint] = [clicks.map((click) => click.dom), clicks.map((click) => click.paint)];
  const spread = (values: number[]) => [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(1)).join(' / ');
  return {
    'DOM ms p50/p95/max': spread(dom),
    'paint ms p50/p95/max': spread(paint),
    'DOM mutations': records / CLICKS,
    'work ms': ms((work - before.work) / CLICKS),
    'network B': Math.round(((await cost.bytes()) - before.bytes) / CLICKS),
    'JS heap MB': ms(js / 1e6),
    'wasm MB': ms(wasm / 1e6),
  };
}

const ms = (value: number): number => Number(value.toFixed(1));

test('the list page', async ({ app, page, network }) => {
  test.setTimeout(10 * MINUTE_MS);
  await page.addInitScript(countLongTasks);
  const account = await createAccount(page.request);
  const rows = [];
  const perToggle = [];
  for (const length of LENGTHS) {
    const path = await createList(page.request, `${length} items`);
    await (await Device.signIn(network, account, path)).fill(length);
    await app.goto(path);
    const loaded = await page.evaluate(() => ({
      'HTML kB': Math.round(performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).decodedBodySize)[0]! / 1000),
      'painted ms': Math.round(performance.getEntriesByName('first-contentful-paint')[0]!.startTime),
      'hydrated ms': Math.round(performance.getEntriesByName('hydrated')[0]!.startTime),
      'long tasks': (window as unknown as { longTasks: { count: number } }).longTasks.count,
      'longest ms': Math.round((window as unknown as { longTasks: { longest: number } }).longTasks.longest),
    }));
    perToggle.push({ items: length, ...(await toggles(page)) });
    const ticks = [];
    for (let n = 0; n < TICKS; n += 1) {
      ticks.push(await click(page, '.todo-list li:nth-child(3) .toggle', { row: 2, className: n % 2 === 0 ? 'completed' : '' }));
    }
    const active = await click(page, '.filters a[href$="/active"]', { rows: length - 1 });
    const all = await click(page, '.filters li:first-child a', { rows: length });
    const tickAll = await click(page, '.toggle-all', { row: length - 1, className: 'completed' });
    rows.push({ items: length, ...loaded, 'tick ms': ms(quantile(ticks, 0.5)), 'Active ms': ms(active), 'All ms': ms(all), 'tick all ms': ms(tickAll) });
  }
  console.log('The page, and single clicks until the document is right');
  console.table(rows);
  console.log(`A toggle, of ${CLICKS} with the mouse, until it is confirmed`);
  console.table(perToggle);
});
