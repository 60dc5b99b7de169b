// What could not be sent to a list that is not there any more: its page had it in a tray, and after a reload there is no such
// page. So the page that is there in its place shows it, and that of all lists, from what the browser keeps (shelf.js).
(async () => {
  const doc = document;
  const { currentScript: place, documentElement: root } = doc;
  const { user } = root.dataset;
  const [, list] = location.pathname.match(/^\/lists\/([0-9a-f-]+)/) ?? [];
  if (doc.readyState === 'loading') await new Promise(ready => doc.addEventListener('DOMContentLoaded', ready));
  let gone;
  addEventListener('lockstep:gone', () => {
    gone = true;
    doc.querySelector('.left-behind')?.remove();
  });

  // On the page of all lists, what waits may be of one that has been made since the page was; it goes there by itself.
  const isLost = record =>
    list ? record.list === list : !record.queued && !doc.querySelector(`a[href="/lists/${record.list}"]`);
  // As in the tray (core::review).
  const isTold = ({ op, why }) => op.title || (op.type !== 'NOOP' && !/ERRING|CROSSED|REJECTED|REFUSED/.test(why?.type));
  const kept = await lockstep.kept(user).catch(() => []);
  const lost = kept.filter(record => isLost(record) && isTold(record));
  if (!lost.length || gone) return;

  const element = (name, attributes, ...children) => {
    const made = Object.assign(doc.createElement(name), attributes);
    made.append(...children);
    return made;
  };
  const entry = ({ list, client, mid, op, why }) => {
    const drop = element('button', { type: 'button' }, 'Discard');
    const item = element(
      'li',
      {},
      element('p', { dir: 'auto' }, op.title ? `“${op.title}”` : 'A change'),
      element('p', { className: 'hint' }, why?.message ?? 'It cannot be sent any more.'),
      drop,
    );
    drop.onclick = async () => {
      // Under this key a mutation is kept (core::wire::stored::key).
      await lockstep.drop(`${user} ${list} ${client} ${String(mid).padStart(16, '0')}`);
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      if (next) next.querySelector('button').focus();
      else tray.remove();
    };
    return item;
  };
  const tray = element(
    'section',
    { className: 'review left-behind' },
    element('h2', { id: 'review' }, 'Not saved'),
    element('p', { className: 'hint' }, 'This could not be sent: its list is not there for you any more. You can copy it out.'),
    element('ul', {}, ...lost.map(entry)),
  );
  tray.dataset.testid = 'review';
  tray.setAttribute('aria-labelledby', 'review');
  place.after(tray);
})();
