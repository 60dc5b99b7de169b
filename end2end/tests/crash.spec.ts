// The server is killed again and again while many clients write, and is started on the same database and port. What
// it answered must be there, once, and in its order.
//
// A seed repeats what each client does and when the server is killed, not how their pushes meet.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test as base } from '@playwright/test';
import { audit, follow } from '../fixtures/audit';
import { NoAnswer, Person, type Snapshot } from '../fixtures/contract';
import { Model } from '../fixtures/model';
import { Random } from '../fixtures/random';
import { lastingPort, Server } from '../fixtures/server';
import { Writer, type Shared, type Shift } from '../fixtures/writer';

const ROUNDS = 50;
/** Then the writers go on with new lists: a delta of more than 2,000 events would be a snapshot. */
const ROUNDS_A_LIST = 10;
/** How many clients write to each list. Each list is another person's. */
const CLIENTS = [6, 4, 1, 1, 1, 1, 1, 1];
const WRITERS = 16;
const ANSWERS_BETWEEN_KILLS_MAX = 300;
/** How long a watcher leaves a server alone that does not answer. */
const ASK_EVERY_MS = 10;
const MS_BETWEEN_KILLS_MAX = 300;

const test = base.extend<{ random: Random; port: number; server: Server }>({
  random: async ({}, use, testInfo) => {
    const seed = process.env['LOCKSTEP_SEED'] || randomUUID();
    await use(new Random(seed));
    if (testInfo.status !== testInfo.expectedStatus) console.log(`    seed: LOCKSTEP_SEED=${seed}`);
  },
  port: async ({}, use) => use(await lastingPort()),
  server: async ({ port }, use, testInfo) => {
    const server = await Server.create(`http://127.0.0.1:${port}`, () => {});
    await server.start(port);
    await use(server);
    await server.dispose();
    if (testInfo.status === testInfo.expectedStatus) return;
    await testInfo.attach('server output', { body: server.tail(), contentType: 'text/plain' });
  },
});

/** A list, its writers, and somebody who watches it grow. */
class Scene {
  readonly earlier: Snapshot[] = [];
  readonly #seen: Model;

  constructor(
    readonly list: Shared,
    readonly writers: Writer[],
  ) {
    this.#seen = new Model(list.id);
  }

  static async create(owner: Person, clients: number, random: Random): Promise<Scene> {
    const id = await owner.createList('Groceries');
    const { epoch } = await owner.snapshot(id);
    const list: Shared = { id, epoch, owner, seen: new Map() };
    return new Scene(list, Array.from({ length: clients }, (_, n) => new Writer(list, random.named(n))));
  }

  /** What came since the last look leads to exactly what is there now. The server may be down meanwhile. */
  async watch(shift: Shift): Promise<void> {
    const { id, epoch, owner } = this.list;
    const snapshot = await untilAnswered(shift, () => owner.snapshot(id));
    const { events } = await untilAnswered(shift, () => owner.delta(id, epoch, this.#seen.seq));
    follow(this.#seen, events.filter(({ seq }) => seq <= snapshot.seq), snapshot);
    this.earlier.push(snapshot);
  }

  async audit(): Promise<void> {
    await audit(this.list, this.writers, this.earlier);
  }
}

async function untilAnswered<T>(shift: Shift, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (shift.isBroken || !(error instanceof NoAnswer)) throw error;
      await sleep(ASK_EVERY_MS);
    }
  }
}

/** Some rounds in which all write and the server crashes. */
class Crashes implements Shift {
  isOver = false;
  #answers = 0;
  #failures: unknown[] = [];
  #wake = () => {};

  constructor(
    readonly server: Server,
    readonly port: number,
    readonly scenes: Scene[],
    readonly random: Random,
  ) {}

  get isBroken(): boolean {
    return this.#failures.length > 0;
  }

  onAnswer(): void {
    this.#answers += 1;
    this.#wake();
  }

  async run(rounds: number): Promise<void> {
    const writers = this.scenes.flatMap((scene) => scene.writers);
    const all = [this.#crashes(rounds), ...writers.map((writer) => writer.write(this))];
    await Promise.all(all.map((one) => one.catch((error: unknown) => this.#fail(error))));
    if (this.isBroken) throw this.#failures[0];
  }

  async #crashes(rounds: number): Promise<void> {
    for (let round = 0; round < rounds && !this.isBroken; round += 1) {
      const watching = this.scenes.map((scene) => scene.watch(this).catch((error: unknown) => this.#fail(error)));
      await Promise.all([this.#crash(), ...watching]);
    }
    this.isOver = true;
  }

  /** The first failure is the one that counts: it ends everything else, which then fails too. */
  #fail(error: unknown): void {
    this.#failures.push(error);
    this.#wake();
  }

  /** After a random number of answered pushes, half the time after a random time if that is earlier. */
  async #crash(): Promise<void> {
    const answers = this.#answers + this.random.between(1, ANSWERS_BETWEEN_KILLS_MAX);
    const enough = new Promise<void>((resolve) => {
      this.#wake = () => (this.#answers >= answers || this.isBroken) && resolve();
    });
    const moment = sleep(this.random.between(0, MS_BETWEEN_KILLS_MAX));
    await (this.random.chance(0.5) ? enough : Promise.race([enough, moment]));
    await this.server.kill();
    const { id, owner } = this.scenes[0]!.list;
    await expect(owner.snapshot(id)).rejects.toThrow(NoAnswer);
    await this.server.start(this.port);
  }
}

const NAME = `what was answered survives ${ROUNDS} kills under ${WRITERS} writers, once and in order`;
test(NAME, async ({ random, port, server }) => {
  test.setTimeout(180_000);
  expect(CLIENTS.reduce((sum, clients) => sum + clients)).toBe(WRITERS);
  const people: Person[] = [];
  for (const n of CLIENTS.keys()) {
    people.push(await Person.register(`http://127.0.0.1:${port}`, `person-${n}`, 'correct horse battery'));
  }
  const all: Scene[] = [];
  for (let round = 0; round < ROUNDS; round += ROUNDS_A_LIST) {
    const scenes = await Promise.all(
      people.map((person, n) => Scene.create(person, CLIENTS[n]!, random.named(`${round} ${n}`))),
    );
    all.push(...scenes);
    await new Crashes(server, port, scenes, random).run(ROUNDS_A_LIST);
    for (const scene of scenes) await scene.audit();
  }
  for (const scene of all) await scene.audit();
  // Otherwise the kills came at moments that prove nothing.
  const writers = all.flatMap((scene) => scene.writers);
  const sum = (count: (writer: Writer) => number) => writers.map(count).reduce((a, b) => a + b);
  expect(sum((writer) => writer.unanswered), 'pushes without an answer').toBeGreaterThan(ROUNDS);
  expect(sum((writer) => writer.overtaken), 'answers that got lost').toBeGreaterThan(0);
  expect(server.tail()).not.toMatch(/panicked|ERROR/);
});
