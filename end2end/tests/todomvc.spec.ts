// TodoMVC's specification (https://github.com/tastejs/todomvc/blob/master/app-spec.md), a test a behaviour.

import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app';
import { createAccount, createList } from '../fixtures/arrange';
import { expect, test as base } from '../fixtures/test';

/** A list of three items, open. */
const test = base.extend<{ list: string }>({
  list: async ({ app, page }, use) => {
    await createAccount(page.request);
    const list = await createList(page.request, 'Groceries', ['milk', 'bread', 'salt']);
    await app.goto(list);
    await use(list);
  },
});

const toggleAll = (app: App): Locator => app.page.getByLabel('Mark all as complete');
const clear = (app: App): Locator => app.button('Clear completed');
const filter = (app: App, name: string): Locator => app.page.getByRole('link', { name, exact: true });
const editor = (app: App): Locator => app.items.getByRole('textbox', { name: 'Edit' });
const text = (app: App, title: string): Locator => app.item(title).getByTestId('todo-title');

test.describe('no items', () => {
  test('the main part and the footer are hidden, and come with the first item', async ({ app, page }) => {
    await createAccount(page.request);
    await app.goto(await createList(page.request, 'Groceries'));
    await expect(page.locator('.main')).toBeHidden();
    await expect(page.locator('.footer')).toBeHidden();
    await app.addTodo('milk');
    await expect(page.locator('.main')).toBeVisible();
    await expect(page.locator('.footer')).toBeVisible();
    await app.delete('milk');
    await expect(page.locator('.main')).toBeHidden();
    await expect(page.locator('.footer')).toBeHidden();
  });
});

test.describe('new item', () => {
  test('the field has the focus when the page is there', async ({ app, list: _list }) => {
    await expect(app.newTodo).toBeFocused();
  });

  test('Enter adds it trimmed at the bottom, and empties the field', async ({ app, list }) => {
    await app.newTodo.fill('   oat milk  ');
    await app.newTodo.press('Enter');
    await expect(app.newTodo).toHaveValue('');
    const rows = ['[ ] milk', '[ ] bread', '[ ] salt', '[ ] oat milk'];
    await app.expectRows(rows);
    await app.expectSaved(list, rows);
  });

  test('an empty one is not added', async ({ app, list: _list }) => {
    for (const nothing of ['', '   ']) {
      await app.newTodo.fill(nothing);
      await app.newTodo.press('Enter');
    }
    await app.expectRows(['[ ] milk', '[ ] bread', '[ ] salt']);
  });
});

test.describe('mark all as complete', () => {
  test('ticks all, and unticks all', async ({ app, list }) => {
    await app.tick('bread');
    await toggleAll(app).check();
    await app.expectRows(['[x] milk', '[x] bread', '[x] salt']);
    await app.expectSaved(list, ['[x] milk', '[x] bread', '[x] salt']);
    await toggleAll(app).uncheck();
    await app.expectRows(['[ ] milk', '[ ] bread', '[ ] salt']);
    await app.expectSaved(list, ['[ ] milk', '[ ] bread', '[ ] salt']);
  });

  test('is ticked exactly while all items are', async ({ app, list: _list }) => {
    for (const title of ['milk', 'bread', 'salt']) {
      await expect(toggleAll(app)).not.toBeChecked();
      await app.tick(title);
    }
    await expect(toggleAll(app)).toBeChecked();
    await app.tick('bread');
    await expect(toggleAll(app)).not.toBeChecked();
    await app.delete('bread');
    await expect(toggleAll(app)).toBeChecked();
    await app.addTodo('tea');
    await expect(toggleAll(app)).not.toBeChecked();
  });

  test('is cleared when the completed items are', async ({ app, list: _list }) => {
    await toggleAll(app).check();
    await clear(app).click();
    await app.expectRows([]);
    await app.addTodo('tea');
    await expect(toggleAll(app)).not.toBeChecked();
  });

  test('ticks the items that the filter hides, too', async ({ app, list }) => {
    await app.tick('milk');
    await filter(app, 'Completed').click();
    await toggleAll(app).check();
    await app.expectRows(['[x] milk', '[x] bread', '[x] salt']);
    await app.expectSaved(list, ['[x] milk', '[x] bread', '[x] salt']);
  });
});

test.describe('an item', () => {
  test('is completed by its box, and not after all by the same', async ({ app, list }) => {
    await app.tick('bread');
    await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
    await app.expectSaved(list, ['[ ] milk', '[x] bread', '[ ] salt']);
    await app.tick('bread');
    await app.expectSaved(list, ['[ ] milk', '[ ] bread', '[ ] salt']);
  });

  test('shows its button to delete under the pointer, and goes by it', async ({ app, list }) => {
    await app.delete('bread');
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await app.expectSaved(list, ['[ ] milk', '[ ] salt']);
  });

  test('is edited by a double click on its text', async ({ app, list: _list }) => {
    await text(app, 'bread').dblclick();
    await expect(app.items.nth(1)).toHaveClass('editing');
    await expect(editor(app)).toBeFocused();
    await expect(editor(app)).toHaveValue('bread');
  });
});

test.describe('editing', () => {
  const edit = async (app: App, title: string, typed: string) => {
    await text(app, title).dblclick();
    await editor(app).fill(typed);
  };

  test('hides the other controls of the item', async ({ app, list: _list }) => {
    await text(app, 'bread').dblclick();
    for (const control of [app.toggle('bread'), app.deleteButton('bread'), text(app, 'bread')])
      await expect(control).toBeHidden();
    await expect(app.toggle('milk')).toBeVisible();
  });

  test('is saved by Enter, trimmed', async ({ app, list }) => {
    await edit(app, 'bread', '  rye bread ');
    await editor(app).press('Enter');
    await expect(editor(app)).toHaveCount(0);
    await app.expectRows(['[ ] milk', '[ ] rye bread', '[ ] salt']);
    await app.expectSaved(list, ['[ ] milk', '[ ] rye bread', '[ ] salt']);
  });

  test('is saved when the field loses the focus', async ({ app, list }) => {
    await edit(app, 'bread', 'rye bread');
    await app.newTodo.click();
    await expect(editor(app)).toHaveCount(0);
    await app.expectSaved(list, ['[ ] milk', '[ ] rye bread', '[ ] salt']);
  });

  test('is saved by editing another item', async ({ app, list }) => {
    await edit(app, 'bread', 'rye bread');
    await text(app, 'salt').dblclick();
    await expect(editor(app)).toHaveValue('salt');
    await app.expectSaved(list, ['[ ] milk', '[ ] rye bread', '[ ] salt']);
  });

  test('is left by Escape, and the text is what it was', async ({ app, list }) => {
    await edit(app, 'bread', 'cake');
    await editor(app).press('Escape');
    await expect(editor(app)).toHaveCount(0);
    await app.expectRows(['[ ] milk', '[ ] bread', '[ ] salt']);
    await app.addTodo('tea');
    await app.expectSaved(list, ['[ ] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
  });

  for (const nothing of ['', '   '])
    test(`deletes the item if the text is ${nothing ? 'only spaces' : 'empty'}`, async ({ app, list }) => {
      await edit(app, 'bread', nothing);
      await editor(app).press('Enter');
      await app.expectRows(['[ ] milk', '[ ] salt']);
      await app.expectSaved(list, ['[ ] milk', '[ ] salt']);
    });

  test('keeps a completed item completed', async ({ app, list }) => {
    await app.tick('bread');
    await edit(app, 'bread', 'rye bread');
    await expect(app.items.nth(1)).toHaveClass('completed editing');
    await editor(app).press('Enter');
    await app.expectRows(['[ ] milk', '[x] rye bread', '[ ] salt']);
    await app.expectSaved(list, ['[ ] milk', '[x] rye bread', '[ ] salt']);
  });

  test('begins with F2, too, and goes on at the box', async ({ app, list: _list }) => {
    await app.toggle('bread').focus();
    await app.page.keyboard.press('F2');
    await expect(editor(app)).toBeFocused();
    await app.page.keyboard.type(' and butter');
    await app.page.keyboard.press('Enter');
    await app.expectRows(['[ ] milk', '[ ] bread and butter', '[ ] salt']);
    await expect(app.toggle('bread and butter')).toBeFocused();
  });

  test('begins from the menu of the item, too, which can also delete it', async ({ app, list }) => {
    await app.button('Menu of bread').click();
    await app.button('Edit').click();
    await expect(editor(app)).toBeFocused();
    await editor(app).fill('rye bread');
    await editor(app).press('Enter');
    await expect(app.toggle('rye bread')).toBeFocused();
    await app.button('Menu of milk').focus();
    await app.page.keyboard.press('Enter');
    await app.page.keyboard.press('Tab');
    await app.page.keyboard.press('Tab');
    await expect(app.button('Delete')).toBeFocused();
    await app.page.keyboard.press('Enter');
    await app.expectSaved(list, ['[ ] rye bread', '[ ] salt']);
  });

  test('keeps a text that is too long in its field, with a message, until it is shorter', async ({ app, list }) => {
    await edit(app, 'bread', 'x'.repeat(501));
    await editor(app).press('Enter');
    await expect(app.notices).toHaveCount(1);
    await expect(editor(app)).toHaveValue('x'.repeat(501));
    await editor(app).fill('rye bread');
    await editor(app).press('Enter');
    await expect(app.notices).toHaveCount(0);
    await app.expectSaved(list, ['[ ] milk', '[ ] rye bread', '[ ] salt']);
  });

  test('twice in a row by one person is no conflict', async ({ app, list, network }) => {
    const answers = network.hold(/\/api\/push/);
    await edit(app, 'bread', 'rye bread');
    await editor(app).press('Enter');
    await edit(app, 'rye bread', 'rye bread, sliced');
    await editor(app).press('Enter');
    answers.release();
    await app.expectSaved(list, ['[ ] milk', '[ ] rye bread, sliced', '[ ] salt']);
    await expect(app.notices).toHaveCount(0);
  });

  test('a text that somebody else changed meanwhile overwrites nothing, and is given back', async ({ app, list }) => {
    await text(app, 'bread').dblclick();
    await editor(app).fill('rye bread');
    const other = await app.page.context().newPage();
    await other.goto(list);
    await expect(other.locator('html[data-hydrated]')).toBeAttached();
    await other.getByTestId('todo-title').getByText('bread').dblclick();
    await other.getByRole('textbox', { name: 'Edit' }).fill('white bread');
    await other.keyboard.press('Enter');
    await app.expectSaved(list, ['[ ] milk', '[ ] white bread', '[ ] salt']);
    await other.close();
    await editor(app).press('Enter');
    await app.expectRows(['[ ] milk', '[ ] white bread', '[ ] salt']);
    await expect(app.notices).toContainText('“white bread”');
    await expect(app.notices).toContainText('“rye bread”');
  });
});

test.describe('the counter', () => {
  test('counts what is left, with the number in bold, and knows its plural', async ({ app, list: _list }) => {
    const number = app.count.locator('strong');
    await expect(app.count).toHaveText('3 items left');
    await app.tick('milk');
    await app.tick('bread');
    await expect(app.count).toHaveText('1 item left');
    await expect(number).toHaveText('1');
    await app.tick('salt');
    await expect(app.count).toHaveText('0 items left');
    await filter(app, 'Active').click();
    await expect(app.count).toHaveText('0 items left');
  });
});

test.describe('clear completed', () => {
  test('deletes the completed items and no others', async ({ app, list }) => {
    await app.tick('milk');
    await app.tick('salt');
    await clear(app).click();
    await app.expectRows(['[ ] bread']);
    await app.expectSaved(list, ['[ ] bread']);
  });

  test('is there only when there is something to clear', async ({ app, list: _list }) => {
    await expect(clear(app)).toBeHidden();
    await app.tick('milk');
    await expect(clear(app)).toBeVisible();
    await clear(app).click();
    await expect(clear(app)).toBeHidden();
  });
});

test.describe('filters', () => {
  const selected = (app: App): Locator => app.page.locator('.filters a.selected');

  test('show all, active or completed items, each at an address of its own', async ({ app, list }) => {
    await app.tick('bread');
    for (const [name, path, rows] of [
      ['Active', `${list}/active`, ['[ ] milk', '[ ] salt']],
      ['Completed', `${list}/completed`, ['[x] bread']],
      ['All', list, ['[ ] milk', '[x] bread', '[ ] salt']],
    ] as const) {
      await filter(app, name).click();
      await app.expectRows([...rows]);
      await expect(app.page).toHaveURL(path);
      await expect(selected(app)).toHaveText(name);
      await expect(filter(app, name)).toHaveClass('selected');
      await expect(filter(app, name)).toHaveAttribute('aria-current', 'page');
    }
  });

  test('stay through a reload', async ({ app, list }) => {
    await app.tick('bread');
    await app.expectSaved(list, ['[ ] milk', '[x] bread', '[ ] salt']);
    await filter(app, 'Active').click();
    await app.reload();
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await expect(selected(app)).toHaveText('Active');
    await filter(app, 'All').click();
    await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
  });

  test('follow the back and forward buttons', async ({ app, list: _list }) => {
    await app.tick('bread');
    await filter(app, 'Active').click();
    await filter(app, 'Completed').click();
    await app.expectRows(['[x] bread']);
    await app.page.goBack();
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await app.page.goBack();
    await app.expectRows(['[ ] milk', '[x] bread', '[ ] salt']);
    await app.page.goForward();
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await expect(selected(app)).toHaveText('Active');
  });

  test('let an item go that is changed so that they do not show it', async ({ app, list: _list }) => {
    await filter(app, 'Active').click();
    await app.tick('bread');
    await app.expectRows(['[ ] milk', '[ ] salt']);
    await filter(app, 'Completed').click();
    await app.tick('bread');
    await app.expectRows([]);
    await expect(app.page.locator('.footer')).toBeVisible();
  });

  test('do not show a new item that they are not for, and count it', async ({ app, list }) => {
    await filter(app, 'Completed').click();
    await app.newTodo.fill('tea');
    await app.newTodo.press('Enter');
    await app.expectRows([]);
    await expect(app.count).toHaveText('4 items left');
    await filter(app, 'All').click();
    await app.expectRows(['[ ] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
    await app.expectSaved(list, ['[ ] milk', '[ ] bread', '[ ] salt', '[ ] tea']);
  });

  test('open elsewhere with the keys for that', async ({ app, list }) => {
    const [elsewhere] = await Promise.all([
      app.page.context().waitForEvent('page'),
      filter(app, 'Active').click({ modifiers: ['ControlOrMeta'] }),
    ]);
    await expect(elsewhere).toHaveURL(`${list}/active`);
    await expect(app.page).toHaveURL(list);
    await elsewhere.close();
  });
});
