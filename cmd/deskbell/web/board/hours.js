// The editor of a property's hours, in its sheet: a draft that nobody else sees until it is saved.

import { load, saving } from "./save.js";
import { days, exceptionWords, moved, names, specOf, split, textOf, timeOf, weekOf, windowsWords, yaml } from "./spec.js";
import { titleOf } from "./row.js";
import { el, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
const drafts = new Map(); // id → draft
let shown = null, context = null;

// A draft is {of, loaded, before, week, exceptions}: of is the property's id and title, loaded is what save.js has read, before has the hours as they were, and the
// last two are as they are to be.

// editing has the editor show the draft of a property, if there is one. told(text, undo) and saved() are called with what has been done; nameOf tells how a
// property is called; source is the file that all definitions come from, if they do.
export function editing(p, { told, saved, nameOf, source }) {
  context = { told, saved, nameOf, source };
  if (shown?.id === p.property) return;
  shown = { id: p.property, title: titleOf(p) };
  draw();
}

const draft = () => drafts.get(shown?.id);

async function begin() {
  const of = shown;
  fault("");
  const loaded = await load(of.id).catch((error) => ({ error }));
  if (shown !== of) return;
  if (loaded.error) return fault(loaded.error.message);
  start(of, loaded);
  draw();
  $("edit-days").querySelector("input, button").focus();
}

function start(of, loaded) {
  const before = { week: weekOf(loaded.spec.weekly), exceptions: loaded.spec.exceptions ?? [] };
  drafts.set(of.id, { of, loaded, before, week: structuredClone(before.week), exceptions: structuredClone(before.exceptions) });
}

function fault(text) {
  setText($("edit-fault"), text);
  $("edit-fault").hidden = !text;
}

function draw() {
  const d = draft();
  fault("");
  $("edit-begin").hidden = Boolean(d);
  $("edit").hidden = !d;
  $("edit-yaml").hidden = true;
  if (!d) return;
  const { name, spec } = d.loaded;
  setText($("edit-whose"), [name ? `These are the hours of the schedule ${name}.` : "", spec.holidays ? `The holidays of ${spec.holidays.region ?? spec.holidays.country} stay as they are.` : ""].filter(Boolean).join(" "));
  $("edit-source").hidden = !context.source;
  setText($("edit-source"), context.source ? `All definitions come from ${context.source}, so this page cannot keep others: whatever the file says holds again when it is read. Change the hours here, and paste what you get into the file.` : "");
  setText($("edit-save"), context.source ? "Show the YAML" : "Save…");
  $("edit-days").replaceChildren(...days.map((day) => el("li", { "data-day": day })));
  days.forEach(drawDay);
  drawDates();
}

// drawDay draws a day anew. The focus stays at its place, or goes to where it is wanted.
function drawDay(day, wanted) {
  const d = draft(), item = $("edit-days").querySelector(`[data-day="${day}"]`);
  const parts = d.week[day].map((w, i) => windowOf(day, w, i));
  const add = el("button", { type: "button", "aria-label": `Add hours to ${names[day]}`, "data-at": "add" }, "Add hours");
  add.addEventListener("click", () => {
    const last = d.week[day].at(-1);
    d.week[day].push(last && last.closes > last.opens && last.closes < "22:00" ? { opens: moved(last.closes, 60), closes: moved(last.closes, 120) } : { opens: "09:00", closes: "17:00" });
    drawDay(day, `opens-${d.week[day].length - 1}`);
  });
  item.replaceChildren(el("strong", {}, names[day].slice(0, 3)), el("div.windows", { role: "group", "aria-label": names[day] }, parts.length ? parts : el("span.hint", {}, "closed"), el("span.acts", {}, add, copier(day))));
  if (wanted) (item.querySelector(`[data-at="${wanted}"]`) ?? add).focus();
}

function windowOf(day, w, i) {
  const d = draft(), text = textOf([w]);
  const field = (edge) => {
    const input = el("input", { type: "text", value: w[edge], "aria-label": `${names[day]} ${edge}`, "data-at": `${edge}-${i}`, size: 5, maxlength: 5, autocomplete: "off", inputmode: "numeric" });
    const take = (time) => {
      input.setAttribute("aria-invalid", time === null);
      if (time !== null) [w[edge], input.value] = [time, time];
      fault(time === null ? `“${input.value}” is no time of day: write it as 9, 9:30 or 17:00.` : "");
    };
    input.addEventListener("change", () => take(timeOf(input.value)));
    input.addEventListener("keydown", (e) => {
      const step = { ArrowUp: 15, ArrowDown: -15 }[e.key];
      if (!step) return;
      e.preventDefault();
      take(moved(timeOf(input.value) ?? w[edge], step));
    });
    return input;
  };
  const act = (word, label, f) => {
    const button = el("button", { type: "button", "aria-label": label }, word);
    button.addEventListener("click", f);
    return button;
  };
  return el("span.window", {}, field("opens"), "–", field("closes"),
    act("Split", `Split ${names[day]} ${windowsWords(text)} for a break`, () => {
      const two = split(w);
      if (!two) return fault("There is no room for a break: it is too short, or its middle is on the next day, which has hours of its own.");
      d.week[day].splice(i, 1, ...two);
      drawDay(day, `closes-${i}`);
    }),
    act("×", `Remove ${names[day]} ${windowsWords(text)}`, () => {
      d.week[day].splice(i, 1);
      drawDay(day, `opens-${Math.max(0, i - 1)}`);
    }));
}

// copier gives the hours of a day to others.
function copier(day) {
  const d = draft();
  const boxes = days.filter((other) => other !== day).map((other) => el("label", {}, el("input", { type: "checkbox", value: other }), ` ${names[other].slice(0, 3)}`));
  const copy = el("button", { type: "button", "aria-label": `Copy ${names[day]} to the days chosen` }, "Copy");
  const details = el("details.copier", {}, el("summary", { "aria-label": `Copy to other days from ${names[day]}` }, "Copy to"), el("span.boxes", {}, boxes, copy));
  copy.addEventListener("click", () => {
    for (const box of details.querySelectorAll("input:checked")) {
      d.week[box.value] = structuredClone(d.week[day]);
      drawDay(box.value);
    }
    details.open = false;
    details.querySelector("summary").focus();
  });
  return details;
}

function drawDates() {
  const d = draft();
  $("edit-dates").replaceChildren(...d.exceptions.map((e, i) => {
    const remove = el("button", { type: "button", "aria-label": `Remove ${exceptionWords(e)}` }, "×");
    remove.addEventListener("click", () => {
      d.exceptions.splice(i, 1);
      drawDates();
      ($("edit-dates").querySelector("button") ?? $("edit-date")).focus();
    });
    return el("li", {}, el("span", {}, exceptionWords(e)), e.ical || e.ical_url ? null : remove);
  }));
}

// addDate makes an exception of the form.
function addDate() {
  const on = $("edit-date").value, name = $("edit-date-name").value.trim(), text = $("edit-date-hours").value.trim().toLowerCase();
  const windows = text === "" || text === "closed" ? [] : text.split(",").map((w) => w.split(/[-–]/).map(timeOf));
  if (!on) return fault("Choose a date first.");
  if (windows.some((w) => w.length !== 2 || w.includes(null))) return fault(`“${text}” are no hours: write them as 10:00-14:00, or leave them empty for a closed day.`);
  const hours = windows.map(([opens, closes]) => `${opens}-${closes}`).join(", ");
  const rest = draft().exceptions.filter((e) => e.on !== on || e.yearly);
  draft().exceptions = [...rest, { on, ...(hours ? { hours } : { closed: true }), ...(name ? { name } : {}) }];
  for (const id of ["edit-date", "edit-date-name", "edit-date-hours"]) $(id).value = "";
  fault("");
  drawDates();
  $("edit-date").focus();
}

function save() {
  const d = draft(), wrong = $("edit").querySelector('[aria-invalid="true"]');
  if (wrong) return wrong.focus();
  if (context.source) return showYAML(d);
  saving(d, {
    told: context.told, nameOf: context.nameOf,
    done: () => { drafts.delete(d.of.id); context.saved(); if (shown?.id === d.of.id) { draw(); $("edit-open").focus(); } },
    theirs: (loaded) => { start(d.of, loaded); draw(); $("edit-days").querySelector("input, button").focus(); },
    fault,
  });
}

function showYAML(d) {
  const spec = specOf(d, d.loaded.spec), { name } = d.loaded;
  setText($("edit-yaml"), name ? `schedules:\n${yaml(spec, name, 2)}` : `properties:\n  ${d.of.id}:\n${yaml(spec, "schedule", 4)}`);
  $("edit-yaml").hidden = false;
  $("edit-yaml").focus();
}

$("edit-open").addEventListener("click", begin);
$("edit-save").addEventListener("click", save);
$("edit-date-add").addEventListener("click", addDate);
$("edit-drop").addEventListener("click", () => { drafts.delete(shown.id); draw(); $("edit-open").focus(); });
