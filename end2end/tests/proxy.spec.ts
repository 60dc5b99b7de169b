// The test equipment itself: a proxy that holds nothing back would let the tests that rely on it pass for nothing.

import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { expect, test as base } from '@playwright/test';
import { textOf } from '../fixtures/meddling';
import { Proxy } from '../fixtures/proxy';

/** A server behind the proxy that answers with the path and the body, and echoes what is sent after an upgrade. */
const test = base.extend<{ through: Proxy; seen: string[] }>({
  seen: async ({}, use) => use([]),
  through: async ({ seen }, use) => {
    const server = http.createServer(async (request, response) => {
      seen.push(request.url ?? '');
      const body = await textOf(request);
      response.setHeader('set-cookie', ['a=1', 'b=2']).end(`answer to ${request.url}${body && `: ${body}`}`);
    });
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = await Proxy.listen();
    proxy.target = (server.address() as net.AddressInfo).port;
    await use(proxy);
    await proxy.close();
    server.close();
    server.closeAllConnections();
  },
});

async function text(proxy: Proxy, path: string): Promise<string> {
  return (await fetch(proxy.url + path)).text();
}

async function echoSocket(proxy: Proxy): Promise<net.Socket> {
  const request = http.get(`${proxy.url}/ws`, { headers: { connection: 'Upgrade', upgrade: 'echo' } });
  const [, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, net.Socket];
  return socket;
}

async function echo(socket: net.Socket, message: string): Promise<string> {
  socket.write(message);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

test('passes requests and answers on', async ({ through }) => {
  const answer = await fetch(`${through.url}/a?b=c`);
  expect(await answer.text()).toBe('answer to /a?b=c');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('passes an upgraded connection on', async ({ through }) => {
  const socket = await echoSocket(through);
  expect(await echo(socket, 'ping')).toBe('ping');
  socket.destroy();
});

test('a cut breaks open connections and refuses new ones until it is restored', async ({ through }) => {
  const socket = await echoSocket(through);
  const broken = once(socket, 'error');
  through.cut();
  await broken;
  await expect(text(through, '/')).rejects.toThrow('fetch failed');
  through.restore();
  expect(await text(through, '/')).toBe('answer to /');
});

test('a hold keeps matching answers back, though the server got the requests, and no others', async ({ through, seen }) => {
  const hold = through.hold(/\.wasm/);
  let arrived = false;
  const held = text(through, '/pkg/app.wasm').then((body) => {
    arrived = true;
    return body;
  });
  await hold.waiting();
  expect(await text(through, '/other')).toBe('answer to /other');
  expect(seen).toEqual(['/pkg/app.wasm', '/other']);
  expect(arrived).toBe(false);
  hold.release();
  expect(await held).toBe('answer to /pkg/app.wasm');
  expect(await text(through, '/pkg/app.wasm')).toBe('answer to /pkg/app.wasm');
});

test('a hold keeps the messages of an open socket back, in their order', async ({ through }) => {
  const socket = await echoSocket(through);
  const hold = through.hold();
  const echoed = echo(socket, 'one');
  await hold.waiting();
  socket.write(' two');
  hold.release();
  let received = await echoed;
  while (received.length < 'one two'.length) received += String((await once(socket, 'data'))[0]);
  expect(received).toBe('one two');
  socket.destroy();
});

test('an aborted hold breaks off held answers and those to come until it is released', async ({ through }) => {
  const hold = through.hold(/\.wasm/);
  const held = text(through, '/app.wasm');
  await hold.waiting();
  hold.abort();
  await expect(held).rejects.toThrow('fetch failed');
  await expect(text(through, '/app.wasm')).rejects.toThrow('fetch failed');
  through.release();
  expect(await text(through, '/app.wasm')).toBe('answer to /app.wasm');
});

test('a delay is the time that each answer takes longer', async ({ through }) => {
  through.delay(200);
  const start = performance.now();
  expect(await text(through, '/')).toBe('answer to /');
  expect(performance.now() - start).toBeGreaterThanOrEqual(190);
});

test('a planned failure answers one request in the place of the server', async ({ through, seen }) => {
  through.fail(/push/, { status: 503, body: '{"code":"UNAVAILABLE"}' });
  const failed = await fetch(`${through.url}/api/push`, { method: 'POST', body: '{}' });
  expect([failed.status, await failed.text()]).toEqual([503, '{"code":"UNAVAILABLE"}']);
  expect(seen).toEqual([]);
  expect(await text(through, '/api/push')).toBe('answer to /api/push');
});

test('a failure may be planned for some requests only, and be held', async ({ through, seen }) => {
  const failing = through.fail(/push/, { status: 500 }, { where: (body) => body.includes('milk') });
  const push = (body: string) => fetch(`${through.url}/api/push`, { method: 'POST', body });
  expect([(await push('bread')).status, (await push('milk')).status, (await push('milk')).status]).toEqual([200, 500, 500]);
  const hold = through.hold(/push/);
  const held = push('milk');
  await hold.waiting();
  await failing.used(3);
  hold.release();
  expect((await held).status).toBe(500);
  failing.end();
  expect((await push('milk')).status).toBe(200);
  expect(seen).toEqual(['/api/push', '/api/push']);
  expect(failing.count).toBe(3);
});

test('a lost answer is a broken connection, though the server got the request', async ({ through, seen }) => {
  through.lose(/push/);
  await expect(text(through, '/api/push')).rejects.toThrow('fetch failed');
  expect(seen).toEqual(['/api/push']);
  expect(await text(through, '/api/push')).toBe('answer to /api/push');
});

test('an answer and a request may be rewritten on the way, headers kept', async ({ through }) => {
  through.rewrite(/push/, (body) => `no ${body}`);
  const answer = await fetch(`${through.url}/api/push`);
  expect(await answer.text()).toBe('no answer to /api/push');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  through.meddle(/push/, { request: (body) => body.replace('milk', 'oat milk') }, { times: 1 });
  const asked = await fetch(`${through.url}/api/push`, { method: 'POST', body: 'milk' });
  expect(await asked.text()).toBe('answer to /api/push: oat milk');
});

test('a server that is gone is a broken connection', async ({ through }) => {
  through.target = 1;
  await expect(text(through, '/')).rejects.toThrow('fetch failed');
});
