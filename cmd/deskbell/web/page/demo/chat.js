// The chat widget. What is said is kept for the visit, so that a reload shows it again.

import { el, here, setText } from "/board/words.js";
import { $, lines, newID, property, send, tabs } from "/demo/talk.js";

const store = "deskbell-demo";

// me is the visitor: who they are, and what has been said.
export const me = read() ?? { visitor: newID(), visit: newID(), chat: "", joined: false, form: "", hidden: false, messages: [] };

let widget = null; // the state of the property
let unread = 0;
let open = false;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(store));
  } catch {
    return null;
  }
}

// forget makes the next load one of another visitor.
export function forget() {
  tabs.postMessage({ kind: "gone", visitor: me.visitor });
  sessionStorage.removeItem(store);
}

// keep remembers what the visitor has seen of the guide.
export function keep(step) {
  me.seen = [...new Set([...(me.seen ?? []), step])];
  sessionStorage.setItem(store, JSON.stringify(me));
}

// tell sends an event of this visit.
export function tell(type, data, last) { return send(type, { visitor: me.visitor, visit: me.visit, ...data }, last); }

// show takes a change: it is kept, drawn, and told to the agent's tab.
function show() {
  sessionStorage.setItem(store, JSON.stringify(me));
  lines($("said"), me.messages, "visitor");
  const closed = widget !== null && widget.status !== "online" && !me.chat;
  const form = me.form || (closed ? "offline_form" : "");
  $("chat").hidden = me.hidden;
  $("write").hidden = form !== "";
  $("leave").hidden = form === "";
  setText($("leave-why"), closed ? "We are closed. Leave a message, and we come back to you." : "We are all busy. Leave a message, and we come back to you.");
  $("suggested").hidden = form !== "";
  $("panel").hidden = !open;
  $("bubble").setAttribute("aria-expanded", String(open));
  $("bubble").hidden = open;
  setText($("bubble"), unread ? `Chat with us (${unread} new)` : "Chat with us");
  $("preview").hidden = open || unread === 0;
  setText($("preview"), me.messages.at(-1)?.text ?? "");
  $("said").parentElement.scrollTop = $("said").scrollHeight; // it had no height while it was hidden
  if (me.chat) tabs.postMessage({ kind: "chat", visitor: me.visitor, visit: me.visit, chat: me.chat, joined: me.joined, messages: me.messages });
}

function say(from, name, text, id = newID()) {
  if (me.messages.some((m) => m.id === id)) return false;
  me.messages.push({ id, from, name, text });
  me.messages = me.messages.slice(-100);
  if (from !== "visitor" && !open) unread++;
  if (from !== "visitor") setText($("heard"), `${name}: ${text}`);
  return true;
}

// state takes what the widget is to show.
export function state(s) {
  widget = s;
  setText($("panel-state"), s.status === "online" ? "We answer within minutes" : "We are closed at the moment");
  $("panel").dataset.status = s.status;
  show();
}

// act does what Deskbell says. It gives false for what was done before.
export function act(a) {
  const d = a.data;
  if ((me.done ??= []).includes(a.id)) return false;
  me.done = [...me.done, a.id].slice(-40);
  switch (a.type) {
    case "message.send":
      say("deskbell", d.sender?.name ?? "Demo shop", d.text, a.id);
      suggest(d.suggested ?? []);
      break;
    case "form.show":
      me.form = d.form;
      say("deskbell", "Demo shop", "Please leave us a message.", a.id);
      break;
    case "widget.hide":
      me.hidden = true;
      break;
    case "chat.close":
      ended(d.chat);
  }
  show();
  return true;
}

function suggest(texts) {
  $("suggested").replaceChildren(...texts.map((text) => {
    const b = el("button", { type: "button" }, text);
    b.addEventListener("click", () => write(text));
    return b;
  }));
}

// write says something, and asks for a chat with the first of it.
function write(text) {
  suggest([]);
  say("visitor", "Visitor", text);
  if (me.chat) {
    tell("chat.message", { chat: me.chat, from: "visitor", text });
  } else {
    me.chat = newID();
    me.joined = false;
    tell("chat.requested", { chat: me.chat, text });
  }
  show();
}

function ended(chat) {
  if (chat !== me.chat) return;
  say("deskbell", "Demo shop", "The chat has ended.");
  me.chat = "";
  me.joined = false;
}

function toggle(to) {
  open = to;
  unread = 0;
  tell(open ? "widget.maximized" : "widget.minimized", {});
  show();
  if (open) ($("leave").hidden ? $("text") : $("email")).focus();
  else $("bubble").focus();
}

// start begins to listen: to the visitor, and to the agent in the other tab.
export function start() {
  $("bubble").addEventListener("click", () => toggle(true));
  $("preview").addEventListener("click", () => toggle(true));
  $("minimize").addEventListener("click", () => toggle(false));
  $("panel").addEventListener("keydown", (e) => { if (e.key === "Escape") toggle(false); });
  $("write").addEventListener("submit", (e) => {
    e.preventDefault();
    const text = $("text").value.trim();
    if (!text) return;
    write(text);
    $("text").value = "";
  });
  $("leave").addEventListener("submit", (e) => {
    e.preventDefault();
    const fields = { email: $("email").value, message: $("message").value };
    tell("form.submitted", { form: { kind: me.form.replace("_form", "") || "offline", fields }, ...(me.chat && { chat: me.chat }) });
    say("visitor", "Visitor", `${fields.message} (left for ${fields.email})`);
    say("deskbell", "Demo shop", "Thank you. We have your message.");
    me.form = "";
    e.target.reset();
    show();
  });
  tabs.addEventListener("message", ({ data: m }) => {
    if (m.kind === "who") return show();
    if (!me.chat || m.chat !== me.chat) return undefined;
    if (m.kind === "joined") me.joined = true;
    if (m.kind === "said") say("agent", m.name, m.text, m.id);
    if (m.kind === "ended") ended(m.chat);
    return show();
  });
  show();
}

// follow opens a stream, and gives what comes by one name.
export function follow(path, name, take, lost) {
  const stream = new EventSource(here(path));
  stream.addEventListener(name, (e) => take(JSON.parse(e.data)));
  stream.addEventListener("error", () => lost?.(true));
  stream.addEventListener("open", () => lost?.(false));
}

export const visitPath = `/v1/visits/${me.visit}/stream?${new URLSearchParams({ property, visitor: me.visitor })}`;
export const widgetPath = (id) => `/v1/properties/${id}/widget/stream`;
