import { createAccount, createList } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

function nonceOf(policy: string | undefined): string | undefined {
  return /script-src[^;]*'nonce-([^']+)'/.exec(policy ?? '')?.[1];
}

test('pages allow only scripts that carry their nonce', async ({ request }) => {
  const answer = await request.get('/login');
  const policy = answer.headers()['content-security-policy'];
  const nonce = nonceOf(policy);
  expect(nonce).toBeTruthy();
  expect(policy).not.toContain("'unsafe-inline'");
  const scripts = (await answer.text()).match(/<script\b[^>]*>/g) ?? [];
  for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
});

test('no two pages share a nonce', async ({ request }) => {
  const nonces = await Promise.all(
    [1, 2].map(async () => nonceOf((await request.get('/login')).headers()['content-security-policy'])),
  );
  expect(new Set(nonces).size).toBe(2);
});

test('a list stays in no cache', async ({ request }) => {
  await createAccount(request);
  const list = await createList(request, 'Groceries');
  expect((await request.get(list)).headers()['cache-control']).toContain('no-store');
});

test('the WebAssembly comes compressed and is kept for good', async ({ app, request }) => {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries');
  const loading = app.page.waitForRequest(/\.wasm$/);
  await app.goto(list);
  const answer = await request.get((await loading).url(), { headers: { 'accept-encoding': 'br' } });
  expect(answer.status()).toBe(200);
  expect(answer.headers()).toMatchObject({
    'content-type': 'application/wasm',
    'content-encoding': 'br',
    'cache-control': expect.stringContaining('immutable'),
  });
});

test('a form of another site changes nothing', async ({ request }) => {
  await createAccount(request);
  const answer = await request.post('/api/create_list', {
    form: { name: 'Forged' },
    headers: { origin: 'https://evil.example' },
  });
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'CROSS_SITE' });
  expect(await (await request.get('/lists')).text()).not.toContain('Forged');
});
