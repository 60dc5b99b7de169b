// Two people change the same words: both keep them, and one of them decides.

import { App } from '../fixtures/app';
import { BUSY } from '../fixtures/busy';
import { edits, PUSH } from '../fixtures/groceries';
import { tabTo } from '../fixtures/keyboard';
import { expect, test } from '../fixtures/people';
import { expectPeace, meanwhile, quarrel, question, type Question } from '../fixtures/quarrel';

const MINE = 'fresh bread from the market';
const THEIRS = 'two loaves of bread';
const BREAD = { title: 'bread', mine: MINE, theirs: THEIRS };
const MERGED = 'fresh two loaves of bread from the market';

/** Ways to decide, with a pointer and with keys alone, and the text that comes of each. */
const WAYS: Record<string, { text: string; decide: (app: App, asked: Question) => Promise<void> }> = {
  'Keep mine': { text: MINE, decide: (_, asked) => asked.button('Keep mine').click() },
  'Keep theirs': { text: THEIRS, decide: (_, asked) => asked.button('Keep theirs').click() },
  Merge: {
    text: 'two fresh loaves of bread from the market',
    decide: async (_, asked) => {
      await asked.button('Merge').click();
      await expect(asked.field).toBeFocused();
      await expect(asked.field).toHaveValue(MERGED);
      await asked.field.fill('two fresh loaves of bread from the market');
      await asked.button('Save').click();
    },
  },
  'Keep mine, by keyboard': {
    text: MINE,
    decide: async (app, asked) => {
      await tabTo(app, asked.button('Keep mine'));
      await app.page.keyboard.press('Enter');
    },
  },
  'Keep theirs, by keyboard': {
    text: THEIRS,
    decide: async (app, asked) => {
      await tabTo(app, asked.button('Keep theirs'));
      await app.page.keyboard.press('Space');
    },
  },
  'Merge, by keyboard': {
    text: `${MERGED}, please`,
    decide: async (app, asked) => {
      await tabTo(app, asked.button('Merge'));
      await app.page.keyboard.press('Enter');
      await expect(asked.field).toBeFocused();
      await app.page.keyboard.type(', please');
      await app.page.keyboard.press('Enter');
    },
  },
  'Merge, by F2 and Save': {
    text: `${MERGED}!`,
    decide: async (app, asked) => {
      await tabTo(app, app.toggle(THEIRS));
      await app.page.keyboard.press('F2');
      await app.page.keyboard.type('!');
      await tabTo(app, asked.button('Save'));
      await app.page.keyboard.press('Enter');
    },
  },
};

for (const [way, { text, decide }] of Object.entries(WAYS)) {
  test(`${way}: both see the same then`, async ({ app, bens, network, device }) => {
    const asked = await quarrel([app, bens.app], network, BREAD);
    // Until somebody has decided, everybody has what the server has.
    await device.expectRows(['[ ] milk', `[ ] ${THEIRS}`, '[ ] salt']);
    await expect(bens.app.page.getByTestId('conflict')).toHaveCount(0);
    await decide(app, asked);
    const rows = ['[ ] milk', `[ ] ${text}`, '[ ] salt'];
    await device.expectRows(rows);
    for (const one of [app, bens.app]) await one.expectRows(rows);
    await expect(app.toggle(text)).toBeFocused();
    // The offer to have mine after all.
    await app.dismissNotices();
    await expectPeace(app, bens.app);
    await app.reload();
    await expectPeace(app);
  });
}

test('the question says who and when, marks what differs, and is announced', async ({ app, bens, network }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await expect(asked.item.getByTestId('conflict')).toContainText(`${bens.account.name} changed this text at the same time as you, on `);
  await expect(asked.theirs.locator('mark:not(:empty)')).toHaveText(['two loaves of']);
  await expect(asked.mine.locator('mark:not(:empty)')).toHaveText(['fresh', 'from the market']);
  await expect(app.notices).toHaveText([/changed a text that you changed, too.*two loaves of bread.*Choose in the list/]);
  await expect(app.page.getByTestId('notices')).toHaveAttribute('aria-live', 'polite');
  await app.notices.getByRole('button', { name: 'Dismiss' }).click();
  await expect(app.notices).toHaveCount(0);
  await asked.expectTexts(THEIRS, MINE);
});

test('a merge is offered and never made: leaving the field and Escape save nothing', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Merge').click();
  await asked.field.fill('something else');
  await app.newTodo.focus();
  await expect(asked.field).toHaveValue('something else');
  await asked.field.press('Escape');
  await expect(asked.field).toHaveCount(0);
  await asked.expectTexts(THEIRS, MINE);
  await asked.button('Merge').click();
  await asked.button('Cancel').click();
  await asked.expectTexts(THEIRS, MINE);
  await device.expectRows(['[ ] milk', `[ ] ${THEIRS}`, '[ ] salt']);
});

test('what they change while I decide is shown, and announced again', async ({ app, bens, network }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await app.notices.getByRole('button', { name: 'Dismiss' }).click();
  await asked.button('Keep theirs').focus();
  await bens.app.retitle(THEIRS, 'three loaves of bread');
  const again = question(app, 'three loaves of bread');
  await again.expectTexts('three loaves of bread', MINE);
  await expect(again.theirs.locator('mark').first()).toHaveText('three loaves of');
  await expect(app.notices).toContainText(['three loaves of bread']);
  await expect(again.button('Keep theirs')).toBeFocused();
  await again.button('Keep mine').click();
  for (const one of [app, bens.app]) await one.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
});

test('what they change while I merge is not overwritten unseen: I am asked again, with my merge', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Merge').click();
  await asked.field.fill('my merge');
  await bens.app.retitle(THEIRS, 'three loaves of bread');
  const again = question(app, 'three loaves of bread');
  await expect(again.theirs).toHaveText('three loaves of bread');
  await expect(again.field).toHaveValue('my merge');
  await again.button('Save').click();
  await again.expectTexts('three loaves of bread', 'my merge');
  await device.expectRows(['[ ] milk', '[ ] three loaves of bread', '[ ] salt']);
  await again.button('Keep mine').click();
  await device.expectRows(['[ ] milk', '[ ] my merge', '[ ] salt']);
  await expectPeace(app, bens.app);
});

test('once both texts are the same there is no question', async ({ app, bens, network }) => {
  await quarrel([app, bens.app], network, BREAD);
  await bens.app.retitle(THEIRS, MINE);
  await app.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
  await expectPeace(app, bens.app);
});

test('the question survives a reload, and can be answered without a network', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await expect(asked.mine.locator('mark').first()).toHaveText('fresh');
  await app.reload();
  await asked.expectTexts(THEIRS, MINE);
  await expect(asked.mine.locator('mark').first()).toHaveText('fresh');
  const context = app.page.context();
  await context.setOffline(true);
  await expect(app.connection).toHaveAttribute('data-state', 'offline');
  await asked.button('Merge').click();
  await expect(asked.field).toHaveValue(MERGED);
  await asked.button('Save').click();
  await expect(app.connection).toHaveAttribute('data-waiting', '1');
  await context.setOffline(false);
  await device.expectRows(['[ ] milk', `[ ] ${MERGED}`, '[ ] salt']);
  await expectPeace(app, bens.app);
});

test('several at once each ask for themselves, and are announced as one', async ({ app, bens, device }) => {
  await meanwhile(
    app,
    async () => {
      await app.retitle('bread', MINE);
      await app.retitle('salt', 'sea salt');
    },
    async () => {
      await bens.app.retitle('bread', THEIRS);
      await bens.app.retitle('salt', 'ملح');
      await bens.app.expectSync('ملح', null);
    },
  );
  await question(app, THEIRS).expectTexts(THEIRS, MINE);
  await question(app, 'ملح').expectTexts('ملح', 'sea salt');
  await expect(app.notices).toHaveText([/2 texts/]);
  await question(app, 'ملح').button('Keep mine').click();
  await app.expectRows(['[ ] milk', `[ ] ${THEIRS}`, '[ ] sea salt']);
  await question(app, THEIRS).expectTexts(THEIRS, MINE);
  await question(app, THEIRS).button('Keep theirs').click();
  await device.expectRows(['[ ] milk', `[ ] ${THEIRS}`, '[ ] sea salt']);
  await app.notices.getByRole('button', { name: 'Dismiss' }).click();
  await expectPeace(app, bens.app);
});

test('of what I wrote one after the other, the last stands against theirs', async ({ app, bens, device }) => {
  await meanwhile(
    app,
    async () => {
      await app.retitle('bread', 'rye bread');
      await app.retitle('rye bread', MINE);
    },
    async () => {
      await bens.app.retitle('bread', THEIRS);
      await bens.app.expectSync(THEIRS, null);
    },
  );
  await question(app, THEIRS).expectTexts(THEIRS, MINE);
  await question(app, THEIRS).button('Keep mine').click();
  await device.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
  await expectPeace(app, bens.app);
});

test('what asks is shown whatever one looks at', async ({ app, bens, network, list }) => {
  await app.tick('bread');
  await app.goto(`${list}/active`);
  await app.expectRows(['[ ] milk', '[ ] salt']);
  await app.page.getByRole('link', { name: 'All' }).click();
  const busy = network.fail(PUSH, BUSY, { ...edits(MINE), times: Infinity });
  app.expectNetworkErrors();
  await app.retitle('bread', MINE);
  await busy.used();
  await app.page.getByRole('link', { name: 'Active' }).click();
  await app.expectRows(['[ ] milk', '[ ] salt']);
  await bens.app.retitle('bread', THEIRS);
  await bens.app.expectSync(THEIRS, null);
  busy.end();
  await app.expectRows(['[ ] milk', `[x] ${THEIRS}`, '[ ] salt']);
  await expect(app.item(THEIRS)).toBeVisible();
  await question(app, THEIRS).button('Keep mine').click();
  await app.expectRows(['[ ] milk', '[ ] salt']);
  await expect(app.toggle('milk')).toBeFocused();
  await bens.app.expectRows(['[ ] milk', `[x] ${MINE}`, '[ ] salt']);
});

test('a decision can be undone', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Keep mine').click();
  await device.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
  await app.page.keyboard.press('Control+z');
  await device.expectRows(['[ ] milk', `[ ] ${THEIRS}`, '[ ] salt']);
  await expectPeace(app, bens.app);
});

test.describe('while somebody else deletes', () => {
  test('what I change without a network: it can be brought back with my text', async ({ app, bens, device }) => {
    await meanwhile(
      app,
      () => app.retitle('bread', MINE),
      async () => {
        await bens.app.tick('bread');
        await bens.app.delete('bread');
        await device.expectRows(['[ ] milk', '[ ] salt']);
      },
    );
    await expect(app.reviewed(MINE)).toContainText('This item was deleted.');
    await expect(app.notices).toHaveText([/was not saved. This item was deleted./]);
    await app.reviewed(MINE).getByRole('button', { name: 'Bring back with my text' }).click();
    const rows = ['[ ] milk', `[x] ${MINE}`, '[ ] salt'];
    await device.expectRows(rows);
    for (const one of [app, bens.app]) await one.expectRows(rows);
    await expect(app.review).toBeHidden();
  });

  test('what I am typing: it is kept, over a reload too, and can be brought back', async ({ app, bens, device }) => {
    await app.item('bread').getByTestId('todo-title').dblclick();
    await app.items.getByRole('textbox', { name: 'Edit' }).fill(MINE);
    await bens.app.delete('bread');
    await expect(app.reviewed(MINE)).toContainText('This item was deleted.');
    await app.reload();
    await tabTo(app, app.reviewed(MINE).getByRole('button', { name: 'Bring back with my text' }));
    await app.page.keyboard.press('Enter');
    const rows = ['[ ] milk', `[ ] ${MINE}`, '[ ] salt'];
    await device.expectRows(rows);
    for (const one of [app, bens.app]) await one.expectRows(rows);
    await expect(app.review).toBeHidden();
  });

  test('what I am asked about: it can be brought back with my text', async ({ app, bens, network, device }) => {
    await quarrel([app, bens.app], network, BREAD);
    await bens.app.delete(THEIRS);
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await expect(app.reviewed(MINE)).toBeVisible();
    await app.reviewed(MINE).getByRole('button', { name: 'Bring back with my text' }).click();
    await device.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
    await bens.app.expectRows(['[ ] milk', `[ ] ${MINE}`, '[ ] salt']);
    await expect(app.review).toBeHidden();
  });

  test('what I only opened: I am told, and nothing is left to decide', async ({ app, bens }) => {
    await app.item('bread').getByTestId('todo-title').dblclick();
    await bens.app.delete('bread');
    await expect(app.notices).toHaveText([/The item that you edited was deleted/]);
    await expect(app.review).toBeHidden();
  });
});

test('who deletes what somebody else has just changed is told, and can bring it back', async ({ app, bens, device }) => {
  await meanwhile(
    app,
    () => app.delete('bread'),
    async () => {
      await bens.app.retitle('bread', THEIRS);
      await bens.app.expectSync(THEIRS, null);
    },
  );
  await device.expectRows(['[ ] milk', '[ ] salt']);
  const told = app.notices.filter({ hasText: `Somebody else had just changed what you deleted: “${THEIRS}”` });
  await told.getByRole('button', { name: 'Bring back', exact: true }).click();
  const rows = ['[ ] milk', `[ ] ${THEIRS}`, '[ ] salt'];
  await device.expectRows(rows);
  for (const one of [app, bens.app]) await one.expectRows(rows);
  await expect(told).toHaveCount(0);
});

test('who else is at the same text is to be seen in the row, and while I edit it too', async ({ app, bens }) => {
  await bens.app.item('bread').getByTestId('todo-title').dblclick();
  const note = app.item('bread').getByTestId('edited-by');
  await expect(note).toHaveText(`${bens.account.name} is editing`);
  await app.item('bread').getByTestId('todo-title').dblclick();
  await expect(note).toBeVisible();
  await expect(bens.app.item('bread').getByTestId('edited-by')).toBeVisible();
  await bens.app.page.keyboard.press('Escape');
  await expect(note).toHaveCount(0);
});

test('texts of 500 characters, markup and emoji are compared as they are', async ({ app, bens, network, device }) => {
  const mine = `<b>${'ä'.repeat(240)}</b> 👩‍👩‍👧 &amp; ${'x'.repeat(220)}`;
  const theirs = `"${'語'.repeat(490)}" 👍🏽`;
  const asked = await quarrel([app, bens.app], network, { title: 'bread', mine, theirs });
  await expect(asked.theirs.locator('mark').first()).not.toBeEmpty();
  await asked.button('Keep mine').click();
  await device.expectRows(['[ ] milk', `[ ] ${mine}`, '[ ] salt']);
});
