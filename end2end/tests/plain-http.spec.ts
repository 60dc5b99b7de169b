// A server in a home network, by plain HTTP: browsers allow no service worker there, and everything else works.

import { App } from '../fixtures/app';
import { BUSY } from '../fixtures/busy';
import { launchOptions } from '../fixtures/chromium';
import { lastingPort, Server } from '../fixtures/server';
import { expectEdits } from '../fixtures/storage';
import { expect, test as base } from '../fixtures/test';

const HOST = 'lockstep.example';

const test = base.extend<{ atHome: string }>({
  atHome: async ({}, use) => {
    const port = await lastingPort();
    const url = `http://${HOST}:${port}`;
    const server = await Server.create(url, () => {});
    await server.start(port);
    await use(url);
    await server.dispose();
  },
  baseURL: async ({ atHome }, use) => use(atHome),
});

const { args = [] } = launchOptions();
test.use({
  serviceWorkers: 'allow',
  launchOptions: { ...launchOptions(), args: [...args, `--host-resolver-rules=MAP ${HOST} 127.0.0.1`] },
});

test('a list works, and nothing is said of a worker that cannot be', async ({ app }) => {
  const said: string[] = [];
  app.page.on('console', (message) => said.push(message.text()));
  await app.signUp();
  expect(await app.page.evaluate(() => [isSecureContext, 'serviceWorker' in navigator])).toEqual([false, false]);
  const list = await app.createList('Groceries');
  await app.addTodo('milk');
  await app.tick('milk');
  await app.expectSync('milk', null);
  await app.reload();
  await app.expectRows(['[x] milk']);
  await app.goto('/lists');
  await app.goto(list);
  // Chromium says that it leaves out a header which counts for secure pages only.
  expect(said.filter((line) => !line.includes('Cross-Origin-Opener-Policy'))).toEqual([]);
  app.expectNetworkErrors();
  await app.signOut();
});

test('edits that wait survive a reload and a closed tab, show in the other tabs, and arrive once', async ({ app, context, watch }) => {
  app.expectNetworkErrors();
  await app.signUp();
  const list = await app.createList('Groceries');
  const tab = async (path: string) => {
    const other = new App(await context.newPage(), watch, true);
    await other.goto(path);
    return other;
  };
  const other = await tab(list);
  await context.route('**/api/push', (route) => route.fulfill(BUSY));
  await app.addTodo('milk');
  await other.expectSync('milk', 'pending');
  await other.addTodo('bread');
  await app.expectSync('bread', 'pending');
  await app.reload();
  await app.expectRows(['[ ] milk', '[ ] bread']);
  await app.expectSync('milk', 'pending');
  await expectEdits(app.page, 2);
  await app.page.close();
  await other.page.close();
  const lists = await tab('/lists');
  await context.unroute('**/api/push');
  await expectEdits(lists.page, 0, 15_000);
  await lists.goto(list);
  await lists.expectRows(['[ ] milk', '[ ] bread']);
  expect(await lists.items.evaluateAll((items) => items.filter((item) => item.hasAttribute('data-sync')).length)).toBe(0);
});

test('who signs out in one tab is signed out in the others', async ({ app, context, watch }) => {
  app.expectNetworkErrors();
  await app.signUp();
  await app.createList('Groceries');
  await app.addTodo('milk');
  await app.expectSync('milk', null);
  const other = new App(await context.newPage(), watch, true);
  await other.goto('/lists');
  await other.signOut();
  await expect(app.items).toHaveCount(0);
  expect(await app.page.content()).not.toContain('milk');
});
