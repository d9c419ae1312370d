// The chat widget. What is said is kept for the visit, so that a reload shows it again.

import { el, setText } from "/board/words.js";
import { $, lines, newID, tabs, told } from "/demo/talk.js";

const store = "deskbell-demo";

// me is what this page keeps of the visitor: what has been said. Who they are, /deskbell.js knows.
export const me = read() ?? { joined: false, form: "", hidden: false, messages: [] };

let deskbell = null;

// chatNow is the visitor's chat, unless the agent has ended it; empty: none.
function chatNow() {
  const { chat } = deskbell.get();
  return chat === me.over ? "" : chat;
}

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
export async function forget() {
  tabs.postMessage({ kind: "gone", visitor: deskbell.get().visitor });
  await deskbell.forget();
  sessionStorage.removeItem(store);
}

// keep remembers what the visitor has seen of the guide.
export function keep(step) {
  me.seen = [...new Set([...(me.seen ?? []), step])];
  sessionStorage.setItem(store, JSON.stringify(me));
}

// show takes a change: it is kept, drawn, and told to the agent's tab.
function show() {
  sessionStorage.setItem(store, JSON.stringify(me));
  lines($("said"), me.messages, "visitor");
  const { visitor, visit } = deskbell.get();
  const chat = chatNow();
  const closed = widget !== null && widget.status !== "online" && !chat;
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
  if (chat) tabs.postMessage({ kind: "chat", visitor, visit, chat, joined: me.joined, messages: me.messages });
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

// act does what Deskbell says.
export function act(a) {
  const d = a.data;
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
      ended();
  }
  show();
}

function suggest(texts) {
  $("suggested").replaceChildren(...texts.map((text) => {
    const b = el("button", { type: "button" }, text);
    b.addEventListener("click", () => write(text));
    return b;
  }));
}

// write says something, and asks for a chat with the first of it.
async function write(text) {
  suggest([]);
  say("visitor", "Visitor", text);
  show();
  if (chatNow()) {
    told(await deskbell.event("chat.message", { text }));
    return;
  }
  me.joined = false;
  told(await deskbell.event("chat.requested", { text }));
  show();
}

function ended() {
  say("deskbell", "Demo shop", "The chat has ended.");
  me.joined = false;
}

function toggle(to) {
  open = to;
  unread = 0;
  deskbell.event(open ? "widget.maximized" : "widget.minimized").then(told);
  show();
  if (open) ($("leave").hidden ? $("text") : $("email")).focus();
  else $("bubble").focus();
}

// start begins to listen: to the visitor, and to the agent in the other tab.
export function start(script) {
  deskbell = script;
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
    const chat = chatNow();
    deskbell.event("form.submitted", { form: { kind: me.form.replace("_form", "") || "offline", fields }, ...(chat && { chat }) }).then(told);
    say("visitor", "Visitor", `${fields.message} (left for ${fields.email})`);
    say("deskbell", "Demo shop", "Thank you. We have your message.");
    me.form = "";
    e.target.reset();
    show();
  });
  tabs.addEventListener("message", ({ data: m }) => {
    if (m.kind === "who") return show();
    if (!m.chat || m.chat !== deskbell.get().chat) return undefined;
    if (m.kind === "joined") me.joined = true;
    if (m.kind === "said") say("agent", m.name, m.text, m.id);
    if (m.kind === "ended") {
      me.over = m.chat;
      ended();
    }
    return show();
  });
  show();
}
