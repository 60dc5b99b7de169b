// Offers the version that waits. Fetched by `loader.js` when one does. Nothing is loaded unasked: somebody may be typing.
let isOffered = false;

// `files`: the addresses of the page's own script and WebAssembly.
export default async (registration, files) => {
  const { waiting } = registration;
  if (isOffered || !waiting) return;
  isOffered = true;
  // A page that is as new as what waits has nothing to load.
  const css = document.querySelector('link[rel=stylesheet]').getAttribute('href');
  const { port1, port2 } = new MessageChannel();
  const names = await new Promise(told => {
    port1.onmessage = ({ data }) => told(data);
    waiting.postMessage('names', [port2]);
  });
  if (names === [css, ...files].join(' ')) {
    waiting.postMessage('take over');
    isOffered = false;
    return;
  }

  const element = (name, properties) => Object.assign(document.createElement(name), properties);
  const region = element('div', { className: 'new-version', role: 'status' });
  const later = element('button', { type: 'button', className: 'quiet', textContent: 'Later' });
  const reload = element('button', { type: 'button', textContent: 'Reload' });
  const bar = element('div', { className: 'notice' });
  bar.append(element('p', { textContent: 'A new version is ready.' }), reload, later);
  document.body.append(region);
  // A region has to be there before it is filled, or screen readers say nothing.
  requestAnimationFrame(() => region.append(bar));

  // Who comes by keyboard goes back to where they came from, and who clicks while typing goes on typing.
  let before;
  region.addEventListener('focusin', ({ relatedTarget }) => {
    if (!region.contains(relatedTarget)) before = relatedTarget;
  });
  // The next page is a new one anyway: documents come from the network.
  later.onclick = () => {
    region.remove();
    before?.focus();
  };
  reload.onclick = () => {
    reload.disabled = true;
    let isDone = false;
    const load = () => {
      if (!isDone) location.reload();
      isDone = true;
    };
    const { waiting } = registration;
    // Another tab has let it take over.
    if (!waiting) return load();
    waiting.onstatechange = () => waiting.state === 'activated' && load();
    waiting.postMessage('take over');
    // It cannot while the old one waits for the network. The page comes from there all the same.
    setTimeout(load, 3000);
  };
};
