// What the shop and its agent have in common: events to Deskbell, and the channel between tabs.

import { el, here, setText } from "/board/words.js";

export const $ = (id) => document.getElementById(id);

// property is that of the sample, and agent the one who answers here.
export const property = "demo";
export const agent = "robin";

// tabs carries what visitor and agent say to each other, as the chat application would.
export const tabs = new BroadcastChannel("deskbell-demo");

// newID is one that nobody guesses.
export function newID() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

let before = Promise.resolve(); // events go one after the other, so that they arrive in order

// send tells Deskbell of an event of the agent's side: a chat application has a key of its own for that.
export function send(type, data) {
  before = before.then(() => post({ id: newID(), type, data: { property, ...data } })).then(() => trouble(""), (err) => trouble(err.message));
  return before;
}

async function post(event) {
  let answer;
  try {
    answer = await fetch(here("/v1/events"), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) });
  } catch {
    throw new Error(`Deskbell does not answer: ${event.type} was not sent.`);
  }
  if (answer.ok) return;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(`${event.type} was refused: ${problem.detail || `the server answered ${answer.status}`}.`);
}

// told shows why an event of the visitor was not taken.
export function told({ status, errors }) {
  trouble(status === "taken" ? "" : `Deskbell has not taken this: ${errors?.[0]?.message ?? status}.`);
}

function trouble(text) {
  setText($("trouble"), text);
  $("trouble").hidden = !text;
}

// line shows a message: {id, from: visitor | agent | deskbell, name, text}. The visitor is "You" to themselves alone.
function line(m, mine) {
  const name = m.from === mine ? "You" : m.name;
  return el(`li.${m.from === mine ? "mine" : "theirs"}`, { "data-from": m.from }, el("p.from", {}, name), el("p.text", {}, m.text));
}

// lines shows messages, and keeps the elements of those that are there already.
export function lines(list, messages, mine) {
  if (messages.length < list.children.length) list.replaceChildren();
  for (const m of messages.slice(list.children.length)) list.append(line(m, mine));
  list.parentElement.scrollTop = list.scrollHeight;
}
