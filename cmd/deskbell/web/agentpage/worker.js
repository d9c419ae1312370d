// The service worker: it keeps the page for when there is no network, and shows notices.

const kept = "deskbell-agent";
const shell = ["/agent", "/agent/agent.css", "/agent/agent.js", "/agent/push.js", "/agent/words.js", "/agent/icon-192.png"];

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

// A push that cannot be read is shown, too: browsers end the subscription of a page that shows nothing.
self.addEventListener("push", (e) => {
  let notice = {};
  try {
    notice = e.data.json();
  } catch {
    // it says nothing
  }
  e.waitUntil(Promise.all([
    self.registration.showNotification(notice.title || "Deskbell", {
      body: notice.text || "", tag: notice.tag || "deskbell", renotify: true, timestamp: Date.parse(notice.at) || Date.now(),
      icon: "/agent/icon-192.png", badge: "/agent/icon-192.png",
    }),
    pages().then((all) => all.forEach((page) => page.postMessage("notice"))),
  ]));
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(pages().then(([page]) => page ? page.focus() : self.clients.openWindow("/agent")));
});

function pages() { return self.clients.matchAll({ type: "window" }); }

// A browser may give up a subscription for another by itself.
self.addEventListener("pushsubscriptionchange", (e) => {
  const again = async () => {
    const key = e.oldSubscription?.options.applicationServerKey;
    const one = e.newSubscription ?? (key && await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    if (one) await fetch("/agent/subscription", { method: "POST", body: JSON.stringify(one) });
  };
  e.waitUntil(again());
});
