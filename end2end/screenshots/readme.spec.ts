// docs/list.png: a list in light on a wide screen, beside it the same in dark on a phone.

import { join } from 'node:path';
import { createList } from '../fixtures/arrange';
import { expect, test } from '../fixtures/test';

const FOLDER = process.env['SCREENSHOTS'] ?? '';
const HEIGHT = 760;

test('the picture of the README', async ({ app, page }) => {
  await app.signUp('Mira');
  const list = await createList(page.request, 'Weekend', ['Sourdough', 'Olive oil', 'Lemons', 'Call Grandma', 'Fix the bicycle lamp']);
  await app.goto(list);
  for (const title of ['Sourdough', 'Olive oil']) await app.tick(title);
  for (const title of ['Sourdough', 'Olive oil']) await app.expectSync(title, null);
  await expect(app.connection).toHaveAttribute('data-state', 'live');
  await page.mouse.move(0, 0);
  const looks = [
    { width: 1000, colorScheme: 'light' },
    { width: 360, colorScheme: 'dark' },
  ] as const;
  const pictures: string[] = [];
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme });
    const picture = await page.screenshot({ animations: 'disabled' });
    pictures.push(`<img src="data:image/png;base64,${picture.toString('base64')}">`);
  }
  const canvas = await page.context().newPage();
  await canvas.setViewportSize({ width: 1000 + 360, height: HEIGHT });
  await canvas.setContent(`<body style="margin: 0; display: flex">${pictures.join('')}`);
  await canvas.screenshot({ path: join(FOLDER, 'list.png') });
});
