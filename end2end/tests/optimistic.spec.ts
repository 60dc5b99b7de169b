// Every click shows in the same frame, and is left alone from then on: whatever becomes of the answers, and whenever
// they come.

import { createAccount, createList } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import { Device } from '../fixtures/device';
import { Film } from '../fixtures/film';
import { CONFIRMATION, edits, expect, SOCKET, PUSH, test } from '../fixtures/groceries';
import { countMutations } from '../fixtures/mutations';

const SALT = '[ ] salt';
const SLOW_MS = 5_000;
const UNTOUCHED = ['[ ] milk', '[ ] bread', SALT];

/** The rows as they stand when the browser is about to paint the frame in which an event of this type came. */
async function inFrameOf(app: App, type: string, act: () => Promise<void>): Promise<string[]> {
  await app.page.evaluate((type) => {
    const read = () =>
      [...document.querySelectorAll('[data-testid="todo-item"]')].map((item) => {
        const mark = item.querySelector<HTMLInputElement>('.toggle')?.checked ? 'x' : ' ';
        return `[${mark}] ${item.querySelector('[data-testid="todo-title"]')?.textContent?.trim()}`;
      });
    const seen = new Promise((resolve) => {
      addEventListener(type, () => requestAnimationFrame(() => resolve(read())), { capture: true, once: true });
    });
    Object.assign(window, { seen });
  }, type);
  await act();
  return app.page.evaluate(() => (window as unknown as { seen: Promise<string[]> }).seen);
}

test.describe('shows in the same frame, while no request is answered:', () => {
  test.beforeEach(({ list: _open, network }) => void network.hold(/\/api\//));

  test('a new item', async ({ app }) => {
    await app.newTodo.fill('tea');
    expect(await inFrameOf(app, 'submit', () => app.newTodo.press('Enter'))).toEqual([...UNTOUCHED, '[ ] tea']);
  });

  test('a tick', async ({ app }) => {
    expect(await inFrameOf(app, 'change', () => app.tick('milk'))).toEqual(['[x] milk', '[ ] bread', SALT]);
  });

  test('another text', async ({ app }) => {
    await app.item('milk').getByTestId('todo-title').dblclick();
    await app.items.getByRole('textbox', { name: 'Edit' }).fill('oat milk');
    const seen = await inFrameOf(app, 'keydown', () => app.page.keyboard.press('Enter'));
    expect(seen).toEqual(['[ ] oat milk', '[ ] bread', SALT]);
  });

  test('a deletion', async ({ app }) => {
    expect(await inFrameOf(app, 'click', () => app.delete('bread'))).toEqual(['[ ] milk', SALT]);
  });

  test('ticking all', async ({ app }) => {
    const all = app.page.getByLabel('Mark all as complete');
    expect(await inFrameOf(app, 'change', () => all.check())).toEqual(['[x] milk', '[x] bread', '[x] salt']);
  });

  test('clearing what is completed', async ({ app }) => {
    await app.tick('bread');
    const clear = app.button('Clear completed');
    expect(await inFrameOf(app, 'click', () => clear.click())).toEqual(['[ ] milk', SALT]);
  });
});

test('an item is pending from the click on, and no longer once its edit is confirmed', async ({ app, network, list: _open }) => {
  const answers = network.hold(CONFIRMATION);
  await app.tick('milk');
  await app.newTodo.fill('tea');
  await app.newTodo.press('Enter');
  await app.expectSync('milk', 'pending');
  await app.expectSync('tea', 'pending');
  await app.expectSync('bread', null);
  await app.expectSync('salt', null);
  answers.release();
  await app.expectSync('milk', null);
  await app.expectSync('tea', null);
});

test('an item that is added and confirmed stays the same element', async ({ app, network, device }) => {
  const answers = network.hold(PUSH);
  await app.addTodo('tea');
  const row = await app.item('tea').elementHandle();
  answers.release();
  await device.expectRows([...UNTOUCHED, '[ ] tea']);
  await app.expectSync('tea', null);
  expect(await row?.evaluate((element) => element.isConnected)).toBe(true);
  await app.expectRows([...UNTOUCHED, '[ ] tea']);
});

test('a box that is ticked and confirmed stays the same element, with the focus', async ({ app, network, device }) => {
  const box = app.toggle('milk');
  const [element, row] = await Promise.all([box.elementHandle(), app.item('milk').elementHandle()]);
  const answers = network.hold(PUSH);
  await box.focus();
  await app.page.keyboard.press('Space');
  answers.release();
  await device.expectRows(['[x] milk', '[ ] bread', SALT]);
  await app.expectSync('milk', null);
  expect(await element?.evaluate((element) => element.isConnected && element === document.activeElement)).toBe(true);
  expect(await row?.evaluate((element) => element.isConnected)).toBe(true);
});

test.describe('a box that is ticked and unticked never shows anything but that:', () => {
  const ONCE_EACH = ['[ ] milk', '[x] milk', '[ ] milk'];

  test('with both clicks before the first answer', async ({ app, network, device, film }) => {
    const answers = network.hold(PUSH);
    await app.tick('milk');
    await answers.waiting();
    await app.tick('milk');
    answers.release();
    await app.addTodo('tea');
    await device.expectRows([...UNTOUCHED, '[ ] tea']);
    await app.expectSync('milk', null);
    await app.expectSync('tea', null);
    await film.expect('milk', ONCE_EACH);
  });

  test('with the second click between the answer and the news of the first', async ({ app, network, device, film }) => {
    const news = network.hold(SOCKET);
    const pushed = app.page.waitForResponse(PUSH);
    await app.tick('milk');
    await (await pushed).finished();
    await app.tick('milk');
    await news.waiting();
    news.release();
    await app.addTodo('tea');
    await device.expectRows([...UNTOUCHED, '[ ] tea']);
    await app.expectSync('milk', null);
    await app.expectSync('tea', null);
    await film.expect('milk', ONCE_EACH);
  });

  for (const apart of [20, 100]) {
    test(`with clicks ${apart} ms apart and answers that take 300`, async ({ app, network, device, film }) => {
      network.delay(300);
      const box = await app.toggle('milk').elementHandle();
      await box?.evaluate((box: HTMLElement, apart) => {
        box.click();
        setTimeout(() => box.click(), apart);
      }, apart);
      await expect.poll(async () => (await film.of('milk')).length).toBeGreaterThanOrEqual(ONCE_EACH.length);
      await app.addTodo('tea');
      await device.expectRows([...UNTOUCHED, '[ ] tea']);
      await app.expectSync('milk', null);
      await app.expectSync('tea', null);
      await film.expect('milk', ONCE_EACH);
    });
  }
});

test('a slow answer never takes an edit back', async ({ app, network, device, film }) => {
  network.delay(SLOW_MS);
  const answered = app.page.waitForResponse(PUSH, { timeout: 2 * SLOW_MS });
  await app.tick('milk');
  await device.expectRows(['[x] milk', '[ ] bread', SALT]);
  await (await answered).finished();
  // As long again for the news, and once more if a question for news was under way.
  await app.expectSync('milk', null, 3 * SLOW_MS);
  await film.expect('milk', ['[ ] milk', '[x] milk']);
  await expect(app.notices).toHaveCount(0);
});

test('an edit whose answer is lost after the commit is made once, and nobody’s later one is undone', async ({
  app,
  network,
  device,
}) => {
  app.expectNetworkErrors();
  const answers = network.hold(PUSH);
  const lost = network.lose(PUSH);
  await app.tick('milk');
  await lost.used();
  await device.expectRows(['[x] milk', '[ ] bread', SALT]);
  await device.complete('milk', false);
  answers.release();
  await app.expectRows(UNTOUCHED);
  await app.expectSync('milk', null);
  await device.expectRows(UNTOUCHED);
  await expect(app.notices).toHaveCount(0);
});

test('an item whose answer is lost after the commit is added once, and flickers not', async ({ app, network, device, film }) => {
  app.expectNetworkErrors();
  const lost = network.lose(PUSH, { times: 1, ...edits('tea') });
  // The browser itself may send it again at once, on another connection.
  const answered = app.page.waitForResponse(PUSH);
  await app.addTodo('tea');
  await lost.used();
  await answered;
  await app.expectSync('tea', null);
  await device.expectRows([...UNTOUCHED, '[ ] tea']);
  await film.expect('tea', ['—', '[ ] tea']);
});

test('fifty edits while the server is down arrive once each when it is up again', async ({ app, server, device, film }) => {
  test.setTimeout(60_000);
  app.expectNetworkErrors();
  await server.kill();
  const titles = Array.from({ length: 25 }, (_, n) => `item ${n + 1}`);
  for (const title of titles) {
    await app.addTodo(title);
    await app.tick(title);
  }
  const rows = [...UNTOUCHED, ...titles.map((title) => `[x] ${title}`)];
  await app.expectRows(rows);
  await server.start();
  // Retries are 15 seconds apart at most. The other device knows the server by its old port.
  const other = await device.again();
  await other.expectRows(rows, 20_000);
  for (const title of titles) await app.expectSync(title, null);
  await app.expectRows(rows);
  for (const title of titles) await film.expect(title, ['—', `[ ] ${title}`, `[x] ${title}`]);
});

test('a toggle changes as many nodes in a list of 1,000 items as in one of 10', async ({ app, page, network }) => {
  const account = await createAccount(page.request);
  const counts: number[] = [];
  for (const length of [10, 1_000]) {
    const path = await createList(page.request, `${length} items`);
    const device = await Device.signIn(network, account, path);
    await device.fill(length);
    await app.goto(path);
    // From the first answer on it says that it is connected.
    await expect(app.connection).toHaveAttribute('data-state', 'live');
    const film = await Film.start(page);
    const mutations = await countMutations(page);
    await app.tick('item 3');
    await expect.poll(async () => (await device.todo('item 3')).completed).toBe(true);
    await app.expectSync('item 3', null);
    await film.expect('item 3', ['[ ] item 3', '[x] item 3']);
    counts.push(await mutations());
  }
  expect(counts[0], 'with 10 items').toBeGreaterThan(0);
  expect(counts[1], 'with 1,000 items').toBe(counts[0]);
});
