// The test equipment itself: an audit that overlooks a lost, doubled or wrong event would let the crash test pass
// for nothing.

import { randomUUID } from 'node:crypto';
import { audit, explain, follow } from '../fixtures/audit';
import { Person, type Event, type Op, type Outcome, type Snapshot, type Todo } from '../fixtures/contract';
import { Model } from '../fixtures/model';
import { Random } from '../fixtures/random';
import { expect, test as base } from '../fixtures/test';
import { Writer, type Ledger, type Shared, type Shift } from '../fixtures/writer';

const ANSWERS = 150;

interface History {
  list: Shared;
  ledgers: Ledger[];
  /** In the middle. */
  earlier: Snapshot;
  events: Event[];
  now: Snapshot;
}

/** Lets them write until so many pushes are answered. */
async function write(writers: Writer[], answers: number): Promise<void> {
  let answered = 0;
  const shift: Shift = {
    isBroken: false,
    get isOver() {
      return answered >= answers;
    },
    onAnswer: () => (answered += 1),
  };
  await Promise.all(writers.map((writer) => writer.write(shift)));
}

/** What three clients did to a list, as it was recorded. Each test spoils something of it. */
const test = base.extend<{ history: History }>({
  history: async ({ network, server: _started }, use, { title, repeatEachIndex }) => {
    const owner = await Person.register(network.url, `p.${randomUUID().slice(0, 13)}`, 'correct horse battery');
    const id = await owner.createList('Groceries');
    const { epoch } = await owner.snapshot(id);
    const list: Shared = { id, epoch, owner, seen: new Map() };
    // One of its own for each test: a client belongs to one person, and workers share a database.
    const random = new Random(`${title} ${repeatEachIndex}`);
    const writers = [1, 2, 3].map((n) => new Writer(list, random.named(n)));
    await write(writers, ANSWERS);
    const earlier = await owner.snapshot(id);
    let now: Snapshot;
    // Until something is there to be spoiled.
    do {
      await write(writers, ANSWERS);
      now = await owner.snapshot(id);
    } while (now.payload.length === 0);
    const { events } = await owner.delta(id, epoch, 0);
    await use({ list, ledgers: writers, earlier, events, now });
  },
});

/** The same events with the numbers that their places ask for. */
function renumbered(events: Event[]): Event[] {
  return events.map((event, n) => ({ ...event, seq: n + 1 }));
}

function middle<T>(items: T[]): number {
  return Math.floor(items.length / 2);
}

test('a history as it was recorded is in order', async ({ history: { list, ledgers, earlier, events, now } }) => {
  await audit(list, ledgers, [earlier]);
  expect(new Set(ledgers.flatMap(({ ops }) => ops.map(({ type }) => type))).size, 'kinds of ops').toBe(10);
  expect(new Set(events.map(({ type }) => type)).size, 'kinds of events').toBe(6);
  expect(now.seq).toBeGreaterThan(earlier.seq);
});

test('an event that is missing is noticed', ({ history: { list, ledgers, events, now } }) => {
  const without = events.toSpliced(middle(events), 1);
  expect(() => follow(new Model(list.id), without, now)).toThrow(/came after/);
  expect(() => follow(new Model(list.id), events.slice(0, -1), now)).toThrow(/the last event/);
  expect(() => explain(list.id, without, ledgers)).toThrow();
  expect(() => explain(list.id, events.slice(0, -1), ledgers)).toThrow(/is due|never decided/);
});

test('an event that stands there twice is noticed', ({ history: { list, ledgers, events } }) => {
  const at = middle(events);
  const twice = renumbered(events.toSpliced(at, 0, events[at]!));
  expect(() => explain(list.id, twice, ledgers)).toThrow(/is due/);
});

test('events of a client that changed places are noticed', ({ history: { list, ledgers, events } }) => {
  const mine = events.filter(({ client }) => client === ledgers[0]!.client);
  const [a, b] = [mine[middle(mine)]!, mine[middle(mine) + 1]!];
  const swapped = events.map((event) => (event === a ? b : event === b ? a : event));
  expect(() => explain(list.id, renumbered(swapped), ledgers)).toThrow(/is due/);
});

test('a field that differs is noticed, whichever it is', ({ history: { list, ledgers, events, now } }) => {
  const todo = now.payload[0]!;
  const [id, other] = [randomUUID(), 'other'];
  const numbers = { version: 0, title_version: 0, created_at: 0, updated_at: 0 };
  const others: Todo = { id, list: id, title: other, completed: !todo.completed, position: other, ...numbers };
  for (const [name, value] of Object.entries(others)) {
    const payload = [{ ...todo, [name]: value }, ...now.payload.slice(1)];
    expect(() => follow(new Model(list.id), events, { ...now, payload }), name).toThrow(/the todos at/);
    const wrong = events.map((event) =>
      event.type === 'TODO_ADDED' ? { ...event, payload: { ...event.payload, [name]: value } } : event,
    );
    // What the server's clock says nobody can know better.
    if (name !== 'updated_at') expect(() => explain(list.id, wrong, ledgers), name).toThrow();
  }
});

test('an answer that was right at no moment is noticed', ({ history: { list, ledgers, events } }) => {
  const spoil = (type: string, outcome: object) => {
    const spoiled = ledgers.map(({ client, ops, outcomes, acked }) => {
      const at = outcomes.findIndex((answered) => answered.type === type);
      const wrong = { ...outcomes[at], ...outcome } as Outcome;
      return { client, ops, acked, outcomes: at < 0 ? outcomes : outcomes.with(at, wrong) };
    });
    expect(() => explain(list.id, events, spoiled), type).toThrow(/is due|never decided/);
  };
  spoil('APPLIED', { type: 'SKIPPED' });
  spoil('SKIPPED', { type: 'UNKNOWN' });
  spoil('SKIPPED', { type: 'REJECTED', code: 'GONE', message: 'Gone.' });
  spoil('REJECTED', { code: 'LIMIT' });
  spoil('REJECTED', { type: 'SKIPPED' });
});

test('a mutation that was sent again under a new number is noticed', async ({ history: { list, ledgers, earlier } }) => {
  const { client, ops, outcomes } = ledgers[0]!;
  const applied = outcomes.findLast(({ type }) => type === 'APPLIED')!;
  const doubled = { mid: outcomes.length + 1, op: ops[applied.mid - 1]! };
  await list.owner.push({ list: list.id, epoch: list.epoch, client, mutations: [doubled] });
  await expect(audit(list, ledgers, [earlier])).rejects.toThrow(/is due|last_mid/);
});

test('a server that forgot what it answered is noticed', async ({ history: { list, ledgers, earlier } }) => {
  const { client, acked, ...before } = ledgers[0]!;
  const ops: Op[] = [...before.ops, { type: 'NOOP' }];
  const outcomes: Outcome[] = [...before.outcomes, { mid: ops.length, type: 'SKIPPED' }];
  const answered: Ledger = { client, acked, ops, outcomes };
  await expect(audit(list, [answered, ...ledgers.slice(1)], [earlier])).rejects.toThrow(/last_mid/);
});
