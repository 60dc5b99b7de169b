// How long it takes from a click in one browser until another one shows it. Both on this machine, beside the server, and
// straight to it: the proxy of the tests would be measured, too.

import type { Browser, Page } from '@playwright/test';
import { createAccount, createList, share } from '../fixtures/arrange';
import { quantile } from '../fixtures/cost';
import { Device } from '../fixtures/device';
import { lastingPort, Server } from '../fixtures/server';
import { expect, test } from '../fixtures/test';

const ITEMS = 100;
const CLICKS = 200;
/** The first clicks find code that has not run yet. */
const WARM_UP = 10;
/** From one click to the next: longer than any takes, so that none waits for the one before. */
const PAUSE_MS = 100;

interface Watched extends Window {
  shownAt: number[];
  /** Resolves when so many changes have been shown: asking again and again would be work for the page. */
  shown: (times: number) => Promise<void>;
}

/** Notes, in the page, when the third row's class changes, on the clock that all pages of a browser share. */
function watch(): void {
  const times: number[] = [];
  let told = () => {};
  const row = document.querySelector('.todo-list li:nth-child(3)')!;
  new MutationObserver(() => {
    times.push(performance.timeOrigin + performance.now());
    told();
  }).observe(row, { attributeFilter: ['class'] });
  const shown = (count: number) =>
    new Promise<void>((resolve) => {
      told = () => times.length >= count && resolve();
      told();
    });
  Object.assign(window, { shownAt: times, shown });
}

/** Clicks in the page by itself, so that no word from outside travels beside what is measured; gives the times. */
async function click({ times, pause }: { times: number; pause: number }): Promise<number[]> {
  const box = document.querySelector<HTMLElement>('.todo-list li:nth-child(3) .toggle')!;
  const began: number[] = [];
  while (began.length < times) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    began.push(performance.timeOrigin + performance.now());
    box.click();
  }
  return began;
}

async function open(browser: Browser, baseURL: string): Promise<Page> {
  return (await browser.newContext({ baseURL })).newPage();
}

test('from a click to the other browser', async ({ browser }) => {
  test.setTimeout(120_000);
  const port = await lastingPort();
  const server = await Server.create(`http://127.0.0.1:${port}`, () => {});
  await server.start(port);
  const [page, other] = [await open(browser, `http://127.0.0.1:${port}`), await open(browser, `http://127.0.0.1:${port}`)];
  const account = await createAccount(page.request);
  const path = await createList(page.request, 'Groceries');
  await (await Device.signIn({ target: port }, account, path)).fill(ITEMS);
  await createAccount(other.request);
  await share(page.request, path, other.request);
  for (const one of [other, page]) {
    await one.goto(path);
    await expect(one.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  }
  await other.evaluate(watch);
  const began = await page.evaluate(click, { times: WARM_UP + CLICKS, pause: PAUSE_MS });
  await other.evaluate((times) => (window as unknown as Watched).shown(times), began.length);
  const shownAt = await other.evaluate(() => (window as unknown as Watched).shownAt);
  const delays = shownAt.map((time, n) => time - began[n]!).slice(WARM_UP);
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Number(quantile(delays, share).toFixed(1)));
  console.log(`From a click to the other browser's DOM, ${ITEMS} items, ${CLICKS} clicks`);
  console.table([{ 'p50 ms': p50, 'p99 ms': p99, 'max ms': max }]);
  await server.dispose();
});
