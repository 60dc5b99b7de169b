// Undo and redo take back what this person did, of every kind, and never what somebody else did later.

import type { App } from '../fixtures/app';
import { expect, SOCKET, PUSH, test } from '../fixtures/groceries';

const UNTOUCHED = ['[ ] milk', '[ ] bread', '[ ] salt'];
const MILK_TICKED = ['[x] milk', '[ ] bread', '[ ] salt'];

/** Presses the keys outside of any text field. */
async function press(app: App, keys: 'Control+z' | 'Control+Shift+Z'): Promise<void> {
  await app.page.evaluate(() => {
    const { activeElement: active } = document;
    if (active instanceof HTMLInputElement && active.type !== 'checkbox') active.blur();
  });
  await app.page.keyboard.press(keys);
}

const undo = (app: App): Promise<void> => press(app, 'Control+z');
const redo = (app: App): Promise<void> => press(app, 'Control+Shift+Z');

const ACTIONS: Record<string, { act: (app: App) => Promise<void>; after: string[] }> = {
  'adding an item': { act: (app) => app.addTodo('tea'), after: [...UNTOUCHED, '[ ] tea'] },
  'ticking an item': { act: (app) => app.tick('milk'), after: MILK_TICKED },
  'changing a text': {
    act: (app) => app.retitle('bread', 'rye bread'),
    after: ['[ ] milk', '[ ] rye bread', '[ ] salt'],
  },
  'deleting an item': { act: (app) => app.delete('bread'), after: ['[ ] milk', '[ ] salt'] },
  'ticking all': {
    act: (app) => app.page.getByLabel('Mark all as complete').check(),
    after: ['[x] milk', '[x] bread', '[x] salt'],
  },
};
for (const [what, { act, after }] of Object.entries(ACTIONS)) {
  test(`${what} is undone by Ctrl+Z and done again by Ctrl+Shift+Z, as often as one likes`, async ({ app, device }) => {
    await act(app);
    await app.expectRows(after);
    for (let times = 0; times < 2; times += 1) {
      await undo(app);
      await app.expectRows(UNTOUCHED);
      await device.expectRows(UNTOUCHED);
      await redo(app);
      await app.expectRows(after);
      await device.expectRows(after);
    }
  });
}

test('clearing what is completed is undone by Ctrl+Z, each item at its place and still completed', async ({ app, device }) => {
  await device.complete('milk', true);
  await device.complete('salt', true);
  await app.reload();
  await app.button('Clear completed').click();
  await device.expectRows(['[ ] bread']);
  await undo(app);
  await app.expectRows(['[x] milk', '[ ] bread', '[x] salt']);
  await device.expectRows(['[x] milk', '[ ] bread', '[x] salt']);
  await redo(app);
  await app.expectRows(['[ ] bread']);
  await device.expectRows(['[ ] bread']);
});

test('ticking all leaves those ticked, when undone, that were before', async ({ app, device }) => {
  await device.complete('milk', true);
  await app.reload();
  await app.page.getByLabel('Mark all as complete').check();
  await app.expectRows(['[x] milk', '[x] bread', '[x] salt']);
  await undo(app);
  await app.expectRows(MILK_TICKED);
  await device.expectRows(MILK_TICKED);
});

test('after a deletion, the notice has a button that undoes it', async ({ app, device }) => {
  await app.delete('bread');
  await device.expectRows(['[ ] milk', '[ ] salt']);
  await app.notices.getByRole('button', { name: 'Undo', exact: true }).click();
  await app.expectRows(UNTOUCHED);
  await device.expectRows(UNTOUCHED);
  await expect(app.notices).toHaveCount(0);
});

test('after clearing, the notice has a button that undoes it', async ({ app, device }) => {
  await app.page.getByLabel('Mark all as complete').check();
  await app.button('Clear completed').click();
  await device.expectRows([]);
  await app.notices.getByRole('button', { name: 'Undo', exact: true }).click();
  await app.expectRows(['[x] milk', '[x] bread', '[x] salt']);
  await device.expectRows(['[x] milk', '[x] bread', '[x] salt']);
});

test('several actions are undone one by one, the last one first', async ({ app, device }) => {
  await app.tick('milk');
  await app.retitle('bread', 'rye bread');
  await app.addTodo('tea');
  await undo(app);
  await app.expectRows(['[x] milk', '[ ] rye bread', '[ ] salt']);
  await undo(app);
  await app.expectRows(MILK_TICKED);
  await undo(app);
  await app.expectRows(UNTOUCHED);
  await redo(app);
  await app.expectRows(MILK_TICKED);
  await redo(app);
  await app.expectRows(['[x] milk', '[ ] rye bread', '[ ] salt']);
  await device.expectRows(['[x] milk', '[ ] rye bread', '[ ] salt']);
});

test('after something new, what was undone cannot be done again', async ({ app, device }) => {
  await app.tick('milk');
  await undo(app);
  await app.expectRows(UNTOUCHED);
  await app.tick('bread');
  await redo(app);
  await device.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
  await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
});

test('in a text field the keys are the browser’s own', async ({ app, device }) => {
  await app.tick('milk');
  await app.newTodo.click();
  await app.page.keyboard.type('t');
  await app.page.keyboard.press('Control+z');
  await expect(app.newTodo).toHaveValue('');
  await app.page.keyboard.press('Control+z');
  await app.page.keyboard.type('ea');
  await app.page.keyboard.press('Enter');
  await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt', '[ ] ea']);
});

test('with nothing to undo or to do again, the keys do nothing', async ({ app, device }) => {
  await undo(app);
  await redo(app);
  await app.addTodo('tea');
  await device.expectRows([...UNTOUCHED, '[ ] tea']);
});

test('what is undone before it is confirmed shows each state once', async ({ app, network, device, film }) => {
  const answers = network.hold(PUSH);
  await app.tick('milk');
  await answers.waiting();
  await undo(app);
  await app.expectRows(UNTOUCHED);
  answers.release();
  await device.expectRows(UNTOUCHED);
  await app.expectSync('milk', null);
  await film.expect('milk', ['[ ] milk', '[x] milk', '[ ] milk']);
});

test('what was done while the server could not be reached can be undone then, too', async ({ app, network, device, film }) => {
  app.expectNetworkErrors();
  network.cut();
  await app.tick('milk');
  await app.delete('bread');
  await undo(app);
  await app.expectRows(MILK_TICKED);
  network.restore();
  await device.expectRows(MILK_TICKED, 20_000);
  await app.expectRows(MILK_TICKED);
  await film.expect('milk', ['[ ] milk', '[x] milk']);
});

test.describe('somebody else’s later change is not undone', () => {
  test('where the page has seen it', async ({ app, device }) => {
    await app.retitle('milk', 'oat milk');
    await device.expectRows(['[ ] oat milk', '[ ] bread', '[ ] salt']);
    await device.rename('oat milk', 'rice milk');
    await app.expectRows(['[ ] rice milk', '[ ] bread', '[ ] salt']);
    await undo(app);
    await app.addTodo('tea');
    const rows = ['[ ] rice milk', '[ ] bread', '[ ] salt', '[ ] tea'];
    await device.expectRows(rows);
    await app.expectRows(rows);
  });

  test('where the page has not heard of it', async ({ app, network, device }) => {
    await app.tick('milk');
    await device.expectRows(MILK_TICKED);
    await app.expectSync('milk', null);
    const news = network.hold(SOCKET);
    await device.rename('milk', 'oat milk');
    await undo(app);
    // The server leaves it alone, and says so at once.
    await expect(app.notices).toHaveCount(1);
    news.release();
    await app.expectRows(['[x] oat milk', '[ ] bread', '[ ] salt']);
    await device.expectRows(['[x] oat milk', '[ ] bread', '[ ] salt']);
  });

  test('in one item of many, whose others go back', async ({ app, device }) => {
    await app.page.getByLabel('Mark all as complete').check();
    await device.expectRows(['[x] milk', '[x] bread', '[x] salt']);
    await device.rename('bread', 'rye bread');
    await app.expectRows(['[x] milk', '[x] rye bread', '[x] salt']);
    await undo(app);
    await app.expectRows(['[ ] milk', '[x] rye bread', '[ ] salt']);
    await device.expectRows(['[ ] milk', '[x] rye bread', '[ ] salt']);
  });
});
