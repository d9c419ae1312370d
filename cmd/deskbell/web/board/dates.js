// The dates of the next twelve months on which a property has other hours than on other weeks, in its sheet.

import { ask, propertyAt } from "./define.js";
import { dateWords } from "./week.js";
import { el } from "./words.js";

const details = document.getElementById("dates-ahead"), list = document.getElementById("dates-list");
let of = "";

// showDates closes the list where it is another property's.
export function showDates(id) {
  if (of === id) return;
  of = id;
  details.open = false;
}

// hoursWords are the hours of one entry, as search engines read them: 00:00 to 00:00 is closed, and 00:00 to 23:59 is all day.
function hoursWords({ opens, closes }) {
  if (opens === "00:00" && closes === "00:00") return "closed";
  return opens === "00:00" && closes === "23:59" ? "open all day" : `${opens}–${closes}`;
}

const datesWords = ({ validFrom: from, validThrough: to }) => (from === to ? dateWords(from) : `${dateWords(from)} to ${dateWords(to)}`);

async function read() {
  const mine = of;
  list.replaceChildren(el("li.hint", {}, "Reading…"));
  const { body, error } = await ask(`${propertyAt(mine)}/opening-hours?format=json`, "GET").catch((e) => ({ error: e }));
  if (of !== mine) return;
  if (error) return list.replaceChildren(el("li.hint", {}, error.message));
  const days = new Map(); // dates in a row → the entries of their windows
  for (const e of body.specialOpeningHoursSpecification) days.set(datesWords(e), [...(days.get(datesWords(e)) ?? []), e]);
  if (days.size === 0) return list.replaceChildren(el("li.hint", {}, "None: each week is like the other."));
  list.replaceChildren(...[...days].map(([dates, entries]) => el("li", {}, el("span.date", {}, dates), el("span", {}, entries.map(hoursWords).join(", "), entries[0].name ? el("span.other", {}, ` · ${entries[0].name}`) : null))));
}

details.addEventListener("toggle", () => { if (details.open) read(); });
