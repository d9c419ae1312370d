// The board: a page of properties, kept right by a stream of events. How things look is in row.js.

import { action, agent, agentsOn, destination, feed, quota, row, sentence, titleOf, zoneHere } from "./row.js";
import { overriding } from "./override.js";
import { el, here, setClock, setText, tick } from "./words.js";

const $ = (id) => document.getElementById(id);

const shown = new Map(); // id → {p, item, body, button}
let readOnly = false; // whoever looks may change nothing
const query = $("query");
let page = { next: "", partial: false }; // what the server said of this page
let cursor = ""; // of this page; empty: the first
let loading = null; // aborts the request under way
let stream = null;
let again = 0; // timer

// get reads JSON; what goes wrong is an Error with words for people.
async function get(path, signal) {
  let answer;
  try {
    answer = await fetch(here(path), { signal, headers: { Accept: "application/json" } });
  } catch (err) {
    if (err.name === "AbortError") throw err;
    throw new Error("The server of this page does not answer.");
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || `The server answered ${answer.status}.`);
}

// load reads the page of properties, and follows them.
async function load() {
  loading?.abort();
  const mine = (loading = new AbortController());
  clearTimeout(again);
  $("properties").setAttribute("aria-busy", "true");
  const ask = new URLSearchParams({ search: query.value.trim(), cursor });
  try {
    page = await get(`/board/properties?${ask}`, mine.signal);
  } catch (err) {
    if (mine.signal.aborted) return;
    $("properties").removeAttribute("aria-busy");
    trouble(err.message);
    again = setTimeout(load, 5000);
    return;
  }
  $("properties").removeAttribute("aria-busy");
  trouble("");
  setClock(page.at);
  readOnly = page.read_only ?? false;
  showAll(page.properties);
  remember();
  listen();
}

// remember keeps the search in the address, so that a reload or a bookmark finds it.
function remember() {
  const search = query.value.trim();
  history.replaceState(null, "", search ? `?search=${encodeURIComponent(search)}` : location.pathname);
}

function trouble(text) {
  setText($("trouble"), text);
  $("trouble").hidden = !text;
}

function showAll(properties) {
  const held = document.activeElement.closest("[data-id]")?.dataset.id;
  shown.clear();
  $("rows").replaceChildren(...properties.map(add));
  if (held) shown.get(held)?.button.focus();
  summarize();
}

function add(p) {
  const body = el("div.body");
  const button = el("button", { type: "button", "aria-haspopup": "dialog" }, "Override");
  const item = el("li.row", { "data-id": p.property }, body, readOnly ? null : button);
  const entry = { p, item, body, button };
  button.addEventListener("click", () => overriding(entry.p, overridden));
  shown.set(p.property, entry);
  draw(entry);
  return item;
}

// draw shows an entry anew, but for its button, which may have the focus.
function draw({ p, item, body, button }) {
  body.replaceChildren(...row(p).filter(Boolean));
  item.dataset.status = p.fault ? "bad" : p.widget.status;
  button.setAttribute("aria-label", `Override ${titleOf(p)}`);
}

function update(properties) {
  for (const p of properties) {
    const entry = shown.get(p.property);
    if (!entry) continue;
    if (p.gone) {
      entry.item.remove();
      shown.delete(p.property);
      continue;
    }
    const flipped = !p.fault && !entry.p.fault && p.widget.status !== entry.p.widget.status;
    entry.p = p;
    draw(entry);
    if (flipped) flash(entry.item);
  }
  summarize();
}

function flash(item) {
  item.classList.remove("flipped");
  void item.offsetWidth; // begins the animation anew
  item.classList.add("flipped");
}

// summarize counts what is shown, and says what to do where there is nothing.
function summarize() {
  const all = [...shown.values()].map((e) => e.p);
  const count = (status) => all.filter((p) => !p.fault && p.widget.status === status).length;
  const faults = all.filter((p) => p.fault).length;
  const parts = ["online", "away", "offline"].map((s) => `${count(s)} ${s}`);
  if (faults) parts.push(`${faults} cannot be decided`);
  const searched = query.value.trim();
  setText($("summary"), all.length ? `${all.length}${page.next || cursor ? " on this page" : ""}: ${parts.join(", ")}` : "");
  $("pages").hidden = !page.next && !cursor;
  $("first").hidden = !cursor;
  $("next").hidden = !page.next;
  setText($("next"), page.partial ? "Search on" : "Next page");
  $("empty").hidden = all.length > 0;
  if (all.length === 0) $("empty").replaceChildren(...nothing(searched));
  const agents = agentsOn(all);
  $("agents").replaceChildren(...agents.map(agent));
  setText($("agents-zone"), agents.length ? `Times in your zone, ${zoneHere}` : "");
  $("no-agents").hidden = agents.length > 0;
  setText($("no-agents"), all.length === 0 ? "Nobody." : all.some((p) => p.agent_count) ? "Nobody, of those who serve the properties shown." : "The properties shown list no agents: they go by their hours alone.");
}

function nothing(searched) {
  if (searched) {
    return [el("p", {}, page.next ? "Nothing so far has " : "Nothing has ", el("strong", {}, searched), " in its id or name.",
      page.next ? " There is more to search." : " Press Escape in the search to see all.")];
  }
  if (cursor) return [el("p", {}, "There is nothing on this page any more.")];
  return [
    el("p", {}, el("strong", {}, "No property is defined yet.")),
    el("p", {}, "Write a deskbell.yaml, and define what is in it:"),
    el("pre", {}, el("code", {}, "deskbell apply deskbell.yaml")),
    el("p.hint", {}, "It shows here within a second."),
  ];
}

// listen follows what is shown. A page that nobody looks at does not: browsers have few connections.
function listen() {
  stream?.close();
  clearTimeout(again);
  if (document.hidden) return;
  const ask = new URLSearchParams([...shown.keys()].map((id) => ["id", id]));
  if (!page.next && !cursor && !query.value.trim()) ask.set("whole", "1");
  stream = new EventSource(here(`/board/events?${ask}`));
  const on = (name, f) => stream.addEventListener(name, (e) => { live("live"); f(JSON.parse(e.data)); });
  stream.addEventListener("open", () => live("live"));
  on("rows", ({ at, properties }) => { trouble(""); setClock(at); update(properties); });
  on("recent", recent);
  on("destinations", destinations);
  on("feeds", feeds);
  on("quotas", quotas);
  on("zones", zones);
  on("clocks", clocks);
  on("list", load);
  on("trouble", ({ detail }) => trouble(detail));
  stream.addEventListener("error", () => {
    live("broken");
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    again = setTimeout(load, 5000);
  });
}

// zones says by which rules the hours are shown.
function zones({ version, newest, differs, replaced_by: replaced, standing_by: standing }) {
  const notes = [`Time zones ${version}`];
  if (differs) notes.push(`another process has other rules of the same version${standing ? ", and decides alone meanwhile" : ""}: give all the same`);
  if (newest) notes.push(`another process has ${newest}${standing ? ", and decides alone meanwhile" : ""}: update this one`);
  if (replaced) notes.push(`${replaced} lies in its directory: restart to use it`);
  setText($("zones"), `${notes.join("; ")}.`);
}

// clocks says which processes have clocks that are off. Times are those of Redis all the same.
function clocks(list) {
  const notes = list.map(({ name, process, clock, ahead_seconds: ahead = 0 }) => {
    const off = `The clock of ${name || process} is ${Math.abs(ahead).toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"} that of Redis`;
    return clock === "wrong" ? `${off}: as a worker, it decides nothing until it is right.` : `${off}: set it by NTP.`;
  });
  setText($("clocks"), notes.join(" "));
  $("clocks").hidden = notes.length === 0;
}

function live(state) {
  const words = { live: "Live", broken: "Not live: reconnecting", connecting: "Connecting" };
  $("live").dataset.state = state;
  setText($("live"), words[state]);
  document.body.classList.toggle("stale", state === "broken");
}

let newest = null; // action that was shown

function recent(actions) {
  trouble("");
  $("no-recent").hidden = actions.length > 0;
  setText($("recent-zone"), actions.length ? `Times in your zone, ${zoneHere}` : "");
  const before = newest === null ? 0 : actions.findIndex((a) => a.id === newest);
  const fresh = before < 0 ? actions.length : before;
  $("recent").replaceChildren(...actions.map(action));
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
    const [, ...text] = sentence(last);
    const words = text.map((t) => t?.textContent ?? t ?? "").join("");
    setText($("heard"), waiting === 1 ? words : `${waiting} new actions, the last: ${words}`);
    [heard, waiting] = [Date.now(), 0];
  }, Math.max(500, heard + 10_000 - Date.now()));
}

function destinations(list) {
  $("no-destinations").hidden = list.length > 0;
  $("destinations").replaceChildren(...list.map(destination));
}

// feeds are the calendars that workers fetch. Most boards have none.
function feeds(list) {
  $("calendars").hidden = list.length === 0;
  $("feeds").replaceChildren(...list.map(feed));
}

// quotas are the properties that are over one. Most boards have none.
function quotas(list) {
  $("over-quota").hidden = list.length === 0;
  $("quotas").replaceChildren(...list.map(quota));
}

// overridden says what a button has done. The row follows by the stream, or is read anew.
function overridden(text) {
  setText($("done"), text);
  $("done").classList.add("shown");
  clearTimeout(overridden.timer);
  overridden.timer = setTimeout(() => {
    $("done").classList.remove("shown");
    setText($("done"), "");
  }, 12_000);
  if ($("live").dataset.state !== "live") load();
}

let typing = 0;

query.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { cursor = ""; load(); }, 250);
});
$("search").addEventListener("submit", (e) => {
  e.preventDefault();
  clearTimeout(typing);
  cursor = "";
  load();
});
query.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || !query.value) return;
  e.preventDefault();
  query.value = "";
  cursor = "";
  load();
});
document.addEventListener("keydown", (e) => {
  const typed = e.target.closest("input, textarea, select, [contenteditable]");
  if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typed || $("override").open) return;
  e.preventDefault();
  query.focus();
  query.select();
});

function turn(to) {
  cursor = to;
  $("properties").focus();
  load();
}
$("next").addEventListener("click", () => turn(page.next));
$("first").addEventListener("click", () => turn(""));

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream?.close();
  else load();
});
setInterval(tick, 5000);

query.value = new URLSearchParams(location.search).get("search") ?? "";
load();
