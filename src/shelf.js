// What this browser keeps of a person's edits, in IndexedDB; and which of its tabs sends them, by Web Locks and a
// BroadcastChannel. What all of it means is decided in the WebAssembly (`core::engine::queues`), which says `begin`, and
// hears of everything by the function that it gives. In JavaScript, for there it weighs a quarter of what it would in Rust.
//
// Each client, that is each run of a tab, has a lock while its tab is there. Who gets the lock of a stored queue sends it.
// A list that the page does not show is sent to in the background: whoever closes a tab with edits waiting has them sent
// by any other tab, and whoever comes back by any page.
window.lockstep = (() => {
  const NAME = 'lockstep';
  // How long a tab is given, to take its own queue up again after a reload, before another one does that shows no list, or another
  // one, or is not looked at.
  const PRECEDENCE_MS = 2000;
  // How long an edit waits for what is kept, or to be kept itself, and whoever signs out. Then it goes on as if nothing could
  // be kept: there are browsers whose database does not answer, ever.
  const PATIENCE_MS = 5000;
  // Without locks: how long the tabs that are there are given to say so.
  const PRESENCE_MS = 500;
  // When the page was asked for, in milliseconds since 1970. (`timeOrigin` is another clock's, which stops in its sleep.)
  const ASKED_FOR = Date.now() - performance.now();

  let user, shown, hear, database, channel, giveUp;
  // How often the page was put away: what was waited for before does not count any more.
  let run = 0;
  // By client: its list, and the promise of a function that lets its lock go.
  const held = new Map();
  // Clients of other tabs, whose locks the page waits for; and those that their tabs spoke for.
  const watched = new Set();
  const heard = new Set();
  // What is sent to in the background.
  const lists = new Set();

  const sleep = ms => new Promise(done => setTimeout(done, ms));
  const inTime = work => Promise.race([work, sleep(PATIENCE_MS).then(() => Promise.reject())]);

  // What is kept. What is written to `queue` survives a killed browser (Indexed Database API 3.0, 2.7.1: strict).

  const done = request =>
    new Promise((yes, no) => {
      request.onsuccess = () => yes(request.result);
      request.onerror = no;
    });

  const open = () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => ['queue', 'lists'].forEach(name => request.result.createObjectStore(name));
    return done(request);
  };

  const transact = async (name, mode) => {
    const use = async () => (await (database ??= open())).transaction(name, mode, { durability: name === 'queue' ? 'strict' : 'relaxed' });
    try {
      return await use();
    } catch {
      // A browser may close a database at any time: then it is opened once more.
      database = undefined;
      return use();
    }
  };

  // None of the keys has anything above "~" in it.
  const range = prefix => IDBKeyRange.bound(prefix, prefix + '~');

  const read = async (name, prefix) => {
    const transaction = await transact(name, 'readonly');
    const texts = await done(transaction.objectStore(name).getAll(range(prefix)));
    return texts.map(text => JSON.parse(text));
  };

  const whole = transaction =>
    new Promise((yes, no) => {
      transaction.oncomplete = yes;
      transaction.onabort = no;
    });

  // When somebody signed out by the button last, as each store keeps it: this is no prefix of anything that is theirs.
  const outKey = of => `out ${of}`;
  // What is there as soon as they sign out after that.
  const nextOut = (of, out) => `${outKey(of)} ${out}`;

  // The same by store, when the page was asked for. Whose person has signed out since keeps nothing.
  const outs = {};
  const lastOut = async name => {
    const transaction = await transact(name, 'readonly');
    const out = (await done(transaction.objectStore(name).get(outKey(user)))) ?? 0;
    // What lies ahead, a clock that was wrong has written.
    if (ASKED_FOR <= out && out <= Date.now()) throw out;
    return (outs[name] = out);
  };

  // Puts the texts, each after its key, and drops what is gone: all or nothing. And nothing if their person has signed out
  // since the page was asked for, which it may not know yet: this is decided where all tabs are one after the other, since
  // to add what is there already ends all of it. To read it there would make each edit wait for its page once more, which
  // may be busy painting it.
  const write = async (name, texts, gone) => {
    const key = nextOut(user, outs[name] ?? (await lastOut(name)));
    const transaction = await transact(name, 'readwrite');
    const written = whole(transaction);
    const store = transaction.objectStore(name);
    store.add(0, key);
    store.delete(key);
    gone.forEach(prefix => store.delete(range(prefix)));
    for (let n = 0; n < texts.length; n += 2) store.put(texts[n + 1], texts[n]);
    transaction.commit();
    return written;
  };

  // Whatever is here of this person goes. No page that is there by now writes any more of it.
  const forget = async of => {
    for (const name of ['queue', 'lists']) {
      const transaction = await transact(name, 'readwrite');
      const store = transaction.objectStore(name);
      store.delete(range(`${of} `));
      store.get(outKey(of)).onsuccess = ({ target: { result: out = 0 } }) => {
        store.put(0, nextOut(of, out));
        // Never the same again.
        store.put(Math.max(Date.now(), out + 1), outKey(of));
      };
      await whole(transaction);
    }
  };

  const queued = list => read('queue', list ? `${user} ${list} ` : `${user} `);

  // Who sends it.

  // How to let a client's lock go; null if another page has it; undefined where there are none (on plain HTTP, in old
  // browsers), or where the page has been put away meanwhile.
  const lock = (client, options) => {
    const began = run;
    return new Promise(tell => {
      const asked = navigator.locks?.request(`${NAME} ${client}`, options, got => {
        if (!got) return tell(null);
        if (began !== run) return tell();
        return new Promise(tell);
      });
      asked ? asked.catch(() => tell()) : tell();
    });
  };

  // From now on nobody else sends what this client has.
  const hold = (list, client) => {
    if (!held.has(client)) held.set(client, { list, release: lock(client, {}) });
    return held.get(client).release;
  };

  const release = clients => {
    for (const [client, { release }] of clients) {
      held.delete(client);
      watched.delete(client);
      release.then(letGo => letGo?.());
    }
  };

  // Takes a queue over once its tab is gone.
  const watch = async (list, client) => {
    if (held.has(client) || watched.has(client)) return;
    watched.add(client);
    const began = run;
    let letGo = await lock(client, { signal: giveUp.signal });
    if (letGo && (list !== shown || document.hidden)) {
      letGo();
      await sleep(PRECEDENCE_MS);
      letGo = await lock(client, { ifAvailable: true });
      if (!letGo && began === run) {
        // Its list is shown again somewhere, and may be left again.
        watched.delete(client);
        return watch(list, client);
      }
    }
    if (!letGo) await sleep(PRESENCE_MS);
    if (began !== run) return letGo?.();
    if (!letGo && heard.has(client)) return;
    held.set(client, { list, release: Promise.resolve(letGo) });
    const records = (await queued(list)).filter(record => record.client === client);
    // Whatever is in review is shown where the list is.
    if (list !== shown && !lists.has(list) && !records.some(record => record.queued)) {
      return release([...held].filter(([of]) => of === client));
    }
    if (list !== shown) lists.add(list);
    hear(list, { type: 'FOUND', queues: [{ client, left: true, records }] });
  };

  // All queues of the list that is shown but this tab's own; and the list as it was seen last.
  const find = async (list, own) => {
    await hold(list, own);
    const queues = new Map();
    for (const { client } of await queued(list)) {
      if (client === own || queues.has(client)) continue;
      let left = held.has(client);
      if (!left && !watched.has(client)) {
        const letGo = await lock(client, { ifAvailable: true });
        if (letGo) held.set(client, { list, release: Promise.resolve(letGo) });
        else watch(list, client);
        left = !!letGo;
      }
      queues.set(client, { client, left, records: [] });
    }
    // Whoever had a lock until now may have sent some more.
    if (queues.size) (await queued(list)).forEach(record => queues.get(record.client)?.records.push(record));
    const [base] = await read('lists', `${user} ${list}`);
    return { base, queues: [...queues.values()] };
  };

  const listen = () => {
    giveUp = new AbortController();
    channel = window.BroadcastChannel && new BroadcastChannel(NAME);
    if (channel) {
      channel.onmessage = ({ data }) => {
        const told = JSON.parse(data);
        if (told.user !== user) return;
        if (!told.client) return shown && hear(shown, { type: 'HELLO' });
        heard.add(told.client);
        hear(told.list, { type: 'QUEUE', queue: told });
        watch(told.list, told.client);
      };
    }
    tell(JSON.stringify({ user }));
    // What cannot be read is not there to be sent.
    queued().then(records => records.forEach(({ list, client }) => list !== shown && watch(list, client)), () => {});
  };

  // A page that holds locks, or hears of others, the browser would not keep for whoever goes back. And whose user is gone
  // sends nothing more. So others may send what it has not sent.
  const close = () => {
    if (!giveUp) return;
    run++;
    giveUp.abort();
    giveUp = undefined;
    channel?.close();
    lists.clear();
    watched.clear();
    heard.clear();
    release([...held]);
  };

  const tell = text => channel?.postMessage(text);

  return {
    hasLocks: () => !!navigator.locks,
    // `of`: the person that the page was rendered for; `list`: the one it shows, if any.
    begin: (of, list, told) => {
      user = of;
      shown = list;
      hear = told;
      listen();
      addEventListener('pagehide', close);
      addEventListener('lockstep:gone', () => {
        close();
        user = undefined;
      });
      addEventListener('pageshow', () => {
        if (giveUp || !user) return;
        listen();
        if (shown) hear(shown, { type: 'BACK' });
      });
    },
    look: async (list, own) => {
      const say = found => hear(list, { type: 'FOUND', ...found });
      const finding = find(list, own).catch(() => ({ queues: [] }));
      // What is found later counts, too.
      await inTime(finding).catch(() => say({ queues: [] }));
      say(await finding);
    },
    keep: async (list, own, ticket, texts, gone) => {
      const keep = async () => {
        await hold(list, own);
        // What the account has to keep, its page keeps no more.
        if (!user) return;
        await write('queue', texts, gone);
        return true;
      };
      const ok = await inTime(keep()).catch(() => {});
      hear(list, { type: 'SAVED', ticket, ok: !!ok });
    },
    // Without it a page without a server is as the server made it last. Nothing opens one on plain HTTP.
    remember: (list, text) => {
      const key = `${user} ${list}`;
      if (user) write('lists', text ? [key, text] : [], text ? [] : [key]).catch(() => {});
    },
    tell,
    forget: of => inTime(forget(of)),
    // All that is kept of this person; and what they drop of it.
    kept: of => read('queue', `${of} `),
    drop: key => write('queue', [], [key]),
    // How many edits of this person wait, in all lists and of all tabs.
    waiting: async of => (await inTime(read('queue', `${of} `))).filter(record => record.queued).length,
    // Nothing waits any more in a list that the page does not show.
    done: list => {
      lists.delete(list);
      release([...held].filter(([, of]) => of.list === list));
    },
  };
})();
