// In the place of `service_worker.js` where the names of files do not change with their content (`cargo leptos watch`): what
// a release has left at this address would go on answering with old files. It goes, with all that it kept.
addEventListener('install', event => {
  const clear = async () => {
    for (const name of await caches.keys()) if (name.startsWith('lockstep-')) await caches.delete(name);
  };
  event.waitUntil(clear());
  // Takes effect when this installation is over: nobody may wait for it here.
  registration.unregister();
});
