// The page of my lists, and that of who shares one, follow what is done elsewhere: a socket without a list says when to look
// again. (The page of one list has its own, in the WebAssembly.) How the page looks again is in `in_place.js`.
(() => {
  let wait = 250;
  let missed = false;
  const look = () => document.dispatchEvent(new Event('lockstep:refresh'));
  const connect = () => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data);
      if (type === 'LISTS_CHANGED' || missed) look();
      missed = false;
      wait = 250;
    };
    socket.onclose = ({ code }) => {
      // Signed out: the page says so.
      if (code === 4401) return location.reload();
      missed = true;
      setTimeout(connect, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, 15000);
    };
  };
  addEventListener('DOMContentLoaded', connect);
})();
