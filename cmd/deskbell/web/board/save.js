// Saving hours: what becomes other, said in words before it is; who else has the schedule; and what to do where somebody else was first.

import { ask, propertyAt, scheduleAt } from "./define.js";
import { days, differences, exceptionWords, names, specOf, textOf, weekOf, windowsWords } from "./spec.js";
import { el, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
const dialog = $("save");
let draft = null, then = null, theirs = null; // theirs is what somebody else has saved meanwhile

// load reads the hours of a property: {property, name, schedule, spec}, the first and the third with their ETags. name is that of a shared schedule; empty: the hours
// are the property's own.
export async function load(id) {
  const property = await ask(propertyAt(id), "GET");
  const of = property.body.schedule ?? { weekly: "24/7" };
  if (typeof of !== "string") return { property, name: "", spec: of };
  const schedule = await ask(scheduleAt(of), "GET").catch((error) => {
    throw error.status === 403 ? new Error(`Its hours are those of the schedule ${of}, which your key may not see or change: it is for some properties alone.`) : error;
  });
  return { property, name: of, schedule, spec: schedule.body };
}

// saving asks whether a draft is to be saved. It calls done() when it was, theirs(loaded) where people take what somebody else has saved, and told(text, undo).
export function saving(d, calls) {
  [draft, then, theirs] = [d, calls, null];
  const list = differences(d.before, d);
  if (list.length === 0) return calls.fault("Nothing is other than before.");
  setText($("save-title"), `Save the hours of ${d.of.title}?`);
  $("save-list").replaceChildren(...list.map((text) => el("li", {}, text)));
  $("save-conflict").hidden = true;
  $("save-ask").hidden = false;
  fault("");
  $("save-which").hidden = !d.loaded.name;
  $("save-shared").checked = true;
  if (d.loaded.name) others(d);
  dialog.showModal();
  $("save-do").focus();
}

// others says who else would have other hours.
async function others(d) {
  const { name } = d.loaded, words = $("save-users");
  setText($("save-shared-words"), `Change the schedule ${name}`);
  setText($("save-own-words"), `Give ${d.of.title} hours of its own`);
  setText(words, "Looking who else has it…");
  const answer = await ask(`/board/users?schedule=${encodeURIComponent(name)}`, "GET").catch((error) => ({ error }));
  if (draft !== d) return;
  if (answer.error) return setText(words, `Nobody knows who else has it: ${answer.error.message}`);
  const rest = answer.body.users.filter((u) => u.kind !== "property" || u.id !== d.of.id).map((u) => (u.kind === "property" ? then.nameOf(u.id) : `${u.kind} ${u.id}`));
  setText(words, rest.length === 0 ? "Nobody else has it." : `It also changes the hours of ${rest.join(", ")}${answer.body.more ? " and others" : ""}.`);
  words.classList.toggle("warn", rest.length > 0);
}

function fault(text) {
  setText($("save-fault"), text);
  $("save-fault").hidden = !text;
}

const isOwn = () => !draft.loaded.name || $("save-own").checked;

// write puts the draft over what was loaded, and gives what takes it back.
async function write(d, own) {
  const { property, schedule, spec, name } = d.loaded, fresh = specOf(d, spec);
  const [path, before, body] = own ? [propertyAt(d.of.id), property, { ...property.body, schedule: fresh }] : [scheduleAt(name), schedule, fresh];
  const { etag } = await ask(path, "PUT", body, before.etag);
  return () => ask(path, "PUT", before.body, etag);
}

async function carryOut() {
  const d = draft, calls = then, buttons = [...dialog.querySelectorAll("button")];
  fault("");
  for (const b of buttons) b.disabled = true;
  const result = await write(d, isOwn()).then((undo) => ({ undo }), (error) => ({ error }));
  for (const b of buttons) b.disabled = false;
  if (result.error?.status === 412) return conflict(d);
  if (result.error) {
    fault(result.error.message);
    return $("save-do").focus();
  }
  dialog.close();
  calls.done();
  calls.told(`Saved: the hours of ${d.of.title}.`, () => result.undo().then(() => { calls.done(); calls.told(`Undone: the hours of ${d.of.title} are as before.`); },
    (error) => calls.told(`It could not be undone: ${error.status === 412 ? "somebody has changed them since." : error.message}`)));
}

// conflict shows both versions side by side, as far as they differ.
async function conflict(d) {
  theirs = await load(d.of.id).catch((error) => ({ error }));
  if (draft !== d) return;
  if (theirs.error) return fault(theirs.error.message);
  const other = { week: weekOf(theirs.spec.weekly), exceptions: theirs.spec.exceptions ?? [] };
  const row = (what, mine, their) => (mine === their ? null : el("tr", {}, el("th", { scope: "row" }, what), el("td", {}, mine), el("td", {}, their)));
  const dates = (list) => list.map(exceptionWords).join("; ") || "none";
  const rows = [...days.map((day) => row(names[day], windowsWords(textOf(d.week[day])), windowsWords(textOf(other.week[day])))), row("Dates", dates(d.exceptions), dates(other.exceptions))].filter(Boolean);
  setText($("save-title"), "Somebody else has changed this meanwhile");
  $("save-rows").replaceChildren(...(rows.length ? rows : [el("tr", {}, el("td", { colspan: 3 }, "The hours are the same; something else was changed."))]));
  $("save-ask").hidden = true;
  $("save-conflict").hidden = false;
  $("save-mine").focus();
}

$("save-do").addEventListener("click", carryOut);
$("save-cancel").addEventListener("click", () => dialog.close());
$("save-back").addEventListener("click", () => dialog.close());
$("save-mine").addEventListener("click", () => { // over theirs, unless somebody changes it again
  draft.loaded = theirs;
  draft.before = { week: weekOf(theirs.spec.weekly), exceptions: theirs.spec.exceptions ?? [] };
  carryOut();
});
$("save-theirs").addEventListener("click", () => {
  dialog.close();
  then.theirs(theirs);
});
