// The page of my lists follows what others do.

import { createAccount, createList, share } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

test('a list that is shared with me appears, its counter moves, and it goes when I am removed', async ({ app, page, browser, network }) => {
  await createAccount(page.request);
  await app.goto('/lists');
  const context = await browser.newContext({ baseURL: network.url });
  const owner = context.request;
  const { name } = await createAccount(owner);
  const path = await createList(owner, 'Groceries', ['milk']);
  const list = path.slice('/lists/'.length);
  await share(owner, path, page.request);
  const entry = page.locator('.lists li').filter({ hasText: 'Groceries' });
  await expect(entry).toContainText('1 item left');
  await expect(entry).toContainText(name);
  await owner.post('/api/add_todo', { form: { list, title: 'bread' } });
  await expect(entry).toContainText('2 items left');
  await owner.post('/api/rename_list', { form: { list, name: 'Groceries for the week' } });
  await expect(entry).toContainText('Groceries for the week');
  const members = await owner.post('/api/members', { data: { list } });
  const me = ((await members.json()) as { user: string; role: string }[]).find(({ role }) => role === 'editor')!;
  await owner.post('/api/remove_member', { form: { list, member: me.user } });
  await expect(entry).toHaveCount(0);
  await context.close();
});

test('what changed while the network was away is there once it is back', async ({ app, page, network }) => {
  app.expectNetworkErrors();
  await createAccount(page.request);
  await createList(page.request, 'Groceries');
  const welcomed = new Promise((resolve) => page.on('websocket', (socket) => socket.on('framereceived', resolve)));
  await app.goto('/lists');
  await welcomed;
  network.cut();
  const other = await page.context().newPage();
  network.restore();
  await createList(other.request, 'Tools');
  await expect(page.locator('.lists li').filter({ hasText: 'Tools' })).toBeVisible();
});
