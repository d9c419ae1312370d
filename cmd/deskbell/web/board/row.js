// What the page shows: one function for each thing, from the server's JSON to elements.

import { at, clock, dayIn, el, now, place, svg, until, when, zoneName } from "./words.js";

const words = { online: "Online", away: "Away", offline: "Offline" };
const reasons = { no_agents: "nobody available", override: "by override", weekly: "weekly hours", always: "always open", leave: "on leave",
  locked: "locked by themselves", chosen: "their own choice", not_logged_in: "not logged in", logged_in: "logged in",
  auto_offline: "a chat waited too long for their answer", idle: "nothing done for too long" };

export function reason(text) { return reasons[text] ?? text; }

// sign is a status by its shape; the word stands beside it.
export function sign(status) {
  const shapes = {
    online: [svg("circle", { cx: 6, cy: 6, r: 5 })],
    away: [svg("circle.line", { cx: 6, cy: 6, r: 4.25 }), svg("path", { d: "M6 1a5 5 0 0 1 0 10z" })],
    invisible: [svg("circle.line", { cx: 6, cy: 6, r: 4.25 })],
    offline: [svg("rect.line", { x: 1.75, y: 1.75, width: 8.5, height: 8.5, rx: 1.5 })],
    bad: [svg("path", { d: "M6 .5 11.7 11H.3z" })],
  };
  return svg("svg.sign", { "data-status": status, viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, shapes[status] ?? []);
}

// titleOf is how a property is called in a sentence.
export function titleOf(p) { return p.name || p.property; }

// row fills what is shown of a property, but its button.
export function row(p) {
  if (p.fault) return [heading(p, "bad", "Cannot be decided"), el("p.fault", {}, p.fault)];
  const zone = p.time_zone;
  return [
    heading(p, p.widget.status, words[p.widget.status] ?? p.widget.status),
    el("div.hours", {}, bar(p), el("p.today", {}, el("span", {}, hoursOf(p)), " ", el("span", {}, zoneName(zone))), gaps(p), departments(p, zone), onShift(p, zone)),
    el("div.coming", {}, state(p, zone), override(p, zone), behind(p), boundaries(p, zone)),
  ];
}

function heading(p, status, word) {
  return el("div.who", {},
    el("h3", {}, titleOf(p)),
    p.name ? el("p.id", {}, p.property) : null,
    el("p.state", { "data-status": status }, sign(status), ` ${word}`));
}

function state(p, zone) {
  const w = p.widget;
  const since = at(w.since), end = at(w.until);
  const mode = w.mode === "chat" ? "" : ` · ${w.mode.replaceAll("_", " ")}`;
  return el("p", {},
    el("span.hint", {}, "since "), since ? when(since, zone) : "ever", ` · ${reason(w.reason)}${mode}`, el("br"),
    end ? [el("span.hint", {}, "until "), el("strong", {}, when(end, zone)), ", ", until(end), `, then ${w.next}`] : [el("span.hint", {}, "no change in sight")]);
}

export function overrideWords(o, zone) {
  const from = at(o.from), end = at(o.until);
  const later = from && from > now() ? ` from ${clock(from, zone)}` : "";
  return `${o.open ? "open" : "closed"}${later} until ${end ? clock(end, zone) : "it is undone"}`;
}

function override(p, zone) {
  if (!p.override) return null;
  const end = at(p.override.until);
  return el("p.forced", {}, el("strong", {}, "Override: "), overrideWords(p.override, zone), end ? [", ", until(end)] : null);
}

function behind(p) {
  if (!p.behind) return null;
  return el("p.warning", {}, sign("bad"), " No worker has decided this yet: does ", el("code", {}, "deskbell worker"), " run?");
}

// boundaries are the next ones, but the first flip, which the state names already.
function boundaries(p, zone) {
  const shown = at(p.widget.until);
  const list = (p.boundaries ?? []).filter((b) => at(b.at) !== shown).slice(0, 3);
  if (list.length === 0) return null;
  return el("ul.boundaries", { role: "list", "aria-label": "Next boundaries" }, list.map((b) =>
    el("li", {}, when(at(b.at), zone), " ", b.status, b.open === (b.status !== "offline") ? null : el("span.hint", {}, b.open ? " (hours open)" : " (hours close)"))));
}

// gaps say in words what the red strip below the hours shows.
function gaps(p) {
  return p.uncovered?.length > 0 ? el("p.gaps", {}, `Nobody on shift ${uncoveredWords(p)}`) : null;
}

function departments(p, zone) {
  const list = Object.entries(p.widget.departments ?? {});
  if (list.length === 0) return null;
  return el("ul.departments", { role: "list", "aria-label": "Departments" }, list.map(([id, w]) => {
    const end = at(w.until);
    const forced = p.overrides?.[id];
    return el("li", {}, sign(w.status), ` ${p.departments?.[id] ?? id} `, el("span.hint", {}, w.status, end ? [" until ", when(end, zone)] : null),
      forced ? el("span.forced", {}, ` Override: ${overrideWords(forced, zone)}`) : null);
  }));
}

function onShift(p, zone) {
  if (!p.agent_count) return null;
  const list = (p.agents ?? []).filter((a) => a.online);
  const more = p.online - list.length;
  const there = list.length === 0 ? el("span.hint", {}, `On shift: nobody of ${p.agent_count}`) : [el("span.hint", {}, "On shift: "), list.map((a, i) => [
    i ? ", " : "", a.name || a.agent, at(a.until) ? el("span.hint", {}, ` until ${clock(at(a.until), zone)}`) : null,
  ]), more > 0 ? `, and ${more} more` : null];
  return [el("p.shift", {}, there), missed(p, zone)];
}

// missed are the agents whose hours run and who are not online, each with the reason.
function missed(p, zone) {
  const list = (p.agents ?? []).filter((a) => a.missed);
  if (list.length === 0) return null;
  return el("ul.missed", { role: "list", "aria-label": "Missed on shift" }, list.map((a) => el("li", {}, sign(a.status), ` ${a.name || a.agent} `, el("span.hint", {},
    `${a.status}: ${reason(a.reason)}`, at(a.since) ? [", since ", when(at(a.since), zone)] : null, at(a.until) ? [", until ", when(at(a.until), zone)] : null))));
}

// hoursOf are the hours of today in words.
function hoursOf(p) {
  const { from, to, open } = p.today;
  const begin = Date.parse(from), last = (Date.parse(to) - begin) / 1000;
  if (open.length === 0) return "Closed today";
  if (open.length === 1 && open[0][0] === 0 && open[0][1] === last) return "Open all day";
  return open.map(([opens, closes]) => `${opens === 0 ? "00:00" : time(begin, opens, p)}–${closes === last ? "24:00" : time(begin, closes, p)}`).join(", ");
}

// uncoveredWords are the open hours of today in which nobody is on shift.
function uncoveredWords(p) {
  const begin = Date.parse(p.today.from), last = (Date.parse(p.today.to) - begin) / 1000;
  return p.uncovered.map(([since, until]) => `${since === 0 ? "00:00" : time(begin, since, p)}–${until === last ? "24:00" : time(begin, until, p)}`).join(", ");
}

// time is a reading of the clock today.
function time(begin, seconds, p) { return clock(begin + 1000 * seconds, p.time_zone).split(" ").pop(); }

// bar draws the real day, of 23 or 25 hours where the clocks change.
function bar(p) {
  const { from, to, open, ticks } = p.today;
  const begin = Date.parse(from), end = Date.parse(to);
  const x = (ms) => `${(100 * Math.min(1, Math.max(0, (ms - begin) / (end - begin)))).toFixed(3)}%`;
  const block = (name, a, b) => svg(`rect.${name}`, { x: x(a), y: 2, width: `${(parseFloat(x(b)) - parseFloat(x(a))).toFixed(3)}%`, height: 18, rx: 2 });
  const parts = [svg("rect.track", { x: 0, y: 2, width: "100%", height: 18, rx: 3 })];
  for (const [opens, closes] of open) parts.push(block("open", begin + 1000 * opens, begin + 1000 * closes));
  ticks.forEach((seconds, i) => parts.push(svg("line.tick", { x1: x(begin + 1000 * seconds), x2: x(begin + 1000 * seconds), y1: i % 2 ? 17 : 13, y2: 20 })));
  const label = [`Hours on ${dayIn(begin, p.time_zone)} in ${zoneName(p.time_zone)}: ${hoursOf(p)}`];
  if (p.override) {
    const o = p.override, starts = at(o.from) ?? begin, stops = at(o.until) ?? end;
    if (starts < end && stops > begin) parts.push(block(o.open ? "forced-open" : "forced-closed", starts, stops));
    label.push(`Override: ${overrideWords(o, p.time_zone)}`);
  }
  const uncovered = p.uncovered ?? [];
  for (const [since, until] of uncovered) parts.push(svg("rect.uncovered", { x: x(begin + 1000 * since), y: 18, width: `${(parseFloat(x(begin + 1000 * until)) - parseFloat(x(begin + 1000 * since))).toFixed(3)}%`, height: 4 }));
  if (uncovered.length > 0) label.push(`Nobody on shift: ${uncoveredWords(p)}`);
  ticks.forEach((seconds, i) => {
    const edge = i === 0 ? "start" : i === ticks.length - 1 ? "end" : "middle";
    if (i % 2 === 0) parts.push(svg("text", { x: x(begin + 1000 * seconds), y: 31, "text-anchor": edge }, String(3 * i)));
  });
  const needle = svg("line.needle", { y1: 0, y2: 22, "data-from": begin, "data-to": end });
  place(needle);
  return svg("svg.bar", { role: "img", "aria-label": `${label.join(". ")}.`, height: 34, width: "100%" }, parts, needle);
}

// agentsOn are the agents on shift of all properties shown, each once.
export function agentsOn(properties) {
  const all = new Map();
  for (const p of properties) {
    for (const a of p.agents ?? []) {
      if (a.online && !all.has(a.agent)) all.set(a.agent, { ...a, serves: [] });
      if (a.online) all.get(a.agent).serves.push(p.property);
    }
  }
  return [...all.values()].sort((a, b) => (a.name || a.agent).localeCompare(b.name || b.agent));
}

export function agent(a) {
  const end = at(a.until);
  const serves = a.serves.slice(0, 3).join(", ") + (a.serves.length > 3 ? ` and ${a.serves.length - 3} more` : "");
  return el("li", {}, sign("online"), " ", el("strong", {}, a.name || a.agent), el("span.hint", {},
    end ? [" until ", when(end, zoneHere), ", ", until(end)] : " always", ` · ${serves}`));
}

// sentence says an action; its sign is that of what it is about.
export function sentence(a) {
  const d = a.data ?? {};
  const end = at(d.until);
  const rest = (text) => (end ? [text, when(end, zoneHere)] : null);
  switch (a.type) {
    case "widget.state_changed":
    case "department.state_changed":
      return [d.status, el("strong", {}, d.department ? `${d.property}/${d.department}` : d.property), ` is ${d.status}`, el("span.hint", {}, ` · ${reason(d.reason)}`, rest(", until "))];
    case "agent.status_changed":
      return [d.status, el("strong", {}, d.agent), ` is ${d.status}`, el("span.hint", {}, ` · ${reason(d.reason)}`, rest(", until "))];
    case "agent.notify":
      return ["", "Told ", el("strong", {}, d.name || d.agent || (d.agents ?? ["the agents"]).join(", ")), ...notice(d)];
    case "message.skipped":
      return ["", "Held back from ", el("strong", {}, `${d.property}/${d.visitor}`), `: ${d.text || d.reason}`, el("span.hint", {}, ` · ${d.trigger || d.rule}`)];
    default:
      return ["", el("strong", {}, String(a.type))];
  }
}

// notice says of what agents were told.
function notice(d) {
  const place = () => el("strong", {}, d.department ? `${d.property}/${d.department}` : d.property);
  switch (d.kind) {
    case "hours_started": return [" that their hours have started"];
    case "hours_ended": return [" that their hours have ended"];
    case "closing_soon": return [" that ", place(), " closes soon"];
    default: return [" about a visitor of ", place()];
  }
}

export const zoneHere = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

export function action(a) {
  const [status, ...text] = sentence(a);
  const ms = at(a.time);
  return el(a.type === "message.skipped" ? "li.held" : "li", {}, status ? sign(status) : svg("svg.sign", { width: 12, height: 12, "aria-hidden": "true" }), el("div", {}, text, el("br"),
    el("span.hint", {}, when(ms - (ms % 1000), zoneHere), ", ", until(ms))));
}

const conditions = { ok: ["online", "works"], failing: ["bad", "fails"], paused: ["away", "is paused"], gone: ["bad", "is gone"] };

export function destination(d) {
  const [status, word] = conditions[d.state] ?? ["away", d.state];
  const more = [];
  if (at(d.since)) more.push(" since ", when(at(d.since), zoneHere));
  if (at(d.until)) more.push(" · tried again ", until(at(d.until)));
  if (at(d.oldest)) more.push(" · oldest waits since ", when(at(d.oldest), zoneHere));
  if (d.aside) more.push(` · ${d.aside} set aside`);
  return el("li", {}, sign(status), el("div", {}, el("strong", {}, d.name), el("span.hint", {}, ` ${d.type}`), ` ${word}`, el("span.hint", {}, more),
    d.error ? el("p.fault", {}, d.error) : null));
}

// feed is a calendar that workers fetch. Of its address, the server tells the host alone.
export function feed(f) {
  const fetched = at(f.fetched), failing = at(f.failing_since), next = at(f.next);
  const [status, word] = f.problem ? ["bad", "fails"] : fetched ? ["online", "works"] : ["away", "is not fetched yet"];
  const more = [
    failing ? [" since ", when(failing, zoneHere)] : null,
    fetched ? [" · last fetched ", when(fetched, zoneHere)] : f.problem ? " · never fetched" : null,
    next ? [" · next try ", until(next)] : null,
  ];
  return el("li", {}, sign(status), el("div", {}, el("strong", {}, f.host), el("span.hint", {}, ` ${f.calendar}`), ` ${word}`, el("span.hint", {}, more),
    f.problem ? el("p.fault", {}, f.problem.split("\n")[0]) : null));
}

const bounded = { events: "events a second", new_visitors: "new visitors and chats a day", waiting_messages: "messages that wait" };

// quota is a property that is over a quota: which, since when, and how much was refused.
export function quota(q) {
  return el("li", {}, sign("bad"), el("div", {}, el("strong", {}, q.property), " is over its quota", q.over.map((o) =>
    el("p.hint", {}, `${bounded[o.quota] ?? o.quota} since `, when(at(o.since), zoneHere), " · last ", when(at(o.last), zoneHere), ` · ${o.refused} refused that day`))));
}
