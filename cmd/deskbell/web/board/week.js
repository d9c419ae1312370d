// Weeks: seven days of a property as bars, in a row of the view Week and in a property's sheet. The server says what each day is like; here is no
// arithmetic of local times.

import { bar, titleOf } from "./row.js";
import { sign, zoneHere } from "./say.js";
import { dayIn, el, here, now, setText, zoneName } from "./words.js";

const mostAsked = 60; // properties in one request
const freshFor = 20_000; // ms; rows tell of changes of today at once, and not of those of later days
const mostWindows = 3; // of a day, said in words

const kept = new Map(); // from and id → {week, of: the row that it was asked for, asked: when}
let wanted = new Map(); // from → ids
let asking = 0, heed = () => {};

// onWeeks has a function called when weeks have come.
export function onWeeks(f) { heed = f; }

// weekOf is the week of a property from a date on, or from its own today (""), as far as it is known; it is asked for where that is not, or is old.
export function weekOf(p, from = "") {
  const key = `${from} ${p.property}`, one = kept.get(key);
  if (!one || one.of !== p || Date.now() - one.asked > freshFor) {
    kept.set(key, { week: one?.week, of: p, asked: Date.now() });
    wanted.set(from, (wanted.get(from) ?? new Set()).add(p.property));
    asking ||= setTimeout(ask, 60);
  }
  return one?.week ?? null;
}

// forgetWeeks has all weeks asked for again, as after an edit.
export function forgetWeeks() { for (const one of kept.values()) one.asked = 0; }

async function ask() {
  const all = wanted;
  wanted = new Map();
  for (const [from, ids] of all) {
    const list = [...ids];
    for (let i = 0; i < list.length; i += mostAsked) await askSome(from, list.slice(i, i + mostAsked));
  }
  asking = wanted.size > 0 ? setTimeout(ask, 60) : 0;
}

async function askSome(from, ids) {
  const query = new URLSearchParams(ids.map((id) => ["id", id]));
  if (from) query.set("from", from);
  const answer = await fetch(here(`/board/weeks?${query}`)).catch(() => null);
  const weeks = answer?.ok ? await answer.json().catch(() => []) : [];
  const changed = [];
  for (const week of weeks) {
    const one = kept.get(`${from} ${week.property}`);
    if (!one || JSON.stringify(one.week) === JSON.stringify(week)) continue;
    one.week = week;
    changed.push(week.property);
  }
  if (kept.size > 2000) kept.clear(); // of long ago
  if (changed.length > 0) heed(changed);
}

// todayHere is the date that the reader's clock shows.
export function todayHere() { return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zoneHere }).format(now()); }

const midnight = (date) => Date.parse(`${date}T00:00:00Z`);

// later is a date so many days after another.
export function later(date, days) { return new Date(midnight(date) + days * 86_400_000).toISOString().slice(0, 10); }

export function dateWords(date) { return dayIn(midnight(date), "UTC"); }

// dayWords are the hours of a day. A window over midnight stands on the day on which it opens.
export function dayWords(day, closed = "closed") {
  const { windows } = day;
  if (Date.parse(day.from) === Date.parse(day.to)) return "left out: its zone has skipped this date";
  if (windows.length === 0) return closed;
  if (windows.length === 1 && windows[0] === "00:00-24:00") return "open all day";
  return windows.slice(0, mostWindows).map((w) => w.replace("-", "–")).join(", ") + (windows.length > mostWindows ? ` and ${windows.length - mostWindows} more` : "");
}

// why says by what a day differs from its like; empty: by nothing.
function why(day) {
  const hours = (Date.parse(day.to) - Date.parse(day.from)) / 3_600_000;
  return [day.name || (day.differs ? "other hours than usual" : ""), hours > 0 && hours !== 24 ? `${hours} hours, since the clocks change` : ""].filter(Boolean).join(" · ");
}

// dayBar is the bar of one day. The override is the property's, of any day.
function dayBar(p, week, day, height, withHours, closed) {
  const words = [dayWords(day, closed), why(day)].filter(Boolean).join(". ");
  return bar({ today: day, uncovered: day.uncovered, override: p.override, time_zone: week.time_zone, words }, height, withHours);
}

// The view

// composeWeek makes the elements of a row once; paintWeek sets what they show.
export function composeWeek() {
  const r = { item: el("li.row.seven"), open: el("button.name", { type: "button", "aria-haspopup": "dialog" }), days: Array.from({ length: 7 }, () => el("div.of-day")) };
  r.item.append(r.open, ...r.days);
  r.controls = [r.open];
  return r;
}

export function paintWeek(r, p, from) {
  const week = p.fault ? null : weekOf(p, from);
  if (r.of === p && r.week === week && r.from === from) return; // to draw a screen of bars takes long
  [r.of, r.week, r.from] = [p, week, from];
  r.item.dataset.id = p.property;
  r.open.replaceChildren(el("span.title", {}, titleOf(p)), p.name ? el("span.id", {}, p.property) : "");
  const fault = p.fault || week?.fault;
  r.days.forEach((cell, i) => {
    const day = week?.days?.[i];
    cell.classList.toggle("today", day?.date === week?.today && Boolean(day));
    if (!day) return cell.replaceChildren(fault && i === 0 ? el("span.fault", {}, sign("bad"), " Cannot be decided") : "");
    const text = why(day) || dayWords(day);
    cell.replaceChildren(dayBar(p, week, day, 16), el("span.words", { title: `${dateWords(day.date)}: ${text}`, "aria-hidden": "true", "data-other": why(day) ? "" : null }, text));
  });
}

// drawDates writes the dates over the bars.
export function drawDates(head, from) {
  if (head.dataset.from === from + todayHere()) return;
  head.dataset.from = from + todayHere();
  head.replaceChildren(el("span"), ...Array.from({ length: 7 }, (_, i) => {
    const date = later(from, i), words = dateWords(date);
    return el(date === todayHere() ? "span.today" : "span", {}, words.slice(0, 3), el("span.rest", {}, words.slice(3)));
  }));
}

// The sheet

const list = document.getElementById("sheet-days"), zone = document.getElementById("sheet-days-zone");
let from = "", drawn = null;

// showWeek draws the week in the sheet of a property; anew where it is another property's.
export function showWeek(p) {
  if (drawn?.id !== p.property) [from, drawn] = ["", null];
  document.getElementById("sheet-week").hidden = Boolean(p.fault);
  if (p.fault) return;
  const week = weekOf(p, from), key = JSON.stringify([p.override, from]);
  if (drawn && drawn.week === week && drawn.key === key) return;
  drawn = { id: p.property, week, key };
  if (!week?.days) return void (from === "" && list.replaceChildren(el("li.hint", {}, week?.fault ?? "Reading…")));
  setText(zone, `by the clocks of ${zoneName(week.time_zone)}`);
  list.replaceChildren(...daysOf(week, p));
}

// daysOf are the days of a week as items of a list. p is what has an override, or nothing; closed is the word for a day without hours.
export function daysOf(week, p = {}, closed = undefined) {
  return week.days.map((day, i) => el(day.date === week.today ? "li.today" : "li", { "data-date": day.date },
    el("span.date", {}, day.date === week.today ? "Today" : dateWords(day.date)), dayBar(p, week, day, 20, i === week.days.length - 1, closed),
    el("span.words", {}, dayWords(day, closed)), why(day) ? el("span.other", {}, why(day)) : null));
}

function turnTo(date) {
  from = date;
  heed([]);
}

document.getElementById("sheet-days-earlier").addEventListener("click", () => drawn?.week?.days && turnTo(later(drawn.week.days[0].date, -7)));
document.getElementById("sheet-days-later").addEventListener("click", () => drawn?.week?.days && turnTo(later(drawn.week.days[0].date, 7)));
document.getElementById("sheet-days-today").addEventListener("click", () => turnTo(""));
