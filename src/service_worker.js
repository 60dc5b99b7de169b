// Starts pages without a network. Documents come from the network and are copied on the way; where it fails, or hangs,
// the copy comes. Files whose name has a hash come from here first. The server puts a line in front of this: `BUILD`, its
// files, those that pages need and whose name says nothing of their content, and a stamp of what is in the latter.
//
// What must hold:
// - A copy comes with exactly the files that it names: those are stored first, a cache for each build.
// - No copy outlives the sign-in it was made for. Whoever signs out deletes DOCUMENTS, and each request for a document
//   opens it before it is sent: what arrives late is written into a cache that is not there any more. For an open cache
//   that was deleted lives on, out of everybody's sight, and one opened later under its name is another one.
// - Anything but GET, and all of /api, /ws and the health checks, goes past here.
const DOCUMENTS = 'lockstep-documents';
const FILES = 'lockstep-files ';
const BUILDS = 'lockstep-build ';
const OWN = BUILD.files.join(' ');
const FOLDER = BUILD.files[0].replace(/[^/]+$/, '');
// Copies at most: what was seen longest ago goes.
const COPIES = 50;
// Milliseconds until a copy comes instead of an answer.
const PATIENCE = 4000;
// What a proxy says when the server behind it does not answer.
const GATEWAY = [502, 503, 504];

// What a copy is kept with, beside its own headers.
const NAMES = 'lockstep-names';
const USER = 'lockstep-user';
const TITLE = 'lockstep-title';
const THEME = 'lockstep-theme';
const AT = 'lockstep-at';

const NOT_OURS = /^\/(api|ws|healthz|readyz)(\/|$)/;
// The pages that are kept: my lists, and a list under each of its filters.
const KEPT = /^(\/lists)(?:(\/[0-9a-f-]{36})(\/active|\/completed)?)?$/;

// One at a time, over all versions of this worker: a build's files must not go while a document is stored with them.
const alone = work => navigator.locks.request('lockstep-copies', work);

addEventListener('install', event => {
  // An edit need not wait until this worker runs, nor travel through it, where browsers can be told so (Service Workers,
  // 4.6.4: static routes).
  event.addRoutes?.({ condition: { requestMethod: 'POST' }, source: 'network' });
  event.waitUntil(
    (async () => {
      await fill(BUILDS + OWN, BUILD.files);
      await fill(FILES + BUILD.stamp, BUILD.public.map(path => new Request(path, { cache: 'no-cache' })));
    })(),
  );
});

// All of them or none.
const fill = async (name, files) => (await caches.open(name)).addAll(files);

addEventListener('activate', event => {
  event.waitUntil(alone(tidy));
  // The very first time the pages that are open came without a worker. Nobody waits for this.
  if (isFirst) copyOpenPages().catch(() => {});
});
const isFirst = !registration.active;

const copyOpenPages = async () => {
  for (const { url } of await clients.matchAll({ includeUncontrolled: true, type: 'window' })) {
    const { pathname } = new URL(url);
    if (!KEPT.test(pathname)) continue;
    const documents = await caches.open(DOCUMENTS);
    const answer = await fetch(pathname, { headers: { accept: 'text/html' }, redirect: 'manual' });
    await learn(documents, pathname, answer);
  }
};

// Files that neither this build nor a copy names go. A version that waits has files, too, and will tidy itself.
const tidy = async () => {
  if (registration.installing || registration.waiting) return;
  const copies = await copiesIn(await caches.open(DOCUMENTS));
  const named = new Set([OWN, ...copies.map(({ headers }) => headers.get(NAMES))]);
  for (const name of await caches.keys()) {
    const isOld = name.startsWith(BUILDS) ? !named.has(name.slice(BUILDS.length)) : name.startsWith(FILES) && name !== FILES + BUILD.stamp;
    if (isOld) await caches.delete(name);
  }
};

// The newest first.
const copiesIn = async documents => {
  const copies = [];
  for (const request of await documents.keys()) {
    const headers = (await documents.match(request))?.headers;
    if (headers) copies.push({ path: new URL(request.url).pathname, headers });
  }
  return copies.sort((one, other) => other.headers.get(AT) - one.headers.get(AT));
};

addEventListener('message', ({ data, ports }) => {
  if (data === 'names') ports[0].postMessage(OWN);
  if (data === 'take over') skipWaiting();
});

addEventListener('fetch', event => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || NOT_OURS.test(pathname)) return;
  if (request.mode === 'navigate') event.respondWith(visit(event));
  else if (pathname.startsWith(FOLDER) || BUILD.public.includes(pathname)) event.respondWith(file(request));
});

const file = async request => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);

const visit = async event => {
  const { pathname, search } = new URL(event.request.url);
  // A browser may refuse to store anything: then there is the network alone.
  const documents = await caches.open(DOCUMENTS).catch(() => undefined);
  const answered = fetch(event.request);
  // Now: what somebody has read cannot be copied any more.
  const learned = answered.then(answer => documents && learn(documents, search ? '' : pathname, answer.clone()));
  event.waitUntil(learned.catch(() => {}));
  const late = (await find(pathname)) && new Promise(over => setTimeout(over, PATIENCE));
  const answer = await Promise.race([answered, late || answered]).catch(() => undefined);
  if (answer && !GATEWAY.includes(answer.status)) return answer;
  // Looked for again: somebody may have signed out meanwhile.
  return (await find(pathname)) ?? answer ?? (await offline());
};

// The copy for an address. Of a list there is one copy: as a whole it does for its filters, which the page applies; one
// under a filter is answered at its own address.
const find = async pathname => {
  try {
    const documents = await caches.open(DOCUMENTS);
    const copy = await documents.match(pathname);
    if (copy) return copy;
    const same = pathname === '/' ? ['/lists'] : filters(pathname);
    for (const [n, path] of same.entries()) {
      const other = await documents.match(path);
      if (other) return pathname !== '/' && n === 0 ? other : Response.redirect(path);
    }
  } catch {
    // As if there were none.
  }
};

// The addresses of the list that an address is of.
const filters = pathname => {
  const [, lists, list] = KEPT.exec(pathname) ?? [];
  return list ? ['', '/active', '/completed'].map(filter => lists + list + filter) : [];
};

// What an answer tells: who is signed in, and what is to be kept. `pathname` is empty if it is not the whole address.
const learn = async (documents, pathname, answer) => {
  const { headers, status, type } = answer;
  // Nothing but the sign-in page is ahead of these.
  if (type === 'opaqueredirect') return KEPT.test(pathname) && caches.delete(DOCUMENTS);
  // Not this person's any more.
  if (status === 403 || status === 404) return Promise.all(filters(pathname).map(path => documents.delete(path)));
  if (status !== 200 || !headers.get('content-type')?.startsWith('text/html')) return;
  const html = await answer.text();
  const user = /<html[^>]* data-user="([^"]+)"/.exec(html)?.[1];
  const [any] = await documents.keys();
  const whose = any && (await documents.match(any))?.headers.get(USER);
  // Whatever else is on its way may be for the one before: this one is not kept either.
  if (!user || (whose && whose !== user)) return caches.delete(DOCUMENTS);
  if (KEPT.test(pathname)) await alone(() => keep(documents, pathname, html, headers, user));
};

const keep = async (documents, pathname, html, headers, user) => {
  const files = filesOf(html);
  if (!files) return;
  const names = files.join(' ');
  const build = await caches.open(BUILDS + names);
  if ((await build.keys()).length < files.length) await build.addAll(files);
  const kept = new Headers(headers);
  // The body comes unpacked.
  for (const name of ['content-encoding', 'content-length']) kept.delete(name);
  const title = /<title>([^<]*) · Lockstep<\/title>/.exec(html)?.[1] ?? '';
  const theme = /<html[^>]* data-theme="(\w+)"/.exec(html)?.[1] ?? '';
  const more = { [NAMES]: names, [USER]: user, [TITLE]: encodeURIComponent(title), [THEME]: theme, [AT]: Date.now() };
  for (const [name, value] of Object.entries(more)) kept.set(name, value);
  await documents.put(pathname, new Response(html, { headers: kept }));
  const others = filters(pathname).filter(path => path !== pathname);
  const old = (await copiesIn(documents)).slice(COPIES).map(({ path }) => path);
  for (const path of [...others, ...old]) await documents.delete(path);
  await tidy();
};

// The style sheet, and what the loader is called with: the first script, in front of which nobody's text stands.
const filesOf = html => {
  const css = /<link rel="stylesheet" href="([^"]+)"/.exec(html);
  const code = /\}\)\("([^"]+)","([^"]+)",/.exec(html);
  return css && code && [css[1], code[1], code[2]];
};

// For what there is no copy of.
const offline = async () => {
  const documents = await caches.open(DOCUMENTS).catch(() => undefined);
  const copies = documents ? await copiesIn(documents) : [];
  const theme = copies[0]?.headers.get(THEME) || 'system';
  const lists = copies.filter(({ path }) => path !== '/lists');
  const has = lists.length < copies.length;
  // A title comes from a document, where it cannot hold markup either.
  const link = ({ path, headers }) =>
    `<li><a href="${path}"><span class="name" dir="auto">${decodeURIComponent(headers.get(TITLE))}</span></a></li>`;
  const links = lists.map(link);
  const html = `<!DOCTYPE html>
<html lang="en" data-theme="${theme}" data-offline>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'system' ? 'light dark' : theme}">
<title>Offline · Lockstep</title>
<link rel="stylesheet" href="${BUILD.files[0]}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
</head>
<body>
<header class="bar"><a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28"><span>Lockstep</span></a></header>
<main id="main">
<section class="lost away">
<h1>${navigator.onLine ? 'No connection' : 'You are offline'}</h1>
<p class="lead">${links.length ? 'This page was not opened on this device before. These lists were:' : 'This page is not on this device. What you open while connected is there the next time.'}</p>
${links.length ? `<nav aria-label="Lists on this device"><ul class="lists">${links.join('')}</ul></nav>` : ''}
<p class="actions"><a class="button primary" href="">Try again</a>${has ? '<a class="button" href="/lists">Your lists</a>' : ''}</p>
</section>
</main>
</body>
</html>`;
  const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy } });
};
