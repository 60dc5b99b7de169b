import { createAccount, createList, newAccount } from '../fixtures/arrange';
import { tabTo, tabToAndPress, tabToAndType } from '../fixtures/keyboard';
import { expect, test } from '../fixtures/test';

test('from signing up to deleting an item, the keyboard is enough', async ({ app }) => {
  const { name, password } = newAccount();
  await app.goto('/register');
  await tabToAndType(app, app.field('Name'), name);
  await tabToAndType(app, app.field('Password'), password);
  await tabToAndPress(app, app.button('Create account'), 'Enter');

  await app.landed('/lists');
  await tabToAndType(app, app.field('New list'), 'Groceries');
  await app.page.keyboard.press('Enter');

  await app.landed(/^\/lists\/.+/);
  for (const title of ['milk', 'bread']) {
    await tabToAndType(app, app.newTodo, title);
    await app.page.keyboard.press('Enter');
  }
  await app.expectRows(['[ ] milk', '[ ] bread']);

  await tabToAndPress(app, app.toggle('milk'), 'Space');
  await app.expectRows(['[x] milk', '[ ] bread']);
  await tabToAndPress(app, app.deleteButton('bread'), 'Enter');
  await app.expectRows(['[x] milk']);
});

test('who adds items one after the other never leaves the field', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  await app.page.keyboard.type('milk');
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.type('bread');
  await app.page.keyboard.press('Enter');
  await app.expectRows(['[ ] milk', '[ ] bread']);
  await expect(app.newTodo).toBeFocused();
  await expect(app.newTodo).toHaveValue('');
});

test('who deletes items one after the other goes on where they were', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  for (const title of ['milk', 'bread', 'salt']) await app.addTodo(title);
  const destroy = (title: string) => app.page.getByRole('button', { name: `Delete ${title}` });
  await destroy('bread').focus();
  await app.page.keyboard.press('Enter');
  await expect(destroy('salt')).toBeFocused();
  await app.page.keyboard.press('Enter');
  await expect(destroy('milk')).toBeFocused();
  await app.page.keyboard.press('Enter');
  await expect(app.newTodo).toBeFocused();
  await app.expectRows([]);
});

test('a list is edited, ticked as a whole, filtered and cleared by the keyboard alone', async ({ app }) => {
  await createAccount(app.page.request);
  await app.goto(await createList(app.page.request, 'Groceries', ['milk', 'bread']));
  const link = (name: string) => app.page.getByRole('link', { name, exact: true });

  await tabTo(app, app.toggle('bread'));
  await app.page.keyboard.press('F2');
  await app.page.keyboard.type(', sliced');
  await app.page.keyboard.press('Enter');
  await app.expectRows(['[ ] milk', '[ ] bread, sliced']);

  await tabToAndPress(app, app.button('Menu of bread, sliced'), 'Enter');
  await tabToAndPress(app, app.button('Edit'), 'Enter');
  await app.page.keyboard.type(' thinly');
  await app.page.keyboard.press('Escape');
  await app.expectRows(['[ ] milk', '[ ] bread, sliced']);

  await tabToAndPress(app, app.page.getByLabel('Mark all as complete'), 'Space');
  await app.expectRows(['[x] milk', '[x] bread, sliced']);
  await tabToAndPress(app, link('Active'), 'Enter');
  await app.expectRows([]);
  await tabToAndPress(app, link('Completed'), 'Enter');
  await app.expectRows(['[x] milk', '[x] bread, sliced']);
  await tabToAndPress(app, app.toggle('milk'), 'Space');
  await app.expectRows(['[x] bread, sliced']);
  await tabToAndPress(app, app.button('Clear completed'), 'Enter');
  await app.expectRows([]);
  await tabToAndPress(app, link('All'), 'Enter');
  await app.expectRows(['[ ] milk']);
});
