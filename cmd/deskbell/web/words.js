// Times in words, and elements. All that comes from outside becomes text, never HTML.

let ahead = 0; // by how much the server's clock is ahead of this one, in ms

// setClock takes the server's time: a board is right also on a machine whose clock is not.
export function setClock(at) { ahead = Date.parse(at) - Date.now(); }

export function now() { return Date.now() + ahead; }

// at reads an instant; null for one that is not in sight.
export function at(text) {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) || ms <= 0 ? null : ms;
}

const formats = new Map();

// format gives a formatter in a zone. A zone that this browser does not know is shown in UTC, and says so.
function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    try {
      formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
    } catch {
      formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC", timeZoneName: "short" }));
    }
  }
  return formats.get(key);
}

// zoneName is a zone for people. An offset is that of a server whose own zone has no name.
export function zoneName(zone) { return /^[+-]/.test(zone) ? `UTC${zone}` : zone; }

const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = { weekday: "short", day: "numeric", month: "short" };

export function dayIn(ms, zone) { return format(zone, day).format(ms).replace(",", ""); }

// clock is 18:00, with seconds where there are some; on another day Tue 18:00, and from a week on Tue 24 Nov 18:00.
export function clock(ms, zone) {
  const text = format(zone, ms % 60_000 ? { ...time, second: "2-digit" } : time).format(ms);
  const date = dayIn(ms, zone);
  if (date === dayIn(now(), zone)) return text;
  const near = ms > now() && ms < now() + 6 * 86_400_000;
  return `${near ? date.slice(0, 3) : date} ${text}`;
}

// span is a duration in its two largest units, the minutes rounded up: 1 day 3 h, 2 h 5 min.
function span(ms) {
  const all = Math.ceil(ms / 60_000);
  const [days, hours, minutes] = [Math.floor(all / 1440), Math.floor(all / 60) % 24, all % 60];
  if (days > 0) return `${days} ${days === 1 ? "day" : "days"}${hours ? ` ${hours} h` : ""}`;
  if (hours > 0) return `${hours} h${minutes ? ` ${minutes} min` : ""}`;
  return `${minutes} min`;
}

export function relative(ms) {
  const left = ms - now();
  if (left > 60_000) return `in ${span(left)}`;
  if (left > 0) return "in less than a minute";
  if (left > -60_000) return "just now";
  return `${span(-left - 59_999)} ago`;
}

// el makes an element: a string is text, null is left out, and attributes never run anything.
export function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElement(tag), classes, attributes, children);
}

// svg is el for drawings.
export function svg(name, attributes, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  for (const c of classes) element.classList.add(c);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== ""));
  return element;
}

// when is an instant to be read by people and programs.
export function when(ms, zone) { return el("time", { datetime: new Date(ms).toISOString() }, clock(ms, zone)); }

// until is a distance that keeps itself right: see tick.
export function until(ms) { return el("span.relative", { "data-at": ms }, relative(ms)); }

// tick sets right what only time changes.
export function tick() {
  for (const e of document.querySelectorAll(".relative")) setText(e, relative(Number(e.dataset.at)));
  for (const needle of document.querySelectorAll(".bar .needle")) place(needle);
}

// place moves a needle to now.
export function place(needle) {
  const { from, to } = needle.dataset;
  const share = Math.min(1, Math.max(0, (now() - from) / (to - from)));
  needle.setAttribute("x1", `${(100 * share).toFixed(2)}%`);
  needle.setAttribute("x2", needle.getAttribute("x1"));
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// here is a URL of this server. In a page that was opened as http://name:key@host/, a mere path would be refused: it
// would have the key in it.
export function here(path) { return new URL(path, location.origin).href; }
