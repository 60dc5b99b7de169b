// Pages that come back with the back button: loaded anew, as Chromium does with pages that are in no cache (`no-store`)
// and have had a socket; and from its cache of whole pages, as other browsers may.

import { launchOptions } from '../fixtures/chromium';
import { expect, KEY, SECRETS, test, type Tab } from '../fixtures/tabs';

test.use({ launchOptions: { ...launchOptions(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

/** What a page tells of its return, past the page that is loaded next. */
interface Return {
  persisted: boolean;
  html: string;
}

/** Leaves the page for one that loads nothing. */
async function leave({ page }: Tab): Promise<void> {
  await page.evaluate(() => {
    // After the page's own.
    addEventListener('pageshow', ({ persisted }) => {
      sessionStorage.setItem('return', JSON.stringify({ persisted, html: document.documentElement.outerHTML }));
    });
    location.href = '/robots.txt';
  });
  await expect.poll(() => page.url()).toContain('/robots.txt');
}

/** Goes back to it. Not by the driver, which loads it anew. */
async function comeBack({ page }: Tab): Promise<Return | null> {
  await page.evaluate(() => history.back()).catch(() => {});
  await expect.poll(() => page.url()).not.toContain('/robots.txt');
  let told: string | null | undefined;
  const look = () => page.evaluate(() => sessionStorage.getItem('return')).catch(() => undefined);
  await expect.poll(async () => (told = await look())).not.toBeUndefined();
  return JSON.parse(told ?? 'null') as Return | null;
}

for (const kept of [false, true]) {
  test.describe(kept ? 'kept whole' : 'loaded anew', () => {
    test.use({
      // Before the first page is opened.
      ann: async ({ ann, network }, use) => {
        const headers = { 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' };
        if (kept) network.meddle(/^\/lists/, { answer: ({ status, body }) => ({ status, body, headers }) });
        await use(ann);
      },
    });

    for (const kind of ['button', 'removeItem', 'end'] as const) {
      test(`who goes back after signing out by ${kind} sees nothing`, async ({ list, lists, outside, open, elsewhere }) => {
        list.app.expectNetworkErrors();
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
          const back = await comeBack(tab);
          expect(back?.persisted ?? false).toBe(kept);
          await tab.expectNothing();
          // At once, if the other tabs know.
          if (kind !== 'end') for (const secret of SECRETS) expect(back?.html ?? '').not.toContain(secret);
        }
      });
    }

    test('a list that comes back is live again', async ({ list, ann, elsewhere }) => {
      // Chromium asks for a favicon.ico of a page that it has kept.
      list.app.expectNetworkErrors();
      await leave(list);
      const id = ann.list.slice('/lists/'.length);
      await elsewhere.post('/api/add_todo', { form: { list: id, title: 'plums' } });
      expect((await comeBack(list))?.persisted ?? false).toBe(kept);
      await expect(list.app.item('plums')).toBeVisible();
      await expect(list.app.connection).toHaveAttribute('data-state', 'live');
      await list.app.addTodo('pears');
      await list.app.expectSaved(ann.list, ['[ ] oat milk', '[ ] rye bread', '[ ] plums', '[ ] pears']);
    });
  });
}
