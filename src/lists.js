// The page of my lists, and that of who shares one, follow what is done elsewhere: a socket without a list says when to look
// again. (The page of one list has its own, in the WebAssembly.) How the page looks again is in `in_place.js`.
(() => {
  // As the page of one list waits (src/core/link.rs): anything from 250 ms to a cap that doubles, up to 15 s.
  const LEAST = 250;
  const FIRST = 2 * LEAST;
  let cap = FIRST;
  let waiting;
  let missed = false;
  const look = () => document.dispatchEvent(new Event('lockstep:refresh'));
  let socket;
  let gone;
  const connect = () => {
    waiting = undefined;
    if (gone) return;
    let opened;
    socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
    socket.onmessage = ({ data }) => {
      opened = true;
      const { type } = JSON.parse(data);
      if (type === 'LISTS_CHANGED' || missed) look();
      missed = false;
      cap = FIRST;
    };
    socket.onclose = ({ code }) => {
      // The session has ended; or why there is no socket, a request is told and a socket is not.
      if (code === 4401 || !opened) dispatchEvent(new Event('lockstep:refused'));
      // Without the WebAssembly nobody hears of it.
      if (code === 4401 && document.documentElement.dataset.hydrated !== '') return location.reload();
      missed = true;
      waiting = setTimeout(connect, LEAST + (cap - LEAST) * Math.random());
      cap = Math.min(2 * cap, 15000);
    };
  };
  addEventListener('DOMContentLoaded', connect);
  // What is likely to have ended what hindered: then it is tried at once.
  const now = () => {
    if (!waiting || document.hidden) return;
    clearTimeout(waiting);
    connect();
  };
  for (const kind of ['online', 'visibilitychange']) addEventListener(kind, now);
  // Not the first time: the socket that is tried then is the one that failed just now, or not yet.
  addEventListener('pageshow', ({ persisted }) => persisted && now());
  // With an open socket the browser would not keep the page for whoever goes back.
  addEventListener('pagehide', () => socket?.close());
  // Somebody else is signed in, or nobody (src/client/auth.rs).
  addEventListener('lockstep:gone', () => {
    gone = true;
    socket?.close();
  });
})();
