// The desk: all properties, kept right by a stream of events; what to look at first; and what people do about it.

import { agentsOf, drawAgents } from "./agents.js";
import { destination, drawGivenUp, feed, ofDestination, quota } from "./deliveries.js";
import { listOf } from "./list.js";
import { overriding, renew } from "./override.js";
import { compose, isForced, paint, problemsOf, statusOf, titleOf } from "./row.js";
import { action, inWords, sign, zoneHere } from "./say.js";
import { closeSheet, openSheet, refreshSheet, sheetOf } from "./sheet.js";
import { openVisitor } from "./visitors.js";
import { at, el, here, setClock, setText, tick } from "./words.js";

const $ = (id) => document.getElementById(id);
const query = $("query"), order = $("order");

const all = new Map(); // id → property
const chosen = new Set(); // ids, for one override of several
let desk = { read_only: false, count: 0, more: false, known: false }; // what the server said of it
let seen = new Set(); // ids that the stream has told of since it began
let health = null, recent = [], destinations = [], quotas = [], zones = {}, clocks = [];
let connection = "connecting", trouble = "";
let stream = null, again = 0;

// Whose clock times are by: the reader's, or each property's own.
const kept = { get mine() { try { return localStorage.getItem("deskbell-times") === "mine"; } catch { return false; } }, set mine(on) { try { localStorage.setItem("deskbell-times", on ? "mine" : "theirs"); } catch { /* for this page alone */ } } };
let mine = kept.mine;
const zoneOf = (p) => (mine ? zoneHere : p.time_zone ?? "UTC");
const nameOf = (id) => (all.has(id) ? titleOf(all.get(id)) : id);

// Filters

let known = new WeakMap(); // property → what filters and orders ask of it, until its time passes

function factsOf(p) {
  let f = known.get(p);
  if (!f) {
    const list = problemsOf(p);
    f = {
      online: statusOf(p) === "online", away: statusOf(p) === "away", offline: statusOf(p) === "offline", overridden: isForced(p), problem: list.length > 0,
      fault: list.includes("fault"), behind: list.includes("behind"), uncovered: list.includes("uncovered"), missed: list.includes("missed"),
      weight: kinds.indexOf(list[0]) + 1 || 9, next: p.fault ? Infinity : at(p.override?.until) ?? at(p.widget.until) ?? Infinity,
      text: [p.property, p.name, p.time_zone, ...(p.agents ?? []).flatMap((a) => [a.agent, a.name])].filter(Boolean).join("\n").toLowerCase(),
    };
    known.set(p, f);
  }
  return f;
}

const kinds = ["fault", "behind", "uncovered", "missed"]; // of problems, the worst first
const states = new Set(["online", "away", "offline", "overridden", "problem", ...kinds]);

function tokens() { return query.value.toLowerCase().split(/\s+/).filter(Boolean); }

// matching gives the test of a search: is:away and its like, and words that all have to be there.
function matching() {
  const tests = tokens().map((t) => (t.startsWith("is:") ? (f) => states.has(t.slice(3)) && f[t.slice(3)] : (f) => f.text.includes(t)));
  return (p) => tests.every((test) => test(factsOf(p)));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
let ranks = null; // id → its place by name; null: names have changed

// byName compares by places that were found once: to compare thousands of names takes long.
const byName = (a, b) => ranks.get(a.property) - ranks.get(b.property);

function rank() {
  if (ranks) return;
  const list = [...all.values()].map((p) => [titleOf(p), p.property]).sort((a, b) => collator.compare(a[0], b[0]) || collator.compare(a[1], b[1]));
  ranks = new Map(list.map(([, id], i) => [id, i]));
}

const orders = {
  problems: (a, b) => factsOf(a).weight - factsOf(b).weight || byName(a, b),
  next: (a, b) => { const [x, y] = [factsOf(a).next, factsOf(b).next]; return x === y ? byName(a, b) : x - y; },
  name: byName,
};

// The list

const rows = listOf($("rows"), (id) => {
  const r = compose();
  r.controls = [r.choose, r.open, r.force];
  r.open.addEventListener("click", () => openSheet(all.get(id), zoneOf(all.get(id)), recent));
  r.force.addEventListener("click", () => override([all.get(id)]));
  r.choose.addEventListener("change", () => choose([id], r.choose.checked));
  return r;
}, (r, id) => {
  paint(r, all.get(id), zoneOf(all.get(id)));
  r.choose.checked = chosen.has(id);
  r.item.classList.toggle("chosen", r.choose.checked);
});

let shown = []; // ids
let asked = 0;

// arrange finds what is shown, in which order, and the totals. It is done once a frame, however much comes in.
function arrange() {
  asked = 0;
  rank();
  const list = [...all.values()];
  const found = list.filter(matching()).sort(orders[order.value] ?? orders.problems);
  shown = found.map((p) => p.property);
  rows.show(shown);
  totals(list, found);
  problems(list);
  feel();
  const open = all.get(sheetOf());
  if (open) refreshSheet(open, zoneOf(open), recent);
  else if (sheetOf()) closeSheet();
  renew((id) => all.get(id));
  if (view() === "agents") people(list);
  selection();
}

// soon arranges with the next frame; while thousands come in, less often.
function soon() {
  if (asked) return;
  asked = desk.known ? requestAnimationFrame(arrange) : setTimeout(() => requestAnimationFrame(arrange), 150);
}

const chips = { "": "All", online: "Online", away: "Away", offline: "Offline", overridden: "Overridden", problem: "Problems" };

function totals(list, found) {
  const is = tokens().filter((t) => t.startsWith("is:"));
  for (const [state, word] of Object.entries(chips)) {
    const chip = document.querySelector(`.chip[data-is="${state}"]`);
    setText(chip, `${word} ${(state ? list.filter((p) => factsOf(p)[state]).length : list.length).toLocaleString("en")}${desk.more ? "+" : ""}`);
    chip.setAttribute("aria-pressed", state ? is.includes(`is:${state}`) : is.length === 0);
  }
  const narrowed = tokens().length > 0;
  setText($("summary"), !desk.known ? "Reading…" : narrowed && list.length ? `${found.length} of ${list.length} shown` : "");
  $("more").hidden = !desk.more;
  const empty = desk.known && found.length === 0;
  $("empty").hidden = !empty;
  $("heads").hidden = found.length === 0;
  if (empty) $("empty").replaceChildren(...nothing(list.length));
}

function nothing(count) {
  if (count > 0 || tokens().length > 0) {
    return [el("p", {}, "Nothing has ", el("strong", {}, query.value.trim()), " in its id, name, agents or zone."), el("p.hint", {}, "Press Escape in the search to see all.")];
  }
  return [
    el("p", {}, el("strong", {}, "No property is defined yet.")),
    el("p", {}, "Write a deskbell.yaml, and define what is in it:"),
    el("pre", {}, el("code", {}, "deskbell apply deskbell.yaml")),
    el("p.hint", {}, "It shows here within a second."),
  ];
}

// What to look at first

// problems are sentences, each with a button that shows more of it.
function problems(list) {
  const found = [];
  const add = (status, text, word, f) => found.push({ status, text, word, f });
  if (trouble) add("bad", trouble);
  if (health?.redis && !trouble) add("bad", `Redis cannot be used: ${health.redis}. States are as they were; the next changes are shown when it is back.`);
  if (health && !health.redis && health.workers === 0) add("bad", "No worker runs, so nothing is decided and no message is sent. Start one: deskbell worker");
  for (const text of clockWords()) add("bad", text);
  for (const text of zoneWords()) add("away", text);
  const sets = [
    ["fault", "bad", (n, first) => (n === 1 ? `${first} cannot be decided` : `${n} properties cannot be decided`)],
    ["behind", "bad", (n, first) => (n === 1 ? `${first} is late: no worker has decided it yet` : `${n} properties are late: no worker has decided them yet`)],
    ["uncovered", "away", (n, first) => (n === 1 ? `${first} is open, and nobody is on shift` : `${n} properties are open, and nobody is on shift there`)],
    ["missed", "away", (n, first) => (n === 1 ? `${first} misses somebody who has hours now` : `${n} properties miss somebody who has hours now`)],
  ];
  for (const [kind, status, words] of sets) {
    const those = list.filter((p) => factsOf(p)[kind]);
    if (those.length === 1) add(status, `${words(1, titleOf(those[0]))}.`, `Look at ${titleOf(those[0])}`, () => openSheet(those[0], zoneOf(those[0]), recent));
    if (those.length > 1) add(status, `${words(those.length)}.`, `Show these ${those.length}`, () => search(`is:${kind}`));
  }
  for (const d of destinations.filter(ofDestination)) add("bad", ofDestination(d), "See deliveries", () => { location.hash = "deliveries"; });
  if (quotas.length > 0) add("bad", quotas.length === 1 ? `${nameOf(quotas[0].property)} is over its quota.` : `${quotas.length} properties are over a quota.`, "See quotas", () => { location.hash = "deliveries"; });
  found.sort((a, b) => (a.status === "bad" ? 0 : 1) - (b.status === "bad" ? 0 : 1));
  const key = JSON.stringify(found.map((f) => [f.text, f.word]));
  if ($("problems").dataset.key === key) return; // a button keeps its focus
  const held = $("problems").contains(document.activeElement);
  $("problems").dataset.key = key;
  $("problems").replaceChildren(...found.map(({ status, text, word, f }) => {
    const button = word ? el("button", { type: "button" }, word) : null;
    button?.addEventListener("click", f);
    return el(`li.${status}`, {}, sign(status), el("span", {}, text), button);
  }));
  $("strip").hidden = found.length === 0;
  if (held) ($("problems").querySelector("button") ?? $("properties")).focus();
}

function clockWords() {
  return clocks.map(({ name, process, clock, ahead_seconds: ahead = 0 }) => {
    const off = `The clock of ${name || process} is ${Math.abs(ahead).toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"} that of Redis`;
    return clock === "wrong" ? `${off}: as a worker, it decides nothing until it is right.` : `${off}: set it by NTP.`;
  });
}

function zoneWords() {
  const { newest, differs, replaced_by: replaced, standing_by: standing } = zones;
  const alone = standing ? ", and decides alone meanwhile" : "";
  return [
    differs ? `Another process has other time zone rules of the same version${alone}: give all the same.` : "",
    newest ? `Another process has the time zone rules ${newest}${alone}: update this one.` : "",
    replaced ? `Time zone rules ${replaced} lie in this process's directory: restart it to use them.` : "",
  ].filter(Boolean);
}

// feel says whether all is well, in a few words; the strip says more.
function feel() {
  const late = [...all.values()].filter((p) => factsOf(p).behind).length;
  const bad = destinations.find(ofDestination);
  const pill = (state, text) => { $("live").dataset.state = state; setText($("live"), text); };
  document.body.classList.toggle("stale", connection === "broken" || Boolean(health?.redis) || Boolean(trouble));
  if (connection === "broken") return pill("broken", "Not live: reconnecting");
  if (connection === "connecting" || !health) return pill("connecting", "Connecting");
  if (health.redis || trouble) return pill("broken", "Redis is away");
  if (health.workers === 0) return pill("broken", "No worker");
  if (clocks.length > 0) return pill("broken", "A clock is off");
  if (zoneWords().length > 0) return pill("broken", "Old zone rules");
  if (bad) return pill("broken", `${bad.name} ${bad.state === "paused" ? "is paused" : bad.state === "gone" ? "is gone" : "fails"}`);
  if (late > 0) return pill("broken", `${late} late`);
  return pill("live", `Live: ${health.workers} ${health.workers === 1 ? "worker" : "workers"} · all on time`);
}

// The stream

// listen follows everything. A page that nobody looks at does not: browsers have few connections.
function listen() {
  stream?.close();
  clearTimeout(again);
  if (document.hidden) return;
  const ask = new URLSearchParams({ whole: "1" });
  const words = tokens().filter((t) => !t.startsWith("is:"));
  if (desk.more && words.length > 0) ask.set("search", words.join(" ")); // among those that are too many to follow
  const mineAlone = (stream = new EventSource(here(`/board/events?${ask}`)));
  const on = (name, f) => stream.addEventListener(name, (e) => {
    if (stream !== mineAlone) return;
    connected("live");
    f(JSON.parse(e.data));
    soon();
  });
  on("desk", (d) => {
    desk = { ...d, more: d.more || ask.has("search"), known: d.count === 0 };
    document.body.classList.toggle("reader", d.read_only);
    seen = new Set();
    if (d.count === 0) all.clear();
  });
  on("health", (h) => { health = h; });
  on("rows", (r) => { trouble = ""; setClock(r.at); update(r.properties); });
  on("recent", (list) => { trouble = ""; news(list); });
  on("destinations", (list) => {
    destinations = list;
    $("no-destinations").hidden = list.length > 0;
    refill($("destinations"), list.map((d) => destination(d, told)));
    givenUp();
  });
  on("feeds", (list) => {
    $("calendars").hidden = list.length === 0;
    $("feeds").replaceChildren(...list.map(feed));
  });
  on("quotas", (list) => {
    quotas = list;
    $("over-quota").hidden = list.length === 0;
    $("quotas").replaceChildren(...list.map(quota));
  });
  on("zones", (z) => { zones = z; setText($("zones"), `Time zones ${z.version}.`); });
  on("clocks", (list) => { clocks = list; });
  on("trouble", ({ detail }) => { trouble = detail; });
  stream.addEventListener("error", () => {
    if (stream !== mineAlone) return;
    connected("broken");
    if (stream.readyState === EventSource.CLOSED) again = setTimeout(listen, 5000); // else the browser tries again by itself
  });
}

function connected(state) {
  if (connection === state) return;
  connection = state;
  soon();
}

function update(properties) {
  const flipped = [];
  for (const p of properties) {
    const before = all.get(p.property);
    seen.add(p.property);
    if (p.gone || !before || before.name !== p.name) ranks = null;
    if (p.gone) {
      all.delete(p.property);
      chosen.delete(p.property);
      continue;
    }
    all.set(p.property, p);
    if (before && statusOf(before) !== statusOf(p)) flipped.push(p.property);
  }
  if (!desk.known && seen.size >= desk.count) { // what is not among them was deleted while nobody listened
    desk.known = true;
    for (const id of all.keys()) if (!seen.has(id)) all.delete(id);
    ranks = null;
  }
  rows.refresh(properties.filter((p) => !p.gone).map((p) => p.property));
  for (const id of flipped) flash(rows.row(id)?.item);
}

function flash(item) {
  if (!item) return;
  item.classList.remove("flipped");
  void item.offsetWidth; // begins the animation anew
  item.classList.add("flipped");
}

let newest = null; // action that was shown

function news(actions) {
  recent = actions;
  $("no-recent").hidden = actions.length > 0;
  setText($("recent-zone"), actions.length ? `Times in your zone, ${zoneHere}` : "");
  const before = newest === null ? 0 : actions.findIndex((a) => a.id === newest);
  const fresh = before < 0 ? actions.length : before;
  $("recent").replaceChildren(...actions.map((a) => action(a, nameOf)));
  if (fresh > 0) hear(fresh, actions[0]);
  newest = actions[0]?.id ?? "";
}

let heard = 0, waiting = 0, last = null, saying = 0;

// hear tells a screen reader of new actions, once in ten seconds at most.
function hear(count, a) {
  waiting += count;
  last = a;
  clearTimeout(saying);
  saying = setTimeout(() => {
    setText($("heard"), waiting === 1 ? inWords(last, nameOf) : `${waiting} new actions, the last: ${inWords(last, nameOf)}`);
    [heard, waiting] = [Date.now(), 0];
  }, Math.max(500, heard + 10_000 - Date.now()));
}

// Views

function view() {
  const [name] = location.hash.slice(1).split("/");
  return ["agents", "visitors", "log", "deliveries"].includes(name) ? name : "now";
}

function people(list) {
  const words = tokens().filter((t) => !t.startsWith("is:"));
  const text = (a) => [a.agent, a.name, ...a.serves, ...a.serves.map(nameOf)].join("\n").toLowerCase();
  const found = agentsOf(list).filter((a) => words.every((w) => text(a).includes(w)));
  drawAgents($("agents"), found, nameOf);
  setText($("agents-zone"), found.length ? `Times in your zone, ${zoneHere}` : "");
  $("no-agents").hidden = found.length > 0;
}

// givenUp asks only where there are destinations: a key of some properties may not see them.
function givenUp() { if (view() === "deliveries" && destinations.length > 0) drawGivenUp($("given-up"), $("gave-up"), (...said) => { told(...said); givenUp(); }); }

// refill gives a list other items; the focus stays in its place.
function refill(list, items) {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...items);
  if (held) list.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
}

function turn() {
  document.body.dataset.view = view();
  for (const a of document.querySelectorAll(".views a")) {
    if (a.hash === `#${view()}`) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  if (sheetOf()) closeSheet(); // a link in it was followed
  if (view() === "visitors") openVisitor(location.hash.replace(/^#visitors\/?/, ""), [...all.values()], nameOf);
  givenUp();
  scrollTo(0, 0);
  soon();
}

// What people do

function override(properties) {
  overriding(properties, { told, zoneOf, hasWorkers: () => (health?.workers ?? 0) > 0 });
}

// told says what a button has done, and lets people take it back, until it is dismissed or something else is done. Beside an open dialog nobody could press the button.
function told(text, undo) {
  (document.querySelector("dialog[open]") ?? document.body).append($("done"));
  setText($("done-text"), text);
  $("done").classList.add("shown");
  $("done-undo").hidden = !undo;
  $("done-undo").onclick = () => {
    $("done-hush").focus();
    $("done-undo").hidden = true;
    undo();
  };
  chosen.clear();
  rows.refresh();
  soon();
}

function hush() {
  $("done").classList.remove("shown");
  setText($("done-text"), "");
}

function choose(ids, on) {
  for (const id of ids) on ? chosen.add(id) : chosen.delete(id);
  rows.refresh(ids);
  selection();
}

function selection() {
  $("selection").hidden = chosen.size === 0;
  setText($("selected"), `${chosen.size} chosen`);
  const every = $("choose-all"), count = shown.filter((id) => chosen.has(id)).length;
  every.checked = shown.length > 0 && count === shown.length;
  every.indeterminate = count > 0 && count < shown.length;
}

$("choose-all").addEventListener("change", (e) => {
  const on = e.target.checked;
  arrange(); // so that it is what people see
  choose(shown, on);
});
$("selection-force").addEventListener("click", () => override([...chosen].map((id) => all.get(id)).filter(Boolean)));
$("done-hush").addEventListener("click", () => { hush(); (document.querySelector("dialog[open] button") ?? $("properties")).focus(); });
$("selection-none").addEventListener("click", () => { choose([...chosen], false); $("properties").focus(); });
$("sheet").addEventListener("close", () => document.body.append($("done")));
$("sheet-force").addEventListener("click", () => override([all.get(sheetOf())]));

// search sets the text of the search. The address keeps it, so that a reload or a bookmark finds it.
function search(text) {
  query.value = text;
  searched();
}

let typing = 0;

function searched() {
  const text = query.value.trim();
  history.replaceState(null, "", (text ? `?search=${encodeURIComponent(text)}` : location.pathname) + location.hash);
  scrollTo(0, 0);
  soon();
  clearTimeout(typing);
  if (desk.more) typing = setTimeout(() => { all.clear(); listen(); }, 400);
}

query.addEventListener("input", searched);
$("search").addEventListener("submit", (e) => { e.preventDefault(); searched(); });
query.addEventListener("keydown", (e) => {
  if (e.key === "ArrowDown" && shown.length > 0) {
    e.preventDefault();
    rows.focus(shown[0]);
  }
  if (e.key !== "Escape" || !query.value) return;
  e.preventDefault();
  search("");
});
for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => {
    const words = query.value.split(/\s+/).filter((t) => t && !t.toLowerCase().startsWith("is:"));
    const pressed = chip.getAttribute("aria-pressed") === "true";
    search([...(chip.dataset.is && !pressed ? [`is:${chip.dataset.is}`] : []), ...words].join(" "));
  });
}
order.addEventListener("change", soon);
$("mine").addEventListener("click", () => {
  mine = kept.mine = !mine;
  times();
  rows.refresh();
  soon();
});
function times() { $("mine").setAttribute("aria-checked", mine); }

document.addEventListener("keydown", (e) => {
  const typed = e.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typed || document.querySelector("dialog[open]")) return;
  e.preventDefault();
  query.focus();
  query.select();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream?.close();
  else listen();
});
addEventListener("hashchange", turn);
setInterval(() => {
  known = new WeakMap();
  tick();
  soon();
}, 5000);

query.value = new URLSearchParams(location.search).get("search") ?? "";
times();
turn();
listen();
