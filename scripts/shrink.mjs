// Makes the WebAssembly small as it travels, that is, after brotli: that is not always what is small before.
//
// `cargo leptos` calls it as it would call wasm-opt (scripts/path/wasm-opt): `… FILE -o FILE`, with the JavaScript beside
// FILE under the same name, both as wasm-bindgen made them. Without it the page works as well, and weighs more.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

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

const [CUSTOM, IMPORT, EXPORT, CODE] = [0, 2, 7, 10];
/** In the section of names, the kind of those of functions. */
const FUNCTIONS = 1;
/** What a module begins with, in bytes: what it is, and the version. */
const HEADER = 8;

/**
 * What writes values as `Debug` does: nothing. Errors can, and so their tables name it, but no message of a panic is left
 * (scripts/path/cargo). That nothing else is written so, scripts/check-debug sees to. 1.0
 */
const SILENT = /^<.* as core(\[\w+\])?::fmt::Debug>::fmt|::PadAdapter as /;
/** `i32.const 0`, without variables of its own: as a `fmt::Result`, `Ok(())`. */
const OK = Buffer.from([0, 0x41, 0, 0x0b]);

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

/** Each section of a module: its kind and its content. */
const sectionsOf = wasm => {
  const reader = new Reader(wasm, HEADER);
  const sections = [];
  while (reader.at < wasm.length) sections.push({ kind: reader.byte(), content: reader.take(reader.number()) });
  return sections;
};

/** The names of functions, by their numbers. */
const namesIn = content => {
  const reader = new Reader(content);
  const names = new Map();
  if (reader.text() !== 'name') return names;
  while (reader.at < content.length) {
    const kind = reader.byte();
    const part = new Reader(reader.take(reader.number()));
    if (kind === FUNCTIONS) for (let count = part.number(); count; count--) names.set(part.number(), part.text());
  }
  return names;
};

/** The entries of a section, each read by `read` and made anew by `write`, which may leave it out. */
const entries = (content, read, write) => {
  const reader = new Reader(content);
  const written = Array.from({ length: reader.number() }, () => read(reader)).map(write).filter(Boolean);
  return Buffer.concat([number(written.length), ...written.flat()]);
};
const imported = reader => ({ from: reader.text(), name: reader.text(), what: reader.imported() });
const exported = reader => ({ name: reader.text(), what: [reader.take(1), number(reader.number())] });

/** The module with other contents of some kinds of sections. */
const rewritten = (wasm, kept, writers) => {
  const written = kept.map(({ kind, content }) => section(kind, writers[kind]?.(content) ?? content));
  return Buffer.concat([wasm.subarray(0, HEADER), ...written]);
};

/** What the JavaScript takes from the module. */
const TAKEN = /(?<=\bwasm\.)\w+/g;

/** The module without the bodies of what is silent, and giving only what is taken: wasm-opt finds what nobody calls any more. */
const readied = (wasm, js) => {
  const sections = sectionsOf(wasm);
  const first = new Reader(sections.find(({ kind }) => kind === IMPORT).content).number();
  const names = new Map(sections.filter(({ kind }) => kind === CUSTOM).flatMap(({ content }) => [...namesIn(content)]));
  if (![...names.values()].some(name => SILENT.test(name))) throw new Error('no function is called as those that are silent');
  const taken = new Set(js.match(TAKEN));
  const body = (code, n) => (SILENT.test(names.get(first + n)) ? OK : code);
  return rewritten(wasm, sections, {
    [EXPORT]: content => entries(content, exported, ({ name, what }) => taken.has(name) && [text(name), ...what]),
    [CODE]: content => entries(content, reader => reader.take(reader.number()), (code, n) => [number(body(code, n).length), body(code, n)]),
  });
};

/** The module with short names for what it takes and gives, without notes for tools; and which name stands for which. */
const shortened = wasm => {
  const takes = new Map();
  const gives = new Map();
  const short = (names, name) => text(names.get(name) ?? names.set(name, nth(names.size)).get(name));
  const kept = sectionsOf(wasm).filter(({ kind }) => kind !== CUSTOM);
  const written = rewritten(wasm, kept, {
    [IMPORT]: content => entries(content, imported, ({ from, name, what }) => [short(takes, from), short(takes, name), what]),
    [EXPORT]: content => entries(content, exported, ({ name, what }) => [short(gives, name), ...what]),
  });
  return { wasm: written, takes, gives };
};

/**
 * The JavaScript with the same names, and without the functions that nobody takes any more. 0.4
 * Each that is taken must be there once, as the key that it is.
 */
const renamed = (js, takes, gives) => {
  const left = new Set(takes.keys());
  const written = js
    .replace(/^ {8}(?:"([^"]+)"|(\w+)): (function[^]*?^ {8}\}.*\n)/gm, (_, quoted, plain, code) => {
      const name = quoted ?? plain;
      if (!takes.has(name)) return '';
      if (!left.delete(name)) throw new Error(`${name} is there twice`);
      return `${takes.get(name)}: ${code}`;
    })
    .replace(/"([^"]+)": (?=import0,)/, (_, module) => {
      left.delete(module);
      return `${takes.get(module)}: `;
    })
    .replace(TAKEN, name => gives.get(name) ?? name);
  if (left.size) throw new Error(`not found in the JavaScript: ${[...left].join(', ')}`);
  return written;
};

const [file] = process.argv.slice(2).filter(argument => argument.endsWith('.wasm'));
const script = file.replace(/wasm$/, 'js');
const js = readFileSync(script, 'utf8');
writeFileSync(file, readied(readFileSync(file), js));
const { status } = spawnSync(process.env.WASM_OPT, [file, ...PASSES, '-o', file], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { wasm, takes, gives } = shortened(readFileSync(file));
writeFileSync(script, renamed(js, takes, gives));
writeFileSync(file, wasm);
