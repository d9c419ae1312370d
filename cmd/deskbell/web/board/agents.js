// The view of agents: everybody who serves a property of the desk, each once, with the reason where they are.

import { sign, zoneHere } from "./say.js";
import { agentWords } from "./sheet.js";
import { el } from "./words.js";

const mostShown = 200;

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

// drawAgents shows them in a list.
export function drawAgents(root, list, nameOf) {
  root.replaceChildren(...list.slice(0, mostShown).map((a) => agent(a, nameOf)), ...(list.length > mostShown ? [el("li.hint", {}, `and ${list.length - mostShown} more: search for a name`)] : []));
}

function agent(a, nameOf) {
  const serves = a.serves.slice(0, 3).map(nameOf).join(", ") + (a.serves.length > 3 ? ` and ${a.serves.length - 3} more` : "");
  return el(a.missed ? "li.missed" : "li", {}, sign(a.status), el("div", {}, el("strong", {}, a.name || a.agent), el("span.id", {}, a.name ? ` ${a.agent}` : ""),
    el("p.hint", {}, agentWords(a, zoneHere)), el("p.hint", {}, serves)));
}
