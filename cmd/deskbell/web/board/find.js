// How properties are found and sorted on the desk: is:away and its like, words, and orders.

import { isForced, problemsOf, statusOf, titleOf } from "./row.js";
import { at } from "./words.js";

let known = new WeakMap(); // property → what filters and orders ask of it, until its time passes

// forgetFacts has them computed anew: some depend on the time.
export function forgetFacts() { known = new WeakMap(); }

export function factsOf(p) {
  let f = known.get(p);
  if (!f) {
    const list = problemsOf(p);
    f = {
      online: statusOf(p) === "online", away: statusOf(p) === "away", offline: statusOf(p) === "offline", overridden: isForced(p), problem: list.length > 0,
      fault: list.includes("fault"), behind: list.includes("behind"), uncovered: list.includes("uncovered"), missed: list.includes("missed"),
      weight: kinds.indexOf(list[0]) + 1 || 9, next: p.fault ? Infinity : at(p.override?.until) ?? at(p.widget.until) ?? Infinity,
      text: [p.property, p.name, p.time_zone, ...(p.agents ?? []).flatMap((a) => [a.agent, a.name])].filter(Boolean).join("\n").toLowerCase(),
    };
    known.set(p, f);
  }
  return f;
}

const kinds = ["fault", "behind", "uncovered", "missed"]; // of problems, the worst first
const states = new Set(["online", "away", "offline", "overridden", "problem", ...kinds]);

export function tokensOf(text) { return text.toLowerCase().split(/\s+/).filter(Boolean); }

// matching gives the test of a search: is:away and its like, and words that all have to be there.
export function matching(tokens) {
  const tests = tokens.map((t) => (t.startsWith("is:") ? (f) => states.has(t.slice(3)) && f[t.slice(3)] : (f) => f.text.includes(t)));
  return (p) => tests.every((test) => test(factsOf(p)));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
let ranks = null; // id → its place by name; null: names have changed

export function forgetNames() { ranks = null; }

// byName compares by places that were found once: to compare thousands of names takes long.
const byName = (a, b) => ranks.get(a.property) - ranks.get(b.property);

// rank finds these places, which orders need.
export function rank(all) {
  if (ranks) return;
  const list = [...all].map((p) => [titleOf(p), p.property]).sort((a, b) => collator.compare(a[0], b[0]) || collator.compare(a[1], b[1]));
  ranks = new Map(list.map(([, id], i) => [id, i]));
}

export const orders = {
  problems: (a, b) => factsOf(a).weight - factsOf(b).weight || byName(a, b),
  next: (a, b) => { const [x, y] = [factsOf(a).next, factsOf(b).next]; return x === y ? byName(a, b) : x - y; },
  name: byName,
};
