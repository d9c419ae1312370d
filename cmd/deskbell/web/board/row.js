// A property on the desk: its row of one line, and the parts of its sheet. From the server's JSON to elements.

import { reason, sign, untilWords } from "./say.js";
import { at, clock, dayIn, el, now, place, setText, svg, until, zoneName } from "./words.js";

export const words = { online: "Online", away: "Away", offline: "Offline" };
const mostWindows = 3; // of a day, said in words

// titleOf is how a property is called in a sentence.
export function titleOf(p) { return p.name || p.property; }

export function statusOf(p) { return p.fault ? "bad" : p.widget.status; }

// problemsOf are the things about a property that somebody should look at.
export function problemsOf(p) {
  if (p.fault) return ["fault"];
  const list = [];
  if (p.behind) list.push("behind");
  if (isUncovered(p)) list.push("uncovered");
  if ((p.agents ?? []).some((a) => a.missed)) list.push("missed");
  return list;
}

// isUncovered tells whether a property is open now and nobody is on shift.
function isUncovered(p) {
  const seconds = (now() - Date.parse(p.today.from)) / 1000;
  return (p.uncovered ?? []).some(([from, to]) => seconds >= from && seconds < to);
}

export function isForced(p) { return Boolean(p.override) || Object.keys(p.overrides ?? {}).length > 0; }

// whoForced is who set an override, and why, as far as it is known.
export function whoForced(o) { return `${o.by ? ` · by ${o.by}` : ""}${o.note ? ` · “${o.note}”` : ""}`; }

export function overrideWords(o, zone) {
  const from = at(o.from), end = at(o.until);
  const later = from && from > now() ? ` from ${clock(from, zone)}` : "";
  return `${o.open ? "open" : "closed"}${later} ${untilWords(end, zone)}`;
}

// comes is the sentence of a row: what holds, and until when. Under an override, its own end.
export function comes(p, zone) {
  if (p.fault) return [p.fault];
  const o = p.override;
  if (o) return [el("strong.forced", {}, "Override: "), overrideWords(o, zone), at(o.until) ? [el("span.then", {}, ", "), until(at(o.until))] : null, whoForced(o)];
  const w = p.widget, end = at(w.until);
  if (!end) return [`${reason(w.reason)}, no change in sight`];
  return ["until ", el("strong", {}, clock(end, zone)), ", then ", w.next, el("span.then", {}, " · "), until(end)];
}

// compose makes the elements of a row once; paint sets what they show.
export function compose() {
  const r = {
    item: el("li.row"),
    choose: el("input", { type: "checkbox" }),
    open: el("button.name", { type: "button", "aria-haspopup": "dialog" }),
    state: el("span.state"),
    bar: el("div.day"),
    faces: el("span.faces"),
    coming: el("span.coming"),
    zone: el("span.zone"),
    force: el("button.force", { type: "button", "aria-haspopup": "dialog" }, "Override"),
  };
  r.item.append(el("label.choose", {}, r.choose), r.open, r.state, r.bar, r.faces, r.coming, r.zone, r.force);
  return r;
}

export function paint(r, p, zone) {
  const title = titleOf(p);
  r.item.dataset.id = p.property;
  r.item.dataset.status = statusOf(p);
  r.choose.setAttribute("aria-label", `Choose ${title}`);
  r.open.replaceChildren(el("span.title", {}, title), p.name ? el("span.id", {}, p.property) : "");
  r.force.setAttribute("aria-label", `Override ${title}`);
  r.state.replaceChildren(sign(statusOf(p)), p.fault ? " Fault" : ` ${words[p.widget.status] ?? p.widget.status}`, p.behind ? el("span.late", { title: "No worker has decided this yet" }, " late") : "");
  r.coming.replaceChildren(...comes(p, zone).flat().filter((c) => c !== null));
  r.coming.title = r.coming.textContent;
  if (p.fault) {
    r.bar.replaceChildren();
    r.faces.replaceChildren();
    setText(r.zone, "");
    return;
  }
  r.bar.replaceChildren(bar(p, 20));
  r.faces.replaceChildren(...faces(p));
  setText(r.zone, zoneName(zone));
}

// faces are those on shift, of all who serve the property.
function faces(p) {
  if (!p.agent_count) return [el("span.unseen", {}, "No agents")];
  return [
    svg("svg.face", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true", "data-none": p.online ? null : "" }, svg("circle", { cx: 7, cy: 4.2, r: 3 }), svg("path", { d: "M1.5 13.5a5.5 5.5 0 0 1 11 0z" })),
    el("span", { "aria-hidden": "true" }, `${p.online}/${p.agent_count}`), el("span.unseen", {}, `${p.online} of ${p.agent_count} on shift`),
  ];
}

// hoursOf are the hours of today in words.
export function hoursOf(p) {
  const { from, to, open } = p.today;
  const last = (Date.parse(to) - Date.parse(from)) / 1000;
  if (open.length === 0) return "Closed today";
  if (open.length === 1 && open[0][0] === 0 && open[0][1] === last) return "Open all day";
  return windows(p, open);
}

export function uncoveredWords(p) { return windows(p, p.uncovered); }

// windows are the first few of a day, and how many more there are.
function windows(p, list) {
  const begin = Date.parse(p.today.from), last = (Date.parse(p.today.to) - begin) / 1000;
  const texts = list.slice(0, mostWindows).map(([opens, closes]) => `${opens === 0 ? "00:00" : time(begin, opens, p)}–${closes === last ? "24:00" : time(begin, closes, p)}`);
  return texts.join(", ") + (list.length > mostWindows ? ` and ${list.length - mostWindows} more` : "");
}

// time is a reading of the clock today, in the property's zone.
function time(begin, seconds, p) { return clock(begin + 1000 * seconds, p.time_zone).split(" ").pop(); }

// spells are the open times of today with the override in force, in ms.
function spells(p, begin, end) {
  let list = p.today.open.map(([from, to]) => [begin + 1000 * from, begin + 1000 * to]);
  const o = p.override;
  if (!o) return list;
  const from = Math.max(begin, at(o.from) ?? begin), to = Math.min(end, at(o.until) ?? end);
  if (from >= to) return list;
  list = list.flatMap(([a, b]) => [[a, Math.min(b, from)], [Math.max(a, to), b]]).filter(([a, b]) => a < b);
  return o.open ? [...list, [from, to]] : list;
}

// bar draws the real day p.today, of 23 or 25 hours where the clocks change, in three tones that are three shapes, too: a block is open, a hollow one is
// open with nobody there, a line is closed. Its hours are said in p.words, or else as those of today.
export function bar(p, height, withHours = false) {
  const { from, to, ticks } = p.today;
  const begin = Date.parse(from), end = Date.parse(to);
  const share = (ms) => (100 * Math.min(1, Math.max(0, (ms - begin) / (end - begin || 1))));
  const x = (ms) => `${share(ms).toFixed(3)}%`;
  const block = (name, a, b, y, h) => svg(`rect.${name}`, { x: x(a), y, width: `${(share(b) - share(a)).toFixed(3)}%`, height: h, rx: 1.5 });
  const parts = [svg("rect.closed", { x: 0, y: height / 2 - 1, width: "100%", height: 2 })];
  for (const seconds of ticks.filter((_, i) => i % 2 === 0)) parts.push(svg("line.tick", { x1: x(begin + 1000 * seconds), x2: x(begin + 1000 * seconds), y1: height / 2 - 4, y2: height / 2 + 4 }));
  for (const [a, b] of spells(p, begin, end)) parts.push(block("open", a, b, 3, height - 6));
  const uncovered = p.uncovered ?? [];
  for (const [a, b] of uncovered) parts.push(block("uncovered", begin + 1000 * a, begin + 1000 * b, 3.75, height - 7.5));
  const label = [`Hours on ${dayIn(Date.parse(`${p.today.date}T00:00:00Z`), "UTC")} in ${zoneName(p.time_zone)}: ${p.words ?? hoursOf(p)}`];
  const o = p.override;
  if (o) {
    const starts = at(o.from) ?? begin, stops = at(o.until) ?? end;
    if (starts < end && stops > begin) parts.push(block("override", starts, stops, 0, 3));
    label.push(`Override: ${overrideWords(o, p.time_zone)}`);
  }
  if (uncovered.length > 0) label.push(`Nobody on shift: ${uncoveredWords(p)}`);
  if (withHours) {
    ticks.forEach((seconds, i) => {
      const edge = i === 0 ? "start" : i === ticks.length - 1 ? "end" : "middle";
      if (i % 2 === 0) parts.push(svg("text", { x: x(begin + 1000 * seconds), y: height + 12, "text-anchor": edge }, String(3 * i)));
    });
  }
  const isToday = now() >= begin && now() < end;
  const needle = isToday ? svg("line.needle", { y1: 0, y2: height, "data-from": begin, "data-to": end }) : [];
  if (isToday) place(needle);
  return svg("svg.bar", { role: "img", "aria-label": `${label.join(". ")}.`, height: height + (withHours ? 14 : 0), width: "100%" }, parts, needle);
}
