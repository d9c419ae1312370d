// Schedules as definitions have them, taken apart for people who edit them: the windows of each weekday, and the dates with other hours. Times here are
// readings of a clock, as in a definition, and never instants.

import { dateWords } from "./week.js";

export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const names = { mon: "Monday", tue: "Tuesday", wed: "Wednesday", thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" };
const allDay = "00:00-24:00";

// weekOf gives the windows of each day, such as {mon: [{opens: "09:00", closes: "17:00"}]}, from the canonical form of a week.
export function weekOf(weekly) {
  const week = Object.fromEntries(days.map((day) => [day, []]));
  if (weekly === "closed") return week;
  const table = typeof weekly === "string" ? { "mon-sun": allDay } : weekly;
  for (const [key, text] of Object.entries(table ?? {})) {
    for (const day of expand(key)) week[day] = windowsOf(text);
  }
  return week;
}

function expand(key) {
  return key.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map((day) => days.indexOf(day));
    return days.slice(first, last + 1);
  });
}

export function windowsOf(text) {
  if (text === "closed") return [];
  return text.split(",").map((w) => { const [opens, closes] = w.trim().split("-"); return { opens, closes }; });
}

export function textOf(windows) { return windows.length === 0 ? "closed" : windows.map((w) => `${w.opens}-${w.closes}`).join(", "); }

// weeklyOf is the form of a definition; days with the same hours stand together where they follow each other.
export function weeklyOf(week) {
  const weekly = {};
  for (const run of runs(days, (day) => textOf(week[day]))) {
    const text = textOf(week[run[0]]);
    if (text === "closed") continue;
    weekly[run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(",")] = text;
  }
  return Object.keys(weekly).length > 0 ? weekly : "closed";
}

// specOf is the schedule that an edit makes of another one: its week and dates, and all else as it is.
export function specOf({ week, exceptions }, spec) {
  const { exceptions: _, ...rest } = spec;
  return { ...rest, weekly: weeklyOf(week), ...(exceptions.length > 0 ? { exceptions } : {}) };
}

// runs are neighbours of which something is the same.
function runs(list, of) {
  const all = [];
  for (const one of list) {
    if (all.length > 0 && of(all.at(-1)[0]) === of(one)) all.at(-1).push(one);
    else all.push([one]);
  }
  return all;
}

// timeOf reads what people write for a time of day: 9, 930, 9:30 and 09:30 are 09:30. null: it is none.
export function timeOf(text) {
  const found = /^(\d{1,2})(?:[:.h]?(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
  if (hour > 24 || minute > 59 || hour === 24 && minute > 0) return null;
  return `${found[1].padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

const minutesOf = (time) => 60 * Number(time.slice(0, 2)) + Number(time.slice(3));
const readingOf = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

// moved is a time so many minutes later, within the day.
export function moved(time, minutes) { return readingOf(Math.min(1440, Math.max(0, minutesOf(time) + minutes))); }

// split makes a break of an hour, or of a third where there is less time, in the middle of a window, on the quarter of an hour. null: it is too short for one, or
// the second part would open on the next day, to whose hours it would belong.
export function split(window) {
  const opens = minutesOf(window.opens), length = (minutesOf(window.closes) - opens + 1440 - 1) % 1440 + 1;
  const pause = Math.min(60, 15 * Math.floor(length / 45)), begins = opens + 15 * Math.floor((length - pause) / 30);
  if (pause === 0 || begins === opens || begins + pause >= 1440) return null;
  return [{ opens: window.opens, closes: readingOf(begins) }, { opens: readingOf(begins + pause), closes: window.closes }];
}

// Words

export function windowsWords(text) { return text === "closed" ? "closed" : text === allDay ? "open all day" : text.replaceAll("-", "–"); }

function daysWords(run) { return run.length > 2 ? `${names[run[0]]} to ${names[run.at(-1)]}` : run.map((day) => names[day]).join(" and "); }

export function exceptionWords(e) {
  if (e.ical || e.ical_url) return "A calendar of closed days, which stays as it is";
  const date = (text) => (text.length > 5 ? `${dateWords(text)} ${text.slice(0, 4)}` : `${dateWords(`2024-${text}`).slice(4)}`);
  const when = e.on ? date(e.on) : `${date(e.from)} to ${date(e.to)}`;
  return `${e.name ? `${e.name}, ` : ""}${when}${e.yearly ? " every year" : ""}: ${e.closed ? "closed" : windowsWords(e.hours)}`;
}

// differences says in sentences what becomes other from one schedule to the next, each a {week, exceptions}.
export function differences(before, after) {
  const change = (day) => { const [a, b] = [textOf(before.week[day]), textOf(after.week[day])]; return a === b ? "" : `${windowsWords(a)} becomes ${windowsWords(b)}`; };
  const list = runs(days, change).filter(([day]) => change(day)).map((run) => `${daysWords(run)}: ${change(run[0])}`);
  const key = JSON.stringify, [old, fresh] = [before.exceptions.map(key), after.exceptions.map(key)];
  return [
    ...list,
    ...after.exceptions.filter((e) => !old.includes(key(e))).map((e) => `New: ${exceptionWords(e)}`),
    ...before.exceptions.filter((e) => !fresh.includes(key(e))).map((e) => `No longer: ${exceptionWords(e)}`),
  ];
}

// yaml is a schedule as it may stand in a file, under `key`.
export function yaml(spec, key, indent) {
  const line = (depth, text) => `${" ".repeat(indent + 2 * depth)}${text}`, json = JSON.stringify;
  const out = [line(0, `${key}:`)];
  for (const [name, value] of Object.entries(spec)) {
    if (name === "weekly" && typeof value === "object") out.push(line(1, "weekly:"), ...Object.entries(value).map(([day, text]) => line(2, `"${day}": ${json(text)}`)));
    else if (Array.isArray(value)) out.push(line(1, `${name}:`), ...value.map((e) => line(2, `- ${json(e)}`)));
    else out.push(line(1, `${name}: ${json(value)}`));
  }
  return out.join("\n");
}
