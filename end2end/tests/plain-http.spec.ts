// A server in a home network, by plain HTTP: browsers allow no service worker there, and everything else works.

import { launchOptions } from '../fixtures/chromium';
import { lastingPort, Server } from '../fixtures/server';
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
