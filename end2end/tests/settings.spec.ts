// One's own account: another password, where one is signed in, the look, and away with it all.

import type { Browser } from '@playwright/test';
import { App } from '../fixtures/app';
import { createAccount, createList, share, type Account } from '../fixtures/arrange';
import { tabTo, tabToAndPress, tabToAndType } from '../fixtures/keyboard';
import type { Proxy } from '../fixtures/proxy';
import { expect, test } from '../fixtures/test';
import { Watch } from '../fixtures/watch';

const NEW = 'cedar-lantern-58';
const PHONE = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';
const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const DARK = 'rgb(15, 19, 17)';
const GONE = 'Your account is gone, and so are the lists that you owned.';

/** A browser of the same person's, or, without an account, of somebody new. */
async function elsewhere(browser: Browser, network: Proxy, account?: Account, userAgent = PHONE) {
  const context = await browser.newContext({ baseURL: network.url, userAgent, javaScriptEnabled: true });
  const watch = new Watch(context);
  const app = new App(await context.newPage(), watch, true);
  // Whose session ends is told so with a 401.
  app.expectNetworkErrors();
  if (account) {
    await app.goto('/login');
    await app.sendCredentials(account, 'Sign in');
    await app.landed('/lists');
  } else {
    await createAccount(app.page.request);
  }
  const leave = async () => {
    expect(watch.offences()).toEqual([]);
    await context.close();
  };
  return { app, leave };
}

/** Has the page remember with which codes its sockets were closed. */
async function closes({ page }: App): Promise<() => Promise<number[]>> {
  await page.addInitScript(() => {
    const Socket = WebSocket;
    // Kept over the next page, too.
    const codes = () => JSON.parse(sessionStorage.getItem('codes') ?? '[]') as number[];
    const keep = (code: number) => sessionStorage.setItem('codes', JSON.stringify([...codes(), code]));
    Object.assign(window, { codes });
    window.WebSocket = class extends Socket {
      constructor(...made: ConstructorParameters<typeof Socket>) {
        super(...made);
        // The browser's own events: the page's code tells itself of a socket that it drops.
        this.addEventListener('close', ({ code, isTrusted }) => isTrusted && keep(code));
      }
    };
  });
  return () => page.evaluate(() => (window as unknown as { codes: () => number[] }).codes());
}

const sessions = ({ page }: App) => page.locator('#sessions').getByRole('listitem');
const session = (app: App, device: string) => sessions(app).filter({ hasText: device });
const done = ({ page }: App) => page.getByRole('status');

/** The browser's own check would not let everything through to the server's. */
const unchecked = ({ page }: App) =>
  page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')));

async function open(app: App, { name }: Account): Promise<void> {
  await app.page.getByRole('link', { name: `Settings of ${name}`, exact: true }).click();
  await app.landed('/settings');
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, colorScheme: 'light' });

    test('a password is changed, and the other sessions end', async ({ app, browser, network }) => {
      const account = await app.signUp();
      const phone = await elsewhere(browser, network, account);
      await open(app, account);
      await expect(session(app, 'Chrome on Android')).toHaveCount(1);
      for (const [old, next, field, why] of [
        ['not the password', NEW, 'Old password', 'This is not your password.'],
        [account.password, 'kx7#w', 'New password', '8 to 256 characters'],
        [account.password, 'long '.repeat(60), 'New password', '8 to 256 characters'],
        [account.password, 'password123', 'New password', 'among the first that others would try'],
      ] as const) {
        await app.field('Old password').fill(old);
        await app.field('New password').fill(next);
        await unchecked(app);
        await app.button('Change password').click();
        await expect(app.alert, why).toContainText(why);
        await expect(app.field(field)).toHaveAccessibleDescription(new RegExp(why));
        await expect(app.field(field)).toHaveAttribute('aria-invalid', 'true');
        await expect(app.field(field)).toBeFocused();
        for (const label of ['Old password', 'New password']) await expect(app.field(label)).toHaveValue('');
        const content = await app.page.content();
        for (const secret of [old, next]) expect(content).not.toContain(secret);
        expect(app.page.url()).toMatch(/\/settings$/);
      }
      await app.field('Old password').fill(account.password);
      await app.field('New password').fill(NEW);
      await app.button('Change password').click();
      await expect(done(app)).toHaveText('Your password was changed, and your other sessions have ended.');
      await expect(app.alert).toHaveCount(0);
      await expect(sessions(app)).toHaveCount(1);
      await phone.app.goto('/lists');
      await phone.app.landed('/login');
      await phone.app.sendCredentials(account, 'Sign in');
      await expect(phone.app.alert).toBeVisible();
      await phone.app.sendCredentials({ ...account, password: NEW }, 'Sign in');
      await phone.app.landed('/lists');
      await phone.leave();
      await app.reload();
      await expect(done(app)).toHaveCount(0);
    });

    test('one session is ended, then all others, and never the own one', async ({ app, browser, network }) => {
      const account = await app.signUp();
      const phone = await elsewhere(browser, network, account);
      const laptops = [];
      for (let n = 0; n < 2; n += 1) laptops.push(await elsewhere(browser, network, account, LAPTOP));
      await open(app, account);
      await expect(sessions(app)).toHaveCount(4);
      const own = sessions(app).first();
      await expect(own).toContainText('This one');
      await expect(own).toContainText('in use now');
      await expect(own.getByRole('button')).toHaveCount(0);
      await expect(session(app, 'Firefox on Linux').first()).toContainText('used within the last hour');

      const end = session(app, 'Chrome on Android').getByRole('button', { name: 'End this one' });
      await expect(end).toHaveAccessibleDescription(/^Chrome on Android/);
      await end.click();
      await expect(done(app)).toHaveText('That session has ended.');
      await expect(done(app)).toBeFocused();
      await expect(session(app, 'Chrome on Android')).toHaveCount(0);
      await expect(session(app, 'Firefox on Linux')).toHaveCount(2);
      await phone.app.goto('/lists');
      await phone.app.landed('/login');
      await laptops[0]!.app.goto('/lists');
      await laptops[0]!.app.landed('/lists');

      await app.button('End all others').click();
      await expect(done(app)).toHaveText('Your other sessions have ended.');
      await expect(sessions(app)).toHaveCount(1);
      await expect(app.button('End all others')).toHaveCount(0);
      for (const { app: laptop, leave } of laptops) {
        await laptop.goto('/settings');
        await expect(laptop.page).toHaveURL(/\/login\?next=%2Fsettings$/);
        await leave();
      }
      await phone.leave();
      await app.reload();
      await expect(sessions(app)).toHaveCount(1);
    });

    test('a session that has ended meanwhile is no refusal', async ({ app, browser, network }) => {
      const account = await app.signUp();
      const phone = await elsewhere(browser, network, account);
      await open(app, account);
      await phone.app.signOut();
      await app.button('End this one').click();
      await expect(done(app)).toHaveText('That session has ended.');
      await expect(app.alert).toHaveCount(0);
      await expect(sessions(app)).toHaveCount(1);
      await phone.leave();
    });

    test('the look is chosen here as in the bar', async ({ app }) => {
      const account = await app.signUp();
      await open(app, account);
      const look = app.page.getByRole('group', { name: 'Appearance' });
      const pressed = (name: string) => look.getByRole('button', { name, pressed: true });
      await expect(pressed('System')).toBeVisible();
      await look.getByRole('button', { name: 'Dark' }).click();
      await expect(app.page.locator('html')).toHaveCSS('background-color', DARK);
      await expect(pressed('Dark')).toBeVisible();
      await app.landed('/settings');
      await app.button('Appearance').click();
      await expect(app.page.locator('#appearance').getByRole('button', { name: 'Dark', pressed: true })).toBeVisible();
      await app.page.keyboard.press('Escape');
      await app.goto('/lists');
      await expect(app.page.locator('html')).toHaveCSS('background-color', DARK);
    });

    test('an account is deleted in two steps, with its lists', async ({ app, browser, network }) => {
      const account = await app.signUp();
      app.expectNetworkErrors();
      const list = await createList(app.page.request, 'Groceries', ['milk']);
      await createList(app.page.request, 'Tools');
      const member = await elsewhere(browser, network);
      await share(app.page.request, list, member.app.page.request);
      await open(app, account);
      await expect(app.field('Your password')).toBeHidden();
      await app.page.getByText('Delete my account', { exact: true }).click();
      const losses = app.page.getByRole('list', { name: 'These lists go with it:' }).getByRole('listitem');
      await expect(losses).toHaveText([/^Groceries\s*1 other person loses it$/, /^Tools\s*only yours$/]);
      await app.field('Your password').fill('not the password');
      await app.button('Delete for good').click();
      await expect(app.field('Your password')).toHaveAccessibleDescription('This is not your password.');
      await expect(app.field('Your password')).toBeFocused();
      await expect(app.field('Your password')).toHaveValue('');

      await app.field('Your password').fill(account.password);
      await app.button('Delete for good').click();
      await app.landed('/');
      await expect(done(app)).toHaveText(GONE);
      await app.reload();
      await expect(done(app)).toHaveCount(0);
      await app.goto('/login');
      await app.sendCredentials(account, 'Sign in');
      await expect(app.alert).toContainText('do not fit together');
      await member.app.goto('/lists');
      await expect(member.app.page.getByText('No lists yet')).toBeVisible();
      await member.leave();
    });
  });
}

test('the keyboard is enough for each of the forms', async ({ app, browser, network }) => {
  test.setTimeout(60_000);
  // All of the page at once: what scrolls looks different by itself, not by its focus ring.
  await app.page.setViewportSize({ width: 1280, height: 1800 });
  // Whose account is gone is told so with a 401.
  app.expectNetworkErrors();
  const account = await app.signUp();
  const phones = [];
  for (let n = 0; n < 2; n += 1) phones.push(await elsewhere(browser, network, account));
  const laptop = await elsewhere(browser, network, account, LAPTOP);
  await tabToAndPress(app, app.page.getByRole('link', { name: /^Settings of/ }), 'Enter');
  await app.landed('/settings');

  await tabToAndPress(app, session(app, 'Firefox').getByRole('button', { name: 'End this one' }), 'Space');
  await expect(done(app)).toBeFocused();
  await tabToAndPress(app, app.button('End all others'), 'Enter');
  await expect(done(app)).toHaveText('Your other sessions have ended.');
  await expect(done(app)).toBeFocused();
  await tabToAndPress(app, app.page.getByRole('group').getByRole('button', { name: 'Dark' }), 'Space');
  await expect(app.page.locator('html')).toHaveCSS('background-color', DARK);

  await app.reload();
  await tabToAndType(app, app.field('Old password'), account.password);
  await tabToAndType(app, app.field('New password'), NEW);
  await app.page.keyboard.press('Enter');
  await expect(done(app)).toContainText('Your password was changed');
  await expect(done(app)).toBeFocused();

  await tabToAndPress(app, app.page.locator('summary'), 'Enter');
  await tabTo(app, app.field('Your password'));
  await app.page.keyboard.type(NEW);
  await tabToAndPress(app, app.button('Delete for good'), 'Enter');
  await app.landed('/');
  await expect(done(app)).toHaveText(GONE);
  await expect(done(app)).toBeFocused();
  for (const { leave } of [...phones, laptop]) await leave();
});

test('ending a session closes the list that is open in it', async ({ app, browser, network }) => {
  const account = await app.signUp();
  const list = await createList(app.page.request, 'Groceries', ['milk']);
  const phone = await elsewhere(browser, network, account);
  const codes = await closes(phone.app);
  phone.app.expectNetworkErrors();
  await phone.app.goto(list);
  await expect(phone.app.connection).toHaveAttribute('data-state', 'live');
  await open(app, account);
  await app.button('End this one').click();
  await phone.app.landed('/');
  expect(await codes()).toEqual([4401]);
  await phone.leave();
});

test('a list whose owner deletes their account is emptied on the page of whoever has it open', async ({ app, browser, network }) => {
  const account = await app.signUp();
  app.expectNetworkErrors();
  const list = await createList(app.page.request, 'Groceries', ['milk']);
  const member = await elsewhere(browser, network);
  const codes = await closes(member.app);
  await share(app.page.request, list, member.app.page.request);
  member.app.expectNetworkErrors();
  await member.app.goto(list);
  await member.app.expectRows(['[ ] milk']);
  await expect(member.app.connection).toHaveAttribute('data-state', 'live');
  await open(app, account);
  await app.page.getByText('Delete my account', { exact: true }).click();
  await app.field('Your password').fill(account.password);
  await app.button('Delete for good').click();
  await app.landed('/');
  await expect(member.app.items).toHaveCount(0);
  await expect(member.app.notices).toContainText('This list was deleted.');
  expect(await codes()).toEqual([4410]);
  await member.leave();
});

test('what is half typed stays while a session is ended, and nothing is lost without the server', async ({ app, browser, network }) => {
  const account = await app.signUp();
  const phone = await elsewhere(browser, network, account);
  await open(app, account);
  await app.field('New password').fill('half typ');
  app.expectNetworkErrors();
  network.cut();
  await app.button('End this one').click();
  await expect(app.alert).toContainText('cannot be reached');
  network.restore();
  await app.button('End this one').click();
  await expect(done(app)).toHaveText('That session has ended.');
  await expect(app.field('New password')).toHaveValue('half typ');
  // It follows. A browser that is closed while it does may never say that it is.
  await phone.app.landed('/');
  await phone.leave();
});

test('who was signed out elsewhere is sent to sign in, and back', async ({ app, browser, network }) => {
  const account = await app.signUp();
  app.expectNetworkErrors();
  const phone = await elsewhere(browser, network, account);
  await open(app, account);
  await open(phone.app, account);
  await phone.app.button('End all others').click();
  await expect(done(phone.app)).toBeVisible();
  await app.button('End this one').click();
  await app.landed('/login');
  await app.sendCredentials(account, 'Sign in');
  await app.landed('/settings');
  await expect(app.alert).toContainText('You were signed out');
  await expect(sessions(app)).toHaveCount(2);
  await phone.leave();
});

test('the page needs no WebAssembly', async ({ app }) => {
  const account = await app.signUp();
  app.expectNetworkErrors();
  await app.page.route(/\.wasm$/, (route) => route.abort());
  await app.page.goto('/settings');
  await app.field('Old password').fill(account.password);
  await app.field('New password').fill(NEW);
  await app.button('Change password').click();
  await expect(done(app)).toBeVisible();
});
