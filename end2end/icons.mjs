// Draws public/*.png from the SVG below: the icons of the app, and the picture that a link to it shows. The results
// are committed; run it again (node icons.mjs, with the end-to-end tests' browser installed) when a drawing changes.

import { chromium } from '@playwright/test';
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PUBLIC = join(dirname(dirname(fileURLToPath(import.meta.url))), 'public');
const GREEN = '#11805c';
const FONT = "font-family=\"'Helvetica Neue', Arial, 'Liberation Sans', sans-serif\"";

/** Two ticks in step, 28 × 28: the drawing of favicon.svg. */
const ticks = `<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">
  <path d="m5 14.4 4.4 4.6 7.4-9.6"/><path d="m14.8 19 7.4-9.6" stroke="#a5e5cb"/></g>`;
const svg = (width, height, content) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;

/** The rounded square, alone on transparent ground. */
const icon = (size) => svg(size, size, `<g transform="scale(${size / 28})"><rect width="28" height="28" rx="8" fill="${GREEN}"/>${ticks}</g>`);

/** All green: the system cuts it to its own shape, and may take the outer tenth on each side. */
const fullIcon = (size, scale) =>
  svg(size, size, `<rect width="${size}" height="${size}" fill="${GREEN}"/>
    <g transform="translate(${(size * (1 - scale)) / 2} ${(size * (1 - scale)) / 2}) scale(${(size * scale) / 28})">${ticks}</g>`);

/** One item of the picture's lists. */
function row(x, y, title, state) {
  const circle = `<circle cx="${x + 17}" cy="${y}" r="16"`;
  if (state === 'to do') {
    return `${circle} fill="none" stroke="#7f8b85" stroke-width="2"/><text x="${x + 50}" y="${y + 9}" font-size="26" fill="#17201c">${title}</text>`;
  }
  return `${circle} fill="#0e6b4f"/><path d="m${x + 9} ${y + 1} 6 6 11-14" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/>
    <text x="${x + 50}" y="${y + 9}" font-size="26" fill="#56625c" text-decoration="line-through">${title}</text>`;
}

const rows = (x, y, titles) => titles.map(([title, state], n) => row(x, y + n * 58, title, state)).join('');
const items = [['Sourdough'], ['Olive oil'], ['Lemons'], ['Call Grandma', 'to do']];

/** 1200 × 630: what those who show links ask for. */
const social = svg(1200, 630, `
  <filter id="lift" x="-20%" y="-20%" width="140%" height="150%"><feDropShadow dx="0" dy="14" stdDeviation="18" flood-color="#0a1e14" flood-opacity="0.13"/></filter>
  <rect width="1200" height="630" fill="#f2f4f0"/>
  <g ${FONT}>
    <g transform="translate(80 88) scale(2.3)"><rect width="28" height="28" rx="8" fill="${GREEN}"/>${ticks}</g>
    <text x="164" y="132" font-size="36" font-weight="700" letter-spacing="-0.6" fill="#17201c">Lockstep</text>
    <g font-size="76" font-weight="700" letter-spacing="-2.6" fill="#17201c">
      <text x="77" y="278">One list,</text><text x="77" y="360">everywhere</text><text x="77" y="442">in step</text></g>
    <text x="80" y="520" font-size="29" fill="#56625c">A shared to-do list for your tabs,</text>
    <text x="80" y="560" font-size="29" fill="#56625c">your devices and your people.</text>
    <g filter="url(#lift)"><rect x="588" y="72" width="440" height="466" rx="30" fill="#fff"/></g>
    <text x="630" y="128" font-size="22" fill="#56625c">Your laptop</text>
    <text x="630" y="178" font-size="36" font-weight="700" letter-spacing="-0.6" fill="#17201c">Saturday</text>
    ${rows(630, 238, [...items, ['Bicycle lamp', 'to do']])}
    <g filter="url(#lift)"><rect x="868" y="178" width="272" height="388" rx="42" fill="#fff" stroke="#1f2a25" stroke-width="10"/></g>
    <text x="896" y="236" font-size="20" fill="#56625c">Mira’s phone</text>
    <text x="896" y="280" font-size="32" font-weight="700" letter-spacing="-0.6" fill="#17201c">Saturday</text>
    ${rows(896, 336, items)}
  </g>`);

const DRAWINGS = {
  'apple-touch-icon.png': [180, 180, fullIcon(180, 0.86)],
  'icon-192.png': [192, 192, icon(192)],
  'icon-512.png': [512, 512, icon(512)],
  'maskable-192.png': [192, 192, fullIcon(192, 0.74)],
  'maskable-512.png': [512, 512, fullIcon(512, 0.74)],
  'social.png': [1200, 630, social],
};

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const folders = (process.env['PATH'] ?? '').split(delimiter);
const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
const browser = await chromium.launch({
  executablePath: process.env['LOCKSTEP_CHROMIUM'] || found,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
for (const [name, [width, height, drawing]] of Object.entries(DRAWINGS)) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
  const file = join(PUBLIC, name);
  await writeFile(file, await page.screenshot({ omitBackground: true }));
  console.log(`${name}: ${(await stat(file)).size} bytes`);
  await page.close();
}
await browser.close();
