// Whatever comes back from the network in the place of an answer, the page goes on: no edit is lost or made twice, and
// nothing stops it from sending the next one and from hearing the news.

import type { App } from '../fixtures/app';
import type { Delta, Pushed, Snapshot } from '../fixtures/contract';
import type { Device } from '../fixtures/device';
import { expect, PULL, PUSH, refusal, test } from '../fixtures/groceries';

const ID = '00000000-0000-4000-8000-000000000000';
/** A garbled answer counts as none: the page may take its longest pause, 15 seconds, before it asks again. */
const RECOVERED_MS = 20_000;

test.describe.configure({ timeout: 60_000 });
// What a socket brings is read by the same code; what it brings garbled, the engine's tests and the simulator go through.
test.use({ sockets: false });

test.beforeEach(({ app }) => app.expectNetworkErrors());

/** The edit that met the bad answer arrives in the end, and so does the next one. */
async function expectAlive(app: App, device: Device): Promise<void> {
  const once = ['[x] milk', '[ ] bread', '[ ] salt'];
  await device.expectRows(once, RECOVERED_MS);
  await app.newTodo.fill('tea');
  await app.newTodo.press('Enter');
  await device.expectRows([...once, '[ ] tea'], RECOVERED_MS);
  await app.expectSync('milk', null, RECOVERED_MS);
  await app.expectSync('tea', null, RECOVERED_MS);
  await app.expectRows([...once, '[ ] tea']);
}

/** A change of an answer in JSON. */
const altered =
  <T>(change: (answer: T) => unknown) =>
  (body: string): string =>
    JSON.stringify(change(JSON.parse(body) as T));

const NOT_AN_ANSWER: Record<string, string> = {
  'a page of somebody in between': '<!doctype html><title>Welcome to our hotel</title>',
  nothing: '',
  'half an answer': '{"epoch":"',
  null: 'null',
  'a number': '1e400',
  'a list': '[]',
  'an empty object': '{}',
  'a text': '"OK"',
  'deep nesting': '['.repeat(100_000),
  'what JavaScript objects are made of': '{"__proto__":{"outcomes":[]},"constructor":null,"outcomes":{"length":1e9}}',
};
for (const [what, body] of Object.entries(NOT_AN_ANSWER)) {
  test(`${what} in the place of a push’s answer: the edit is made once`, async ({ app, network, device }) => {
    const spoiled = network.rewrite(PUSH, () => body);
    await app.tick('milk');
    await spoiled.used();
    await expectAlive(app, device);
  });

  test(`${what} in the place of the news: they come with the next answer`, async ({ app, network, device }) => {
    const spoiled = network.rewrite(PULL, () => body);
    await app.tick('milk');
    await spoiled.used();
    await expectAlive(app, device);
  });
}

type Alteration = (pushed: Pushed) => unknown;
const OUTCOMES: Record<string, Alteration> = {
  'an outcome of a kind that nobody knows': (pushed) => ({
    ...pushed,
    outcomes: pushed.outcomes.map(({ mid }) => ({ mid, type: 'POSTPONED', until: 'tomorrow' })),
  }),
  'an outcome of nothing that was sent': (pushed) => ({
    ...pushed,
    outcomes: [{ mid: 999, type: 'APPLIED', seq: 999 }, { mid: -1, type: 'SKIPPED' }, ...pushed.outcomes],
  }),
  'no outcome at all': (pushed) => ({ ...pushed, outcomes: [] }),
  'each outcome twice': (pushed) => ({ ...pushed, outcomes: [...pushed.outcomes, ...pushed.outcomes] }),
  'a place that is no number': (pushed) => ({
    ...pushed,
    outcomes: pushed.outcomes.map((outcome) => ({ ...outcome, seq: '45' })),
  }),
  'a place beyond all numbers': (pushed) => ({
    ...pushed,
    outcomes: pushed.outcomes.map((outcome) => ({ ...outcome, seq: 1e300 })),
  }),
  'a conflict without the other text': (pushed) => ({
    ...pushed,
    outcomes: pushed.outcomes.map(({ mid }) => ({ mid, type: 'CONFLICT', current: null })),
  }),
  'fields that a later version adds': (pushed) => ({
    ...pushed,
    weather: 'fine',
    outcomes: pushed.outcomes.map((outcome) => ({ ...outcome, weather: { wind: [1, 2] } })),
  }),
};
for (const [what, alter] of Object.entries(OUTCOMES)) {
  test(`a push answered with ${what}`, async ({ app, network, device }) => {
    const spoiled = network.rewrite(PUSH, altered(alter));
    await app.tick('milk');
    await spoiled.used();
    await expectAlive(app, device);
  });
}

const isDelta = (news: Delta | Snapshot): news is Delta => news.type === 'DELTA' && news.events.length > 0;

test('events of a kind that nobody knows make the page ask for all of the list', async ({ app, page, network, device }) => {
  const unknown = { type: 'TODO_SPARKLED', payload: { colour: 'gold' } };
  const spoil = (delta: Delta) => ({ ...delta, events: delta.events.map((event) => ({ ...event, ...unknown })) });
  network.rewrite(PULL, altered((news: Delta | Snapshot) => (isDelta(news) ? spoil(news) : news)), {});
  const asksForAll = page.waitForRequest(
    (request) => PULL.test(request.url()) && (request.postDataJSON() as { since?: number }).since == null,
  );
  await device.complete('bread', true);
  await app.tick('milk');
  await asksForAll;
  await app.expectRows(['[x] milk', '[x] bread', '[ ] salt']);
  await app.expectSync('milk', null);
});

const EVENTS: Record<string, (delta: Delta) => unknown> = {
  'an event without a todo in it': (delta) => ({
    ...delta,
    events: delta.events.map((event) => ({ ...event, payload: null })),
  }),
  'a gap in the events': (delta) => ({
    ...delta,
    seq: delta.seq + 1,
    events: delta.events.map((event) => ({ ...event, seq: event.seq + 1 })),
  }),
  'fewer events than it says': (delta) => ({ ...delta, events: delta.events.slice(0, -1) }),
  'events that come twice and in the wrong order': (delta) => ({
    ...delta,
    events: [...delta.events].reverse().concat(delta.events),
  }),
};
for (const [what, alter] of Object.entries(EVENTS)) {
  test(`after news with ${what} the page has what the server has`, async ({ app, network, device }) => {
    let isSpoiled = false;
    const once = (news: Delta | Snapshot) => {
      if (isSpoiled || !isDelta(news)) return news;
      isSpoiled = true;
      return alter(news);
    };
    network.rewrite(PULL, altered(once), {});
    await device.complete('bread', true);
    await device.rename('salt', 'sea salt');
    await app.tick('milk');
    await expect(app.item('sea salt')).toBeVisible({ timeout: RECOVERED_MS });
    await app.expectRows(['[x] milk', '[x] bread', '[ ] sea salt']);
    await app.expectSync('milk', null, RECOVERED_MS);
    await device.expectRows(['[x] milk', '[x] bread', '[ ] sea salt']);
    expect(isSpoiled).toBe(true);
  });
}

const NEWS: Record<string, (news: Delta | Snapshot) => unknown> = {
  'of a kind that nobody knows': (news) => ({ ...news, type: 'RUMOUR' }),
  'without a place': ({ seq: _seq, ...news }) => news,
  'of another list': (news) => ({ ...news, list: ID }),
  'with a role that nobody knows': (news) => ({ ...news, role: 'wizard' }),
  'with fields that a later version adds': (news) => ({ ...news, weather: { wind: [1, 2] } }),
};
for (const [what, alter] of Object.entries(NEWS)) {
  test(`news ${what}`, async ({ app, network, device }) => {
    const spoiled = network.rewrite(PULL, altered(alter));
    await app.tick('milk');
    await spoiled.used();
    await expectAlive(app, device);
  });
}

const REFUSALS = {
  'a time to wait that is no number': { ...refusal(429, 'TOO_MANY'), body: '{"code":"TOO_MANY","message":"","retry_after":"soon"}' },
  'a time to wait that is over': refusal(429, 'TOO_MANY', -5),
  'a status that nobody sends': { status: 299, body: '{}' },
  'a redirect to nowhere': { status: 302, headers: { location: '/nowhere' } },
};
for (const [what, answer] of Object.entries(REFUSALS)) {
  test(`a push answered with ${what}`, async ({ app, network, device }) => {
    const spoiled = network.fail(PUSH, answer);
    await app.newTodo.fill('jam');
    await app.newTodo.press('Enter');
    await spoiled.used();
    await app.tick('milk');
    const milk = async () => (await device.todo('milk')).completed;
    await expect.poll(milk, { timeout: RECOVERED_MS }).toBe(true);
    // Made, or back where its text can be had: not gone without a word.
    await expect(app.page.locator('main')).toContainText('jam');
  });
}
