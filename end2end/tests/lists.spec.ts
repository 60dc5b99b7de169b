// The page of lists: its menus are the browser's own popovers, its forms plain ones.

import type { Locator, Page } from '@playwright/test';
import { createAccount, createList } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import { expect, test } from '../fixtures/test';

const LONG = 'x'.repeat(101);

class Lists {
  readonly names: Locator;
  readonly notice: Locator;

  constructor(readonly page: Page) {
    this.names = page.locator('ul.lists .name');
    this.notice = page.getByRole('status').getByTestId('notice');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name: `Menu of ${name}`, exact: true });
  }

  menu(name: string): Locator {
    return this.page.getByRole('dialog', { name, exact: true });
  }

  field(name: string): Locator {
    return this.menu(name).getByLabel('Name', { exact: true });
  }

  /** By the keyboard: another menu that is open may cover the button. */
  async open(name: string): Promise<Locator> {
    await this.button(name).press('Enter');
    await expect(this.menu(name)).toBeVisible();
    return this.menu(name);
  }

  async rename(name: string, to: string): Promise<void> {
    const menu = await this.open(name);
    await this.field(name).fill(to);
    await menu.getByRole('button', { name: 'Rename' }).click();
  }

  async delete(name: string): Promise<void> {
    await (await this.open(name)).getByRole('button', { name: 'Delete' }).click();
    await expect(this.notice).toContainText(`Deleted “${name}”.`);
  }

  /** The browser's own check would not let everything through to the server's. */
  async letEverythingThrough(): Promise<void> {
    await this.page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')));
  }
}

/** Somebody on the page of their lists, which have these names. */
async function withLists(app: App, names: string[]): Promise<Lists> {
  await createAccount(app.page.request);
  for (const name of names) await createList(app.page.request, name);
  await app.goto('/lists');
  return new Lists(app.page);
}

async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('a list gets another name', async ({ app }) => {
      const lists = await withLists(app, ['Groceries', 'Weekend']);
      await lists.open('Groceries');
      await expect(lists.field('Groceries')).toHaveValue('Groceries');
      await lists.field('Groceries').fill(' Market ');
      await lists.field('Groceries').press('Enter');
      await expect(lists.names).toHaveText(['Market', 'Weekend']);
      await expect(lists.menu('Market')).toBeHidden();
    });

    test('a deleted list is back after Undo, and the notice gone', async ({ app }) => {
      const lists = await withLists(app, ['Groceries', 'Weekend']);
      await lists.delete('Groceries');
      await expect(lists.names).toHaveText(['Weekend']);
      await expect(lists.notice.getByRole('button', { name: 'Undo' })).toBeFocused();
      await app.reload();
      await expect(lists.notice).toBeVisible();
      await lists.notice.getByRole('button', { name: 'Undo' }).click();
      await expect(lists.names).toHaveText(['Groceries', 'Weekend']);
      await expect(lists.notice).toBeHidden();
    });

    test('a deleted list can be restored later', async ({ app }) => {
      const lists = await withLists(app, ['Groceries']);
      await lists.delete('Groceries');
      await lists.notice.getByRole('link', { name: 'Dismiss' }).click();
      await expect(lists.notice).toBeHidden();
      const restore = app.page.getByRole('button', { name: 'Restore Groceries' });
      await expect(restore).toBeHidden();
      await app.page.getByText('Deleted lists').click();
      await expect(app.page.getByText('can be restored until')).toBeVisible();
      await restore.click();
      await expect(lists.names).toHaveText(['Groceries']);
      await expect(app.page.getByText('Deleted lists')).toBeHidden();
    });

    test('a refused name comes back in its menu, with its text and the reason', async ({ app }) => {
      const lists = await withLists(app, ['Groceries', 'Weekend']);
      await lists.letEverythingThrough();
      await lists.rename('Weekend', LONG);
      const field = lists.field('Weekend');
      await expect(field).toBeFocused();
      await expect(field).toHaveValue(LONG);
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(field).toHaveAccessibleDescription("A list's name has 1 to 100 characters.");
      await expect(lists.menu('Groceries')).toBeHidden();

      await lists.menu('Weekend').getByRole('button', { name: 'Cancel' }).click();
      await expect(lists.menu('Weekend')).toBeHidden();
      await lists.rename('Weekend', 'Sunday');
      await expect(lists.names).toHaveText(['Groceries', 'Sunday']);
    });

    test('a refused new list comes back with its text and the reason', async ({ app }) => {
      const lists = await withLists(app, ['Groceries']);
      await lists.letEverythingThrough();
      await app.field('New list').fill(LONG);
      await app.button('Create list').click();
      await expect(app.field('New list')).toBeFocused();
      await expect(app.field('New list')).toHaveValue(LONG);
      await expect(app.field('New list')).toHaveAccessibleDescription("A list's name has 1 to 100 characters.");
      await expect(lists.menu('Groceries')).toBeHidden();
    });
  });
}

test('one menu is open at a time, and Escape closes it and gives the focus back', async ({ app }) => {
  const lists = await withLists(app, ['Groceries', 'Weekend']);
  await lists.button('Groceries').click();
  await expect(lists.menu('Groceries')).toBeVisible();
  await lists.open('Weekend');
  await expect(lists.menu('Groceries')).toBeHidden();
  await app.page.keyboard.press('Escape');
  await expect(lists.menu('Weekend')).toBeHidden();
  await expect(lists.button('Weekend')).toBeFocused();
});

test('renaming, deleting and taking it back need only the keyboard', async ({ app }) => {
  const lists = await withLists(app, ['Groceries']);
  const press = async (...keys: string[]) => {
    for (const key of keys) await app.page.keyboard.press(key);
  };
  await lists.button('Groceries').focus();
  await press('Enter');
  await expect(lists.menu('Groceries')).toBeVisible();
  await press('Tab');
  await expect(lists.field('Groceries')).toBeFocused();
  await press('ControlOrMeta+a');
  await app.page.keyboard.type('Market');
  await press('Enter');
  await expect(lists.names).toHaveText(['Market']);

  await lists.button('Market').focus();
  await press('Space', 'Tab', 'Tab', 'Tab');
  await expect(app.button('Delete')).toBeFocused();
  await press('Enter');
  await expect(app.button('Undo')).toBeFocused();
  await press('Enter');
  await expect(lists.names).toHaveText(['Market']);
  await expect(lists.notice).toBeHidden();
});

test('who has no lists can type the name of the first one at once', async ({ app }) => {
  await withLists(app, []);
  await expect(app.field('New list')).toBeFocused();
  await app.page.keyboard.type('Groceries');
  await app.page.keyboard.press('Enter');
  await app.landed(/^\/lists\/.+/);
});

test.describe('where a page does not hear of what another tab does', () => {
  test.use({ sockets: false });

  test('a list that another tab renamed is deleted and restored under its new name', async ({ app, context }) => {
    const lists = await withLists(app, ['Groceries']);
    const other = new Lists(await context.newPage());
    await other.page.goto('/lists');
    await other.rename('Groceries', 'Market');
    await expect(other.names).toHaveText(['Market']);

    await (await lists.open('Groceries')).getByRole('button', { name: 'Delete' }).click();
    await expect(lists.notice).toContainText('Deleted “Market”.');
    await app.button('Undo').click();
    await expect(lists.names).toHaveText(['Market']);
  });

  test('two tabs that delete the same list are told the same, and one Undo brings it back', async ({ app, context }) => {
    const lists = await withLists(app, ['Groceries']);
    const other = new Lists(await context.newPage());
    await other.page.goto('/lists');
    await lists.delete('Groceries');
    await other.delete('Groceries');
    await app.button('Undo').click();
    await expect(lists.names).toHaveText(['Groceries']);
    // The other tab's notice has had its time.
    await other.page.reload();
    await expect(other.notice).toBeHidden();
    await expect(other.names).toHaveText(['Groceries']);
  });

  test('a new name for a list that another tab deleted is told, not lost', async ({ app, context }) => {
    const lists = await withLists(app, ['Groceries']);
    const other = new Lists(await context.newPage());
    await other.page.goto('/lists');
    await other.delete('Groceries');
    await lists.rename('Groceries', 'Market');
    await expect(app.alert).toContainText('not renamed to “Market”');
  });
});

test('whatever its name is, it shows as typed and changes nothing around it', async ({ app }) => {
  const names = ['<b>bold</b> & "quoted"', 'קניות', '</title><script>alert(1)</script>'];
  const lists = await withLists(app, names);
  await expect(lists.names).toHaveText(names);
  for (const name of names) {
    await lists.open(name);
    await expect(lists.field(name)).toHaveValue(name);
  }
  await app.page.keyboard.press('Escape');
  await lists.delete(names[2] ?? '');
});

test('200 lists: the renamed one and its menu are in view', async ({ app }) => {
  const names = Array.from({ length: 200 }, (_, n) => `List ${n}`);
  const lists = await withLists(app, names);
  await lists.rename('List 150', 'Market');
  await expect(lists.names.nth(150)).toHaveText('Market');
  await expect(lists.names.nth(150)).toBeInViewport();
  const menu = await lists.open('List 199');
  await expect(menu.getByRole('button', { name: 'Delete' })).toBeInViewport({ ratio: 1 });
  await app.page.keyboard.press('Escape');
  await lists.letEverythingThrough();
  await lists.rename('List 120', LONG);
  await expect(lists.field('List 120')).toBeInViewport({ ratio: 1 });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing scrolls sideways, and menus are on the screen', async ({ app }) => {
    const long = 'Everything_that_the_house_has_needed_since_the_spring_and_nobody_has_got_round_to';
    const lists = await withLists(app, ['Groceries', long]);
    expect(await scrollsSideways(app.page)).toBe(false);
    for (const name of ['Groceries', long]) {
      const menu = await lists.open(name);
      await expect(menu).toBeInViewport({ ratio: 1 });
      expect(await scrollsSideways(app.page)).toBe(false);
    }
    await app.page.keyboard.press('Escape');
    await lists.letEverythingThrough();
    await lists.rename(long, LONG);
    await expect(lists.field(long)).toHaveValue(LONG);
    expect(await scrollsSideways(app.page)).toBe(false);
    await lists.menu(long).getByRole('button', { name: 'Delete' }).click();
    await expect(lists.notice).toContainText(long);
    await app.page.getByText('Deleted lists').click();
    expect(await scrollsSideways(app.page)).toBe(false);
  });
});
