// Notices on this device, by Web Push.

import { el, setText } from "./words.js";

const $ = (id) => document.getElementById(id);
let ask = null; // sends a request to the server
let state = null; // of the server
let mine = null; // the id of this device's subscription; null: it has none
let last = Promise.resolve(); // the step that others wait for

const kinds = {
  hours_started: "your hours start", hours_ended: "your hours end", closing_soon: "a property closes soon", digest_opened: "a property opens, with what came in",
  auto_offline: "you are set offline", idle: "you are idle", slow_chat: "a chat waits for help", shift_end: "your hours end while chats are open",
};

// setUp makes the buttons work, once.
export function setUp(request) {
  ask = request;
  $("allow").addEventListener("click", () => attempt(allow));
  $("stop").addEventListener("click", () => attempt(stop));
  $("test").addEventListener("click", () => attempt(test));
}

// inTurn does one step after the other: a state that comes while a subscription ends would begin it anew.
function inTurn(step) { return last = last.then(step, step); }

// show says how it is, by a state of the server.
export function show(latest) { return inTurn(() => draw(latest)); }

async function draw(latest) {
  state = latest;
  const of = state.notices.map((kind) => kinds[kind] ?? kind.replaceAll("_", " "));
  setText($("kinds"), of.length ? `You are told when ${of.join(", ")}; and what triggers have for you.` : "You are told what triggers have for you. Your definition asks for no notices of your hours.");
  if (problem()) {
    buttons(false, problem());
    return;
  }
  if (mine === null || !state.subscriptions.includes(mine)) await find();
  buttons(Boolean(mine), mine ? "This device gets your notices." : "This device gets no notices.");
}

// problem says why there can be none.
function problem() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return "This browser gets no notices here. On an iPhone or iPad, add this page to the home screen, and open it there.";
  }
  return Notification.permission === "denied" ? "You have forbidden notices of this page: allow them in the settings of the browser." : "";
}

function buttons(subscribed, text) {
  setText($("notices"), text);
  $("allow").hidden = subscribed || Boolean(problem());
  $("stop").hidden = $("test").hidden = !subscribed;
}

async function subscription() { return (await navigator.serviceWorker.ready).pushManager.getSubscription(); }

// find tells the server of the subscription that this browser has, and forgets one that is for another key.
async function find() {
  mine = null;
  const has = await subscription();
  if (!has) return;
  if (key(has.options.applicationServerKey) !== state.push_key) await has.unsubscribe();
  else await tell(has);
}

async function tell(one) { mine = (await ask("POST", "/agent/subscription", one.toJSON())).id; }

function key(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function allow() {
  if (await Notification.requestPermission() !== "granted") return;
  const worker = await navigator.serviceWorker.ready;
  await tell(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: state.push_key }));
  state.subscriptions.push(mine);
}

async function stop() {
  const gone = mine;
  mine = null;
  state.subscriptions = state.subscriptions.filter((id) => id !== gone);
  await (await subscription())?.unsubscribe();
  await ask("DELETE", `/agent/subscription/${encodeURIComponent(gone)}`);
}

async function test() {
  const tried = await ask("POST", "/agent/test");
  $("tried").replaceChildren(...tried.map(({ way, problem: why }) => el("li", null, `${way}: ${why ?? "sent"}`)));
}

// attempt does something, and says how it is then.
function attempt(step) {
  return inTurn(async () => {
    $("tried").replaceChildren();
    try {
      await step();
      await draw(state);
    } catch (err) {
      setText($("notices"), `It has not worked: ${err.message}`);
    }
  });
}
