// Prints what the list page weighs as it travels (brotli), part by part, and fails above the budget.
// Its code only: JavaScript, WebAssembly, CSS, and the HTML without data.
import { brotliCompressSync, constants } from 'node:zlib';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUDGET_KB = 133;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pkg = join(root, 'dist', 'site', 'pkg');
const brotli = bytes => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const part = (name, bytes) => ({ name, raw: bytes.length, sent: brotli(bytes) });
// As the server writes it into a page (build.rs): of those that were ever built the one that is in this binary.
const binary = readFileSync(join(root, 'dist', 'lockstep'));
const builds = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release', 'build');
const script = name => {
  const written = readdirSync(builds).map(build => join(builds, build, 'out', name)).filter(existsSync);
  const code = written.map(path => readFileSync(path)).find(code => binary.includes(code));
  if (!code) throw new Error(`${name} is not in dist/lockstep as it was built: build the release first`);
  return code;
};
const kb = bytes => (bytes / 1000).toFixed(1).padStart(7);

const file = ending => {
  const found = readdirSync(pkg).filter(name => name.endsWith(ending) && !name.endsWith(`.d${ending}`));
  if (found.length !== 1) throw new Error(`expected one ${ending} in ${pkg}, found ${found.length}: build the release first`);
  return readFileSync(join(pkg, found[0]));
};

// The sections of a WebAssembly module: one byte of kind, the length as LEB128, the content.
const KINDS = ['custom', 'type', 'import', 'function', 'table', 'memory', 'global', 'export', 'start', 'element', 'code', 'data', 'data count'];
const sections = bytes => {
  const sizes = new Map();
  for (let at = 8; at < bytes.length; ) {
    const kind = KINDS[bytes[at++]] ?? 'other';
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    sizes.set(kind, (sizes.get(kind) ?? 0) + length);
    at += length;
  }
  return [...sizes].sort((a, b) => b[1] - a[1]);
};

const wasm = file('.wasm');
const parts = [
  part('WebAssembly', wasm),
  part('JavaScript', file('.js')),
  part('CSS', file('.css')),
  part('scripts (in the HTML)', Buffer.concat(['loader.js', 'shelf.js', 'sign_out.js', 'in_place.js'].map(script))),
];
const total = parts.reduce((sum, { sent }) => sum + sent, 0);

console.log('The list page, in kB (1,000 bytes):     raw   brotli');
for (const { name, raw, sent } of parts) console.log(`  ${name.padEnd(32)} ${kb(raw)}  ${kb(sent)}`);
console.log(`  ${'together'.padEnd(32)} ${kb(parts.reduce((sum, { raw }) => sum + raw, 0))}  ${kb(total)}   (budget ${BUDGET_KB})`);
console.log('Of the WebAssembly, raw:');
for (const [kind, size] of sections(wasm).filter(([, size]) => size > 1000)) console.log(`  ${kind.padEnd(32)} ${kb(size)}`);
if (total > BUDGET_KB * 1000) {
  console.error(`lockstep: the list page weighs ${kb(total).trim()} kB, more than its budget of ${BUDGET_KB} kB`);
  process.exit(1);
}
