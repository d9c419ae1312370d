// What happened: the last actions, as they come, by kind; those that were held back, by reason.

import { action, inWords, reason, zoneHere } from "./say.js";
import { el, here, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
const most = 500;

let recent = []; // the last few, as the stream tells of them
let long = null; // as many as are kept, while somebody looks at the log; null: not read
let nameOf = (id) => id, wide = () => false, asked = 0;

const states = ["widget.state_changed", "department.state_changed", "agent.status_changed"], notices = ["agent.notify", "digest.opened", "chat.sla_warning"];
const kinds = {
  states: (a) => states.includes(a.type),
  agents: (a) => notices.includes(a.type),
  held: (a) => a.type === "message.skipped",
  visitors: (a) => !kinds.states(a) && !kinds.agents(a) && !kinds.held(a),
};

const reasonOf = (a) => a.data?.reason || a.data?.text || "";

// logging sets how properties are called, and when the log is all that the page shows.
export function logging(names, isWide) { [nameOf, wide] = [names, isWide]; }

let newest = null; // action that was shown

// news takes the last actions, the newest first.
export function news(actions) {
  const before = newest === null ? 0 : actions.findIndex((a) => a.id === newest);
  const fresh = before < 0 ? actions.length : before;
  recent = actions;
  newest = actions[0]?.id ?? "";
  if (fresh > 0) hear(fresh, actions[0]);
  drawLog();
  readLog();
}

// readLog reads as many as are kept, where somebody looks at them, once in a second at most.
export function readLog() {
  if (!wide() || asked) return;
  asked = setTimeout(async () => {
    const answer = await fetch(here(`/board/recent?limit=${most}`)).catch(() => null);
    long = answer?.ok ? await answer.json().catch(() => null) : null;
    asked = 0;
    drawLog();
  }, long ? 1000 : 0);
}

// drawLog draws what is chosen.
export function drawLog() {
  const all = wide() ? long ?? recent : recent, kind = wide() ? $("log-kind").value : "";
  const held = all.filter(kinds.held);
  $("log-why").hidden = kind !== "held";
  if (kind === "held") offer(held);
  const why = kind === "held" ? $("log-reason").value : "";
  const found = all.filter((a) => (!kind || kinds[kind](a)) && (!why || reasonOf(a) === why));
  $("no-recent").hidden = all.length > 0;
  setText($("recent-zone"), all.length ? `${wide() ? `${found.length} of the last ${all.length}. ` : ""}Times in your zone, ${zoneHere}` : "");
  $("recent").replaceChildren(...found.map((a) => action(a, nameOf)));
}

// offer has the reasons that there are to choose from.
function offer(held) {
  const words = new Map(held.map((a) => [reasonOf(a), a.data?.text || reason(reasonOf(a))]));
  const reasons = [...words.keys()].filter(Boolean).sort(), select = $("log-reason"), before = select.value;
  if (select.dataset.of === reasons.join("\n")) return;
  select.dataset.of = reasons.join("\n");
  select.replaceChildren(el("option", { value: "" }, "Any reason"), ...reasons.map((r) => el("option", { value: r }, words.get(r))));
  select.value = reasons.includes(before) ? before : "";
}

let heard = 0, waiting = 0, last = null, saying = 0;

// hear tells a screen reader of new actions, once in ten seconds at most.
function hear(count, a) {
  waiting += count;
  last = a;
  clearTimeout(saying);
  saying = setTimeout(() => {
    setText($("heard"), waiting === 1 ? inWords(last, nameOf) : `${waiting} new actions, the last: ${inWords(last, nameOf)}`);
    [heard, waiting] = [Date.now(), 0];
  }, Math.max(500, heard + 10_000 - Date.now()));
}

$("log-kind").addEventListener("change", drawLog);
$("log-reason").addEventListener("change", drawLog);
