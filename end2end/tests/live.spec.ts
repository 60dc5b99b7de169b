// Everybody who has the list open sees it change, without asking, without a gap, and without being disturbed.

import { App } from '../fixtures/app';
import { createAccount, createList, share } from '../fixtures/arrange';
import { PUSH, refusal } from '../fixtures/groceries';
import { expect, test } from '../fixtures/people';

const GROCERIES = ['[ ] milk', '[ ] bread', '[ ] salt'];
/** Time for a page that was cut off to come back. */
const BACK = { timeout: 20_000 };

const EDITS: Record<string, { does: (app: App) => Promise<unknown>; rows: string[] }> = {
  add: { does: (app) => app.addTodo('tea'), rows: [...GROCERIES, '[ ] tea'] },
  tick: { does: (app) => app.tick('bread'), rows: ['[ ] milk', '[x] bread', '[ ] salt'] },
  edit: { does: (app) => app.retitle('bread', 'rye bread'), rows: ['[ ] milk', '[ ] rye bread', '[ ] salt'] },
  delete: { does: (app) => app.delete('bread'), rows: ['[ ] milk', '[ ] salt'] },
  'mark all': { does: (app) => app.field('Mark all as complete').click(), rows: ['[x] milk', '[x] bread', '[x] salt'] },
};
for (const [what, { does, rows }] of Object.entries(EDITS)) {
  test(`${what}: what one does the other sees at once, both ways`, async ({ app, bens, pulls, device }) => {
    await does(app);
    await bens.app.expectRows(rows);
    await app.expectRows(rows);
    await bens.app.tick('milk');
    const milk = rows[0] === '[x] milk' ? '[ ] milk' : '[x] milk';
    await app.expectRows([milk, ...rows.slice(1)]);
    await bens.app.expectRows([milk, ...rows.slice(1)]);
    await device.expectRows([milk, ...rows.slice(1)]);
    for (const one of [app, bens.app]) {
      await one.expectSync('milk', null);
      await expect(one.notices.filter({ hasText: 'not saved' })).toHaveCount(0);
    }
    expect(pulls.count, 'nobody had to ask').toBe(0);
  });
}

test('clear, undo and a move show on the other side, too', async ({ app, bens, device }) => {
  await app.tick('milk');
  await app.tick('salt');
  await bens.app.expectRows(['[x] milk', '[ ] bread', '[x] salt']);
  await app.button('Clear completed').click();
  await bens.app.expectRows(['[ ] bread']);
  await app.notices.getByRole('button', { name: 'Undo', exact: true }).click();
  await bens.app.expectRows(['[x] milk', '[ ] bread', '[x] salt']);
  await device.edit({ type: 'MOVE_TODO', id: await device.id('salt'), position: '0' });
  for (const one of [app, bens.app]) await one.expectRows(['[x] salt', '[x] milk', '[ ] bread']);
});

test('what I do comes back to me and doubles nothing', async ({ app, bens, film }) => {
  for (const title of ['tea', 'rice', 'jam']) await app.addTodo(title);
  const rows = [...GROCERIES, '[ ] tea', '[ ] rice', '[ ] jam'];
  await bens.app.expectRows(rows);
  await app.expectRows(rows);
  await app.expectSync('jam', null);
  for (const title of ['tea', 'rice', 'jam']) await film.expect(title, ['—', `[ ] ${title}`]);
});

test('two tabs of one person are in step', async ({ app, context, watch, list, device }) => {
  const other = new App(await context.newPage(), watch, true);
  await other.goto(list);
  await app.tick('milk');
  await other.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
  await other.addTodo('tea');
  await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
  await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
});

test('focus, caret and what is being typed stay where they are', async ({ app, bens }) => {
  await bens.app.item('bread').getByTestId('todo-title').dblclick();
  const field = bens.app.items.getByRole('textbox', { name: 'Edit' });
  await field.fill('dark bread');
  await field.evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 4));
  await app.tick('bread');
  await app.delete('milk');
  await app.addTodo('tea');
  await expect(bens.app.items).toHaveCount(3);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('dark bread');
  expect(await field.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([2, 4]);
});

test('what is looked at stays where it is', async ({ app, bens, device }) => {
  await device.edit(
    ...Array.from({ length: 60 }, (_, n) => ({
      type: 'ADD_TODO' as const,
      id: crypto.randomUUID(),
      title: `item ${n}`,
      position: `b${String(n).padStart(3, '0')}`,
    })),
  );
  await expect(bens.app.items).toHaveCount(63);
  const row = bens.app.item('item 40');
  await row.scrollIntoViewIfNeeded();
  await bens.app.page.evaluate(() => window.scrollBy(0, 200));
  const before = (await row.boundingBox())!.y;
  await app.delete('milk');
  await expect(bens.app.items).toHaveCount(62);
  expect(Math.abs((await row.boundingBox())!.y - before)).toBeLessThan(2);
});

test('what happens between the HTML and the takeover is there', async ({ app, network, list, device, page }) => {
  const wasm = network.hold(/\.wasm/);
  await app.open(list);
  await device.complete('bread', true);
  await device.edit({ type: 'ADD_TODO', id: crypto.randomUUID(), title: 'tea', position: 'b0' });
  wasm.release();
  await app.hydrated();
  await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt', '[ ] tea']);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
});

test('who was cut off gets all of it, in order, and what was done meanwhile goes out', async ({ app, network, device }) => {
  app.expectNetworkErrors();
  await expect(app.connection).toHaveAttribute('data-state', 'live');
  network.cut();
  await expect(app.connection).toHaveAttribute('data-state', 'offline', BACK);
  await app.tick('salt');
  await device.complete('milk', true);
  await device.rename('bread', 'rye bread');
  await app.expectRows(['[ ] milk', '[ ] bread', '[x] salt']);
  network.restore();
  await expect(app.connection).toHaveAttribute('data-state', 'live', BACK);
  await app.expectRows(['[x] milk', '[ ] rye bread', '[x] salt']);
  await device.expectRows(['[x] milk', '[ ] rye bread', '[x] salt']);
});

test('a socket that falls silent is noticed while something waits', async ({ app, network, device }) => {
  app.expectNetworkErrors();
  await expect(app.connection).toHaveAttribute('data-state', 'live');
  const silent = network.hold(/^\/(ws|api\/push)/);
  await app.tick('milk');
  await expect(app.connection).not.toHaveAttribute('data-state', 'live', BACK);
  silent.release();
  await expect(app.connection).toHaveAttribute('data-state', 'live', BACK);
  await app.expectSync('milk', null, BACK.timeout);
  await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
});

test('a server that stops and comes back is found again', async ({ app, server, device }) => {
  app.expectNetworkErrors();
  await expect(app.connection).toHaveAttribute('data-state', 'live');
  await server.restart();
  const again = await device.again();
  await again.complete('milk', true);
  await expect(app.connection).toHaveAttribute('data-state', 'live', BACK);
  await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
});

test('whoever signs out elsewhere is signed out here within a second', async ({ app, context, list: _open }) => {
  app.expectNetworkErrors();
  await expect(app.connection).toHaveAttribute('data-state', 'live');
  await context.request.post('/api/logout');
  await expect(app.items).toHaveCount(0, { timeout: 1_000 });
  await app.landed('/');
});

test.describe('who shares it', () => {
  test('is shown, and what they are changing', async ({ app, bens }) => {
    await expect(app.page.getByTestId('presence')).toContainText(bens.account.name);
    await bens.app.item('bread').getByTestId('todo-title').dblclick();
    await expect(app.item('bread').getByTestId('edited-by')).toContainText(bens.account.name);
    await bens.app.page.keyboard.press('Escape');
    await expect(app.item('bread').getByTestId('edited-by')).toHaveCount(0);
    await bens.app.page.close();
    await expect(app.page.getByTestId('presence')).toBeHidden({ timeout: 10_000 });
  });

  test('is not shown ten seconds after they dropped off the network without a word, and is again when they are back', async ({ app, bens, network }) => {
    test.setTimeout(45_000);
    const presence = app.page.getByTestId('presence');
    await expect(presence).toContainText(bens.account.name);
    const ben = await bens.app.page.evaluate(() => document.documentElement.dataset['user']);
    const gone = network.hold(new RegExp(`^/ws.*user=${ben}`));
    await expect(presence).toBeHidden({ timeout: 10_000 });
    gone.release();
    await expect(presence).toContainText(bens.account.name);
  });

  test('who joins, gets another role and leaves shows in the dialog that is open', async ({ app, bens, browser, network, list }) => {
    const SOON = { timeout: 10_000 };
    const id = list.slice('/lists/'.length);
    await app.button('Share').click();
    const members = app.page.locator('#people').getByRole('listitem');
    await expect(members.filter({ hasText: bens.account.name })).toBeVisible(SOON);
    const context = await browser.newContext({ baseURL: network.url });
    const { name } = await createAccount(context.request);
    await share(app.page.request, list, context.request);
    await expect(members.filter({ hasText: name })).toBeVisible(SOON);
    await expect(app.page.getByLabel(`Role of ${name}`)).toHaveValue('editor');
    const all = await (await app.page.request.post('/api/members', { data: { list: id } })).json();
    const { user } = (all as { user: string; name: string }[]).find((member) => member.name === name)!;
    await app.page.request.post('/api/set_role', { form: { list: id, member: user, role: 'viewer' } });
    await expect(app.page.getByLabel(`Role of ${name}`)).toHaveValue('viewer', SOON);
    await context.request.post('/api/leave_list', { form: { list: id } });
    await expect(members.filter({ hasText: name })).toHaveCount(0, SOON);
    await expect(app.page.getByRole('dialog', { name: 'Share' })).toBeVisible();
    await context.close();
  });

  test('and is removed sees nothing any more within a second, and can copy what was typed', async ({ app, bens, list, network }) => {
    bens.app.expectNetworkErrors();
    const members = await app.page.request.post('/api/members', { data: { list: list.slice('/lists/'.length) } });
    const ben = ((await members.json()) as { user: string; role: string }[]).find(({ role }) => role === 'editor')!;
    const busy = network.fail(PUSH, refusal(503, 'UNAVAILABLE', 60), { where: (body) => body.includes('tea') });
    await bens.app.addTodo('tea');
    await busy.used();
    await app.page.request.post('/api/remove_member', { form: { list: list.slice('/lists/'.length), member: ben.user } });
    await expect(bens.app.items).toHaveCount(0, { timeout: 1_000 });
    const heading = bens.app.page.getByRole('heading', { level: 1 });
    await expect(heading).toHaveText('List not available', { timeout: 10_000 });
    await expect(bens.app.page).toHaveTitle('List not available · Lockstep');
    await expect(bens.app.button('Share')).toHaveCount(0);
    await expect(bens.app.connection).toHaveAttribute('data-state', 'offline');
    await expect(bens.app.review).toContainText('tea');
    await app.tick('milk');
    await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
    await expect(bens.app.items).toHaveCount(0);
  });

  test('sees that the list was deleted', async ({ app, bens, list }) => {
    bens.app.expectNetworkErrors();
    app.expectNetworkErrors();
    await app.page.request.post('/api/delete_list', { form: { list: list.slice('/lists/'.length) } });
    await expect(bens.app.items).toHaveCount(0, { timeout: 1_000 });
    await expect(bens.app.notices).toContainText('This list was deleted.');
  });

  test.describe('and may only look', () => {
    test.use({ role: 'viewer' });

    test('sees everything live, and can change nothing', async ({ app, bens, device }) => {
      await app.tick('milk');
      await bens.app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
      await expect(bens.app.toggle('bread')).toBeDisabled();
      await expect(bens.app.newTodo).toHaveCount(0);
      await device.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
    });

    test('can change it as soon as somebody lets them, and not any more when they take it back', async ({ app, bens, list }) => {
      const id = list.slice('/lists/'.length);
      const members = await app.page.request.post('/api/members', { data: { list: id } });
      const ben = ((await members.json()) as { user: string; role: string }[]).find(({ role }) => role === 'viewer')!;
      const role = (role: string) =>
        app.page.request.post('/api/set_role', { form: { list: id, member: ben.user, role } });
      await role('editor');
      await expect(bens.app.newTodo).toBeVisible();
      await bens.app.hydrated();
      await bens.app.addTodo('tea');
      await app.expectRows([...GROCERIES, '[ ] tea']);
      await role('viewer');
      await expect(bens.app.newTodo).toHaveCount(0);
    });
  });
});

test('a list that is called something else is so for everybody, in the title too', async ({ app, bens, list, context }) => {
  const SOON = { timeout: 10_000 };
  const sharing = await context.newPage();
  await sharing.goto(`${list}/sharing`);
  // Markup and gaps are somebody's text, like any other.
  for (const name of ['Groceries  <for the> week & more', 'Food']) {
    await app.page.request.post('/api/rename_list', { form: { list: list.slice('/lists/'.length), name } });
    for (const { page } of [app, bens.app]) {
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(name, SOON);
      await expect(page).toHaveTitle(`${name} · Lockstep`, SOON);
    }
    await expect(sharing).toHaveTitle(`${name} · Share · Lockstep`, SOON);
  }
});

test('somebody who has another list open hears nothing of this one', async ({ app, browser, network, device }) => {
  const context = await browser.newContext({ baseURL: network.url });
  const stranger = await context.newPage();
  await createAccount(stranger.request);
  const other = await createList(stranger.request, 'Their own', ['soap']);
  const frames: string[] = [];
  stranger.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))));
  await stranger.goto(other);
  await expect(stranger.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await device.complete('milk', true);
  await app.expectRows(['[x] milk', '[ ] bread', '[ ] salt']);
  expect(frames.filter((frame) => frame.includes('milk'))).toEqual([]);
  await context.close();
});
