// What to look at first: the strip of problems, and the pill that says whether all is well.

import { ofDestination } from "./deliveries.js";
import { factsOf } from "./find.js";
import { titleOf } from "./row.js";
import { sign } from "./say.js";
import { el, setText } from "./words.js";

const $ = (id) => document.getElementById(id);

// drawProblems draws sentences, each with a button that shows more of it. d is what the stream has told: {trouble, health, connection, destinations,
// quotas, zones, clocks}, with nameOf(id), show(id), which opens a sheet, and search(text).
export function drawProblems(list, d) {
  const { trouble, health, destinations, quotas, nameOf, show, search } = d;
  const found = [];
  const add = (status, text, word, f) => found.push({ status, text, word, f });
  if (trouble) add("bad", trouble);
  if (health?.redis && !trouble) add("bad", `Redis cannot be used: ${health.redis}. States are as they were; the next changes are shown when it is back.`);
  if (health && !health.redis && health.workers === 0) add("bad", "No worker runs, so nothing is decided and no message is sent. Start one: deskbell worker");
  for (const text of clockWords(d.clocks)) add("bad", text);
  for (const text of zoneWords(d.zones)) add("away", text);
  const sets = [
    ["fault", "bad", (n, first) => (n === 1 ? `${first} cannot be decided` : `${n} properties cannot be decided`)],
    ["behind", "bad", (n, first) => (n === 1 ? `${first} is late: no worker has decided it yet` : `${n} properties are late: no worker has decided them yet`)],
    ["uncovered", "away", (n, first) => (n === 1 ? `${first} is open, and nobody is on shift` : `${n} properties are open, and nobody is on shift there`)],
    ["missed", "away", (n, first) => (n === 1 ? `${first} misses somebody who has hours now` : `${n} properties miss somebody who has hours now`)],
  ];
  for (const [kind, status, words] of sets) {
    const those = list.filter((p) => factsOf(p)[kind]);
    if (those.length === 1) add(status, `${words(1, titleOf(those[0]))}.`, `Look at ${titleOf(those[0])}`, () => show(those[0].property));
    if (those.length > 1) add(status, `${words(those.length)}.`, `Show these ${those.length}`, () => search(`is:${kind}`));
  }
  for (const d of destinations.filter(ofDestination)) add("bad", ofDestination(d), "See deliveries", () => { location.hash = "deliveries"; });
  if (quotas.length > 0) add("bad", quotas.length === 1 ? `${nameOf(quotas[0].property)} is over its quota.` : `${quotas.length} properties are over a quota.`, "See quotas", () => { location.hash = "deliveries"; });
  found.sort((a, b) => (a.status === "bad" ? 0 : 1) - (b.status === "bad" ? 0 : 1));
  const key = JSON.stringify(found.map((f) => [f.text, f.word]));
  if ($("problems").dataset.key === key) return; // a button keeps its focus
  const held = $("problems").contains(document.activeElement);
  $("problems").dataset.key = key;
  $("problems").replaceChildren(...found.map(({ status, text, word, f }) => {
    const button = word ? el("button", { type: "button" }, word) : null;
    button?.addEventListener("click", f);
    return el(`li.${status}`, {}, sign(status), el("span", {}, text), button);
  }));
  $("strip").hidden = found.length === 0;
  if (held) ($("problems").querySelector("button") ?? $("properties")).focus();
}

function clockWords(clocks) {
  return clocks.map(({ name, process, clock, ahead_seconds: ahead = 0 }) => {
    const off = `The clock of ${name || process} is ${Math.abs(ahead).toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"} that of Redis`;
    return clock === "wrong" ? `${off}: as a worker, it decides nothing until it is right.` : `${off}: set it by NTP.`;
  });
}

function zoneWords(zones) {
  const { newest, differs, replaced_by: replaced, standing_by: standing } = zones;
  const alone = standing ? ", and decides alone meanwhile" : "";
  return [
    differs ? `Another process has other time zone rules of the same version${alone}: give all the same.` : "",
    newest ? `Another process has the time zone rules ${newest}${alone}: update this one.` : "",
    replaced ? `Time zone rules ${replaced} lie in this process's directory: restart it to use them.` : "",
  ].filter(Boolean);
}

// feel says whether all is well, in a few words; the strip says more.
export function feel(list, d) {
  const { connection, trouble, health, destinations } = d;
  const late = list.filter((p) => factsOf(p).behind).length;
  const bad = destinations.find(ofDestination);
  const pill = (state, text) => { $("live").dataset.state = state; setText($("live"), text); };
  document.body.classList.toggle("stale", connection === "broken" || Boolean(health?.redis) || Boolean(trouble));
  if (connection === "broken") return pill("broken", "Not live: reconnecting");
  if (connection === "connecting" || !health) return pill("connecting", "Connecting");
  if (health.redis || trouble) return pill("broken", "Redis is away");
  if (health.workers === 0) return pill("broken", "No worker");
  if (d.clocks.length > 0) return pill("broken", "A clock is off");
  if (zoneWords(d.zones).length > 0) return pill("broken", "Old zone rules");
  if (bad) return pill("broken", `${bad.name} ${bad.state === "paused" ? "is paused" : bad.state === "gone" ? "is gone" : "fails"}`);
  if (late > 0) return pill("broken", `${late} late`);
  return pill("live", `Live: ${health.workers} ${health.workers === 1 ? "worker" : "workers"} · all on time`);
}
