// The view of visitors: what is kept of one, which messages wait, what was done, and a button that erases all of it.

import { action, visitorLink, zoneHere } from "./say.js";
import { at, el, here, setText, until, when } from "./words.js";

const $ = (id) => document.getElementById(id);
const form = $("visitor-form");

let shown = null; // {property, visitor} that is looked at
let asked = 0;

// openVisitor shows who an address names: "property/visitor", each encoded; empty: nobody yet.
export function openVisitor(path, properties, nameOf) {
  const [property = "", visitor = ""] = path.split("/").map((part) => { try { return decodeURIComponent(part); } catch { return ""; } });
  $("visitor-properties").replaceChildren(...properties.slice(0, 500).map((p) => el("option", { value: p.property }, p.name ?? "")));
  if (property) form.elements.property.value = property;
  if (visitor) form.elements.visitor.value = visitor;
  shown = property && visitor ? { property, visitor } : null;
  if (shown) look(nameOf);
  else $("visitor").replaceChildren();
}

async function ask(method) {
  let answer;
  try {
    answer = await fetch(here(`/v1/visitors/${encodeURIComponent(shown.property)}/${encodeURIComponent(shown.visitor)}`), { method });
  } catch {
    throw new Error("The server of this page does not answer.");
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 404) throw new Error("Nothing is kept of this visitor.");
  throw new Error(said.detail || `The server answered ${answer.status}.`);
}

async function look(nameOf) {
  const mine = ++asked;
  let v;
  try {
    v = await ask("GET");
  } catch (err) {
    if (mine === asked) $("visitor").replaceChildren(el("p.note.bad", { role: "alert" }, err.message));
    return;
  }
  if (mine !== asked) return;
  const erase = el("button", { type: "button" }, "Erase all that is kept…");
  erase.addEventListener("click", () => confirmErase(nameOf));
  $("visitor").replaceChildren(
    el("div.visitor-top", {}, el("h3", {}, `${v.visitor} at ${nameOf(v.property)}`), erase),
    section("What waits", v.waiting.length ? el("ul.plain", { role: "list" }, v.waiting.map(waiting)) : el("p.none", {}, "No message waits.")),
    section("What was done", v.recent.length ? el("ol.plain", { role: "list" }, v.recent.map((a) => action(a, nameOf))) : el("p.none", {}, "Nothing of this visitor is among the last actions.")),
    section("What is kept", el("pre", { tabindex: "0" }, el("code", {}, JSON.stringify(v.record, null, 2)))));
}

function section(title, ...children) { return el("section", {}, el("h4", {}, title), children); }

// waiting is a message that waits, with how long.
function waiting(w) {
  const due = at(w.due), what = w.trigger || [w.rule, w.step].filter(Boolean).join(" ") || "A message";
  return el("li", {}, el("div", {}, el("p", {}, el("strong", {}, what), due ? [" ", until(due), ", ", when(due, zoneHere)] : null), el("p.hint", {}, w.why)));
}

function confirmErase(nameOf) {
  setText($("erase-who"), `${shown.visitor} at ${nameOf(shown.property)}`);
  $("erase-fault").hidden = true;
  $("erase").showModal();
}

$("erase-cancel").addEventListener("click", () => $("erase").close());
$("erase-do").addEventListener("click", async () => {
  $("erase-do").disabled = true;
  try {
    const report = await ask("DELETE");
    $("erase").close();
    $("visitor").replaceChildren(el("p.note", { role: "status" }, report.complete ? "Nothing is kept of this visitor any more." : "Workers were busy with this visitor: erase once more, until nothing is left."));
    $("visitor-name").focus();
  } catch (err) {
    setText($("erase-fault"), err.message);
    $("erase-fault").hidden = false;
  }
  $("erase-do").disabled = false;
});
form.addEventListener("submit", (e) => {
  e.preventDefault();
  const to = visitorLink(form.elements.property.value.trim(), form.elements.visitor.value.trim());
  if (location.hash === to) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = to;
});
