// Hydrates the page's islands and loses nothing that a person does before.
//
// Leptos' own script waits for an idle moment without a limit, tells nobody when it is done, and hydrating
// writes the model's state over what was typed or ticked. So: edits made early are recorded, replayed once the
// islands live, and, if they never will (no WebAssembly, or the person leaves), posted as the plain forms they
// are. Runs in <head>, before anything can be clicked. `eager`: the page has islands, so fetch them at once. Elsewhere
// the WebAssembly follows who is signed in, and comes once the page is loaded: nothing waits for it. `offline`: there is a
// service worker, which starts pages without a network.
(js, wasm, eager, offline) => {
  const root = document.documentElement;
  root.dataset.script = '';
  const early = [];
  let recording = true;

  // The sheet that an island lives on: what is done anywhere on it is the island's to hear.
  const inIsland = element => element.closest('[data-list]');
  const formData = (form, button) => [
    button?.hasAttribute('formaction') ? button.formAction : form.action,
    new URLSearchParams(new FormData(form, button)),
  ];

  // A form sent early: its text fields are emptied, as if it had been taken in, and filled again to replay it.
  const submitted = event => {
    const form = event.target;
    if (!recording || !inIsland(form)) return;
    event.preventDefault();
    const post = formData(form, event.submitter);
    const texts = [...form.elements].filter(field => field.type === 'text');
    const typed = texts.map(field => field.value);
    texts.forEach(field => (field.value = ''));
    const replay = () => {
      const later = texts.map((field, n) => {
        const { value, selectionStart, selectionEnd } = field;
        field.value = typed[n];
        return { value, selectionStart, selectionEnd };
      });
      event.submitter ? event.submitter.click() : form.requestSubmit();
      // What was refused stays in its field, in front of what was typed since; the caret stays where it was.
      texts.forEach((field, n) => {
        const { value, selectionStart, selectionEnd } = later[n];
        field.value = [field.value, value].filter(Boolean).join(' ');
        const moved = field.value.length - value.length;
        if (field === document.activeElement) field.setSelectionRange(selectionStart + moved, selectionEnd + moved);
      });
    };
    const restore = () => texts.forEach((field, n) => (field.value = [typed[n], field.value].filter(Boolean).join(' ')));
    early.push({ post: () => post, replay, restore });
  };

  // A box ticked early: what counts is how it stands in the end.
  const ticked = event => {
    const box = event.target;
    if (!recording || box.type !== 'checkbox' || !inIsland(box)) return;
    if (early.some(edit => edit.box === box)) return;
    // The button that stands for the box where there is no script.
    const button = box.parentElement.querySelector('button.without-script');
    const post = button && formData(button.form, button);
    const was = box.defaultChecked;
    const edit = { box, post: () => box.checked !== was && post, replay: () => box.checked !== edit.wanted && box.click() };
    early.push(edit);
  };
  const freeze = () => early.forEach(edit => edit.box && (edit.wanted = edit.box.checked));

  const leaving = () =>
    recording && early.splice(0).forEach(edit => {
      const post = edit.post();
      if (post) navigator.sendBeacon(...post);
    });

  document.addEventListener('submit', submitted, true);
  document.addEventListener('change', ticked, true);
  addEventListener('pagehide', leaving);

  const stop = () => {
    recording = false;
    document.removeEventListener('submit', submitted, true);
    document.removeEventListener('change', ticked, true);
    removeEventListener('pagehide', leaving);
  };

  const load = async () => {
    const code = fetch(wasm);
    code.catch(() => {}); // told below, by the await
    const module = await import(js);
    await module.default({ module_or_path: code });
    return module;
  };

  const hydrate = async module => {
    freeze();
    module.hydrate();
    for (const island of document.querySelectorAll('leptos-island')) {
      await module[island.dataset.component](island);
    }
    stop();
    early.splice(0).forEach(edit => edit.replay());
  };

  // Without the WebAssembly the page is one of plain forms: it works, once their buttons show. What was recorded is
  // posted; what cannot be goes back into its field, where sending it again tells why.
  const fallBack = async () => {
    const waiting = early.splice(0);
    stop();
    let sent = 0;
    let failed = 0;
    for (const edit of waiting) {
      const post = edit.post();
      if (!post) continue;
      const [action, body] = post;
      const ok = await fetch(action, { method: 'POST', body }).then(answer => answer.ok, () => false);
      ok ? sent++ : (failed++, edit.restore?.());
    }
    if (sent && !failed) return location.reload();
    delete root.dataset.script;
    // Copies, for an island that failed half-way still listens.
    document.querySelectorAll('[data-list]').forEach(sheet => sheet.replaceWith(sheet.cloneNode(true)));
  };

  // The look is changed on the spot: the page may hold a text half typed. The server gets the form all the same, for
  // its cookie makes the next page come as chosen. Unreachable, it does not matter much: this page has it.
  document.addEventListener('submit', event => {
    const { target: form, submitter: chosen } = event;
    if (form.id !== 'appearance') return;
    event.preventDefault();
    fetch(form.action, { method: 'POST', body: formData(form, chosen)[1], redirect: 'manual', keepalive: true }).catch(() => {});
    const { value } = chosen;
    root.dataset.theme = value;
    for (const button of form.elements) if (button.name === 'theme') button.ariaPressed = button.value === value;
    document.querySelectorAll('meta[name=theme-color]').forEach((meta, n) => {
      const look = ['light', 'dark'][n];
      meta.media = value === 'system' ? `(prefers-color-scheme: ${look})` : value === look ? 'all' : 'not all';
    });
    form.hidePopover();
  });

  // On plain HTTP, and where the browser keeps nothing, there are no workers: what fails here is no failure.
  const work = async () => {
    const registration = await navigator.serviceWorker.register('/service-worker.js');
    const offer = async () =>
      registration.waiting && registration.active && (await import('/new-version.js')).default(registration, [js, wasm]);
    const follow = () => registration.installing?.addEventListener('statechange', () => offer().catch(() => {}));
    registration.onupdatefound = follow;
    follow();
    // A page that stays open for days would not hear of it.
    document.addEventListener('visibilitychange', () => document.hidden || registration.update().catch(() => {}));
    await offer();
  };
  if (offline) addEventListener('load', () => work().catch(() => {}));

  let loading = eager && load();
  if (loading) loading.catch(() => {}); // told below
  document.addEventListener('DOMContentLoaded', async () => {
    // Somebody has left without a network: first their session is ended, and the page may be another one (sign_out.js).
    await window.lockstep.finished;
    const islands = document.querySelector('leptos-island');
    if (islands) {
      // The limit is for plain forms, whose text has to come back in a cookie. With a script, what is too long
      // stays in its field with a message, instead of being cut.
      document.querySelectorAll('[data-list] [maxlength]').forEach(field => field.removeAttribute('maxlength'));
    } else {
      stop();
      if (document.readyState !== 'complete') await new Promise(loaded => addEventListener('load', loaded));
    }
    let how = '';
    try {
      await hydrate(await (loading || load()));
    } catch (error) {
      console.error(error);
      if (islands) return fallBack();
      // Its links and forms work all the same: only who is signed in is not followed (see `lists.js`).
      how = 'plain';
    }
    root.dataset.hydrated = how;
  });
}
