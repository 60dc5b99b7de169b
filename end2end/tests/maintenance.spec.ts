// What whoever hosts a server does beside it, and what people see of that in their browsers.

import { expect, test } from '../fixtures/test';

test('a backup taken while the server runs brings the list back as it was', async ({ app, server }) => {
  const account = await app.signUp();
  const list = await app.createList('Groceries');
  const copy = `copy-${account.name}`;
  await app.addTodo('oat milk');
  await app.expectSaved(list, ['[ ] oat milk']);
  expect(await server.command('backup', copy)).toEqual({ code: 0, said: `The backup is ${copy}.\n` });
  await app.addTodo('rye bread');
  await app.expectSaved(list, ['[ ] oat milk', '[ ] rye bread']);

  const refused = await server.command('restore', copy);
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('in use by a server');
  await app.reload();
  await app.expectRows(['[ ] oat milk', '[ ] rye bread']);

  // Pages that are open look for it.
  app.expectNetworkErrors();
  await server.stop();
  const restored = await server.command('restore', copy);
  expect(restored.code).toBe(0);
  expect(restored.said).toContain('Everybody has to sign in again.');
  await server.start();
  await app.goto(list);
  await app.sendCredentials(account, 'Sign in');
  await app.landed(list);
  await app.expectRows(['[ ] oat milk']);
  // The history goes on.
  await app.addTodo('tea');
  await app.expectSaved(list, ['[ ] oat milk', '[ ] tea']);
  await app.reload();
  await app.expectRows(['[ ] oat milk', '[ ] tea']);
});

test('who forgot their password gets in with the one that the host was given, and only with it', async ({
  app,
  server,
}) => {
  const account = await app.signUp();
  const { code, said } = await server.command('reset-password', account.name.toUpperCase());
  expect(code).toBe(0);
  const password = /is (\S{20})$/m.exec(said)?.[1] ?? '';
  await app.goto('/lists');
  await app.landed('/login');
  app.expectNetworkErrors();
  await app.sendCredentials(account, 'Sign in');
  await expect(app.alert).not.toBeEmpty();
  await app.sendCredentials({ ...account, password }, 'Sign in');
  await app.landed('/lists');
});

test('a command that cannot be carried out says why, in one line, and changes nothing', async ({ app, server }) => {
  await app.signUp();
  const list = await app.createList('Groceries');
  await app.addTodo('oat milk');
  await app.expectSaved(list, ['[ ] oat milk']);
  for (const [args, why] of [
    [['backup', 'lockstep.db'], 'lockstep.db is there already; nothing was overwritten'],
    [['backup', 'no-folder/copy'], 'no-folder/copy'],
    [['reset-password', 'nobody'], 'there is no account named nobody'],
  ] as const) {
    const { code, said } = await server.command(...args);
    expect(code, said).toBe(1);
    expect(said).toMatch(/^lockstep: [^\n]+\n$/);
    expect(said).toContain(why);
  }
  // Pages that are open look for it.
  app.expectNetworkErrors();
  await server.stop();
  const { code, said } = await server.command('restore', 'nothing');
  expect(code, said).toBe(1);
  expect(said).toBe('lockstep: nothing is not there\n');
  await server.start();
  await app.reload();
  await app.expectRows(['[ ] oat milk']);
});
