// The dialog that opens or closes a property or a department, whatever the hours say.

import { overrideWords, titleOf } from "./row.js";
import { at, clock, el, here, relative, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
const dialog = $("override");
const choices = [...dialog.querySelectorAll("button[data-open]")];

const which = $("override-of");

let of = null; // the property
let told = null; // called with what has been done, in words

// overriding asks what to do with a property, or with one of its departments.
export function overriding(p, done) {
  [of, told] = [p, done];
  setText($("override-title"), `Override ${titleOf(p)}`);
  const departments = Object.keys(p.widget?.departments ?? {});
  which.replaceChildren(...["", ...departments].map((id) => el("option", { value: id }, id ? nameOf(id) : `All of ${titleOf(p)}`)));
  $("override-which").hidden = p.fault || departments.length === 0;
  describe();
  dialog.showModal();
}

function nameOf(department) { return of.departments?.[department] ?? department; }

// describe says how what is chosen is now, and until when it can be overridden.
function describe() {
  const id = which.value;
  const forced = id ? of.overrides?.[id] : of.override;
  const is = of.fault ? "cannot be decided" : `is ${(id ? of.widget.departments[id] : of.widget).status}`;
  setText($("override-now"), `${id ? nameOf(id) : "It"} ${is}${forced ? `. An override: ${overrideWords(forced, of.time_zone)}` : ""}.`);
  const next = at(of.department_hours?.[id] ?? of.next_hours);
  for (const b of choices.filter((b) => b.dataset.end === "next")) {
    b.disabled = !next;
    setText(b, next ? `Until ${clock(next, of.time_zone)}, its next boundary` : "Until its next boundary: it has none");
  }
  $("override-undo").hidden = !forced && !of.fault;
  fault("");
}

function fault(text) {
  setText($("override-fault"), text);
  $("override-fault").hidden = !text;
}

async function ask(method, body) {
  const department = which.value ? `/departments/${encodeURIComponent(which.value)}` : "";
  const path = here(`/v1/properties/${encodeURIComponent(of.property)}${department}/override`);
  let answer;
  try {
    answer = await fetch(path, { method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The server of this page does not answer. Nothing was changed, as far as is known: look at the row before you try again.");
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 403) throw new Error(`You may look, but not change anything here: ${said.detail || "this key may only read"}. Ask for a key that may, and log in with it.`);
  const details = (said.errors ?? []).map((e) => e.message).filter(Boolean).join("; ");
  throw new Error([said.detail || `The server answered ${answer.status}.`, details].filter(Boolean).join(": "));
}

// send carries out a choice, and says what came of it.
async function send(method, body) {
  const buttons = [...dialog.querySelectorAll("button, select")].filter((b) => !b.disabled);
  const held = document.activeElement;
  fault("");
  for (const b of buttons) b.disabled = true;
  try {
    const now = await ask(method, body);
    const zone = of.time_zone ?? "UTC";
    const end = at(now.override_until ?? now.until);
    const next = now.then ?? { open: !now.open };
    const then = method === "DELETE" ? "" : `, then ${next.open ? "open" : "closed"}${at(next.until) ? ` until ${clock(at(next.until), zone)}` : ""}`;
    const name = which.value ? `${nameOf(which.value)} of ${titleOf(of)}` : titleOf(of);
    const by = now.reason === "override" ? " by the override of its property" : " by its own hours";
    dialog.close();
    told(`${name} is ${now.open ? "open" : "closed"}${method === "DELETE" ? by : ""}` +
      (end ? ` until ${clock(end, zone)}, ${relative(end)}${then}.` : method === "DELETE" ? "." : " until you undo it."));
  } catch (err) {
    fault(err.message);
  } finally {
    for (const b of buttons) b.disabled = false;
    if (dialog.open) held?.focus();
  }
}

const ends = { for: { for: "30m" }, next: { until_next: true }, undone: {} };

for (const b of choices) {
  b.addEventListener("click", () => send("PUT", { open: b.dataset.open === "true", ...ends[b.dataset.end] }));
}
which.addEventListener("change", describe);
$("override-undo").addEventListener("click", () => send("DELETE"));
$("override-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (e) => { // beside it
  if (e.target === dialog) dialog.close();
});
