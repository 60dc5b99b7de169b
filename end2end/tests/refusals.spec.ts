// What the page makes of each status that the server may answer a push with; and the tray for what cannot be sent.

import { createAccount } from '../fixtures/arrange';
import { edits, expect, ME, PUSH, refusal, test } from '../fixtures/groceries';

const UNTOUCHED = ['[ ] milk', '[ ] bread', '[ ] salt'];
const MILK_TICKED = ['[x] milk', '[ ] bread', '[ ] salt'];
const FLASHED = ['[ ] milk', '[x] milk', '[ ] milk'];

test.beforeEach(({ app }) => app.expectNetworkErrors());

for (const [status, code] of [[400, 'MALFORMED'], [413, 'TOO_LARGE'], [422, 'INVALID']] as const) {
  test(`${status} takes an edit back at once, without another try`, async ({ app, network, device, film }) => {
    const failing = network.fail(PUSH, refusal(status, code), edits(await device.id('milk')));
    await app.tick('milk');
    await app.expectSync('milk', 'failed');
    await app.expectRows(UNTOUCHED);
    expect(failing.count, 'tries').toBe(1);
    await film.expect('milk', FLASHED);
    await expect(app.notices).toHaveCount(1);
    await device.expectRows(UNTOUCHED);
  });
}

test('of several edits in a push that is refused, only the bad one goes back', async ({ app, network, device, film }) => {
  const first = network.hold(PUSH);
  const failing = network.fail(PUSH, refusal(422, 'INVALID'), edits(await device.id('bread')));
  await app.tick('salt');
  await first.waiting();
  for (const title of ['milk', 'bread']) await app.tick(title);
  await app.addTodo('tea');
  first.release();
  const rows = ['[x] milk', '[ ] bread', '[x] salt', '[ ] tea'];
  await app.expectRows(rows);
  await device.expectRows(rows);
  expect(failing.count, 'tries: with the others, and alone').toBeLessThanOrEqual(3);
  for (const title of ['milk', 'salt']) await film.expect(title, [`[ ] ${title}`, `[x] ${title}`]);
  await film.expect('tea', ['—', '[ ] tea']);
  await film.expect('bread', ['[ ] bread', '[x] bread', '[ ] bread']);
  await expect(app.notices).toHaveCount(1);
});

const BARRED = [[404, 'NOT_FOUND'], [403, 'CLIENT_TAKEN'], [403, 'FORBIDDEN'], [409, 'EPOCH'], [409, 'OUT_OF_ORDER']] as const;
for (const [status, code] of BARRED) {
  test(`${status} ${code} sends what waits to review at once, from where it can be sent again`, async ({ app, network, device, film }) => {
    const failing = network.fail(PUSH, refusal(status, code), { times: 1, held: true });
    await app.tick('milk');
    await failing.used();
    await app.addTodo('tea');
    failing.release();
    await app.expectRows(UNTOUCHED);
    await expect(app.reviewed('milk')).toHaveCount(1);
    await expect(app.reviewed('tea')).toHaveCount(1);
    await device.expectRows(UNTOUCHED);
    await film.expect('milk', FLASHED);
    await app.reviewed('tea').getByRole('button', { name: 'Send again' }).click();
    await app.expectRows([...UNTOUCHED, '[ ] tea']);
    await device.expectRows([...UNTOUCHED, '[ ] tea']);
    await expect(app.reviewed('tea')).toHaveCount(0);
    await expect(app.reviewed('milk')).toHaveCount(1);
  });
}

test('what is discarded from review is gone, and nothing is sent', async ({ app, network, device }) => {
  network.fail(PUSH, refusal(404, 'NOT_FOUND'));
  await app.newTodo.fill('tea');
  await app.newTodo.press('Enter');
  await app.reviewed('tea').getByRole('button', { name: 'Discard' }).click();
  await expect(app.reviewed('tea')).toHaveCount(0);
  await app.addTodo('jam');
  await device.expectRows([...UNTOUCHED, '[ ] jam']);
  await app.expectRows([...UNTOUCHED, '[ ] jam']);
});

test('what is still typed when the list is deleted elsewhere ends up in review, with its text', async ({ app, device }) => {
  await device.person.deleteList(device.list);
  await app.newTodo.fill('tea');
  await app.newTodo.press('Enter');
  await expect(app.reviewed('tea')).toHaveCount(1);
  await expect(app.notices).not.toHaveCount(0);
});

for (const [status, code] of [[429, 'TOO_MANY'], [503, 'UNAVAILABLE']] as const) {
  test(`${status} with a time to wait never takes an edit back, and it is sent when told`, async ({ app, network, device, film }) => {
    const busy = network.fail(PUSH, refusal(status, code, 1), { times: 4 });
    await app.tick('milk');
    await busy.used(4);
    const [first, second] = busy.at;
    expect(second! - first!).toBeGreaterThanOrEqual(950);
    await device.expectRows(MILK_TICKED);
    await app.expectSync('milk', null);
    await film.expect('milk', ['[ ] milk', '[x] milk']);
    await expect(app.notices).toHaveCount(0);
  });
}

test('a time to wait may stand in the header alone', async ({ app, network, device, film }) => {
  const busy = network.fail(PUSH, { status: 503, headers: { 'retry-after': '1' }, body: 'Please wait.' }, { times: 4 });
  await app.tick('milk');
  await busy.used(4);
  await device.expectRows(MILK_TICKED);
  await film.expect('milk', ['[ ] milk', '[x] milk']);
});

test.describe('401', () => {
  test('is confirmed first, and where the same person is signed in the edit is sent', async ({ app, network, device, film }) => {
    const asked = app.page.waitForRequest(ME);
    network.fail(PUSH, refusal(401, 'UNAUTHENTICATED'));
    await app.tick('milk');
    await asked;
    await device.expectRows(MILK_TICKED);
    await app.expectSync('milk', null);
    await film.expect('milk', ['[ ] milk', '[x] milk']);
    await expect(app.page.getByRole('link', { name: 'Sign in' })).toHaveCount(0);
  });

  test('leads to the first page if that is true', async ({ app, page, context, device }) => {
    const asked = page.waitForRequest(ME);
    await context.clearCookies({ name: 'lockstep' });
    await app.tick('milk');
    await asked;
    await app.landed('/');
    await device.expectRows(UNTOUCHED);
  });

  test('is told where the page cannot make sure of it, and what waits is sent when they are back', async ({ app, page, context, device }) => {
    const cookies = await context.cookies();
    let asked = 0;
    // The first question is the list's, the second the account's.
    await page.route(ME, (route) => (asked++ === 0 ? route.continue() : route.abort()));
    await context.clearCookies({ name: 'lockstep' });
    await app.tick('milk');
    await expect(app.notices).toContainText('You are signed out. Your latest changes are sent when you are signed in again.');
    await expect(app.notices.getByRole('link', { name: 'Sign in' })).toBeVisible();
    await app.expectRows(MILK_TICKED);
    await context.addCookies(cookies);
    await page.unroute(ME);
    await app.notices.getByRole('button', { name: 'Retry' }).click();
    await app.expectSync('milk', null);
    await expect(app.notices).toHaveCount(0);
    await device.expectRows(MILK_TICKED);
  });

  test('never sends an edit under another account that is signed in by now', async ({ app, page, context, device }) => {
    const asked = page.waitForRequest(ME);
    await context.clearCookies({ name: 'lockstep' });
    await createAccount(page.request);
    await app.tick('milk');
    await asked;
    // The tab is theirs now.
    await app.landed('/lists');
    await device.expectRows(UNTOUCHED);
  });
});
