import { createAccount, newAccount } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

test.use({ javaScriptEnabled: false });

test('everything works without scripts, and survives a killed server', async ({ app, server }) => {
  await app.signUp();
  await app.createList('Groceries');
  for (const title of ['milk', 'bread', 'eggs']) await app.addTodo(title);
  await expect(app.count).toHaveText('3 items left');

  await app.tick('milk');
  await app.expectRows(['[x] milk', '[ ] bread', '[ ] eggs']);
  await app.delete('bread');
  await app.expectRows(['[x] milk', '[ ] eggs']);
  await expect(app.count).toHaveText('1 item left');

  await server.kill();
  await server.start();
  await app.reload();
  await app.expectRows(['[x] milk', '[ ] eggs']);
});

test('a ticked item has a button that unticks it', async ({ app }) => {
  await app.signUp();
  await app.createList('Groceries');
  await app.addTodo('milk');
  await app.tick('milk');
  await app.expectRows(['[x] milk']);
  await app.button('Untick milk').click();
  await app.expectRows(['[ ] milk']);
});

test('signing out and in again works without scripts', async ({ app }) => {
  const account = await app.signUp();
  await app.signOut();
  await app.goto('/login');
  await app.sendCredentials(account, 'Sign in');
  await app.landed('/lists');
});

test('a password that is too short is refused with a message, and the typed name stays', async ({ app }) => {
  const account = { ...newAccount(), password: 'kx7#w' };
  await app.goto('/register');
  // The browser's own check would not let it through to the server's.
  await app.page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')));
  await app.sendCredentials(account, 'Create account');
  await expect(app.alert).toContainText('8');
  await expect(app.field('Name')).toHaveValue(account.name);
  await expect(app.field('Password')).toHaveValue('');
  expect(await app.page.content()).not.toContain(account.password);
  expect(app.page.url()).not.toContain(encodeURIComponent(account.password));
});

test('a wrong password is refused with a message', async ({ app, request }) => {
  const account = await createAccount(request);
  await app.goto('/login');
  await app.sendCredentials({ ...account, password: 'not the right one' }, 'Sign in');
  await expect(app.alert).not.toBeEmpty();
  await expect(app.field('Name')).toHaveValue(account.name);
  await expect(app.field('Password')).toHaveValue('');
});

test('an item that is too long is refused with a message, and its text stays', async ({ app }) => {
  const text = 'a'.repeat(501);
  await app.signUp();
  await app.createList('Groceries');
  await app.newTodo.fill(text);
  await app.newTodo.press('Enter');
  await expect(app.alert.or(app.notices).first()).toContainText('500');
  await expect(app.newTodo).toHaveValue(text);
  await expect(app.items).toHaveCount(0);
});

test('markup in an item shows as it was typed', async ({ app }) => {
  const markup = '</label><img src=x onerror=alert(1)>"\'&amp;';
  await app.signUp();
  await app.createList('Groceries');
  await app.addTodo(markup);
  await app.expectRows([`[ ] ${markup}`]);
});

test('a text typed after the sign-in ended is there after signing in again', async ({ app, context }) => {
  const account = await app.signUp();
  const list = await app.createList('Groceries');
  await context.clearCookies({ name: 'lockstep' });
  await app.newTodo.fill('oat milk');
  await app.newTodo.press('Enter');
  await expect(app.page).toHaveURL(/\/login\?next=/);
  await app.sendCredentials(account, 'Sign in');
  await app.landed(list);
  await expect(app.newTodo).toHaveValue('oat milk');
  await expect(app.alert).toContainText('signed out');
});
