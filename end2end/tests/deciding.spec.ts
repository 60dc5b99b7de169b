// Deciding between two texts while all else goes on: theirs changes under the finger, a second question waits, the list goes.

import type { Page } from '@playwright/test';
import type { App } from '../fixtures/app';
import { BUSY } from '../fixtures/busy';
import { PUSH } from '../fixtures/groceries';
import { expect, test } from '../fixtures/people';
import { expectPeace, meanwhile, quarrel, question } from '../fixtures/quarrel';

const MINE = 'fresh bread from the market';
const THEIRS = 'two loaves of bread';
const NEWER = 'three loaves of bread';
const BREAD = { title: 'bread', mine: MINE, theirs: THEIRS };
const ROWS = (bread: string) => ['[ ] milk', `[ ] ${bread}`, '[ ] salt'];

/** What Ann has changed of two items when she has a network again, and Ben has done this meanwhile. */
async function withTwoChanged(ann: App, bens: () => Promise<void>): Promise<void> {
  await meanwhile(
    ann,
    async () => {
      await ann.retitle('bread', MINE);
      await ann.retitle('salt', 'sea salt');
    },
    bens,
  );
}

/** Both change bread, and both change salt. */
async function twoQuarrels(ann: App, ben: App): Promise<void> {
  await withTwoChanged(ann, async () => {
    await ben.retitle('bread', THEIRS);
    await ben.retitle('salt', 'rock salt');
    await ben.expectSync('rock salt', null);
  });
  await question(ann, THEIRS).expectTexts(THEIRS, MINE);
  await question(ann, 'rock salt').expectTexts('rock salt', 'sea salt');
}

/** The browser's timers stand still, but for as long as they are let run. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1_000);
}

test('what was dropped for theirs can be had back, by the notice and by keys', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Keep theirs').click();
  await expect(app.notices).toHaveText([`“${MINE}” was discarded.UndoDismiss`]);
  await app.notices.getByRole('button', { name: 'Undo' }).click();
  await device.expectRows(ROWS(MINE));
  await expectPeace(app, bens.app);
  await app.toggle(MINE).focus();
  await app.page.keyboard.press('Control+Shift+Z');
  await device.expectRows(ROWS(THEIRS));
  await app.page.keyboard.press('Control+z');
  await device.expectRows(ROWS(MINE));
  await bens.app.expectRows(ROWS(MINE));
});

test('what was dropped for theirs does not come back over what they write later', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Keep theirs').click();
  await bens.app.retitle(THEIRS, NEWER);
  await app.expectRows(ROWS(NEWER));
  await app.notices.getByRole('button', { name: 'Undo' }).click();
  await expect(app.notices).toHaveText([/Somebody changed this since/]);
  await device.expectRows(ROWS(NEWER));
});

test('a press in the moment in which theirs changes decides nothing', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await stopClock(app.page);
  await asked.button('Keep mine').focus();
  await bens.app.retitle(THEIRS, NEWER);
  const again = question(app, NEWER);
  await again.expectTexts(NEWER, MINE);
  await expect(again.button('Keep mine')).toBeDisabled();
  await app.page.keyboard.press('Enter');
  await expect(again.button('Keep mine')).toBeFocused();
  await again.expectTexts(NEWER, MINE);
  await app.page.clock.runFor(500);
  await expect(again.button('Keep mine')).toBeEnabled();
  await device.expectRows(ROWS(NEWER));
  await app.page.keyboard.press('Enter');
  await device.expectRows(ROWS(MINE));
  await expectPeace(app, bens.app);
});

test('a second merge does not begin before the first is over', async ({ app, bens, device }) => {
  await twoQuarrels(app, bens.app);
  const [bread, salt] = [question(app, THEIRS), question(app, 'rock salt')];
  await bread.button('Merge').click();
  await bread.field.fill('bread for two');
  await salt.button('Merge').click();
  await expect(salt.field).toHaveCount(0);
  await expect(bread.field).toBeFocused();
  await expect(bread.field).toHaveValue('bread for two');
  await bread.button('Save').click();
  await salt.button('Merge').click();
  await salt.field.fill('salt for two');
  await salt.field.press('Enter');
  await device.expectRows(['[ ] milk', '[ ] bread for two', '[ ] salt for two']);
  await expectPeace(app, bens.app);
});

test('a text that cannot be saved stays open, whatever else is opened', async ({ app, list: _ }) => {
  await app.item('bread').getByTestId('todo-title').dblclick();
  const field = app.items.getByRole('textbox', { name: 'Edit' });
  const long = 'x'.repeat(501);
  await field.fill(long);
  await app.item('salt').getByTestId('todo-title').dblclick();
  await expect(field).toHaveCount(1);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(long);
  await field.fill('rye');
  await field.press('Enter');
  await app.expectRows(ROWS('rye'));
});

test('to save theirs as it was, while it is something else by now, asks again', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await asked.button('Merge').click();
  await asked.field.fill(THEIRS);
  await bens.app.retitle(THEIRS, NEWER);
  const again = question(app, NEWER);
  await expect(again.theirs).toHaveText(NEWER);
  await again.button('Save').click();
  await again.expectTexts(NEWER, THEIRS);
  await device.expectRows(ROWS(NEWER));
});

test('emptying a text deletes nothing that was written under the field meanwhile', async ({ app, bens, device }) => {
  await app.item('bread').getByTestId('todo-title').dblclick();
  const field = app.items.getByRole('textbox', { name: 'Edit' });
  await field.fill('');
  await bens.app.retitle('bread', THEIRS);
  await expect(app.item(THEIRS)).toHaveCount(1);
  await field.press('Enter');
  await app.expectRows(ROWS(THEIRS));
  await expect(app.notices).toHaveText([/Somebody changed this since/]);
  await device.expectRows(ROWS(THEIRS));
});

test('of what I wrote before a reload and after it, the last stands against theirs', async ({ app, bens, network, device }) => {
  app.expectNetworkErrors();
  const busy = network.fail(PUSH, BUSY, { times: Infinity, where: body => body.includes('rye') || body.includes(MINE) });
  await app.retitle('bread', 'rye bread');
  await busy.used();
  await app.reload();
  await app.retitle('rye bread', MINE);
  await bens.app.retitle('bread', THEIRS);
  await bens.app.expectSync(THEIRS, null);
  busy.end();
  await question(app, THEIRS).expectTexts(THEIRS, MINE);
  await question(app, THEIRS).button('Keep mine').click();
  await device.expectRows(ROWS(MINE));
  await expectPeace(app, bens.app);
});

test('the comparison is kept: after a reload it is there without the server', async ({ app, bens, network }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await expect(asked.mine.locator('mark').first()).toHaveText('fresh');
  const compare = network.fail(/\/api\/compare$/, BUSY, { times: Infinity });
  await app.reload();
  await asked.expectTexts(THEIRS, MINE);
  await expect(asked.mine.locator('mark').first()).toHaveText('fresh');
  expect(compare.count).toBe(0);
});

test('a comparison that a busy server refuses is asked for again when it says', async ({ app, bens, network }) => {
  const compare = network.fail(/\/api\/compare$/, BUSY);
  const asked = await quarrel([app, bens.app], network, BREAD);
  await expect(asked.mine.locator('mark').first()).toHaveText('fresh');
  expect(compare.count).toBe(1);
});

test('who may only look from now on finds their text in the tray', async ({ app, bens, network, list, device }) => {
  const asked = await quarrel([bens.app, app], network, BREAD);
  await expect(asked.mine).toHaveText(MINE);
  await app.page.goto(`${list}/sharing`);
  await app.page.getByLabel(`Role of ${bens.account.name}`).selectOption('viewer');
  await expect(bens.app.reviewed(MINE)).toBeVisible();
  await device.expectRows(ROWS(THEIRS));
});

test('who is out finds their text in the tray, and nothing of theirs', async ({ app, bens, network, list }) => {
  await quarrel([bens.app, app], network, BREAD);
  await app.page.goto(`${list}/sharing`);
  await app.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(bens.app.reviewed(MINE)).toBeVisible();
  await expect(bens.app.page.getByText(THEIRS)).toHaveCount(0);
  await expect(bens.app.notices).toHaveText([/not shared with you/]);
  // The page that comes in the place of the list has it, too; and so has the page of all lists.
  bens.app.expectNetworkErrors();
  for (const path of [list, '/lists']) {
    await bens.app.goto(path);
    await expect(bens.app.reviewed(MINE)).toBeVisible();
    await expect(bens.app.review).toContainText('not there for you any more');
    await expect(bens.app.page.getByText(THEIRS)).toHaveCount(0);
  }
  await bens.app.reviewed(MINE).getByRole('button', { name: 'Discard' }).click();
  await expect(bens.app.review).toHaveCount(0);
  await bens.app.goto(list);
  await expect(bens.app.review).toHaveCount(0);
});

test('of what waited for a list that is gone, all is shown where the list was, and to nobody else', async ({ app, bens, list }) => {
  app.expectNetworkErrors();
  const ben = bens.app;
  await meanwhile(
    ben,
    async () => {
      await ben.retitle('bread', MINE);
      await ben.addTodo('<b>eggs</b>');
      await ben.tick('milk');
      await expect(ben.connection).toHaveAttribute('data-waiting', '3');
    },
    async () => {
      await ben.page.goto('about:blank');
      await app.page.goto(`${list}/sharing`);
      await app.page.getByRole('button', { name: 'Remove', exact: true }).click();
      await expect(app.page.getByRole('button', { name: 'Remove', exact: true })).toHaveCount(0);
    },
  );
  await ben.goto(list);
  await expect(ben.review.getByRole('listitem')).toHaveCount(3);
  await expect(ben.reviewed('<b>eggs</b>')).toBeVisible();
  await expect(ben.reviewed('A change')).toBeVisible();
  await ben.reviewed(MINE).getByRole('button', { name: 'Discard' }).click();
  await expect(ben.review.getByRole('listitem')).toHaveCount(2);
  await expect(ben.reviewed('<b>eggs</b>').getByRole('button', { name: 'Discard' })).toBeFocused();
  // Somebody else in the same browser sees nothing of it.
  const other = await ben.page.context().newPage();
  await other.goto('/lists');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('button', { name: 'Discard and sign out' }).click();
  await expect(other.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await expect(ben.review).toHaveCount(0);
});

test('clearing what somebody else has just changed is told, and all of it can be brought back', async ({ app, bens, device }) => {
  await app.tick('bread');
  await app.tick('salt');
  await bens.app.expectRows(['[ ] milk', '[x] bread', '[x] salt']);
  await app.expectSync('salt', null);
  await meanwhile(
    app,
    () => app.page.getByRole('button', { name: 'Clear completed' }).click(),
    async () => {
      await bens.app.retitle('bread', THEIRS);
      await bens.app.expectSync(THEIRS, null);
    },
  );
  await device.expectRows(['[ ] milk']);
  const told = app.notices.filter({ hasText: `changed what you deleted: “${THEIRS}”` });
  await expect(told).not.toContainText('salt');
  await told.getByRole('button', { name: 'Bring back', exact: true }).click();
  const rows = ['[ ] milk', `[x] ${THEIRS}`];
  await device.expectRows(rows);
  for (const one of [app, bens.app]) await one.expectRows(rows);
  await expect(told).toHaveCount(0);
});

test('after a decision the offer to take back something older is gone', async ({ app, bens, network, device }) => {
  const asked = await quarrel([app, bens.app], network, BREAD);
  await app.delete('milk');
  const offer = app.notices.filter({ hasText: '“milk” was deleted.' });
  await expect(offer).toHaveCount(1);
  await asked.button('Keep mine').click();
  await expect(offer).toHaveCount(0);
  await device.expectRows([`[ ] ${MINE}`, '[ ] salt']);
});

test('a double click drops one entry of the tray, and the keyboard goes on from the next', async ({ app, bens, device }) => {
  await withTwoChanged(app, async () => {
    await bens.app.delete('bread');
    await bens.app.delete('salt');
  });
  await device.expectRows(['[ ] milk']);
  await expect(app.review.getByRole('listitem')).toHaveCount(2);
  await app.reviewed(MINE).getByRole('button', { name: 'Discard' }).dblclick();
  await expect(app.review.getByRole('listitem')).toHaveText([/sea salt/]);
  await app.dismissNotices();
  await app.reviewed('sea salt').getByRole('button', { name: 'Discard' }).focus();
  await app.page.keyboard.press('Enter');
  await expect(app.review).toBeHidden();
  await expect(app.toggle('milk')).toBeFocused();
});
