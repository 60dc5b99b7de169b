import { createAccount, createList } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import type { Proxy } from '../fixtures/proxy';
import { CONFIRMATION } from '../fixtures/groceries';
import { expect, test } from '../fixtures/test';

/** The page tries again by itself; the longest pause between two tries is 15 seconds. */
const RECONNECTED_MS = 20_000;
/** After ten seconds the page gives an answer up. */
const NO_ANSWER_MS = 15_000;
/** The requests that carry edits. */
const EDIT = /\/api\/(push|add_todo)$/;

test.beforeEach(({ app }) => app.expectNetworkErrors());

async function openListOfMilk(app: App): Promise<string> {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries', ['milk']);
  await app.goto(list);
  return list;
}

/** Restores the network, and waits until the page has sent its edit again and knows that it arrived. */
async function restoreAndRetry(app: App, network: Proxy): Promise<void> {
  // The server alone does not tell: it may have had the edit before, and a second one may be on its way.
  const retried = app.page.waitForResponse((answer) => EDIT.test(answer.url()) && answer.ok(), {
    timeout: RECONNECTED_MS,
  });
  network.restore();
  await (await retried).finished();
}

async function expectBreadOnce(app: App, list: string): Promise<void> {
  await app.expectRows(['[ ] milk', '[ ] bread']);
  await app.expectSaved(list, ['[ ] milk', '[ ] bread']);
  await app.reload();
  await app.expectRows(['[ ] milk', '[ ] bread']);
}

async function expectWaiting(app: App): Promise<void> {
  await expect(app.connection).toHaveText(/offline, 1 change waiting/i, { timeout: NO_ANSWER_MS });
  await app.expectSync('bread', 'pending');
}

// The page's own requests go past the service worker: with one, all of it is the same.
for (const serviceWorkers of ['block', 'allow'] as const) test.describe(`service worker: ${serviceWorkers}`, () => {
  test.use({ serviceWorkers });

  test('an item added while the network is cut shows, is told as waiting, and arrives once', async ({ app, network }) => {
    test.setTimeout(60_000);
    const list = await openListOfMilk(app);
    network.cut();
    await app.addTodo('bread');
    await expectWaiting(app);
    await app.expectRows(['[ ] milk', '[ ] bread']);
    await restoreAndRetry(app, network);
    await expectBreadOnce(app, list);
  });

  test('an item whose confirmation is lost on the way arrives once', async ({ app, network }) => {
    test.setTimeout(60_000);
    const list = await openListOfMilk(app);
    const answers = network.hold(CONFIRMATION);
    await app.addTodo('bread');
    // The server has decided by now; only its answer is cut off.
    await answers.waiting();
    network.cut();
    answers.release();
    await expectWaiting(app);
    network.restore();
    // Its event says what became of it, or the push that is repeated.
    await app.expectSync('bread', null, RECONNECTED_MS);
    await expectBreadOnce(app, list);
  });

  test('a connection that died silently does not stop saving', async ({ app, network }) => {
    test.setTimeout(60_000);
    const list = await openListOfMilk(app);
    const answers = network.hold(/^\/(ws|api)/);
    await app.addTodo('bread');
    await answers.waiting();
    // After ten seconds the page gives the answer up, says so and tries again.
    await expectWaiting(app);
    answers.release();
    await app.expectSync('bread', null, RECONNECTED_MS);
    await expectBreadOnce(app, list);
  });

  test('an edit that is never answered is settled when the page hears of it', async ({ app, network }) => {
    const list = await openListOfMilk(app);
    const answers = network.hold(EDIT);
    await app.addTodo('bread');
    await answers.waiting();
    await app.expectSync('bread', null, RECONNECTED_MS);
    answers.release();
    await expectBreadOnce(app, list);
  });
});
