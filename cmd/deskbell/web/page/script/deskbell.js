// Deskbell for web pages: deskbell.d.ts beside this file says what it offers. It is served without its comments and indentation, and
// otherwise as it stands, so it is ES2017 and short.
(() => {
  "use strict";
  const doc = document;
  const script = doc.currentScript || doc.querySelector("script[data-key]");
  const { key, for: launcher, cookie, debug, url } = script.dataset;
  const base = url || script.src.replace(/\/deskbell(\/[^/]+\/deskbell)?\.js.*/, "");
  const queued = window.deskbell || [];
  // It may be on the page twice.
  if (queued.on) return;

  const log = debug === undefined ? () => {} : (...args) => console.log("deskbell:", ...args);
  const copy = (...parts) => Object.assign({}, ...parts);

  // Storage may be blocked: then even a look at it throws, and memory has to do.
  const slot = `deskbell:${key}`;
  const memory = {};
  const read = (area) => {
    try {
      return window[area].getItem(slot);
    } catch (e) {
      return memory[area];
    }
  };
  const write = (area, value) => {
    memory[area] = value;
    try {
      window[area].setItem(slot, value);
    } catch (e) {
      log(e);
    }
  };
  const jar = `deskbell_${key}=`;
  const token = () => {
    const found = cookie !== undefined && doc.cookie.split("; ").find((c) => c.startsWith(jar));
    return found ? found.slice(jar.length) : read("localStorage") || "";
  };
  const keepToken = (value) => {
    write("localStorage", value);
    if (cookie !== undefined) doc.cookie = `${jar}${value};path=/;samesite=lax;max-age=${value ? 34e6 : 0}${location.protocol === "https:" ? ";secure" : ""}${cookie && `;domain=${cookie}`}`;
  };
  // me is the visit: its ids, the actions told in it, and by how much the server's clock is ahead, in ms.
  const none = { visit: "", visitor: "", chat: "", actions: [], ahead: null };
  const me = copy(none, JSON.parse(read("sessionStorage") || "{}"));
  const keep = (change) => write("sessionStorage", JSON.stringify(Object.assign(me, change)));
  // renounce gives up what the server does not take: the visit first, since another tab may have another visitor's token now.
  const renounce = () => {
    if (!me.visit) keepToken("");
    keep(none);
  };

  // Who listens late is told what the page has been told so far.
  const heard = { state: [], action: [], message: [], event: [] };
  const told = { event: [], message: [], action: [], state: [] };
  const call = (f, value) => {
    try {
      f(value);
    } catch (e) {
      // It is the page's, and not for this script to hide or to stumble over.
      setTimeout(() => { throw e; });
    }
  };
  const tell = (name, value) => {
    told[name] = told[name].concat(value).slice(name === "state" ? -1 : -20);
    heard[name].forEach((f) => call(f, value));
  };

  // Events wait in line, and go together and in order. An event has an id, so that the server knows one that is sent again.
  const line = [];
  const refused = { status: "refused" };
  let sending = 0;
  let most = 20;
  let retry = 0;
  let identity;
  // The server refuses this key, or this origin.
  let stopped = false;
  const add = (type, data) => new Promise((done) => {
    if (stopped || line.length > 99) return done(refused);
    const id = `${Math.random()}${Math.random()}`.replace(/0\./g, "");
    const event = { id, type, data, time: me.ahead === null ? undefined : new Date(now()).toISOString() };
    line.push({ event, done });
    tell("event", event);
    retry = retry || setTimeout(send);
  });
  const address = (path, more) => `${base}/v1/page/${path}?${new URLSearchParams(copy({ key }, more))}`;
  const post = (entries) => [address("events"), {
    method: "POST", credentials: "omit", keepalive: true,
    body: JSON.stringify({
      token: token() || undefined, visit: me.visit || undefined, identity,
      events: entries.map(({ event }) => (event.type === "chat.message" ? copy(event, { data: copy({ chat: me.chat, from: "visitor" }, event.data) }) : event)),
    }),
  }];
  const send = async () => {
    retry = 0;
    if (sending || stopped || !line.length) return;
    // What follows a request for a chat needs the id that its answer has.
    const ask = line.findIndex(({ event }) => event.type === "chat.requested") + 1;
    const entries = line.slice(0, Math.min(most, ask || most));
    const before = token();
    let wait = 0;
    let answer = {};
    sending = entries.length;
    try {
      const r = await fetch(...post(entries));
      answer = await r.json().catch(() => answer);
      log(r.status, entries, answer);
      if (r.status === 429 || r.status > 499) {
        wait = pause(r);
      } else if (r.status === 401 && (before || me.visit)) {
        renounce();
        if (!line.some(({ event }) => event.type === "visitor.arrived")) arrive();
        sending = 0;
      } else if (r.status === 413 && sending > 1) {
        most = 1;
        sending = 0;
      } else if (r.ok) {
        tries = 0;
        const begins = !before || me.visit !== answer.visit;
        keepToken(answer.token);
        keep({ visit: answer.visit, visitor: answer.visitor, chat: answer.chat || me.chat });
        if (begins) follow();
      }
      stopped = r.status === 403;
    } catch (e) {
      log(e);
      wait = pause();
    }
    if (!wait) line.splice(0, sending).forEach(({ done }, i) => done((answer.results || [])[i] || refused));
    sending = 0;
    // A page without a visit has the state all the same.
    if (!stream) follow();
    clearTimeout(retry);
    retry = line.length && setTimeout(send, wait);
  };

  // pause is how long to wait before another try, in ms: spread, so that all pages of a server that comes back do not ask at once.
  let tries = 0;
  const pause = (answer) => {
    const asked = answer && Number(answer.headers.get("Retry-After")) || 0;
    return 1000 * (1 + asked + Math.min(60, 5 * Math.pow(2, tries++)) * Math.random());
  };

  // The stream has the state, and what is to be done on this page. alive is when something came, at least each 20 seconds.
  let stream;
  let alive = 0;
  let again;
  const close = () => {
    clearTimeout(again);
    if (stream) stream.abort();
    alive = 0;
  };
  const follow = async () => {
    close();
    if (stopped) return;
    const mine = stream = new AbortController();
    const id = token();
    const last = me.actions.slice(-1).map((a) => a.id).join();
    let answer;
    try {
      answer = await fetch(address("stream", id && me.visit ? { token: id, visit: me.visit, last } : {}), { signal: mine.signal, credentials: "omit", cache: "no-store" });
      stopped = answer.status === 403;
      if (answer.status === 401) {
        renounce();
        arrive();
      }
      const reader = answer.ok && answer.body.getReader();
      const decoder = new TextDecoder();
      let text = "";
      while (reader) {
        const { done, value } = await reader.read();
        if (done) break;
        alive = Date.now();
        const events = (text + decoder.decode(value, { stream: true })).split("\n\n");
        text = events.pop();
        events.forEach(take);
      }
    } catch (e) {
      log(e);
    }
    if (mine !== stream || mine.signal.aborted) return;
    alive = 0;
    again = setTimeout(follow, pause(answer));
  };
  const take = (text) => {
    const [, name, data] = /^event: (.*)\ndata: (.*)/m.exec(text) || [];
    log(name, data);
    if (name === "now") keep({ ahead: Date.parse(data) - Date.now() });
    if (name === "state") {
      tries = 0;
      show(JSON.parse(data));
    }
    if (name === "action") act(JSON.parse(data));
  };
  const act = (a) => {
    if (me.actions.some((b) => b.id === a.id)) return;
    keep({ actions: me.actions.slice(-19).concat(a), chat: a.type === "chat.close" ? "" : me.chat });
    tell("action", a);
    if (a.type === "message.send") tell("message", copy(a.data, { id: a.id, time: a.time }));
    launch();
  };

  // The state flips by itself at its time: the server may be away then.
  let state;
  let timer;
  let began = Date.now() - performance.now();
  const now = () => Date.now() + me.ahead;
  const show = (s) => {
    state = s;
    tell("state", s);
    launch();
    beat();
  };
  const parts = (s) => Object.keys(s.departments || {});
  const due = (s) => Math.min(s.until ? Date.parse(s.until) : Infinity, ...parts(s).map((d) => due(s.departments[d])));
  const flipped = (s) => {
    const next = copy(s);
    if (Date.parse(s.until) <= now()) {
      Object.assign(next, {
        status: s.next, mode: s.next_mode || (s.next === "offline" ? "offline_form" : "chat"), new_chats: s.next === "online",
        since: s.until, until: null, next: null, next_mode: null, assumed: true,
      });
    }
    if (s.departments) next.departments = copy(...parts(s).map((d) => ({ [d]: flipped(s.departments[d]) })));
    return next;
  };
  // beat looks after what time changes. When the clock jumps, the machine has slept, or somebody has set it: a new stream tells the time.
  const beat = () => {
    clearTimeout(timer);
    const jump = Date.now() - performance.now() - began;
    if (Math.abs(jump) > 2000) {
      began += jump;
      if (jump < 0) keep({ ahead: me.ahead - jump });
      alive = 1;
    }
    if (alive && Date.now() - alive > 60000) follow();
    const left = state ? due(state) - now() : Infinity;
    if (left <= 0) return show(flipped(state));
    timer = setTimeout(beat, Math.min(10000, left));
  };

  // The launcher of a chat product, whose global may come later than this script; or an element of the page's own, by a selector.
  const launchers = {
    chatwoot: (on) => window.$chatwoot.toggleBubbleVisibility(on ? "show" : "hide"),
    tawk: (on) => window.Tawk_API[on ? "showWidget" : "hideWidget"](),
    crisp: (on) => window.$crisp.push(["do", on ? "chat:show" : "chat:hide"]),
    rocketchat: (on) => window.RocketChat(function () { this[on ? "showWidget" : "hideWidget"](); }),
    zendesk: (on) => window.zE("messenger", on ? "show" : "hide"),
  };
  let shown;
  let looks;
  const launch = (wait = 100) => {
    clearTimeout(looks);
    const on = state && state.mode !== "hidden" && !me.actions.some((a) => a.type === "widget.hide");
    if (!launcher || !state || on === shown) return;
    try {
      (launchers[launcher] || (() => { doc.querySelector(launcher).hidden = !on; }))(on);
      shown = on;
    } catch (e) {
      looks = setTimeout(launch, wait, Math.min(10000, 1.5 * wait));
    }
  };

  // A single-page application sets the title after the address, and may change the address twice in a row.
  let at;
  let turning;
  const page = (referrer) => {
    at = location.href;
    return { page: { url: at.slice(0, 2000), title: doc.title, referrer: referrer.slice(0, 2000) || undefined } };
  };
  const arrive = () => add("visitor.arrived", Object.assign(page(doc.referrer), { attributes: { language: navigator.language } }));
  const view = () => {
    clearTimeout(turning);
    if (at !== location.href) add("page.viewed", page(at));
  };
  const turned = () => {
    clearTimeout(turning);
    turning = setTimeout(view, 100);
  };

  // leave sends that the visitor has gone, with all that still waits. A beacon of a page without a referrer policy to its liking does not
  // name the page's origin, so that it is for browsers alone in which no request outlives its page.
  const leave = () => {
    close();
    if (!token() || stopped) return;
    view();
    add("visitor.left", {});
    const args = post(line.splice(sending).slice(-20));
    if ("keepalive" in Request.prototype) fetch(...args).catch(log);
    else navigator.sendBeacon(args[0], args[1].body);
  };

  const deskbell = window.deskbell = {
    on(name, f) {
      heard[name].push(f);
      told[name].forEach((value) => call(f, value));
      return () => { heard[name] = heard[name].filter((g) => g !== f); };
    },
    event: (name, data) => (/^(visitor|page|widget|department|form|chat)\.\w+$/.test(name) ? add(name, data || {}) : add("visitor.custom", { name, values: data })),
    identify(who) {
      const signed = typeof who === "string";
      if (signed) identity = who;
      return add("visitor.updated", { attributes: signed ? { language: navigator.language } : who });
    },
    forget() {
      leave();
      keep(none);
      keepToken("");
      return arrive();
    },
    get: () => copy({ state, live: alive > 1 }, me),
    push: (f) => call(f, deskbell),
  };

  const start = () => {
    arrive();
    ["pushState", "replaceState"].forEach((name) => {
      const before = history[name];
      history[name] = function (...args) {
        before.apply(this, args);
        turned();
      };
    });
    const on = addEventListener;
    on("popstate", turned);
    on("hashchange", turned);
    on("pagehide", leave);
    on("pageshow", (e) => { if (e.persisted) follow(arrive()); });
    on("online", () => {
      if (alive) return;
      close();
      again = setTimeout(follow, 2000 * Math.random());
    });
    doc.addEventListener("visibilitychange", beat);
    doc.addEventListener("resume", beat);
    beat();
    [].forEach.call(queued, deskbell.push);
  };
  if (doc.prerendering) doc.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
