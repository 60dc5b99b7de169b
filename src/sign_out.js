// Signing out by the button: what is asked before, and what has to be gone afterwards, on every page, whether its
// WebAssembly is there or not. In the head, before anything shows.
//
// Where edits wait, the person chooses. Then everything goes at once that this browser keeps of them (`shelf.js`, copies of
// pages), the other tabs are told, and a mark says whose session has still to be ended. It names a user and nothing else.
// With the WebAssembly the page ends the session itself (`core::auth`); without it the form does. If neither reaches the
// server, the next page that comes from it does so before it shows anything.
(() => {
  const STORED = 'auth-storage';
  const LEAVING = 'auth-leaving';
  const LOGOUT = '/api/logout';
  const NOBODY = '{"state":{"user":null},"version":0}';
  const ANSWER_MS = 10000;
  const AGAIN_MS = 3000;
  const MOMENT_MS = 300;
  const doc = document;
  const root = doc.documentElement;
  const lockstep = window.lockstep;

  // A browser may give pages no storage.
  const storage = work => {
    try {
      return work(localStorage);
    } catch {}
  };
  const leaving = () => storage(stored => stored[LEAVING]);

  // All that has to go before another page is loaded, which would cut it short.
  let gone;
  const forget = user => (gone = Promise.allSettled([lockstep.forget(user), forgetCopies()]));
  // Copies of pages go with any end of the sign-in they were made for (service_worker.js).
  const forgetCopies = () => self.caches?.delete('lockstep-documents').catch(() => {});
  addEventListener('lockstep:gone', forgetCopies);

  lockstep.leave = user => {
    storage(stored => {
      stored[LEAVING] = user;
      stored[STORED] = NOBODY;
    });
    forget(user);
  };
  lockstep.left = async user => {
    // Once more: a page may have been on its way, which knew of nothing.
    await forget(user);
    if (leaving() === user) storage(stored => stored.removeItem(LEAVING));
  };
  // Once, until the page is shown again: what asked the server twice hears twice that nobody is signed in, and one
  // navigation on the heels of another can end both.
  let over;
  addEventListener('pageshow', () => (over = false));
  lockstep.startOver = async () => {
    if (over) return;
    over = true;
    await gone;
    location.replace('/');
  };

  // Whether the session is over: if this person has none, too.
  const end = user =>
    fetch(LOGOUT, { method: 'POST', body: new URLSearchParams({ user }), signal: AbortSignal.timeout(ANSWER_MS) }).then(
      ({ ok, status }) => ok || status === 401,
      () => false,
    );

  // A page of somebody who has left shows nothing. Until the server says that the session is over, it is one of nobody.
  const finish = async user => {
    root.hidden = true;
    const ready = new Promise(ready => doc.addEventListener('DOMContentLoaded', ready));
    // Other scripts of the page hear it before they begin.
    ready.then(() => dispatchEvent(new Event('lockstep:gone')));
    const again = async () => {
      // Unless another page has done it by now.
      if (leaving() === user) {
        if (!(await end(user))) return setTimeout(again, AGAIN_MS);
        await lockstep.left(user);
      }
      location.replace('/');
      return true;
    };
    if ((await again()) === true) return new Promise(() => {});
    await ready;
    delete root.dataset.user;
    delete root.dataset.name;
    doc.title = 'Lockstep';
    doc.body.innerHTML =
      '<main id=main><section class=lost role=status><h1>You are signed out.</h1><p class=actions><a class="button primary" href="/login">Sign in</a></p></section></main>';
    root.hidden = false;
  };

  const marked = leaving();
  if (marked && marked === root.dataset.user) lockstep.finished = finish(marked);
  // The server has made the page for somebody else, or nobody: it is over.
  else if (marked) lockstep.left(marked);

  // What is not kept, the page alone knows of.
  const waiting = async user =>
    Math.max(await lockstep.waiting(user).catch(() => 0), doc.querySelector('[data-waiting]')?.dataset.waiting ?? 0);

  // Resolves if the person goes on.
  const ask = count =>
    new Promise(go => {
      const edits = count === 1 ? '1 change has' : `${count} changes have`;
      const it = count === 1 ? 'it is' : 'they are';
      doc.body.insertAdjacentHTML(
        'beforeend',
        `<dialog class="inspector choice" role="alertdialog" aria-labelledby="unsent" aria-describedby="discards"><form method="dialog">
<h2 id="unsent">${edits} not been sent yet.</h2>
<p id="discards">If you sign out now, ${it} discarded. Stay, and ${it} sent as soon as the server can be reached.</p>
<p class="actions"><button class="primary" autofocus>Stay</button><button value="discard">Discard and sign out</button></p>
</form></dialog>`,
      );
      const dialog = doc.body.lastElementChild;
      dialog.onclose = () => {
        dialog.remove();
        if (dialog.returnValue) go();
      };
      dialog.showModal();
    });

  let agreed;
  doc.addEventListener(
    'submit',
    async event => {
      const form = event.target;
      const action = form.getAttribute('action');
      const user = leaving();
      if (user && /^\/api\/(login|register)$/.test(action)) {
        // Whoever signs in is not to be taken for the one who has left.
        event.preventDefault();
        await end(user);
        await lockstep.left(user);
        form.submit();
      }
      if (action !== LOGOUT || form === agreed) return;
      event.preventDefault();
      event.stopPropagation();
      const me = form.elements.user.value;
      let count = await waiting(me);
      if (count) {
        // What was done just now is on its way.
        await new Promise(over => setTimeout(over, MOMENT_MS));
        count = await waiting(me);
      }
      if (count) await ask(count);
      if (root.dataset.hydrated === '') {
        agreed = form;
        return form.requestSubmit();
      }
      lockstep.leave(me);
      form.submit();
    },
    true,
  );
})();
