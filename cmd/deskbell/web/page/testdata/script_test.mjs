// What deskbell.js does, step by step.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";
import { action, state, world } from "./world.mjs";

// same compares values of the page's realm with those of this one.
const same = (got, want, why) => assert.deepEqual(JSON.parse(JSON.stringify(got)), want, why);

const tests = {
  async "arrives, and follows with what it got"() {
    const w = await world();
    same(w.types(), ["visitor.arrived"]);
    const [{ body, options, url }] = w.posts;
    assert.equal(url.href, "https://bell.example/v1/page/events?key=pk_1");
    assert.equal(body.token, undefined);
    same(body.events[0].data, { page: { url: "https://shop.example/", title: "Home", referrer: "https://search.example/" }, attributes: { language: "en-GB" } });
    assert.equal(options.credentials, "omit");
    assert.equal(options.headers, undefined, "it asks for no leave");
    assert.equal(w.streams.length, 1);
    assert.equal(w.stream().url.search, "?key=pk_1&token=t1&visit=v1.1&last=");
    same(w.logged, []);
    assert.equal(w.cookie, undefined);
  },

  async "finds the server by its own address"() {
    for (const [src, dataset, base] of [
      ["https://bell.example/deskbell/0a1b/deskbell.js", {}, "https://bell.example/v1"], ["https://a.example/bell/deskbell.js?v=1", {}, "https://a.example/bell/v1"],
      ["https://shop.example/bundle.js", { url: "https://bell.example" }, "https://bell.example/v1"],
    ]) {
      const w = await world({ src, dataset });
      assert.ok(w.posts[0].url.href.startsWith(`${base}/page/events?`), w.posts[0].url.href);
    }
  },

  async "tells of the pages of an application"() {
    const w = await world();
    w.context.history.pushState({}, "", "/a");
    w.document.title = "A";
    await w.pass(200);
    w.context.history.replaceState({}, "", "/b");
    w.context.history.replaceState({}, "", "/c");
    await w.pass(200);
    w.go("/d");
    w.fire("popstate");
    await w.pass(200);
    w.go("#e");
    w.fire("hashchange");
    await w.pass(200);
    w.context.history.replaceState({ scroll: 1 }, "", "/d#e");
    await w.pass(200);
    const pages = w.sent().slice(1);
    same(pages.map((e) => [e.type, e.data.page.url.slice("https://shop.example".length)]), ["/a", "/c", "/d", "/d#e"].map((u) => ["page.viewed", u]));
    same(pages[0].data.page, { url: "https://shop.example/a", title: "A", referrer: "https://shop.example/" });
    assert.ok(w.posts.slice(1).every((p) => p.body.token === "t1" && p.body.visit === "v1.1"));
  },

  async "leaves, also where no request outlives a page, and comes back"() {
    for (const lives of [true, false]) {
      const w = await world({ globals: lives ? {} : { Request: class {} } });
      w.context.history.pushState({}, "", "/last");
      await w.fire("pagehide");
      const { url, body } = lives ? w.posts.at(-1) : w.beacons[0];
      assert.equal(url.pathname, "/v1/page/events");
      same(body.events.map((e) => e.type), ["page.viewed", "visitor.left"]);
      assert.equal(body.token, "t1");
      assert.ok(w.stream().aborted);
      const streams = w.streams.length;
      await w.pass(60_000);
      assert.equal(w.streams.length, streams, "a page that is put away follows nothing");
      await w.fire("pageshow", { persisted: true });
      await w.pass(10);
      assert.equal(w.types().at(-1), "visitor.arrived");
      assert.equal(w.streams.length, streams + 1);
    }
  },

  async "keeps visitor and visit from page to page, and each message for once"() {
    const w = await world();
    const said = [];
    w.deskbell().on("message", (m) => said.push(m.text));
    await w.stream().send(action("m1", "message.send", { text: "Hello" }), action("m1", "message.send", { text: "Hello" }));
    same(said, ["Hello"]);
    const next = await world({ before: w });
    assert.equal(next.posts[0].body.token, "t1");
    assert.equal(next.posts[0].body.visit, "v1.1");
    assert.equal(next.stream().url.searchParams.get("last"), "m1");
    await next.stream().send(action("m1", "message.send", { text: "Hello" }), action("m2", "message.send", { text: "Still there?" }));
    next.deskbell().on("message", (m) => said.push(m.text));
    same(said, ["Hello", "Still there?"], "one who listens late is told too");
    same(next.deskbell().get().actions.map((a) => a.id), ["m1", "m2"]);
  },

  async "does without storage, and with a cookie where it is told"() {
    const w = await world({ blocked: true });
    w.deskbell().event("cart filled", { seats: 5 });
    await w.pass(10);
    assert.equal(w.posts[1].body.token, "t1");
    same(w.sent()[1].data, { name: "cart filled", values: { seats: 5 } });
    assert.equal(w.cookie, undefined);
    const c = await world({ dataset: { cookie: "shop.example" }, blocked: true });
    assert.equal(c.cookie, "deskbell_pk_1=t1;path=/;samesite=lax;max-age=34000000;secure;domain=shop.example");
  },

  async "flips by itself, also when the server is gone"() {
    const w = await world();
    const seen = [];
    w.deskbell().on("state", (s) => seen.push(s));
    await w.stream().send(state({ until: "2026-11-23T09:00:00Z", next: "offline", next_mode: "contact_form", departments: { sales: { status: "online", until: "2026-11-23T08:30:00Z", next: "away" } } }));
    w.server.stream = () => ({ status: 503 });
    w.server.events = () => { throw new TypeError("network"); };
    await w.stream().end();
    await w.pass(30 * 60_000 - 20);
    assert.equal(seen.length, 1);
    await w.pass(20);
    assert.equal(seen[1].departments.sales.status, "away");
    assert.equal(seen[1].status, "online");
    await w.pass(30 * 60_000);
    const { status, mode, new_chats, since, until, assumed } = seen.at(-1);
    same({ status, mode, new_chats, since, until, assumed }, { status: "offline", mode: "contact_form", new_chats: false, since: "2026-11-23T09:00:00Z", until: null, assumed: true });
    assert.equal(seen.length, 3);
  },

  async "goes by the server's clock, after a sleep and when somebody sets the clock"() {
    const w = await world({ ahead: 3_600_000 });
    let now;
    w.deskbell().on("state", (s) => { now = s.status; });
    await w.stream().send(state({ until: "2026-11-23T09:10:00Z", next: "offline" }));
    await w.pass(10 * 60_000 - 100);
    assert.equal(now, "online");
    await w.pass(200);
    assert.equal(now, "offline");

    await w.stream().send(state({ until: "2026-11-23T12:00:00Z", next: "offline" }));
    assert.equal(now, "online");
    const streams = w.streams.length;
    w.wall += 4 * 3_600_000; // it slept, and performance.now() stood still
    await w.fire("visibilitychange");
    assert.equal(now, "offline", "as soon as somebody looks");
    assert.equal(w.streams.length, streams + 1, "and asks anew");

    await w.stream().send(state({ until: "2026-11-23T15:00:00Z", next: "offline" }));
    w.wall -= 7_200_000; // set back
    w.ahead += 7_200_000;
    await w.pass(20_000);
    assert.equal(w.deskbell().get().ahead, 3_600_000 + 7_200_000);
    assert.equal(now, "online");
  },

  async "gives an event the server's time once it knows it"() {
    const w = await world({ ahead: -60_000 });
    assert.equal(w.sent()[0].time, undefined);
    w.deskbell().event("widget.maximized");
    await w.pass(10);
    assert.equal(Date.parse(w.sent()[1].time), w.posts[1].at - 60_000);
  },

  async "comes back, spread over time"() {
    const delays = [];
    for (let i = 0; i < 50; i++) {
      const w = await world({ random: () => i / 50 });
      await w.stream().send(state());
      w.server.stream = () => ({ status: 503 });
      const before = w.streams.length;
      await w.stream().end();
      const died = w.wall;
      await w.pass(7000);
      assert.ok(w.streams.length > before);
      delays.push(w.streams[before].at - died);
    }
    assert.equal(new Set(delays).size, 50);
    assert.ok(Math.min(...delays) >= 1000 && Math.max(...delays) > 5000, String(delays));

    const w = await world({ random: () => 1 });
    w.server.stream = () => ({ status: 503, headers: { "Retry-After": "30" } });
    await w.stream().end();
    await w.pass(24 * 3_600_000);
    const gaps = w.streams.slice(1).map((s, i) => s.at - w.streams[i].at);
    assert.ok(gaps.at(-1) === 91_000 && gaps.length < 1000, `${gaps.length}: ${gaps.slice(-3)}`);
  },

  async "notices a connection that is dead"() {
    const w = await world();
    await w.stream().send(state());
    for (let i = 0; i < 10; i++) {
      await w.pass(20_000);
      await w.stream().send(":\n\n");
    }
    assert.equal(w.streams.length, 1);
    await w.pass(80_000);
    assert.equal(w.streams.length, 2);
    assert.ok(w.streams[0].aborted);
  },

  async "sends again what was not taken for sure, and nothing twice"() {
    const w = await world();
    const good = w.server.events;
    w.server.events = () => { throw new TypeError("network"); };
    const result = w.deskbell().event("form.submitted", { form: { kind: "offline" } });
    await w.pass(500);
    w.server.events = (body) => (w.posts.length > 3 ? good(body) : { status: 429, json: {}, headers: { "Retry-After": "2" } });
    await w.pass(20_000);
    same(await result, { id: w.sent()[1].id, status: "taken" });
    assert.equal(new Set(w.sent().slice(1).map((e) => e.id)).size, 1);
    const n = w.posts.length;
    await w.pass(60_000);
    assert.equal(w.posts.length, n);
  },

  async "stops where it is refused"() {
    const w = await world();
    w.server.events = () => ({ status: 422, json: { results: [{ status: "refused", errors: [{ message: "no" }] }] } });
    const result = w.deskbell().event("chat.ended");
    await w.pass(10);
    assert.equal((await result).errors[0].message, "no");
    w.server.events = () => ({ status: 403, json: {} });
    w.deskbell().event("one");
    await w.pass(10);
    const n = w.posts.length;
    same(await w.deskbell().event("two"), { status: "refused" });
    await w.stream().end();
    await w.pass(3_600_000);
    assert.equal(w.posts.length, n);
    assert.equal(w.streams.length, 1);
  },

  async "begins anew with a token that is too old"() {
    const w = await world();
    const next = await world({ before: w });
    const good = next.server.events;
    next.server.events = (body) => (body.token === "t1" ? { status: 401, json: {} } : good(body));
    next.deskbell().event("page.viewed", { page: { url: "https://shop.example/x" } });
    await next.pass(100);
    const last = next.posts.at(-1).body;
    assert.equal(last.token, undefined);
    assert.equal(last.visit, undefined);
    same(last.events.map((e) => e.type), ["page.viewed", "visitor.arrived"]);
  },

  async "chats"() {
    const w = await world();
    w.deskbell().event("chat.requested", { text: "Hello?" });
    w.deskbell().event("chat.message", { text: "Anybody?" });
    await w.pass(10);
    same(w.posts.slice(1).map((p) => p.body.events.map((e) => e.data)), [[{ text: "Hello?" }], [{ chat: "v1.c1", from: "visitor", text: "Anybody?" }]]);
    await w.stream().send(action("a1", "chat.close", { chat: "v1.c1" }));
    assert.equal(w.deskbell().get().chat, "");
  },

  async "says who the visitor is, and forgets them"() {
    const w = await world();
    w.deskbell().identify({ email: "ann@example.com" });
    await w.pass(10);
    same(w.sent()[1], { ...w.sent()[1], type: "visitor.updated", data: { attributes: { email: "ann@example.com" } } });
    w.deskbell().identify("signed.by.us");
    await w.pass(10);
    assert.equal(w.posts.at(-1).body.identity, "signed.by.us");
    w.deskbell().forget();
    await w.pass(10);
    same(w.types().slice(-2), ["visitor.left", "visitor.arrived"]);
    assert.equal(w.posts.at(-1).body.token, undefined);
    assert.equal(w.posts.at(-2).body.token, "t1");
  },

  async "waits for a page that is only prepared, and for those who came before it"() {
    let told;
    const w = await world({ globals: { deskbell: [(d) => d.on("state", (s) => { told = s.status; })] } });
    await w.stream().send(state());
    assert.equal(told, "online");
    w.deskbell().push((d) => { told = d.get().state.mode; });
    assert.equal(told, "chat");
  },

  async "does not stumble over a listener that does"() {
    const w = await world();
    w.deskbell().on("state", () => { throw new Error("the page's own"); });
    let told = 0;
    const off = w.deskbell().on("state", () => told++);
    const throws = w.timers.length;
    await w.stream().send(state());
    assert.equal(told, 1);
    w.timers.splice(throws - 1, w.timers.length); // the error, which the page would see
    off();
    await w.stream().send(state());
    assert.equal(told, 1);
  },

  async "hides and shows the launchers"() {
    const calls = [];
    const globals = {
      chatwoot: { $chatwoot: { toggleBubbleVisibility: (to) => calls.push(to) } },
      tawk: { Tawk_API: { showWidget: () => calls.push("show"), hideWidget: () => calls.push("hide") } },
      crisp: { $crisp: { push: ([, what]) => calls.push(what.slice("chat:".length)) } },
      rocketchat: { RocketChat: (f) => f.call({ showWidget: () => calls.push("show"), hideWidget: () => calls.push("hide") }) },
      zendesk: { zE: (product, what) => calls.push(product === "messenger" && what) },
    };
    const element = {};
    for (const [name, global] of [...Object.entries(globals), ["#launcher", { elements: { "#launcher": Object.defineProperty(element, "hidden", { set: (on) => calls.push(on ? "hide" : "show") }) } }]]) {
      calls.length = 0;
      const w = await world({ dataset: { for: name } });
      await w.stream().send(state({ mode: "hidden", status: "offline" }));
      await w.pass(5000); // the product is not there yet
      same(calls, [], name);
      if (global.elements) w.document.querySelector = (s) => global.elements[s];
      Object.assign(w.context, global);
      await w.pass(10_000);
      await w.stream().send(state(), state());
      await w.stream().send(action("h1", "widget.hide", {}));
      same(calls, ["hide", "show", "hide"], name);
    }
  },

  async "runs the examples of the README"() {
    const examples = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/^```(html|js)\n([^]*?)^```$/gm)];
    let lines = 0;
    for (const [, , text] of examples.filter(([, kind]) => kind === "html")) {
      const globals = { elements: { "#chat": {}, "#my-own-button": {} } };
      const inline = [...text.matchAll(/<script>([^]*?)<\/script>/g)].map(([, code]) => code);
      for (const [, src, attributes] of text.matchAll(/<script src="(.*?)" (.*?) async><\/script>/g)) {
        const dataset = Object.fromEntries([...attributes.matchAll(/data-(\w+)="(.*?)"/g)].map(([, name, value]) => [name, value]));
        const w = await world({ src, dataset, globals, inline });
        await w.pass(100);
        assert.equal(w.posts[0].url.href, "https://bell.example/v1/page/events?key=pk_yours");
        await w.stream().send(state({ mode: "hidden", status: "offline" }), action("m1", "message.send", { text: "Hello" }));
        if (inline.length) {
          same(w.types(), ["visitor.arrived", "visitor.custom", "visitor.updated"]);
          assert.equal(w.document.title, "We are closed");
          assert.equal(globals.elements["#chat"].textContent, "Hello");
        }
        if (dataset.for?.startsWith("#")) assert.equal(globals.elements[dataset.for].hidden, true);
        lines++;
      }
    }
    assert.equal(lines, 8);

    // React, as far as a hook needs it.
    const [, , hook] = examples.find(([, kind]) => kind === "js");
    const added = [];
    const page = { document: { querySelector: () => added[0] ?? null, createElement: () => ({ dataset: {} }), head: { append: (e) => added.push(e) } } };
    page.window = page;
    const ends = [];
    let shown = "not yet";
    page.react = { useState: () => [shown, (s) => { shown = s; }], useEffect: (f) => ends.push(f()) };
    vm.runInNewContext(hook.replace(/^import (.*) from "react";/, "const $1 = react;").replace("export ", ""), page);
    page.useDeskbell("https://bell.example/deskbell.js", "pk_yours");
    ends[0](); // as in StrictMode, which mounts twice
    page.useDeskbell("https://bell.example/deskbell.js", "pk_yours");
    assert.equal(added.length, 1);
    const w = await world({ src: added[0].src, dataset: added[0].dataset, globals: { deskbell: page.deskbell } });
    await w.stream().send(state());
    assert.equal(shown.status, "online");
    ends[1]();
    await w.stream().send(state({ status: "away" }));
    assert.equal(shown.status, "online");
  },

  async "shows what it sends, and whether the server is there"() {
    const w = await world();
    const sent = [];
    w.deskbell().on("event", (e) => sent.push(e.type));
    w.deskbell().event("cart filled");
    same(sent, ["visitor.arrived", "visitor.custom"]);
    assert.equal(w.deskbell().get().live, true);
    await w.stream().end();
    assert.equal(w.deskbell().get().live, false);
  },

  async "says something only where it is asked"() {
    const w = await world({ dataset: { debug: "" } });
    assert.ok(w.logged.length > 0);
  },
};

let current;
let failed = Object.keys(tests).length;
process.exitCode = 1;
process.on("exit", () => { if (failed) console.log(`${failed} have not passed; the last began was: it ${current}`); });
for (const [name, test] of Object.entries(tests)) {
  try {
    current = name;
    await test();
    failed--;
  } catch (e) {
    console.log(`it ${name}: ${e.stack}`);
  }
}
process.exitCode = failed ? 1 : 0;
