// Light and dark: following the system, chosen in the bar, and never a flash of the other one.

import { createAccount, createList } from '../fixtures/arrange';
import type { App } from '../fixtures/app';
import { expect, test } from '../fixtures/test';

const LIGHT = 'rgb(242, 244, 240)';
const DARK = 'rgb(15, 19, 17)';

async function expectGround(app: App, colour: string): Promise<void> {
  await expect(app.page.locator('html')).toHaveCSS('background-color', colour);
}

async function choose(app: App, theme: 'System' | 'Light' | 'Dark'): Promise<void> {
  await app.button('Appearance').click();
  await app.button(theme).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, colorScheme: 'light' });

    test('what is chosen counts on every page from then on, until the system decides again', async ({ app }) => {
      await createAccount(app.page.request);
      const list = await createList(app.page.request, 'Groceries', ['milk']);
      await app.goto(list);
      await expectGround(app, LIGHT);
      await choose(app, 'Dark');
      await expectGround(app, DARK);
      await app.landed(list);
      for (const path of ['/lists', list, '/lists']) {
        await app.goto(path);
        await expectGround(app, DARK);
      }
      await app.button('Appearance').click();
      await expect(app.button('Dark')).toHaveAttribute('aria-pressed', 'true');
      await app.button('System').click();
      await expectGround(app, LIGHT);
      await app.page.emulateMedia({ colorScheme: 'dark' });
      await expectGround(app, DARK);
      await app.goto('/lists');
      await expectGround(app, DARK);
    });
  });
}

test.describe('on a dark system', () => {
  test.use({ colorScheme: 'dark' });

  test('a page chosen light is light from its first frame on', async ({ app, network }) => {
    await app.page.request.post('/appearance', { form: { theme: 'light' }, maxRedirects: 0 });
    // Without the style sheet the browser paints the ground by what the document itself says.
    const css = network.hold(/\.css/);
    const opened = app.page.goto('/login', { waitUntil: 'commit' });
    await css.waiting();
    await opened;
    await expect(app.page.locator('meta[name=color-scheme]')).toHaveAttribute('content', 'light');
    await expect(app.page.locator('meta[name=theme-color][media=all]')).toHaveAttribute('content', '#ffffff');
    css.release();
    await expectGround(app, LIGHT);
  });
});

test('changing the look leaves alone what is half typed, and needs no WebAssembly', async ({ app, network }) => {
  await createAccount(app.page.request);
  const list = await createList(app.page.request, 'Groceries', ['milk']);
  const wasm = network.hold(/\.wasm/);
  await app.open(list);
  await wasm.waiting();
  await app.newTodo.fill('half of a thou');
  const kept = app.page.waitForResponse(/\/appearance$/);
  await choose(app, 'Dark');
  await expectGround(app, DARK);
  await expect(app.newTodo).toHaveValue('half of a thou');
  expect((await kept).status()).toBe(303);
  wasm.release();
  await app.hydrated();
  await expectGround(app, DARK);
  await expect(app.newTodo).toHaveValue('half of a thou');
});

test('the keyboard opens, chooses and closes', async ({ app }) => {
  await app.goto('/');
  const button = app.button('Appearance');
  await button.focus();
  await app.page.keyboard.press('Enter');
  await expect(app.button('System')).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(app.button('System')).toBeHidden();
  await expect(button).toBeFocused();
  await app.page.keyboard.press('Enter');
  for (let tabs = 0; tabs < 3; tabs++) await app.page.keyboard.press('Tab');
  await app.page.keyboard.press('Enter');
  await expectGround(app, DARK);
  await expect(app.button('Dark')).toBeHidden();
  await expect(button).toBeFocused();
});

test('icons, the manifest and the picture of links are there, with their types', async ({ app, request }) => {
  await app.goto('/');
  const href = (selector: string, name: string) => app.page.locator(selector).first().getAttribute(name);
  const manifest = await request.get((await href('link[rel=manifest]', 'href'))!);
  expect(manifest.headers()).toMatchObject({ 'content-type': 'application/manifest+json', 'cache-control': 'public, max-age=86400' });
  const { icons, start_url } = (await manifest.json()) as { icons: { src: string; type: string }[]; start_url: string };
  expect(start_url).toBe('/lists');
  const picture = (await href('meta[property="og:image"]', 'content'))!;
  expect(new URL(picture).origin).toBe(new URL(app.page.url()).origin);
  const touch = { src: (await href('link[rel=apple-touch-icon]', 'href'))!, type: 'image/png' };
  for (const { src, type } of [...icons, touch, { src: picture, type: 'image/png' }]) {
    const answer = await request.get(src);
    expect(answer.status(), src).toBe(200);
    expect(answer.headers()['content-type'], src).toBe(type);
    expect((await answer.body()).length, src).toBeLessThan(100_000);
  }
});
