// The view of agents: everybody who serves a property of the desk, each once, with the reason where they are, their shifts of seven days, and a
// notice to try whether it reaches them.

import { ask } from "./define.js";
import { press } from "./deliveries.js";
import { sign, zoneHere } from "./say.js";
import { agentWords } from "./sheet.js";
import { daysOf } from "./week.js";
import { el, zoneName } from "./words.js";

const mostShown = 200;

const opened = new Map(); // agents whose shifts are shown → the element with them

// agentsOf are the agents of properties, each once: those on shift first, then those who are missed there.
export function agentsOf(properties) {
  const all = new Map();
  for (const p of properties) {
    for (const a of p.agents ?? []) {
      if (!all.has(a.agent)) all.set(a.agent, { ...a, serves: [] });
      all.get(a.agent).serves.push(p.property);
    }
  }
  const rank = (a) => (a.missed ? 0 : a.online ? 1 : 2);
  return [...all.values()].sort((a, b) => rank(a) - rank(b) || (a.name || a.agent).localeCompare(b.name || b.agent));
}

// agentItems are the items of a list of agents. told is as with a destination's.
export function agentItems(list, nameOf, told) {
  return [...list.slice(0, mostShown).map((a) => agent(a, nameOf, told)), ...(list.length > mostShown ? [el("li.hint", {}, `and ${list.length - mostShown} more: search for a name`)] : [])];
}

function agent(a, nameOf, told) {
  const serves = a.serves.slice(0, 3).map(nameOf).join(", ") + (a.serves.length > 3 ? ` and ${a.serves.length - 3} more` : "");
  const more = opened.get(a.agent);
  const button = el("button.shifts", { type: "button", "data-key": a.agent, "aria-expanded": String(Boolean(more)) }, "Shifts", el("span.unseen", {}, ` of ${a.name || a.agent}`));
  const item = el(a.missed ? "li.missed" : "li", {}, sign(a.status), el("div", {}, el("strong", {}, a.name || a.agent), el("span.id", {}, a.name ? ` ${a.agent}` : ""),
    el("p.hint", {}, agentWords(a, zoneHere)), el("p.hint", {}, serves), more), button);
  button.addEventListener("click", () => turn(a, item, button, told));
  return item;
}

// turn shows the shifts of an agent, or hides them.
async function turn(a, item, button, told) {
  const shown = opened.get(a.agent);
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) {
    shown.remove();
    opened.delete(a.agent);
    return;
  }
  const panel = el("div.of-agent", {}, el("p.hint", {}, "Reading…"));
  opened.set(a.agent, panel);
  item.querySelector("div").append(panel);
  const { body: week, error } = await ask(`/board/shifts?agent=${encodeURIComponent(a.agent)}`, "GET").catch((e) => ({ error: e }));
  if (error) return panel.replaceChildren(el("p.fault", {}, error.message));
  panel.replaceChildren(el("p.hint", {}, `by the clocks of ${zoneName(week.time_zone)}`), el("ul.days", { role: "list" }, daysOf(week, {}, "off")), el("p.hint", {}, noticesOf(week)),
    press(`test ${a.agent}`, "Send a test notice", `/v1/agents/${encodeURIComponent(a.agent)}/notices/test`, told, tried));
}

function noticesOf(week) {
  const ways = week.services === 0 ? "browsers and phones that they allow" : `${week.services} service${week.services === 1 ? "" : "s"}, and browsers and phones that they allow`;
  return week.notices.length === 0 ? "They ask for no notices." : `Notices (${week.notices.map((n) => n.replaceAll("_", " ")).join(", ")}) by ${ways}.`;
}

// tried says what became of a test notice.
function tried({ ways }) {
  return ways.map((w) => `${w.way}: ${w.problem ?? "sent"}`).join("; ");
}
