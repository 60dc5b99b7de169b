// The page of my lists, and that of who shares one, follow what is done elsewhere: a socket without a list says when to look
// again. (The page of one list has its own, in the WebAssembly.) How the page looks again is in `in_place.js`.
(() => {
  let wait = 250;
  let missed = false;
  const look = () => document.dispatchEvent(new Event('lockstep:refresh'));
  let socket;
  let gone;
  const connect = () => {
    if (gone) return;
    let opened;
    socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
    socket.onmessage = ({ data }) => {
      opened = true;
      const { type } = JSON.parse(data);
      if (type === 'LISTS_CHANGED' || missed) look();
      missed = false;
      wait = 250;
    };
    socket.onclose = ({ code }) => {
      // The session has ended; or why there is no socket, a request is told and a socket is not.
      if (code === 4401 || !opened) dispatchEvent(new Event('lockstep:refused'));
      // Without the WebAssembly nobody hears of it.
      if (code === 4401 && document.documentElement.dataset.hydrated === undefined) return location.reload();
      missed = true;
      setTimeout(connect, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, 15000);
    };
  };
  addEventListener('DOMContentLoaded', connect);
  // With an open socket the browser would not keep the page for whoever goes back.
  addEventListener('pagehide', () => socket?.close());
  // Somebody else is signed in, or nobody (src/client/auth.rs).
  addEventListener('lockstep:gone', () => {
    gone = true;
    socket?.close();
  });
})();
