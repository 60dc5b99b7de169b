import { expect, test } from '../fixtures/test';

test('what a person did is there after the server was killed and started again', async ({ app, server }) => {
  await app.signUp();
  await app.createList('Groceries');
  for (const title of ['milk', 'bread', 'eggs']) await app.addTodo(title);
  await expect(app.count).toHaveText('3 items left');

  await app.tick('milk');
  await app.delete('bread');
  await app.expectRows(['[x] milk', '[ ] eggs']);
  await expect(app.count).toHaveText('1 item left');
  await app.expectSaved(new URL(app.page.url()).pathname, ['[x] milk', '[ ] eggs']);

  app.expectNetworkErrors();
  await server.kill();
  await server.start();
  await app.reload();
  await app.expectRows(['[x] milk', '[ ] eggs']);
  await expect(app.count).toHaveText('1 item left');
});

test('an item is ticked and unticked with one click each', async ({ app }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  await app.addTodo('milk');

  await app.tick('milk');
  await app.expectRows(['[x] milk']);
  await expect(app.count).toHaveText('0 items left');
  await app.tick('milk');
  await app.expectRows(['[ ] milk']);
  await expect(app.count).toHaveText('1 item left');
  await app.expectSaved(list, ['[ ] milk']);
});

test('the page of lists shows each list by its name and leads to it', async ({ app }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  await app.goto('/lists');
  await app.page.getByRole('link', { name: 'Groceries' }).click();
  await app.landed(list);
  await expect(app.page.getByRole('heading', { name: 'Groceries' })).toBeVisible();
});

test('a new list invites to type its first item', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  await expect(app.newTodo).toBeFocused();
  await expect(app.newTodo).toHaveAttribute('placeholder', 'What needs to be done?');
  await expect(app.items).toHaveCount(0);
  await expect(app.count).toBeHidden();
});
