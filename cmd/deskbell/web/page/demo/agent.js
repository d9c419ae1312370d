// The agent's side: chats of the shop in other tabs of this browser.

import { el, setText } from "/board/words.js";
import { $, agent, lines, newID, send, tabs } from "/demo/talk.js";

const name = "Robin";
const shown = new Map(); // visitor → {chat, visit, joined, item, list, head, …}

function tell(c, type, data) { return send(type, { visitor: c.visitor, chat: c.chat, ...data }); }

// join tells that the agent is there. Deskbell then rescues nobody who is answered.
function join(c) {
  if (c.joined) return;
  c.joined = true;
  tell(c, "chat.agent_joined", { agent });
  tabs.postMessage({ kind: "joined", chat: c.chat });
}

function answer(c, text) {
  join(c);
  tell(c, "chat.message", { from: "agent", agent, text });
  tabs.postMessage({ kind: "said", chat: c.chat, id: newID(), name, text });
}

function end(c) {
  tell(c, "chat.ended", {});
  tabs.postMessage({ kind: "ended", chat: c.chat });
  remove(c);
}

function remove(c) {
  c.item.remove();
  shown.delete(c.visitor);
  $("nobody").hidden = shown.size > 0;
}

// add makes the card of a chat.
function add(m) {
  const field = `answer-${m.chat}`;
  const list = el("ul", { role: "list" });
  const head = el("h3", {}, "");
  const input = el("input", { id: field, maxlength: "1000", autocomplete: "off", placeholder: "Answer as Robin" });
  const form = el("form.answer", {}, el("label.unseen", { for: field }, "Your answer"), input, el("button", { type: "submit" }, "Answer"));
  const over = el("button.end", { type: "button" }, "End the chat");
  const item = el("li.card", { "data-visitor": m.visitor }, el("div.cardhead", {}, head, over),
    el("div.log", { role: "log", "aria-label": "Messages", tabindex: "0" }, list), form);
  const c = { visitor: m.visitor, chat: m.chat, joined: m.joined, item, list, head };
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    answer(c, text);
    input.value = "";
  });
  over.addEventListener("click", () => end(c));
  shown.set(m.visitor, c);
  $("chats").append(item);
  setText($("heard"), "A visitor asks for a chat.");
  return c;
}

tabs.addEventListener("message", ({ data: m }) => {
  let c = shown.get(m.visitor);
  if (m.kind === "gone" && c) return remove(c);
  if (m.kind !== "chat") return undefined;
  if (c && c.chat !== m.chat) remove(c);
  c = shown.get(m.visitor) ?? add(m);
  c.joined ||= m.joined;
  setText(c.head, `Visitor ${m.visitor.slice(0, 4)} ${c.joined ? "talks with you" : "waits for an answer"}`);
  c.item.dataset.waiting = String(!c.joined);
  lines(c.list, m.messages, "agent");
  $("nobody").hidden = true;
  return undefined;
});

tabs.postMessage({ kind: "who" });
