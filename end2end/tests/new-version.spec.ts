// A server that is replaced by another version: it is offered, never forced, and no page gets files of another build.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { anotherBuild, expectCopies, files } from '../fixtures/copies';
import { tabTo, tabToAndPress } from '../fixtures/keyboard';
import { BUILT } from '../fixtures/server';
import { expect, test as base } from '../fixtures/tabs';

interface Fixtures {
  /** Puts another build in the server's place. */
  replace: () => Promise<void>;
}

const test = base.extend<Fixtures>({
  replace: async ({ server }, use) => {
    const { build, dispose } = await anotherBuild();
    await use(() => server.restart(build));
    await server.restart(BUILT);
    await dispose();
  },
});

test.use({ serviceWorkers: 'allow' });
test.beforeEach(({ app }) => {
  test.setTimeout(60_000);
  app.expectNetworkErrors();
});

const offer = (page: Page) => page.getByRole('status').filter({ hasText: 'A new version is ready.' });

/** The addresses of the files that the document has loaded. */
async function loadedFiles(page: Page): Promise<string[]> {
  const all = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
  return all.filter((path) => path.startsWith('/pkg/')).sort();
}

/** As a tab does that is looked at again, until the new version waits: a look that is under way already may be too old. */
async function lookAgain(page: Page): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => hasWaiting(page), { timeout: 1_000 }).toBe(true);
  }).toPass();
}

const hasWaiting = (page: Page) =>
  page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));

/** How often documents were loaded from here on. */
function loads(page: Page): { count: number } {
  const loads = { count: 0 };
  page.on('request', (request) => (loads.count += Number(request.isNavigationRequest())));
  return loads;
}

test.beforeEach(async ({ app, ann }) => {
  await app.goto(ann.list);
  await expectCopies(app.page, [ann.list]);
});

test('the first version, and the same one again, offer nothing', async ({ app }) => {
  for (let n = 0; n < 2; n += 1) {
    await app.reload();
    await app.page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    expect(await hasWaiting(app.page)).toBe(false);
    await expect(offer(app.page)).toHaveCount(0);
  }
});

test('a new one is offered in every tab, and loads nothing until somebody wants it, then once and there', async ({ app, open, replace }) => {
  const other = await open('/lists');
  await replace();
  const [here, there] = [loads(app.page), loads(other.page)];
  await app.newTodo.fill('half a text');
  await lookAgain(app.page);
  for (const { page } of [app, other]) await expect(offer(page)).toBeVisible();
  await expect(app.newTodo).toHaveValue('half a text');
  await expect(app.newTodo).toBeFocused();
  expect(await hasWaiting(app.page)).toBe(true);
  expect(here.count + there.count).toBe(0);

  const old = await loadedFiles(other.page);
  await offer(other.page).getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => there.count).toBe(1);
  await expect.poll(() => loadedFiles(other.page).catch(() => old)).not.toEqual(old);
  await other.app.hydrated();
  await expect(offer(other.page)).toHaveCount(0);
  expect(await hasWaiting(other.page)).toBe(false);
  expect(there.count).toBe(1);
  expect(here.count).toBe(0);
  await expect(app.newTodo).toHaveValue('half a text');
  // Another tab has let it take over: what is left is to load the page.
  await offer(app.page).getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => here.count).toBe(1);
  await app.hydrated();
  await expect(offer(app.page)).toHaveCount(0);
});

test('who says later is left alone', async ({ app, replace, ann }) => {
  await app.reload();
  await replace();
  await app.newTodo.fill('half a text');
  await lookAgain(app.page);
  await offer(app.page).getByRole('button', { name: 'Later' }).click();
  await expect(offer(app.page)).toHaveCount(0);
  await expect(app.newTodo).toBeFocused();
  await lookAgain(app.page);
  await app.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await expect(offer(app.page)).toHaveCount(0);
  await expect(app.newTodo).toHaveValue('half a text');
  expect(new URL(app.page.url()).pathname).toBe(ann.list);
});

test('the keyboard is enough, and whoever is typing is not disturbed', async ({ app, open, replace }) => {
  const other = await open('/lists');
  await replace();
  const there = loads(other.page);
  await app.newTodo.fill('half a text');
  await lookAgain(app.page);
  await expect(offer(app.page)).toBeVisible();
  await expect(app.newTodo).toBeFocused();
  await tabTo(app, offer(app.page).getByRole('button', { name: 'Reload' }));
  await tabToAndPress(app, offer(app.page).getByRole('button', { name: 'Later' }), 'Enter');
  await expect(offer(app.page)).toHaveCount(0);
  await expect(app.page.locator('main :focus')).toHaveCount(1);
  await expect(app.newTodo).toHaveValue('half a text');

  await other.page.bringToFront();
  await tabToAndPress(other.app, offer(other.page).getByRole('button', { name: 'Reload' }), 'Enter');
  await expect.poll(() => there.count).toBe(1);
  await other.app.hydrated();
  await expect(offer(other.page)).toHaveCount(0);
  expect(await hasWaiting(other.page)).toBe(false);
});

test('a copy has the files that it was made with, as long as it is there', async ({ app, ann, network, replace }) => {
  const old = await files(app.page);
  expect(old).toHaveLength(3);
  await app.goto('/lists');
  await expectCopies(app.page, [ann.list, '/lists']);
  await replace();
  // A document of the new version, by the old worker.
  await app.goto('/lists');
  const now = await loadedFiles(app.page);
  for (const file of now) expect(old).not.toContain(file);
  // It is as new as what waits: nothing is offered, and the worker takes over.
  await expect.poll(() => app.page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('lockstep-build')).length)).toBe(2);
  await expect.poll(() => hasWaiting(app.page)).toBe(false);
  await expect(offer(app.page)).toHaveCount(0);
  // Until it has tidied up.
  const state = () => navigator.serviceWorker.ready.then(({ active }) => active?.state);
  await expect.poll(() => app.page.evaluate(state)).toBe('activated');
  expect((await files(app.page)).sort()).toEqual([...old, ...now].sort());

  network.cut();
  await app.goto(ann.list);
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);
  expect(await loadedFiles(app.page)).toEqual([...old].sort());
  await app.goto('/lists');
  expect(await loadedFiles(app.page)).toEqual(now);
  network.restore();

  await app.goto(ann.list);
  expect(await loadedFiles(app.page)).toEqual(now);
  await expect.poll(async () => (await files(app.page)).sort()).toEqual(now);
});

test('where files lose their hashes, the worker goes with all that it kept', async ({ app, network }) => {
  const goes = readFileSync(join(__dirname, '../../src/no_service_worker.js'), 'utf8');
  network.rewrite(/^\/service-worker\.js$/, () => goes, {});
  await app.reload();
  const left = () =>
    app.page.evaluate(async () => [(await navigator.serviceWorker.getRegistrations()).length, ...(await caches.keys())]);
  await expect(async () => {
    await app.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    expect(await left()).toEqual([0]);
  }).toPass();
});
