// The service worker: it keeps the page for when there is no network.

const kept = "deskbell-agent";
const shell = ["/agent", "/agent/agent.css", "/agent/agent.js", "/agent/words.js", "/agent/icon-192.png"];

self.addEventListener("install", (e) => {
  e.waitUntil(caches.open(kept).then((c) => c.addAll(shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

// The files of the page come from the network while there is one, so that a new version of the server has no old page.
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || !shell.includes(url.pathname)) return;
  e.respondWith(fromNetwork(e.request, url.pathname));
});

async function fromNetwork(request, path) {
  const cache = await caches.open(kept);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}
