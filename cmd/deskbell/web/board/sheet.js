// The sheet of a property: how it is today, in full, and its week.

import { showDates } from "./dates.js";
import { editing } from "./hours.js";
import { bar, hoursOf, isForced, overrideWords, statusOf, titleOf, uncoveredWords, whoForced, words } from "./row.js";
import { action, reason, sign } from "./say.js";
import { showMessages } from "./triggers.js";
import { showWeek } from "./week.js";
import { at, clock, el, setText, until, when, zoneName } from "./words.js";

const $ = (id) => document.getElementById(id);
const dialog = $("sheet");

let of = null; // the id of the property

// openSheet shows a property. recent are the last actions of all; edits is what the editor of hours is given: see editing.
export function openSheet(p, zone, recent, edits) {
  of = p.property;
  editing(p, edits);
  showDates(p.property);
  showMessages(p, titleOf(p), edits);
  refreshSheet(p, zone, recent);
  if (!dialog.open) dialog.showModal();
  $("sheet-body").scrollTop = 0;
}

export function sheetOf() { return dialog.open ? of : null; }

export function closeSheet() { dialog.close(); }

export function refreshSheet(p, zone, recent) {
  setText($("sheet-title"), titleOf(p));
  setText($("sheet-id"), p.name ? p.property : "");
  $("sheet-state").replaceChildren(sign(statusOf(p)), ` ${p.fault ? "Cannot be decided" : words[p.widget.status]}`);
  $("sheet-state").dataset.status = statusOf(p);
  const own = recent.filter((a) => a.data?.property === p.property).slice(0, 8);
  $("sheet-today").replaceChildren(p.fault ? el("p.fault", {}, p.fault) : today(p, zone));
  showWeek(p);
  $("sheet-rest").replaceChildren(...(p.fault ? [] : [departments(p, zone), agents(p, zone), boundaries(p, zone)]).filter(Boolean));
  $("sheet-lately").replaceChildren(section("Lately", own.length ? el("ol.plain", { role: "list" }, own.map((a) => action(a, () => titleOf(p)))) : el("p.none", {}, "Nothing of it is among the last actions.")));
}

function section(title, ...children) { return el("section", {}, el("h3", {}, title), children); }

function today(p, zone) {
  const w = p.widget, since = at(w.since), end = at(w.until);
  const mode = w.mode === "chat" ? "" : ` · ${w.mode.replaceAll("_", " ")}`;
  return section("Today",
    p.behind ? el("p.warning", {}, sign("bad"), " No worker has decided this yet: does ", el("code", {}, "deskbell worker"), " run?") : null,
    bar(p, 26, true),
    el("p.hours", {}, hoursOf(p), " ", el("span.hint", {}, `in ${zoneName(p.time_zone)}`)),
    p.uncovered?.length > 0 ? el("p.gaps", {}, `Nobody on shift ${uncoveredWords(p)}`) : null,
    el("p", {}, el("span.hint", {}, "Since "), since ? when(since, zone) : "ever", ` · ${reason(w.reason)}${mode}`),
    el("p", {}, end ? [el("span.hint", {}, "Until "), el("strong", {}, when(end, zone)), ", ", until(end), `, then ${w.next}`] : el("span.hint", {}, "No change in sight")),
    isForced(p) && p.override ? el("p.forced", {}, el("strong", {}, "Override: "), overrideWords(p.override, zone), at(p.override.until) ? [", ", until(at(p.override.until))] : null, whoForced(p.override)) : null);
}

function departments(p, zone) {
  const list = Object.entries(p.widget.departments ?? {});
  if (list.length === 0) return null;
  return section("Departments", el("ul.plain", { role: "list" }, list.map(([id, w]) => {
    const end = at(w.until), forced = p.overrides?.[id];
    return el("li", {}, sign(w.status), el("div", {}, el("strong", {}, p.departments?.[id] ?? id), el("span.hint", {}, ` ${w.status}`, end ? [" until ", when(end, zone)] : null),
      forced ? el("p.forced", {}, `Override: ${overrideWords(forced, zone)}${whoForced(forced)}`) : null));
  })));
}

// agents are all who serve it, as far as they are told of, each with the reason.
function agents(p, zone) {
  if (!p.agent_count) return section("Agents", el("p.none", {}, "It lists none: it goes by its hours alone."));
  const list = p.agents ?? [];
  return section("Agents", el("p.shift", {}, p.online ? `${p.online} of ${p.agent_count} on shift` : `Nobody of ${p.agent_count} on shift`),
    el("ul.plain", { role: "list" }, list.map((a) => el(a.missed ? "li.missed" : "li", {}, sign(a.status), el("div", {}, el("strong", {}, a.name || a.agent), el("span.hint", {}, ` ${agentWords(a, zone)}`))))),
    p.agent_count > list.length ? el("p.hint", {}, `and ${p.agent_count - list.length} more`) : null);
}

export function agentWords(a, zone) {
  return `${a.missed ? "missed on shift: " : ""}${a.status} · ${reason(a.reason)}${at(a.since) ? `, since ${clock(at(a.since), zone)}` : ""}${at(a.until) ? `, until ${clock(at(a.until), zone)}` : ""}`;
}

function boundaries(p, zone) {
  const list = p.boundaries ?? [];
  if (list.length === 0) return null;
  return section("Next changes", el("ul.plain", { role: "list" }, list.map((b) => el("li", {}, sign(b.status), el("div", {}, when(at(b.at), zone), ` ${b.status}`,
    b.open === (b.status !== "offline") ? null : el("span.hint", {}, b.open ? " (hours open)" : " (hours close)"))))));
}

$("sheet-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (e) => { // beside it
  if (e.target === dialog) dialog.close();
});
