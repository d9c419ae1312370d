// A browser and a server to run deskbell.js in, on a clock of their own: nothing here waits for real time.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const source = readFileSync(process.env.DESKBELL_SCRIPT, "utf8");

// until lets all go on that has nothing to wait for.
const settle = () => new Promise((done) => { setImmediate(() => setImmediate(done)); });

function storage(blocked) {
  const kept = new Map();
  return blocked ? null : { kept, getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, String(v)) };
}

// world is a page with the script. More may be set: dataset of its element, globals, storage of a page before, blocked storage, random numbers, the
// page's own scripts before.
export async function world({ dataset = {}, globals = {}, before, blocked = false, random = () => 0.5, start = Date.parse("2026-11-23T08:00:00Z"), ahead = 0, inline = [], src = "https://bell.example/deskbell.js" } = {}) {
  const w = { wall: start, mono: 1000, timers: [], posts: [], streams: [], beacons: [], logged: [], server: {}, ahead, delays: [] };
  const listeners = {};
  const listen = (name, f) => (listeners[name] ??= []).push(f);
  w.fire = (name, e = {}) => { for (const f of listeners[name] ?? []) f(e); return settle(); };
  w.local = before?.local ?? storage(blocked);
  w.session = before?.session ?? storage(blocked);

  // The server takes everything, unless a test has it do something else.
  let visits = 0;
  w.server.events = (body) => ({
    status: 202,
    json: { token: body.token ?? "t1", visitor: "v1", visit: body.visit ?? `v1.${++visits}`, results: body.events.map((e) => ({ id: e.id, status: "taken" })),
      ...(body.events.some((e) => e.type === "chat.requested") && { chat: "v1.c1" }) },
  });
  w.server.stream = () => ({ status: 200 });

  async function fetch(address, options) {
    const url = new URL(address);
    if (url.pathname.endsWith("/events")) {
      const body = JSON.parse(options.body);
      w.posts.push({ body, options, url, at: w.wall });
      return answer(await w.server.events(body));
    }
    const stream = { url, at: w.wall, queue: [], aborted: false };
    w.streams.push(stream);
    options.signal.addEventListener("abort", () => { stream.aborted = true; stream.wake?.(); });
    stream.send = (...events) => {
      stream.queue.push(new TextEncoder().encode(events.join("")));
      stream.wake?.();
      return settle();
    };
    stream.end = () => { stream.ended = true; stream.wake?.(); return settle(); };
    const got = answer(w.server.stream(url));
    got.body = { getReader: () => ({ async read() {
      while (!stream.queue.length && !stream.ended && !stream.aborted) await new Promise((wake) => { stream.wake = wake; });
      if (stream.aborted) throw new Error("aborted");
      return stream.queue.length ? { done: false, value: stream.queue.shift() } : { done: true };
    } }) };
    if (got.ok) stream.send("retry: 3000\n", `event: now\ndata: ${new Date(w.wall + w.ahead).toISOString()}\n\n`);
    return got;
  }
  const answer = ({ status, json, headers = {} }) => ({
    status, ok: status >= 200 && status < 300, headers: { get: (n) => headers[n] ?? null }, async json() { return json ?? JSON.parse("no JSON"); },
  });

  let timers = 0;
  class Clock extends Date {
    constructor(...args) { super(...(args.length ? args : [w.wall])); }
    static now() { return w.wall; }
  }
  const location = { href: "https://shop.example/", protocol: "https:" };
  w.location = location;
  w.go = (path) => { location.href = new URL(path, location.href).href; };
  const cookies = new Map();
  const document = {
    title: "Home", referrer: "https://search.example/", currentScript: { dataset: { key: "pk_1", ...dataset }, src }, prerendering: false,
    addEventListener: listen, querySelector: (s) => globals.elements?.[s] ?? null,
    get cookie() { return [...cookies].map(([k, v]) => `${k}=${v}`).join("; "); },
    set cookie(text) { w.cookie = text; const [, k, v] = /^(.*?)=(.*?);/.exec(text); cookies.set(k, v); },
  };
  w.document = document;
  const context = {
    document, location, navigator: { language: "en-GB", sendBeacon: (to, body) => { w.beacons.push({ url: new URL(to), body: JSON.parse(body) }); return true; } },
    history: { pushState: (s, t, to) => w.go(to), replaceState: (s, t, to) => w.go(to) },
    Request: class { get keepalive() { return true; } }, URLSearchParams, AbortController, TextDecoder, fetch, addEventListener: listen,
    performance: { now: () => w.mono }, Date: Clock,
    console: { log: (...args) => w.logged.push(args) },
    setTimeout: (f, ms = 0, ...args) => {
      w.delays.push(ms);
      w.timers.push({ id: ++timers, at: w.mono + ms, f: () => f(...args) });
      return timers;
    },
    clearTimeout: (id) => { w.timers = w.timers.filter((t) => t.id !== id); },
    ...globals,
  };
  context.window = context;
  for (const [name, area] of [["localStorage", w.local], ["sessionStorage", w.session]]) {
    Object.defineProperty(context, name, { get: () => { if (!area) throw new Error("blocked"); return area; } });
  }
  vm.createContext(context);
  vm.runInContext("Math.random = () => 0", context);
  context.Math = Object.assign(Object.create(Math), { random });
  w.context = context;
  w.deskbell = () => context.deskbell;

  // pass lets time go by.
  w.pass = async (ms) => {
    const end = w.mono + ms;
    for (;;) {
      await settle();
      const next = w.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      w.timers = w.timers.filter((t) => t !== next);
      w.wall += Math.max(0, next.at - w.mono);
      w.mono = Math.max(w.mono, next.at);
      next.f();
    }
    w.wall += end - w.mono;
    w.mono = end;
    await settle();
  };
  w.sent = () => w.posts.flatMap((p) => p.body.events);
  w.types = () => w.sent().map((e) => e.type);
  w.stream = () => w.streams.at(-1);
  for (const code of [...inline, source]) vm.runInContext(code, context);
  await w.pass(10);
  return w;
}

export const state = (more) => `event: state\ndata: ${JSON.stringify({
  status: "online", mode: "chat", new_chats: true, reason: "weekly", since: "2026-11-23T08:00:00Z", until: null, next: null, next_open: null, version: 1, ...more })}\n\n`;

export const action = (id, type, data) => `id: ${id}\nevent: action\ndata: ${JSON.stringify({ specversion: "1.0", id, type, source: "deskbell", time: "2026-11-23T08:00:03Z", data })}\n\n`;
