// Parts of a page that change while it stays: what is half typed elsewhere on it, and edits that wait, are not lost.
//
// A form in an element marked `data-in-place` is posted from here, and a `data-submits` field in one posts its form.
// The answer is a page, as it would be without this script: that element, and each marked `data-live`, is replaced by
// the one of the same id in it. Those marked `data-live` are also refreshed when they show up in a popover, and on
// `lockstep:refresh`, from the address that the mark holds, or from the page's own. One at a time, in order.
(() => {
  const doc = document;
  const listen = (kind, hear, capture) => doc.addEventListener(kind, hear, capture);
  let turn = Promise.resolve();
  let last = 0;
  let due;

  const read = async (address, options) => {
    const answer = await fetch(address, { ...options, headers: { accept: 'text/html' } });
    return [new DOMParser().parseFromString(await answer.text(), 'text/html'), answer];
  };

  // The focus stays where it was, or goes to what is new; equal parts stay as they are.
  const put = (old, page) => {
    const now = page.getElementById(old.id);
    if (!now || old.isEqualNode(now)) return now;
    const had = doc.activeElement;
    const inside = old.contains(had);
    retitle(old, now.textContent);
    old.replaceWith(now);
    if (inside) (now.querySelector('[autofocus]') || doc.getElementById(had.id) || now).focus();
    return now;
  };
  // A page's title begins with the name of its list, if it has one.
  const retitle = (old, name) => {
    const title = doc.querySelector('title');
    if (old.id === 'list-name') title.text = name + title.text.slice(old.textContent.length);
  };
  // What is no longer for this person goes, and with it the list's name, and who shares it.
  const close = old => {
    const name = old.id === 'list-name' ? 'List not available' : '';
    retitle(old, name);
    old.textContent = name;
    doc.querySelector('.headline button')?.remove();
  };
  const lives = () => [...doc.querySelectorAll('[data-live]')];

  listen('submit', event => {
    const { target: form, submitter: button } = event;
    const place = form.closest('[data-in-place]');
    if (!place) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, button));
    const action = button?.hasAttribute('formaction') ? button.formAction : form.action;
    turn = turn.then(async () => {
      const here = doc.getElementById(place.id);
      try {
        const [page, answer] = await read(action, { method: 'POST', body });
        if (put(here, page)) lives().forEach(live => put(live, page));
        // Signed out, or out of the list: there is another page to see.
        else if (answer.redirected) location = answer.url;
        else throw answer;
      } catch {
        form.reset();
        here.querySelector('[data-unreachable]').hidden = false;
      }
    });
  });
  listen('change', ({ target }) => 'submits' in target.dataset && target.form.requestSubmit());

  // What is open in it would be lost: later. What is not shown is refreshed when it is.
  const refresh = () => {
    last = Date.now();
    turn = turn.then(async () => {
      const shown = lives().filter(live => live.getClientRects().length);
      if (shown.some(live => live.querySelector(':popover-open,[open]'))) return setTimeout(refresh, 1000);
      for (const address of new Set(shown.map(live => live.dataset.live || location.href))) {
        const [page, answer] = await read(address);
        shown.forEach(live => (answer.status === 404 ? close(live) : put(live, page)));
      }
    }).catch(() => {});
  };
  // Each edit of a list that is open moves its counters, too: not as often as that.
  listen('lockstep:refresh', () => {
    const pause = doc.querySelector('[data-list]') ? Math.max(0, last + 5000 - Date.now()) : 0;
    due ??= setTimeout(() => (due = undefined, refresh()), pause);
  });
  listen('toggle', ({ newState, target }) => newState === 'open' && target.querySelector('[data-live]') && refresh(), true);

  // A link to be copied.
  const select = ({ target }) => target.readOnly && target.select();
  listen('focusin', select);
  listen('click', select);
})();
