// Only what failed goes back: not what was done beside it, and not what others did meanwhile.

import type { App } from '../fixtures/app';
import type { Meddler } from '../fixtures/meddling';
import type { Film } from '../fixtures/film';
import { edits, expect, PUSH, refusal, test } from '../fixtures/groceries';

const UNTOUCHED = ['[ ] milk', '[ ] bread', '[ ] salt'];
/** The server errs three times: at once, 0.5 s later and 1.5 s after that. Then the edit is given up. */
const GIVEN_UP_AFTER_MS = 2_000;
/** Time for the three tries and for what the page and a busy machine need. */
const GIVEN_UP = { timeout: 8_000 };

test.beforeEach(({ app }) => app.expectNetworkErrors());

/** Until an edit of the item was given up: it shows again what it showed before. */
async function expectRolledBack(app: App, title: string): Promise<void> {
  await expect(app.item(title)).toHaveAttribute('data-sync', 'failed', GIVEN_UP);
  await expect(app.toggle(title)).not.toBeChecked();
}

/** How long after the first failure the item went back. */
async function delayOf(film: Film, title: string, failing: Meddler): Promise<number> {
  const [before, during, after] = await film.of(title);
  expect(after?.row).toBe(before?.row);
  expect(during?.row).not.toBe(before?.row);
  return after!.at - failing.at[0]!;
}

const ERRORS = {
  'a 500 with a JSON body': refusal(500, 'INTERNAL'),
  'a 500 without a body': { status: 500 },
  'a 502 with a page of a proxy': { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' },
  'a 503 that names no time': refusal(503, 'UNAVAILABLE'),
};
for (const [what, answer] of Object.entries(ERRORS)) {
  test(`${what} takes an edit back after about two seconds, and Retry makes it`, async ({ app, network, device, film }) => {
    const failing = network.fail(PUSH, answer, edits(await device.id('milk')));
    await app.tick('milk');
    await expectRolledBack(app, 'milk');
    expect(failing.count, 'tries').toBe(3);
    const delay = await delayOf(film, 'milk', failing);
    expect(delay).toBeGreaterThan(GIVEN_UP_AFTER_MS - 100);
    expect(delay).toBeLessThan(GIVEN_UP_AFTER_MS + 2_000);
    await expect(app.notices).toHaveCount(1);
    await device.expectRows(UNTOUCHED);
    failing.end();
    await app.notices.getByRole('button', { name: 'Retry', exact: true }).click();
    await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
    await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
    await app.expectSync('milk', null);
    await expect(app.notices).toHaveCount(0);
    await film.expect('milk', ['[ ] milk', '[x] milk', '[ ] milk', '[x] milk']);
  });
}

test('what failed is marked until it is dismissed', async ({ app, network, device }) => {
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  await app.tick('milk');
  await expectRolledBack(app, 'milk');
  await app.notices.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await app.expectSync('milk', null);
  await expect(app.notices).toHaveCount(0);
  await device.expectRows(UNTOUCHED);
});

test('Retry opens once it is known that nothing came of it, and moves nothing', async ({ app, network, device }) => {
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  const asked = network.meddle(PUSH, {}, { where: (body) => body.includes('"NOOP"'), held: true });
  await app.tick('milk');
  await asked.used();
  const [retry, dismiss] = ['Retry', 'Dismiss'].map((name) => app.notices.getByRole('button', { name, exact: true }));
  await expect(retry!).toBeDisabled();
  await dismiss!.focus();
  // Where it comes to rest: a notice glides in.
  await app.notices.evaluateAll((all) => Promise.all(all.flatMap((notice) => notice.getAnimations().map(({ finished }) => finished))));
  const place = await dismiss!.boundingBox();
  asked.release();
  await expect(retry!).toBeEnabled();
  await expect(dismiss!).toBeFocused();
  expect(await dismiss!.boundingBox()).toEqual(place);
});

test('an edit that goes back leaves the one beside it alone', async ({ app, network, device, film }) => {
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  await app.tick('milk');
  await app.tick('bread');
  await app.addTodo('tea');
  await expectRolledBack(app, 'milk');
  const rows = ['[ ] milk', '[x] bread', '[ ] salt', '[ ] tea'];
  await device.expectRows(rows);
  await app.expectRows(rows);
  await app.expectSync('bread', null);
  await app.expectSync('tea', null);
  await film.expect('bread', ['[ ] bread', '[x] bread']);
  await film.expect('tea', ['—', '[ ] tea']);
});

test('an edit that goes back leaves one alone that is on its way', async ({ app, network, device, film }) => {
  const failing = network.fail(PUSH, refusal(422, 'INVALID'), { ...edits(await device.id('milk')), held: true });
  const slow = network.meddle(PUSH, {}, { ...edits(await device.id('bread')), held: true });
  await app.tick('milk');
  await failing.used();
  await app.tick('bread');
  failing.release();
  await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
  await slow.used();
  slow.release();
  await device.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
  await app.expectSync('bread', null);
  await film.expect('bread', ['[ ] bread', '[x] bread']);
});

test('what somebody else did meanwhile, and the page has shown, survives', async ({ app, network, device, film }) => {
  const milk = edits(await device.id('milk'));
  network.fail(PUSH, refusal(500, 'INTERNAL'), { ...milk, times: 2 });
  const last = network.fail(PUSH, refusal(500, 'INTERNAL'), { ...milk, held: true });
  await app.tick('milk');
  await device.rename('milk', 'oat milk');
  await device.complete('bread', true);
  await app.expectRows(['[x] oat milk', '[x] bread', '[ ] salt']);
  await last.used();
  last.release();
  await expectRolledBack(app, 'oat milk');
  const rows = ['[ ] oat milk', '[x] bread', '[ ] salt'];
  await app.expectRows(rows);
  await device.expectRows(rows);
  await film.expect('bread', ['[ ] bread', '[x] bread']);
  await film.expect('oat milk', ['[ ] milk', '[x] milk', '[x] oat milk', '[ ] oat milk']);
});

test('what somebody else did to the same box is what it goes back to', async ({ app, network, device }) => {
  await device.complete('milk', true);
  await app.reload();
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  await app.tick('milk');
  await device.complete('milk', false);
  await device.complete('milk', true);
  await expect(app.item('milk')).toHaveAttribute('data-sync', 'failed', GIVEN_UP);
  await expect(app.toggle('milk')).toBeChecked();
});

test('a new item that fails goes alone', async ({ app, network, device, film }) => {
  const failing = network.fail(PUSH, refusal(500, 'INTERNAL'), { ...edits('tea'), held: true });
  for (const title of ['jam', 'tea', 'rice']) await app.addTodo(title);
  failing.release();
  await failing.used(3);
  const rows = [...UNTOUCHED, '[ ] jam', '[ ] rice'];
  await app.expectRows(rows);
  await device.expectRows(rows);
  await film.expect('tea', ['—', '[ ] tea', '—']);
  await film.expect('jam', ['—', '[ ] jam']);
  await film.expect('rice', ['—', '[ ] rice']);
  await expect(app.notices).toHaveCount(1);
  await expect(app.notices).toContainText('tea');
});

test('a new item that the server rejects goes alone, and its text is told', async ({ app, network, device, film }) => {
  // The server gets a text that it does not take.
  const spoil = (body: string) => body.replace('"tea"', '"te\\na"');
  const rejecting = network.meddle(PUSH, { request: spoil }, { ...edits('tea'), held: true });
  for (const title of ['jam', 'tea', 'rice']) await app.addTodo(title);
  await rejecting.used();
  rejecting.release();
  const rows = [...UNTOUCHED, '[ ] jam', '[ ] rice'];
  await app.expectRows(rows);
  await device.expectRows(rows);
  await film.expect('tea', ['—', '[ ] tea', '—']);
  await film.expect('jam', ['—', '[ ] jam']);
  await film.expect('rice', ['—', '[ ] rice']);
  await expect(app.notices).toHaveCount(1);
  await expect(app.page.locator('main')).toContainText('tea');
});

test('an edit of an item that somebody else deleted goes with it, and nothing else', async ({ app, device, film, network }) => {
  const answers = network.hold(/\/api\//);
  await app.tick('salt');
  await answers.waiting();
  await app.tick('milk');
  await app.tick('bread');
  await device.delete('milk');
  answers.release();
  await app.expectRows(['[x] bread', '[x] salt']);
  await device.expectRows(['[x] bread', '[x] salt']);
  // The refusal may be known before the deletion is.
  const shown = (await film.of('milk')).map(({ row }) => row);
  expect(shown.filter((row, n) => !(row === '[ ] milk' && shown[n + 1] === '—'))).toEqual(['[ ] milk', '[x] milk', '—']);
  await film.expect('bread', ['[ ] bread', '[x] bread']);
  await expect(app.notices).toHaveCount(1);
});

test('many failures at once make one notice', async ({ app, device, network }) => {
  const titles = Array.from({ length: 10 }, (_, n) => `item ${n + 1}`);
  const spoil = (body: string) => body.replace(/"item (\d+)"/g, '"it\\nem $1"');
  network.meddle(PUSH, { request: spoil });
  const answers = network.hold(PUSH);
  await app.tick('milk');
  await answers.waiting();
  for (const title of titles) await app.addTodo(title);
  answers.release();
  await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
  await expect(app.notices).toHaveCount(1);
  await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
});

test('what goes back takes neither focus nor caret nor a half-typed text', async ({ app, network, device }) => {
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  await app.tick('milk');
  await app.newTodo.click();
  await app.page.keyboard.type('rye bread');
  await app.newTodo.evaluate((field: HTMLInputElement) => field.setSelectionRange(3, 3));
  await expectRolledBack(app, 'milk');
  await expect(app.notices).toHaveCount(1);
  await app.page.keyboard.type(' toast');
  await expect(app.newTodo).toHaveValue('rye toast bread');
  await expect(app.newTodo).toBeFocused();
});

test('what goes back leaves the item alone that is being edited', async ({ app, network, device }) => {
  network.fail(PUSH, refusal(500, 'INTERNAL'), edits(await device.id('milk')));
  await app.tick('milk');
  await app.item('milk').getByTestId('todo-title').dblclick();
  const field = app.items.getByRole('textbox', { name: 'Edit' });
  await field.fill('oat milk');
  await expect(app.notices).toHaveCount(1, GIVEN_UP);
  await expect(app.items.first()).toHaveClass('editing', GIVEN_UP);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('oat milk');
});

test('an edit that the server made although it answered with errors is there in the end, once', async ({
  app,
  network,
  device,
}) => {
  test.setTimeout(60_000);
  const failing = network.meddle(PUSH, { answer: () => refusal(500, 'INTERNAL') }, { times: 3 });
  // Its event would tell before.
  const news = network.hold(/^\/(ws\?|api\/pull)/);
  await app.addTodo('tea');
  await failing.used(3);
  news.release();
  const rows = [...UNTOUCHED, '[ ] tea'];
  // It is given up, and its slot's outcome says that it was decided after all.
  await expect(app.notices).toHaveCount(0, { timeout: 20_000 });
  await app.expectRows(rows);
  await device.expectRows(rows);
  await app.expectSync('tea', null);
});
