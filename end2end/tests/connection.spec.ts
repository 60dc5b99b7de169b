// The page stays in step by itself, says how it is connected, and shows what it knows to whoever wants to look inside.

import { CONFIRMATION, expect, PULL, PUSH, refusal, test } from '../fixtures/groceries';

/** The page asks every three seconds; the rest is for a busy machine. */
const NEWS = { timeout: 6_000 };
/** The longest pause between two tries is 15 seconds. */
const RECONNECTED = { timeout: 20_000 };

test.describe('somebody else’s', () => {
  test('tick shows by itself', async ({ app, device }) => {
    await device.complete('bread', true);
    await expect(app.toggle('bread')).toBeChecked(NEWS);
    await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
  });

  test('new, renamed and deleted items show by themselves, and rows keep their elements', async ({ app, device }) => {
    const milk = await app.item('milk').elementHandle();
    await device.delete('bread');
    await device.rename('milk', 'oat milk');
    const { position } = await device.todo('salt');
    await device.edit({ type: 'ADD_TODO', id: crypto.randomUUID(), title: 'tea', position: `${position}V` });
    await expect(app.item('tea')).toBeVisible(NEWS);
    await app.expectRows(['[ ] oat milk', '[ ] salt', '[ ] tea']);
    expect(await milk?.evaluate((row) => row.isConnected)).toBe(true);
  });

  test('changes take neither focus nor caret nor a half-typed text', async ({ app, device }) => {
    await app.newTodo.fill('rye bread');
    await app.newTodo.evaluate((field: HTMLInputElement) => field.setSelectionRange(3, 3));
    await device.complete('bread', true);
    await expect(app.toggle('bread')).toBeChecked(NEWS);
    await app.page.keyboard.type(' toast');
    await expect(app.newTodo).toHaveValue('rye toast bread');
  });

  test('changes leave a text alone that is being edited', async ({ app, device }) => {
    await app.item('milk').getByTestId('todo-title').dblclick();
    const field = app.items.getByRole('textbox', { name: 'Edit' });
    await field.fill('oat mi');
    await device.rename('milk', 'rice milk');
    await device.complete('bread', true);
    await expect(app.toggle('bread')).toBeChecked(NEWS);
    await expect(field).toHaveValue('oat mi');
    await expect(field).toBeFocused();
  });
});

test.describe('answers in another order', () => {
  test('news of my own edit before its answer: it is settled, and shows no other state', async ({ app, network, film, device }) => {
    const answers = network.hold(PUSH);
    await app.tick('milk');
    await answers.waiting();
    await app.expectSync('milk', null, NEWS.timeout);
    answers.release();
    await app.addTodo('tea');
    await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
    await app.expectSync('tea', null);
    await film.expect('milk', ['[ ] milk', '[x] milk']);
  });

  test.describe('without sockets', () => {
    test.use({ sockets: false });

    test('news from before my edit after its answer: it stays as it is', async ({ app, network, film, device }) => {
      const old = network.hold(PULL);
      await device.complete('bread', true);
      await old.waiting();
      const answered = app.page.waitForResponse(PUSH);
      await app.tick('milk');
      await (await answered).finished();
      old.release();
      await app.expectRows(['[x] milk', '[x] bread', '[ ] salt']);
      await app.expectSync('milk', null);
      await film.expect('milk', ['[ ] milk', '[x] milk']);
    });
  });
});

test.describe('the pill', () => {
  test('says that the page is in step, and nothing waits', async ({ app, list: _open }) => {
    await expect(app.connection).toHaveAttribute('data-state', 'live');
    await expect(app.connection).toHaveAttribute('data-waiting', '0');
  });

  test.describe('where sockets do not get through', () => {
    test.use({ sockets: false });

    test('says that changes come with delay, and they come', async ({ app, device }) => {
      await expect(app.connection).toHaveAttribute('data-state', 'polling');
      await expect(app.connection).toHaveText('Connected, with delay');
      await device.complete('milk', true);
      await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
      await app.tick('bread');
      await app.expectSync('bread', null);
    });
  });

  test('says that the server cannot be reached, and counts the edits that wait', async ({ app, network, device }) => {
    app.expectNetworkErrors();
    network.cut();
    await app.tick('milk');
    await app.addTodo('tea');
    await app.delete('bread');
    await expect(app.connection).toHaveAttribute('data-state', 'offline', RECONNECTED);
    await expect(app.connection).toHaveAttribute('data-waiting', '3');
    await expect(app.connection).toHaveText(/offline.*3 changes waiting/i);
    await app.expectRows(['[x] milk', '[ ] salt', '[ ] tea']);
    network.restore();
    await expect(app.connection).toHaveAttribute('data-state', 'live', RECONNECTED);
    await expect(app.connection).toHaveAttribute('data-waiting', '0');
    await device.expectRows(['[x] milk', '[ ] salt', '[ ] tea']);
  });

  test('notices that the server is gone without any edit', async ({ app, network, list: _open }) => {
    app.expectNetworkErrors();
    network.cut();
    await expect(app.connection).toHaveAttribute('data-state', 'offline', RECONNECTED);
    await expect(app.connection).toHaveAttribute('data-waiting', '0');
  });

  test('counts an edit that waits for its answer', async ({ app, network, device }) => {
    const answers = network.hold(CONFIRMATION);
    await app.tick('milk');
    await expect(app.connection).toHaveAttribute('data-waiting', '1');
    answers.release();
    await expect(app.connection).toHaveAttribute('data-waiting', '0');
    await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
  });
});

test.describe('the inspector', () => {
  test('opens by Ctrl+. and closes by Escape, and the focus goes back', async ({ app, list: _open }) => {
    await app.toggle('milk').focus();
    await app.page.keyboard.press('Control+.');
    await expect(app.inspector).toBeVisible();
    await app.page.keyboard.press('Escape');
    await expect(app.inspector).toBeHidden();
    await expect(app.toggle('milk')).toBeFocused();
  });

  test('opens from the footer', async ({ app, list: _open }) => {
    const opener = app.page.locator('footer').getByRole('button', { name: /inspect|sync/i });
    await opener.or(app.page.locator('footer').getByRole('link', { name: /inspect|sync/i })).click();
    await expect(app.inspector).toBeVisible();
  });

  test('shows what is confirmed, what waits, and what became of it', async ({ app, network, device }) => {
    app.expectNetworkErrors();
    const seq = await device.seq();
    const failing = network.fail(PUSH, refusal(503, 'UNAVAILABLE', 1), {});
    await app.tick('milk');
    await app.page.keyboard.press('Control+.');
    await expect(app.inspector).toContainText(new RegExp(`\\b${seq}\\b`));
    await expect(app.inspector).toContainText('SET_COMPLETED');
    failing.end();
    await expect(app.inspector).toContainText('APPLIED');
    await expect(app.inspector).toContainText(new RegExp(`\\b${seq + 1}\\b`));
    await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
  });
});
