// The desk: all properties, kept right by a stream of events; what to look at first; and what people do about it.

import { agentItems, agentsOf } from "./agents.js";
import { destination, drawGivenUp, feed, quota } from "./deliveries.js";
import { factsOf, forgetFacts, forgetNames, matching, orders, rank, tokensOf } from "./find.js";
import { listOf } from "./list.js";
import { drawLog, logging, news, readLog } from "./log.js";
import { overriding, renew } from "./override.js";
import { compose, paint, statusOf, titleOf } from "./row.js";
import { zoneHere } from "./say.js";
import { closeSheet, openSheet, refreshSheet, sheetOf } from "./sheet.js";
import { drawProblems, feel } from "./strip.js";
import { openVisitor } from "./visitors.js";
import { composeWeek, drawDates, forgetWeeks, later, onWeeks, paintWeek, todayHere } from "./week.js";
import { el, here, setClock, setText, tick } from "./words.js";

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

const tokens = () => tokensOf(query.value);

// The list

const rows = listOf($("rows"), (id) => {
  const r = compose();
  r.controls = [r.choose, r.open, r.force];
  r.open.addEventListener("click", () => show(id));
  r.force.addEventListener("click", () => override([all.get(id)]));
  r.choose.addEventListener("change", () => choose([id], r.choose.checked));
  return r;
}, (r, id) => {
  paint(r, all.get(id), zoneOf(all.get(id)));
  r.choose.checked = chosen.has(id);
  r.item.classList.toggle("chosen", r.choose.checked);
});

let from = ""; // the first date of the view Week; empty: today

const weeks = listOf($("week-rows"), (id) => {
  const r = composeWeek();
  r.open.addEventListener("click", () => show(id));
  return r;
}, (r, id) => paintWeek(r, all.get(id), from || todayHere()));

// fillWeeks draws some rows with each frame, so that none takes long.
function fillWeeks(ids) {
  weeks.refresh(ids.slice(0, 6));
  if (ids.length > 6) requestAnimationFrame(() => fillWeeks(ids.slice(6)));
}

onWeeks((ids) => { fillWeeks(ids); soon(); });

function show(id) {
  const saved = () => { forgetWeeks(); soon(); };
  openSheet(all.get(id), zoneOf(all.get(id)), recent, { told, saved, nameOf, source: desk.source });
}

function leaf(date) {
  from = date;
  weeks.refresh();
  soon();
}

$("week-earlier").addEventListener("click", () => leaf(later(from || todayHere(), -7)));
$("week-later").addEventListener("click", () => leaf(later(from || todayHere(), 7)));
$("week-today").addEventListener("click", () => leaf(""));

let shown = []; // ids
let asked = 0;

// arrange finds what is shown, in which order, and the totals. It is done once a frame, however much comes in.
function arrange() {
  asked = 0;
  rank(all.values());
  const list = [...all.values()];
  const found = list.filter(matching(tokens())).sort(orders[order.value] ?? orders.problems);
  shown = found.map((p) => p.property);
  rows.show(shown);
  weeks.show(view() === "week" ? shown : []);
  if (view() === "week") drawDates($("dates"), from || todayHere());
  totals(list, found);
  const stated = { connection, trouble, health, destinations, quotas, zones, clocks, nameOf, show, search };
  drawProblems(list, stated);
  feel(list, stated);
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
    document.body.classList.toggle("bound", d.bound);
    seen = new Set();
    if (d.count === 0) all.clear();
  });
  on("health", (h) => { health = h; });
  on("rows", (r) => { trouble = ""; setClock(r.at); update(r.properties); });
  on("recent", (list) => { trouble = ""; recent = list; news(list); });
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
    if (p.gone || !before || before.name !== p.name) forgetNames();
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
    forgetNames();
  }
  const changed = properties.filter((p) => !p.gone).map((p) => p.property);
  rows.refresh(changed);
  weeks.refresh(changed);
  for (const id of flipped) flash(rows.row(id)?.item);
}

function flash(item) {
  if (!item) return;
  item.classList.remove("flipped");
  void item.offsetWidth; // begins the animation anew
  item.classList.add("flipped");
}

// Views

function view() {
  const [name] = location.hash.slice(1).split("/");
  return ["week", "agents", "visitors", "log", "deliveries"].includes(name) ? name : "now";
}

function people(list) {
  const words = tokens().filter((t) => !t.startsWith("is:"));
  const text = (a) => [a.agent, a.name, ...a.serves, ...a.serves.map(nameOf)].join("\n").toLowerCase();
  const found = agentsOf(list).filter((a) => words.every((w) => text(a).includes(w)));
  refill($("agents"), agentItems(found, nameOf, told));
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
  drawLog();
  readLog();
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
    if (view() === "week") weeks.focus(shown[0], 0);
    else rows.focus(shown[0]);
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
  forgetFacts();
  tick();
  weeks.refresh();
  soon();
}, 5000);

logging(nameOf, () => view() === "log");
query.value = new URLSearchParams(location.search).get("search") ?? "";
times();
turn();
listen();
