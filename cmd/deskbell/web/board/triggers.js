// What a property sends by itself, in its sheet: triggers, to be switched on and off and sorted, the steps while nobody answers, and replies.

import { ask, propertyAt } from "./define.js";
import { sign } from "./say.js";
import { el, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
let of = null, context = null; // {id, title, body, etag} of the property; and told, source: see editing

const starts = { site: "when a visitor arrives", page: "on a page", rescue: "when nobody answers", maximized: "when the widget is opened", advanced: "" };
const doings = { send_message: "sends", add_note: "notes", notify: "tells" };

// showMessages reads what the property sends, and draws it.
export async function showMessages(p, title, { told, source }) {
  context = { told, source };
  of = { id: p.property, title };
  $("sheet-messages").hidden = Boolean(p.fault);
  if (p.fault) return;
  const mine = of;
  if ($("triggers").dataset.of !== p.property) for (const id of ["triggers", "ladder", "replies"]) $(id).replaceChildren();
  await read(mine);
}

async function read(mine) {
  const { body, etag, error } = await ask(propertyAt(mine.id), "GET").catch((e) => ({ error: e }));
  if (of !== mine) return;
  fault(error?.message ?? "");
  if (error) return;
  [of.body, of.etag] = [body, etag];
  draw();
}

function fault(text) {
  setText($("messages-fault"), text);
  $("messages-fault").hidden = !text;
}

const brief = (text) => (text.length > 70 ? `${text.slice(0, 68)}…` : text);

// actionWords says what an action does, by its only key.
function actionWords(action) {
  const [[key, value]] = Object.entries(action);
  const text = typeof value === "string" ? value : value?.text ?? value?.shortcut ?? value?.tag ?? value?.name ?? "";
  return `${doings[key] ?? key.replaceAll("_", " ")}${text ? ` “${brief(text)}”` : ""}`;
}

function triggerWords(t) {
  const start = t.type === "advanced" ? `at ${t.on}${t.event ? ` ${t.event}` : ""}${t.after ? ` after ${t.after}` : ""}` : starts[t.type] ?? t.type;
  const what = t.message ? `sends “${brief(t.message)}”` : t.shortcut ? `sends the shortcut ${t.shortcut}` : (t.actions ?? []).map(actionWords).join(", then ");
  return `${start}${t.delay ? `, ${t.delay} later` : ""}: ${what}`;
}

const isOn = (t) => t.enabled !== false;

function draw() {
  const { triggers, rescue = [], auto_replies: replies = {} } = of.body;
  const held = $("triggers").contains(document.activeElement) ? document.activeElement.dataset : null;
  $("triggers").dataset.of = of.id;
  $("triggers").replaceChildren(...(triggers ?? []).map((t, i) => triggerItem(triggers, t, i)));
  setText($("no-triggers"), triggers === undefined ? "It has no list of triggers, so visitors get the welcome that every property has." : triggers.length === 0 ? "It has none: nothing is sent by itself." : "");
  $("messages-source").hidden = !context.source;
  setText($("messages-source"), context.source ? `They come from ${context.source}: change them there.` : "");
  $("ladder").replaceChildren(...rescue.map((s) => el("li", {}, el("strong", {}, s.after), el("span", {}, `${(s.actions ?? []).map(actionWords).join(", then ")}${s.repeat ? " · also for later messages" : ""}`))));
  $("ladder-title").hidden = $("ladder").hidden = rescue.length === 0;
  const texts = [["To a message within hours", replies.during], ["To a message outside hours", replies.outside], ["At a handover by a bot", replies.handoff], ["To a form", replies.form]].filter(([, text]) => text);
  $("replies").replaceChildren(...texts.map(([when, text]) => el("li", {}, el("strong", {}, when), el("span", {}, `“${brief(text)}”`))));
  $("replies-title").hidden = $("replies").hidden = texts.length === 0;
  if (held) refocus(held);
}

// refocus gives the focus to the button that had it, or to another of the same trigger.
function refocus({ name, act }) {
  const buttons = [...$("triggers").querySelectorAll("button:not(:disabled)")].filter((b) => b.dataset.name === name);
  (buttons.find((b) => b.dataset.act === act) ?? buttons[0] ?? $("sheet-body")).focus();
}

function triggerItem(list, t, i) {
  const button = (word, label, act, next, said, off) => {
    const b = el("button.change", { type: "button", "aria-label": label, "data-act": act, "data-name": t.name, disabled: off ? "" : null }, word);
    b.addEventListener("click", () => write(next(), said));
    return b;
  };
  const swapped = (j) => () => { const copy = [...list]; [copy[i], copy[j]] = [copy[j], copy[i]]; return copy; };
  const turned = () => list.map((one) => { const { enabled: _, ...rest } = one; return one !== t ? one : isOn(t) ? { ...rest, enabled: false } : rest; });
  return el("li", { "data-off": isOn(t) ? null : "" }, sign(isOn(t) ? "online" : "offline"), el("div", {}, el("strong", {}, t.name), el("span.hint", {}, ` ${isOn(t) ? "on" : "off"} · ${triggerWords(t)}`)),
    context.source ? null : el("span.acts", {},
      button(isOn(t) ? "Switch off" : "Switch on", `Switch ${isOn(t) ? "off" : "on"} ${t.name}`, "switch", turned, `${t.name} is ${isOn(t) ? "off" : "on"}.`),
      list.length > 1 ? button("↑", `Move ${t.name} up`, "up", swapped(i - 1), `${t.name} comes before ${list[i - 1]?.name}.`, i === 0) : null,
      list.length > 1 ? button("↓", `Move ${t.name} down`, "down", swapped(i + 1), `${t.name} comes after ${list[i + 1]?.name}.`, i === list.length - 1) : null));
}

// write replaces the list of triggers, unless somebody else has changed the property meanwhile.
async function write(triggers, said) {
  const mine = of, { told } = context, before = mine.body;
  const done = await ask(propertyAt(mine.id), "PUT", { ...before, triggers }, mine.etag).catch((error) => ({ error }));
  if (done.error) {
    if (done.error.status === 412) await read(mine);
    if (of === mine) fault(done.error.status === 412 ? "Somebody else has changed this property meanwhile. Here it is as it is now: try again." : done.error.message);
    return;
  }
  if (of === mine) {
    [mine.body, mine.etag] = [done.body, done.etag];
    fault("");
    draw();
  }
  told(said, () => ask(propertyAt(mine.id), "PUT", before, done.etag).then(() => { told("Undone: the triggers are as before."); if (of === mine) read(mine); },
    (error) => told(`It could not be undone: ${error.status === 412 ? "somebody has changed the property since." : error.message}`)));
}
