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

/** On the first visit there is no service worker; on all others there is. */
const WORKERS = ['block', 'allow'] as const;
/** What happens on the way, in its order: in the one page, then in the other. */
const STAGES = ['saved', 'sent', 'heard', 'shown'] as const;
type Times = Record<(typeof STAGES)[number] | 'answered', number[]>;

interface Watched extends Window {
  times: Times;
  /** Resolves when so many changes have been shown: asking again and again would be work for the page. */
  shown: (times: number) => Promise<void>;
}

/** Notes, before the page runs, when what it does is done, on the clock that all pages of a browser share. */
function note(): void {
  const times: Times = { saved: [], sent: [], answered: [], heard: [], shown: [] };
  Object.assign(window, { times });
  const now = () => performance.timeOrigin + performance.now();
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...all: Parameters<typeof put>) {
    if (this.name === 'queue') this.transaction.addEventListener('complete', () => times.saved.push(now()), { once: true });
    return put.apply(this, all);
  };
  const ask = window.fetch;
  window.fetch = async (...all: Parameters<typeof ask>) => {
    const isPush = all[0] instanceof Request && all[0].url.endsWith('/api/push');
    if (isPush) times.sent.push(now());
    const answer = await ask(...all);
    if (isPush) times.answered.push(now());
    return answer;
  };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', ({ data }) => String(data).includes('"TODO_UPDATED"') && times.heard.push(now()));
    }
  };
}

/** Notes when the third row's class changes. */
function watch(): void {
  const { times } = window as unknown as Watched;
  let told = () => {};
  const row = document.querySelector('.todo-list li:nth-child(3)')!;
  new MutationObserver(() => {
    times.shown.push(performance.timeOrigin + performance.now());
    told();
  }).observe(row, { attributeFilter: ['class'] });
  const shown = (count: number) =>
    new Promise<void>((resolve) => {
      told = () => times.shown.length >= count && resolve();
      told();
    });
  Object.assign(window, { shown });
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

async function open(browser: Browser, baseURL: string, serviceWorkers: (typeof WORKERS)[number]): Promise<Page> {
  const page = await (await browser.newContext({ baseURL, serviceWorkers })).newPage();
  await page.addInitScript(note);
  return page;
}

for (const serviceWorkers of WORKERS) test(`from a click to the other browser, service worker: ${serviceWorkers}`, async ({ browser }) => {
  test.setTimeout(120_000);
  const port = await lastingPort();
  const at = `http://127.0.0.1:${port}`;
  const server = await Server.create(at, () => {});
  await server.start(port);
  const [page, other] = [await open(browser, at, serviceWorkers), await open(browser, at, serviceWorkers)];
  const account = await createAccount(page.request);
  const path = await createList(page.request, 'Groceries');
  await (await Device.signIn({ target: port }, account, path)).fill(ITEMS);
  await createAccount(other.request);
  await share(page.request, path, other.request);
  for (const one of [other, page]) {
    await one.goto(path);
    await expect(one.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    if (serviceWorkers === 'block') continue;
    await one.evaluate(() => navigator.serviceWorker.ready);
    await one.reload();
    await expect(one.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    expect(await one.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  }
  await other.evaluate(watch);
  const began = await page.evaluate(click, { times: WARM_UP + CLICKS, pause: PAUSE_MS });
  await other.evaluate((times) => (window as unknown as Watched).shown(times), began.length);
  const timesOf = (one: Page) => one.evaluate(() => (window as unknown as Watched).times);
  const [{ saved, sent }, { heard, shown }] = [await timesOf(page), await timesOf(other)];
  const until = { saved, sent, heard, shown };
  console.log(`Milliseconds since a click until the other browser's DOM, ${ITEMS} items, service worker: ${serviceWorkers}`);
  console.table(
    STAGES.map((stage) => {
      const times = until[stage].slice(-CLICKS);
      const delays = times.map((time, n) => time - began.slice(-CLICKS)[n]!);
      const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Number(quantile(delays, share).toFixed(1)));
      return { stage, clicks: times.length, p50, p99, max };
    }),
  );
  await server.dispose();
});
