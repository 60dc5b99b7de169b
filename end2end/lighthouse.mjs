// Lighthouse on the release: its four scores for the pages that people open most, as on a middling phone with a slow
// connection (Lighthouse's mobile preset). Run by `scripts/bench lighthouse`, which installs Lighthouse.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ITEMS = 100;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
/** Milliseconds, but for the shift, which has no unit. */
const METRICS = { 'first-contentful-paint': 'FCP', 'largest-contentful-paint': 'LCP', 'total-blocking-time': 'TBT', 'cumulative-layout-shift': 'CLS' };

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const folder = await mkdtemp(join(tmpdir(), 'lockstep-lighthouse-'));

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

function chromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return process.env['LOCKSTEP_CHROMIUM'] || names.flatMap((name) => folders.map((at) => join(at, name))).find(existsSync);
}

async function ready(base) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`${base}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error('The server was not ready within ten seconds.');
}

/** Somebody with a list; gives their cookie and the list's path. */
async function arrange(base) {
  let cookie = '';
  const post = async (path, form) => {
    const answer = await fetch(base + path, { method: 'POST', headers: { cookie }, body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    cookie ||= answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
    return answer.json();
  };
  await post('/api/register', { name: 'lighthouse', password: `correct ${randomUUID()}` });
  for (const name of ['Groceries', 'The move']) await post('/api/create_list', { name });
  const { id } = await post('/api/create_list', { name: 'Weekend' });
  for (let n = 1; n <= ITEMS; n++) await post('/api/add_todo', { list: id, title: `Item ${n} of the hundred` });
  return { cookie, list: `/lists/${id}` };
}

async function audit(base, path, cookie) {
  const report = join(folder, 'report.json');
  const args = [base + path, '--output=json', `--output-path=${report}`, '--quiet', `--only-categories=${CATEGORIES.join(',')}`,
    '--chrome-flags=--headless=new --no-first-run --disable-gpu' + (process.getuid?.() === 0 ? ' --no-sandbox' : '')];
  if (cookie) args.push(`--extra-headers=${JSON.stringify({ cookie })}`);
  const run = spawn('lighthouse', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH: chromium() } });
  const [code] = await once(run, 'exit');
  if (code !== 0) throw new Error(`lighthouse ended with ${code}`);
  return JSON.parse(await readFile(report, 'utf8'));
}

/** What keeps a category from 100. */
const faults = ({ categories, audits }) =>
  CATEGORIES.flatMap((id) => categories[id].auditRefs)
    .filter(({ weight }) => weight > 0)
    .map(({ id }) => audits[id])
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, displayValue }) => `${id}${displayValue ? ` (${displayValue})` : ''}`);

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const server = spawn(join(dist, 'lockstep'), ['serve', '--config', join(dist, 'Leptos.toml')], {
  cwd: folder,
  stdio: 'inherit',
  env: { ...process.env, LEPTOS_SITE_ADDR: `127.0.0.1:${port}`, LOCKSTEP_SERVER_PUBLIC_URL: base, DATABASE_URL: `sqlite://${join(folder, 'lockstep.db')}`, LOCKSTEP_LOG: 'warn' },
});
try {
  await ready(base);
  const { cookie, list } = await arrange(base);
  const row = (...cells) => console.log(cells.map((cell, n) => (n ? String(cell).padStart(14) : cell.padEnd(20))).join(''));
  row('page', ...CATEGORIES, ...Object.values(METRICS));
  for (const [name, path, cookies] of [['/', '/'], ['/login', '/login'], ['/lists', '/lists', cookie], [`a list of ${ITEMS}`, list, cookie]]) {
    const report = await audit(base, path, cookies);
    const scores = CATEGORIES.map((id) => Math.round(report.categories[id].score * 100));
    row(name, ...scores, ...Object.keys(METRICS).map((id) => report.audits[id].displayValue));
    for (const fault of faults(report)) console.log(`    ${fault}`);
  }
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}
