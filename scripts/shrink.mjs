// Makes the WebAssembly small as it travels, that is, after brotli: that is not always what is small before.
//
// `cargo leptos` calls it as it would call wasm-opt (scripts/path/wasm-opt): `… FILE -o FILE`, with the JavaScript beside
// FILE under the same name, both as wasm-bindgen made them. Without it the page works as well, and weighs more.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CARGO = process.env.CARGO_HOME ?? join(homedir(), '.cargo');

// The passes of wasm-opt. The numbers are what they took off the list page's WebAssembly, in kB of brotli.
const PASSES = [
  '-Oz',
  // What has one caller stays a function of its own unless it is this small: inlined, it looks like nothing else. 7.5
  '-ocimfs=15',
  // The same for what is computed twice. 0.6
  '--skip-pass=local-cse',
  // Again, until nothing gets any smaller. 0.5
  '--converge',
  // Functions of one name, one type after another, look alike, and are next to each other now. 0.9
  '--reorder-functions-by-name',
  // A sum of an address and a number becomes one access. It could only differ where the sum is too large for 32 bits and
  // ends in the first kilobyte, and that is the last one of the stack, which nothing reaches. 0.6
  '--low-memory-unused',
  // What Rust compiles to.
  ...['bulk-memory', 'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'reference-types', 'multivalue'].map(
    feature => `--enable-${feature}`,
  ),
];

const [IMPORT, DATA, CUSTOM] = [2, 11, 0];

/** Where in the sources something can panic, by the names of files: nobody reads them in a release. 1.0 */
const SOURCES = new RegExp(`(?:/rustc/[0-9a-f]{40}|${CARGO}/registry/src)/[\\w./+-]+?\\.rs`, 'g');

/** Reads a module's bytes, one value after another. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** A number, as LEB128. */
  number() {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      number |= (byte & 127) << shift;
      if (byte < 128) return number >>> 0;
    }
  }

  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  text() {
    return this.take(this.number()).toString();
  }

  /** What is imported: its kind, and for a function the number of its type. wasm-bindgen imports nothing else. */
  imported() {
    const from = this.at;
    if (this.byte() !== 0) throw new Error('an import that is no function');
    this.number();
    return this.bytes.subarray(from, this.at);
  }
}

const number = value => {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value >>>= 7;
  } while (value);
  return Buffer.from(bytes);
};
const text = value => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
const section = (kind, content) => Buffer.concat([Buffer.from([kind]), number(content.length), content]);

/** a, b … z, aa, ab … */
const nth = n => (n < 26 ? '' : nth(Math.floor(n / 26) - 1)) + String.fromCharCode(97 + (n % 26));

/** Data without the names of source files: blanks, as many, so that nothing moves. */
const blanked = data => Buffer.from(data.toString('latin1').replace(SOURCES, name => ' '.repeat(name.length)), 'latin1');

/** The module with short names for what it imports, without notes for tools; and which name stands for which. */
const shortened = wasm => {
  const names = new Map();
  const short = name => names.get(name) ?? names.set(name, nth(names.size)).get(name);
  const reader = new Reader(wasm);
  const sections = [reader.take(8)];
  while (reader.at < wasm.length) {
    const kind = reader.byte();
    const content = reader.take(reader.number());
    if (kind === CUSTOM) continue;
    if (kind !== IMPORT) {
      sections.push(section(kind, kind === DATA ? blanked(content) : content));
      continue;
    }
    const imports = new Reader(content);
    const count = imports.number();
    const written = [number(count)];
    for (let n = 0; n < count; n++) written.push(text(short(imports.text())), text(short(imports.text())), imports.imported());
    sections.push(section(kind, Buffer.concat(written)));
  }
  return { wasm: Buffer.concat(sections), names };
};

/** The JavaScript with the same names for what it lends. Each must be there once, as the key that it is. */
const renamed = (js, names) => {
  const left = new Set(names.keys());
  const written = js.replace(/^(\s*)(?:"([^"]+)"|(\w+)): /gm, (line, indent, quoted, plain) => {
    const name = quoted ?? plain;
    if (!names.has(name)) return line;
    if (!left.delete(name)) throw new Error(`${name} is there twice`);
    return `${indent}${names.get(name)}: `;
  });
  if (left.size) throw new Error(`not found in the JavaScript: ${[...left].join(', ')}`);
  return written;
};

const [file] = process.argv.slice(2).filter(argument => argument.endsWith('.wasm'));
const { status } = spawnSync(process.env.WASM_OPT, [file, ...PASSES, '-o', file], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const script = file.replace(/wasm$/, 'js');
const { wasm, names } = shortened(readFileSync(file));
writeFileSync(script, renamed(readFileSync(script, 'utf8'), names));
writeFileSync(file, wasm);
