// The dialog that opens or closes properties, or a department of one, whatever the hours say. What it did can be undone.

import { overrideWords, titleOf, whoForced } from "./row.js";
import { zoneHere } from "./say.js";
import { at, clock, el, here, now, relative, setText, zoneName } from "./words.js";

const $ = (id) => document.getElementById(id);
const dialog = $("override"), form = $("override-form"), which = $("override-of"), until = $("override-until");

let of = []; // the properties
let context = null; // {told, hasWorkers, zoneOf}: see overriding

// overriding asks what to do with properties. told(text, undo) is called with what has been done.
export function overriding(properties, { told, hasWorkers, zoneOf }) {
  [of, context] = [properties, { told, hasWorkers, zoneOf }];
  setText($("override-title"), of.length === 1 ? `Override ${titleOf(of[0])}` : `Override ${of.length} properties`);
  const departments = of.length === 1 ? Object.keys(of[0].widget?.departments ?? {}) : [];
  which.replaceChildren(...["", ...departments].map((id) => el("option", { value: id }, id ? nameOf(of[0], id) : `All of ${titleOf(of[0])}`)));
  $("override-which").hidden = of.length > 1 || of[0].fault || departments.length === 0;
  form.reset();
  form.elements.state.value = of.some((p) => p.widget?.status === "online") ? "closed" : "open";
  until.value = local(now() + 3_600_000, zone());
  setText($("override-zone"), zoneName(zone()));
  fault("");
  describe();
  dialog.showModal();
  form.querySelector('[name="state"]:checked').focus();
}

// renew has the dialog, while it is open, know the properties as they are now. get gives one by its id.
export function renew(get) {
  if (!dialog.open) return;
  of = of.map((p) => get(p.property) ?? p);
  describe();
}

function zone() { return of.length === 1 ? context.zoneOf(of[0]) : zoneHere; }

function nameOf(p, department) { return p.departments?.[department] ?? department; }

function forcedOf(p) { return which.value ? p.overrides?.[which.value] : p.override; }

function nextOf(p) { return at(p.department_hours?.[which.value] ?? p.next_hours); }

// describe says how what is chosen is now, and what would come of it.
function describe() {
  const one = of.length === 1 ? of[0] : null;
  const forced = of.map(forcedOf);
  if (one) {
    const is = one.fault ? "cannot be decided" : `is ${(which.value ? one.widget.departments?.[which.value] : one.widget)?.status ?? "not there any more"}`;
    setText($("override-now"), `${which.value ? nameOf(one, which.value) : "It"} ${is}${forced[0] ? `. An override: ${overrideWords(forced[0], zone())}${whoForced(forced[0])}` : ""}.`);
  } else {
    setText($("override-now"), `${of.slice(0, 3).map(titleOf).join(", ")}${of.length > 3 ? ` and ${of.length - 3} more` : ""}.`);
  }
  const nexts = of.filter((p) => !p.fault).map(nextOf);
  const next = form.querySelector('[value="next"]');
  next.disabled = !nexts.some(Boolean);
  setText($("override-next"), next.disabled ? "Until its next change: it has none" : one ? `Until ${clock(nexts[0], zone())}, its next change` : "Until the next change of each");
  const open = form.elements.state.value === "open";
  const nobody = of.filter((p) => !which.value && p.agent_count > 0 && p.online === 0);
  setText($("override-warning"), !open || nobody.length === 0 ? "" : one ? "Nobody is on shift: visitors will still see Away." : `Nobody is on shift at ${nobody.length} of them: visitors will still see Away there.`);
  $("override-warning").hidden = !$("override-warning").textContent;
  $("override-pick").hidden = form.elements.end.value !== "pick";
  setText($("override-do"), `${open ? "Open" : "Close"} ${one ? "it" : "them"}`);
  setText($("override-undo"), one ? "Undo the override" : "Undo their overrides");
  $("override-undo").hidden = !forced.some(Boolean) && !one?.fault;
}

function fault(text) {
  setText($("override-fault"), text);
  $("override-fault").hidden = !text;
}

async function ask(p, department, method, body) {
  const below = department ? `/departments/${encodeURIComponent(department)}` : "";
  let answer;
  try {
    answer = await fetch(here(`/v1/properties/${encodeURIComponent(p.property)}${below}/override`),
      { method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The server of this page does not answer. Nothing was changed, as far as is known: look at the row before you try again.");
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 403) throw new Error(`You may look, but not change anything here: ${said.detail || "this key may only read"}. Ask for a key that may, and log in with it.`);
  const details = (said.errors ?? []).map((e) => e.message).filter(Boolean).join("; ");
  throw new Error([said.detail || `The server answered ${answer.status}.`, details].filter(Boolean).join(": "));
}

// wish is what is chosen, for one property.
function wish(p) {
  const note = form.elements.note.value.trim();
  return { open: form.elements.state.value === "open", ...endOf(p), ...(note ? { note } : {}) };
}

function endOf(p) {
  switch (form.elements.end.value) {
    case "today": return { until: p.today?.to ?? endOfDay(zone()) };
    case "next": return { until_next: true };
    case "pick": return { until: new Date(instant(until.value, zone())).toISOString() };
    case "undone": return {};
    default: return { for: form.elements.end.value };
  }
}

// restore gives the request that brings back an override, or none. One that is still to come cannot be asked for: its begin is always now.
function restore(before) {
  if (!before) return ["DELETE"];
  const end = at(before.until);
  if (end && end <= now()) return ["DELETE"];
  const { open, until, note } = before;
  return ["PUT", { open, ...(end ? { until } : {}), ...(note ? { note } : {}) }];
}

// each does something with all properties, four at a time.
async function each(list, f) {
  const results = new Array(list.length), left = [...list.keys()];
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (let i = left.shift(); i !== undefined; i = left.shift()) {
      results[i] = await f(list[i]).then((value) => ({ value }), (error) => ({ error }));
    }
  }));
  return results;
}

// carryOut sends a choice, and says what came of it.
async function carryOut(method) {
  const department = which.value, before = of.map(forcedOf), { told, hasWorkers, zoneOf } = context, list = of;
  const chosen = method === "PUT" ? list.map(wish) : [];
  const buttons = [...dialog.querySelectorAll("button, select, input")].filter((b) => !b.disabled);
  const held = document.activeElement;
  fault("");
  for (const b of buttons) b.disabled = true;
  const results = await each(list.map((p, i) => [p, chosen[i]]), ([p, body]) => ask(p, department, method, body));
  for (const b of buttons) b.disabled = false;
  const failed = results.flatMap((r, i) => (r.error ? [[list[i], r.error.message]] : []));
  const done = results.flatMap((r, i) => (r.error ? [] : [{ p: list[i], before: before[i], said: r.value }]));
  if (failed.length > 0) {
    fault(list.length === 1 ? failed[0][1] : failed.slice(0, 5).map(([p, why]) => `${titleOf(p)}: ${why}`).join(" "));
    held?.focus();
    of = failed.map(([p]) => p);
  } else {
    dialog.close();
  }
  if (done.length === 0) return;
  const undoable = done.filter((d) => !(at(d.before?.from) > now()));
  const undo = undoable.length < done.length ? null : async () => {
    const back = await each(undoable, (d) => ask(d.p, department, ...restore(d.before)));
    const wrong = back.find((r) => r.error);
    told(wrong ? `Not all could be undone: ${wrong.error.message}` : `Undone: ${name(done, department)} ${done.length === 1 ? "is" : "are"} as before.`, null);
  };
  const text = done.length === 1 ? sentence(done[0], department, method, zoneOf(done[0].p)) : `${done.length} properties are ${method === "DELETE" ? "without an override" : chosen[0].open ? "open" : "closed"}.`;
  told(hasWorkers() ? text : `Asked for, not yet done, since no worker runs: ${text}`, undo);
}

function name(done, department) {
  if (done.length > 1) return `${done.length} properties`;
  const p = done[0].p;
  return department ? `${nameOf(p, department)} of ${titleOf(p)}` : titleOf(p);
}

function sentence({ p, said }, department, method, shown) {
  const end = at(said.override_until ?? said.until);
  const next = said.then ?? { open: !said.open };
  const then = method === "DELETE" ? "" : `, then ${next.open ? "open" : "closed"}${at(next.until) ? ` until ${clock(at(next.until), shown)}` : ""}`;
  const by = said.reason === "override" ? " by the override of its property" : " by its own hours";
  return `${name([{ p }], department)} is ${said.open ? "open" : "closed"}${method === "DELETE" ? by : ""}` +
    (end ? ` until ${clock(end, shown)}, ${relative(end)}${then}.` : method === "DELETE" ? "." : " until you undo it.");
}

// parts reads the clock of a zone.
function parts(ms, zone) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  let format;
  try { format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }); } catch { format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }); }
  return Object.fromEntries(format.formatToParts(ms).map((p) => [p.type, p.value]));
}

// local is an instant as a field for dates and times has it.
function local(ms, zone) {
  const p = parts(ms, zone);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

// instant is the first at which the clock of a zone shows a time, as far as it ever does.
function instant(text, zone) {
  const wanted = Date.parse(`${text}Z`);
  const offset = (ms) => { const p = parts(ms, zone); return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - ms; };
  const guess = wanted - offset(wanted);
  return wanted - Math.max(offset(guess), offset(guess - 3_600_000));
}

function endOfDay(zone) { return new Date(instant(`${local(now() + 86_400_000, zone).slice(0, 10)}T00:00`, zone)).toISOString(); }

form.addEventListener("submit", (e) => {
  e.preventDefault();
  if (form.elements.end.value === "pick" && !(instant(until.value, zone()) > now())) {
    fault("That time has passed: pick a later one.");
    until.focus();
    return;
  }
  carryOut("PUT");
});
form.addEventListener("change", describe);
$("override-undo").addEventListener("click", () => carryOut("DELETE"));
$("override-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (e) => { // beside it
  if (e.target === dialog) dialog.close();
});
