// Plants faults in a copy of the tree, one by one, and says which tests turn red. See scripts/faults and scripts/mutants.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAULTS } from './faults.mjs';
import { MUTANTS } from './mutants.mjs';

// What speaks to the server or decides an op; pages and configuration have no faults here.
const SERVER = ['tests::api', 'tests::store', 'core::', 'server::guard', 'server::store', 'server::hub', 'server::ws', 'tests::socket'];
// Alone: what is planted there, it must find by itself.
const SIMULATOR = ['tests::simulator::no_history_breaks'];
const LISTS = {
  faults: { list: FAULTS, tests: SERVER },
  mutants: { list: MUTANTS, tests: SIMULATOR },
};
const [which, wanted = ''] = process.argv.slice(2);
const { list, tests } = LISTS[which];
// Far above what the tests take: a fault that makes one wait for ever is noticed too.
const PATIENCE_MS = 5 * 60 * 1000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// The same folder for the same clone, so that what was compiled there is found again.
const key = createHash('sha256').update(root).digest('hex').slice(0, 8);
const copy = join(process.env.CARGO_TARGET_DIR, `faults-${key}`);

const fail = message => {
  console.error(`lockstep: ${message}`);
  process.exit(1);
};

// In one build folder cargo takes packages of the same name and version for the same, wherever they lie: with a version
// of its own, no broken build is ever taken for a good one, and what both depend on is compiled once.
const rename = text => text.replace(/^(name = "lockstep"\nversion = )"(.*)"/m, `$1"$2-faults.x${key}"`);

// Writes only what differs: cargo goes by the time of a file.
const put = (path, bytes) => {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
};

// The tree as it is, uncommitted changes included.
const makeCopy = () => {
  const listed = execFileSync('git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  const files = new Set(listed.split('\0').filter(file => file && existsSync(join(root, file))));
  mkdirSync(copy, { recursive: true });
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(relative(copy, path))) rmSync(path);
  }
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    put(join(copy, file), /^Cargo\.(toml|lock)$/.test(file) ? Buffer.from(rename(bytes.toString())) : bytes);
  }
};

// Wherever the formatter broke a line, the text is the same.
const pattern = text => {
  const words = text.trim().split(/\s+/).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(words.join('\\s*'), 'g');
};

const broken = ({ name, file, old, new: instead }) => {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.match(pattern(old)) ?? [];
  if (found.length !== 1) fail(`"${name}": its text is ${found.length} times in ${file}, not once:\n${old}`);
  return text.replace(pattern(old), () => instead);
};

// In a process group of its own, so that what hangs ends with all it has started.
const cargo = (...args) =>
  new Promise(resolve => {
    const child = spawn('cargo', ['test', '--quiet', '--features', 'ssr', '--lib', '--no-fail-fast', ...args], {
      cwd: copy,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, RUST_BACKTRACE: '0' },
    });
    let said = '';
    let hung = false;
    const end = () => process.kill(-child.pid, 'SIGKILL');
    const interrupted = () => {
      end();
      process.exit(130);
    };
    const timer = setTimeout(() => {
      hung = true;
      end();
    }, PATIENCE_MS);
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said += text));
    child.on('error', error => fail(`cargo does not start: ${error.message}`));
    child.on('close', status => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ ok: status === 0, hung, said });
    });
  });

const test = async (which = tests) => {
  const run = await cargo('--', ...which);
  const red = [...run.said.matchAll(/^    (\S+::\S+)$/gm)].map(match => match[1]);
  return { ...run, red: [...new Set(red)].sort() };
};

// Whether the tests that must notice a fault did.
const plant = async ({ name, file, text, red: expected, tests: own }) => {
  const path = join(copy, file);
  const sound = readFileSync(path);
  writeFileSync(path, text);
  const built = await cargo('--no-run');
  if (!built.ok) fail(`"${name}" does not compile:\n${built.said}`);
  const { ok, hung, red } = await test(own);
  writeFileSync(path, sound);
  const missed = hung ? [] : expected.filter(end => !red.some(test => test.endsWith(end)));
  console.log(`${ok ? 'SURVIVED' : hung ? 'red: it hangs' : `red: ${red.length} tests`}  ${name}`);
  for (const test of red) console.log(`    ${test}`);
  for (const test of missed) console.log(`    STILL GREEN: ${test}`);
  return !ok && missed.length === 0;
};

const chosen = list.filter(fault => fault.name.includes(wanted));
if (chosen.length === 0) fail(`no fault has "${wanted}" in its name`);
const faults = chosen.map(fault => ({ ...fault, text: broken(fault) }));

makeCopy();
const sets = new Map(faults.map(fault => [String(fault.tests), fault.tests]));
for (const set of sets.values()) {
  const sound = await test(set);
  if (!sound.ok) fail(`the tests are not green without a fault:\n${sound.said}`);
}
let survived = 0;
for (const fault of faults) survived += (await plant(fault)) ? 0 : 1;
console.log(survived === 0 ? `All ${faults.length} faults are noticed.` : `${survived} of ${faults.length} faults are not noticed.`);
process.exit(survived === 0 ? 0 : 1);
