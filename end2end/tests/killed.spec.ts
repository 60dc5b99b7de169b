// A browser that is killed right after an edit was saved has it when it is started again.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { App } from '../fixtures/app';
import { createAccount, createList, type Account } from '../fixtures/arrange';
import { BUSY, PUSH } from '../fixtures/busy';
import { launchOptions } from '../fixtures/chromium';
import { expectEdits } from '../fixtures/storage';
import { expect, test as base } from '../fixtures/test';
import { Watch } from '../fixtures/watch';

const TIMES = 5;
const ARRIVED_MS = 20_000;

const test = base.extend<{ folder: string; launch: () => Promise<{ app: App; context: BrowserContext }>; kill: () => void }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-profile-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },
  launch: async ({ folder, network }, use) => {
    await use(async () => {
      const context = await chromium.launchPersistentContext(folder, {
        ...launchOptions(),
        baseURL: network.url,
        serviceWorkers: 'block',
      });
      const watch = new Watch(context, true);
      watch.networkErrorsExpected = true;
      return { app: new App(context.pages()[0] ?? (await context.newPage()), watch, true), context };
    });
  },
  // All of its processes at once, by the folder that they name.
  kill: async ({ folder }, use) => {
    const kill = () => void execFileSync('pkill', ['-KILL', '-f', folder]);
    await use(kill);
    try {
      kill();
    } catch {
      // There is none any more.
    }
  },
});

test(`what is saved is there after a SIGKILL, ${TIMES} times of ${TIMES}`, async ({ network, launch, kill }) => {
  test.setTimeout(120_000);
  let account: Account | undefined;
  let list = '';
  const rows: string[] = [];
  const busy = network.fail(PUSH, BUSY, {});
  for (let n = 1; n <= TIMES; n += 1) {
    const { app, context } = await launch();
    // A cookie that is a few seconds old may be lost with the browser: what waits then waits for whoever it belongs to.
    if (account === undefined) {
      account = await createAccount(context.request);
      list = await createList(context.request, 'Groceries');
    } else {
      await context.request.post('/api/login', { form: { ...account } });
    }
    await app.goto(list);
    await app.expectRows(rows);
    await app.newTodo.fill(`item ${n}`);
    const saved = expectEdits(app.page, n);
    await app.newTodo.press('Enter');
    await saved;
    kill();
    rows.push(`[ ] item ${n}`);
  }
  busy.end();
  const { app, context } = await launch();
  await context.request.post('/api/login', { form: { ...account! } });
  await app.goto(list);
  await app.expectRows(rows);
  await app.expectSaved(list, rows, ARRIVED_MS);
  await expectEdits(app.page, 0);
  expect(rows).toHaveLength(TIMES);
  await context.close();
});
