import { createAccount, createList, newAccount } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

test('who signs out can sign in again and finds their lists', async ({ app }) => {
  const account = await app.signUp();
  const list = await app.createList('Groceries');
  await app.goto('/lists');
  await app.signOut();
  await app.goto('/login');
  await app.sendCredentials(account, 'Sign in');
  await app.landed('/lists');
  await app.page.getByRole('link', { name: 'Groceries' }).click();
  await app.landed(list);
});

test('who signs out cannot see their lists any more', async ({ app }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  await app.goto('/lists');
  await app.signOut();
  await app.goto(list);
  await expect(app.page).toHaveURL(/\/login\?next=/);
});

test('a wrong password is refused with a message', async ({ app, request }) => {
  // The answer that refuses may show in the console as a failed request.
  app.expectNetworkErrors();
  const account = await createAccount(request);
  await app.goto('/login');
  await app.sendCredentials({ ...account, password: 'not the right one' }, 'Sign in');
  await expect(app.alert).not.toBeEmpty();
  await expect(app.field('Name')).toHaveValue(account.name);
  await expect(app.page).toHaveURL(/\/login/);
});

test('an unknown name is refused with the very message of a wrong password', async ({ app, request }) => {
  app.expectNetworkErrors();
  const account = await createAccount(request);
  await app.goto('/login');
  await app.sendCredentials({ ...account, password: 'not the right one' }, 'Sign in');
  const wrongPassword = await app.alert.innerText();
  await app.goto('/login');
  await app.sendCredentials(newAccount(), 'Sign in');
  await expect(app.alert).toHaveText(wrongPassword);
});

test('a name is taken whatever its case', async ({ app, request }) => {
  app.expectNetworkErrors();
  const { name } = await createAccount(request);
  await app.goto('/register');
  await app.sendCredentials({ ...newAccount(), name: name.toUpperCase() }, 'Create account');
  await expect(app.alert).toContainText(/taken/i);
  await expect(app.field('Name')).toHaveValue(name.toUpperCase());
});

test('a commonly used password is refused with a message', async ({ app }) => {
  app.expectNetworkErrors();
  await app.goto('/register');
  await app.sendCredentials({ ...newAccount(), password: 'password123' }, 'Create account');
  await expect(app.alert).not.toBeEmpty();
  await expect(app.page).toHaveURL(/\/register/);
});

test('who was sent to sign in comes to the page they wanted', async ({ app, request }) => {
  const account = await createAccount(request);
  const list = await createList(request, 'Groceries');
  await app.goto(list);
  await expect(app.page).toHaveURL(/\/login\?next=/);
  await app.sendCredentials(account, 'Sign in');
  await app.landed(list);
});

const FOREIGN = [
  '//evil.example',
  'https://evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
];
for (const next of FOREIGN) {
  test(`after signing in, next=${JSON.stringify(next)} leads to the lists`, async ({ app, baseURL, request }) => {
    const account = await createAccount(request);
    await app.goto(`/login?next=${encodeURIComponent(next)}`);
    await app.sendCredentials(account, 'Sign in');
    await app.landed('/lists');
    expect(app.page.url()).toBe(`${baseURL}/lists`);
  });
}

test('the lists of nobody are a redirection to sign in', async ({ request }) => {
  const answer = await request.get('/lists', { maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  expect(answer.headers()['location']).toMatch(/^\/login\?next=(%2F|\/)lists$/);
});

test("another person's list is not found, like one that does not exist", async ({ app, request }) => {
  app.expectNetworkErrors();
  await createAccount(request);
  const list = await createList(request, 'Private matters', ['a secret']);
  await createAccount(app.page.request);
  for (const path of [list, '/lists/01890000-0000-7000-8000-000000000000', '/lists/no-such-list']) {
    const response = await app.goto(path);
    expect(response.status(), path).toBe(404);
    await expect(app.page.locator('body')).toContainText(/not found/i);
    expect(await response.text()).not.toMatch(/Private matters|a secret/);
  }
});

test('every cookie is out of reach for scripts and for other sites', async ({ app, context }) => {
  await app.signUp();
  const cookies = await context.cookies();
  const names = cookies.map(({ name }) => name).sort();
  expect(names).toEqual(['lockstep', 'lockstep-device']);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
});

test('a list that is sent twice is one list', async ({ app }) => {
  await app.signUp();
  const field = app.field('New list');
  await field.fill('Once');
  // What the page's form says, twice: as after an impatient second click.
  const form = await field.evaluate((input: HTMLInputElement) => Object.fromEntries(new FormData(input.form!)));
  for (let sent = 0; sent < 2; sent++) {
    await app.page.request.post('/api/create_list', { form: form as Record<string, string> });
  }
  await app.goto('/lists');
  await expect(app.page.getByRole('link', { name: 'Once' })).toHaveCount(1);
});
