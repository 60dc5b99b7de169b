// Pages that come back with the back button, from the browser's cache of whole pages or without it.

import { launchOptions } from '../fixtures/chromium';
import { expect, KEY, test, type Tab } from '../fixtures/tabs';

test.use({ launchOptions: { ...launchOptions(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

test.beforeEach(({ list: { app } }) => app.expectNetworkErrors());

/** Leaves the page for one that loads nothing. */
async function leave({ page }: Tab): Promise<void> {
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
    location.href = '/robots.txt';
  });
  await page.waitForURL('**/robots.txt');
}

/** Goes back to it. Not by the driver, which loads it anew. */
async function comeBack({ page }: Tab): Promise<void> {
  await page.evaluate(() => history.back());
  await page.waitForURL((url) => url.pathname !== '/robots.txt', { waitUntil: 'commit' });
}

for (const kind of ['button', 'removeItem', 'end'] as const) {
  test(`who goes back after signing out by ${kind} sees nothing`, async ({ list, lists, outside, open, elsewhere }) => {
    for (const tab of [list, lists]) await leave(tab);
    if (kind === 'button') await (await open('/lists')).app.signOut();
    if (kind === 'removeItem') {
      const awake = await open('/lists');
      await outside.evaluate((key) => localStorage.removeItem(key), KEY);
      await awake.landed('/');
    }
    // Nobody is there to be told.
    if (kind === 'end') await elsewhere.post('/api/end_other_sessions', { form: {} });
    for (const tab of [list, lists]) {
      await comeBack(tab);
      await tab.expectNothing();
    }
  });
}

test('a list that comes back is live again', async ({ list, ann, elsewhere }) => {
  await leave(list);
  const id = ann.list.slice('/lists/'.length);
  await elsewhere.post('/api/add_todo', { form: { list: id, title: 'plums' } });
  await comeBack(list);
  await expect(list.app.item('plums')).toBeVisible();
  await expect(list.app.connection).toHaveAttribute('data-state', 'live');
  await list.app.addTodo('pears');
  await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] plums', '[ ] pears']);
});
