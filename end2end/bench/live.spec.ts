// How long it takes from a click in one browser until another one shows it. Both on this machine, beside the server.

import type { Page } from '@playwright/test';
import { createAccount, createList, share } from '../fixtures/arrange';
import { quantile } from '../fixtures/cost';
import { Device } from '../fixtures/device';
import { expect, test } from '../fixtures/test';

const ITEMS = 100;
const CLICKS = 200;

/** Notes, in the page, when the third row's class changes, on the clock that all pages of a browser share. */
async function watch(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const times: number[] = [];
    const row = document.querySelector('.todo-list li:nth-child(3)')!;
    new MutationObserver(() => times.push(performance.timeOrigin + performance.now())).observe(row, {
      attributeFilter: ['class'],
    });
    Object.assign(window, { shownAt: times });
  });
  return () => page.evaluate(() => (window as unknown as { shownAt: number[] }).shownAt);
}

test('from a click to the other browser', async ({ app, page, network, browser }) => {
  test.setTimeout(120_000);
  const account = await createAccount(page.request);
  const path = await createList(page.request, 'Groceries');
  await (await Device.signIn(network, account, path)).fill(ITEMS);
  const context = await browser.newContext({ baseURL: network.url });
  const other = await context.newPage();
  await createAccount(other.request);
  await share(page.request, path, other.request);
  await other.goto(path);
  await app.goto(path);
  for (const one of [page, other]) await expect(one.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  const there = await watch(other);
  const began: number[] = [];
  for (let n = 0; n < CLICKS; n += 1) {
    const click = (box: HTMLElement) => {
      const now = performance.timeOrigin + performance.now();
      box.click();
      return now;
    };
    began.push(await page.locator('.todo-list li:nth-child(3) .toggle').evaluate(click));
    await expect.poll(async () => (await there()).length, { intervals: [5] }).toBe(n + 1);
  }
  const delays = (await there()).map((time, n) => time - began[n]!);
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Number(quantile(delays, share).toFixed(1)));
  console.log(`From a click to the other browser's DOM, ${ITEMS} items, ${CLICKS} clicks`);
  console.table([{ 'p50 ms': p50, 'p99 ms': p99, 'max ms': max }]);
  await context.close();
});
