// The page of an agent. It asks the server again and again, so that it needs no stream that a sleeping phone would break.

import { setUp, show } from "./push.js";
import { at, clock, dayIn, el, here, now, relative, setClock, setText, zoneName } from "./words.js";

const $ = (id) => document.getElementById(id);
const lasts = 120_000; // ms after which the server takes a session without a sign of life for one that has left
const every = 40_000; // ms between signs of life
const session = sessionID();
let shown = null; // the last state of the server
let broken = false;
let alive = 0; // when the server last heard of this session
let timer = 0;
let used = false; // whether the agent has done something here since the server last heard

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { used = true; }, { passive: true });

// sessionID is that of this page in this tab: a reload is no new session.
function sessionID() {
  const id = sessionStorage.getItem("session") ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
  sessionStorage.setItem("session", id);
  return id;
}

// ask sends a request; what goes wrong is an Error with words for people, and the status of the answer.
async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(here(path), { method, body: body && JSON.stringify(body), headers: { Accept: "application/json" } });
  } catch {
    throw Object.assign(new Error("There is no connection to the server."), { status: 0 });
  }
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (answer.ok) return value;
  throw Object.assign(new Error(value?.detail || `The server answered ${answer.status}.`), { status: answer.status });
}

// exchange gives the secret of a link for the cookie, and takes it out of the address.
async function exchange(secret) {
  history.replaceState(null, "", location.pathname);
  await ask("POST", "/agent/session", { secret });
}

// secretOf is the secret in a link, or in what somebody has copied of one.
function secretOf(link) { return /dba_[\w.-]+/.exec(link)?.[0] ?? ""; }

async function start() {
  const secret = secretOf(location.hash);
  if (secret) {
    try {
      await exchange(secret);
    } catch (err) {
      if (err.status === 0) history.replaceState(null, "", `${location.pathname}#${secret}`); // for the next try
    }
  }
  await refresh();
}

// refresh says that the page is open, and shows the state, now and from now on.
async function refresh() {
  clearTimeout(timer);
  const did = used;
  used = false;
  try {
    await ask("POST", "/agent/alive", { session, began: Date.now() - alive > lasts, used: did });
    alive = Date.now();
    take(await ask("GET", "/agent/state"));
    timer = setTimeout(refresh, next());
  } catch (err) {
    used ||= did;
    fail(err);
    if (err.status !== 401) timer = setTimeout(refresh, 5000);
  }
}

// next is when to ask again: soon after the status changes by itself, too.
function next() {
  const until = at(shown.state.until);
  return until && until > now() ? Math.min(every, until - now() + 1000) : every;
}

// take shows a state of the server, and keeps it for when there is none.
function take(state) {
  shown = state;
  broken = false;
  setClock(state.at);
  localStorage.setItem("state", JSON.stringify(state));
  live("live", "Live");
  trouble("");
  draw();
  show(state).catch(() => {}); // the next look tries again
}

// fail shows what is known without the server.
function fail(err) {
  broken = true;
  if (err.status === 401) {
    localStorage.removeItem("state");
    $("page").hidden = true;
    $("enter").hidden = false;
    setText($("enter-why"), `${err.message}. Open your link here, or paste it:`);
    live("broken", "Closed");
    return;
  }
  live("broken", err.status === 0 ? "Offline" : "No answer");
  const last = localStorage.getItem("state");
  if (!shown && last) shown = JSON.parse(last);
  trouble(shown ? "" : err.message);
  if (shown) draw();
}

function live(state, text) {
  $("live").dataset.state = state;
  setText($("live"), text);
}

function trouble(text) {
  $("trouble").hidden = !text;
  setText($("trouble"), text);
}

const titles = { online: "Online", away: "Away", invisible: "Invisible", offline: "Offline" };

const reasons = {
  weekly: ["Your hours have begun.", "These are not your hours."],
  always: ["You have no hours: you are always on duty."],
  leave: ["You are on leave."],
  locked: ["You chose it, until you undo it."],
  chosen: ["You chose it, until your hours change next."],
  logged_in: ["You are logged in."],
  not_logged_in: ["You are not logged in."],
  auto_offline: ["A chat of yours has waited for an answer for too long."],
  idle: ["There has been no sign of you for a while."],
};

// reasonOf says why a status is what it is. Reasons without words here are names, as of a holiday, and stand for themselves.
function reasonOf(state) {
  const [online, other] = reasons[state.reason] ?? [state.reason.replaceAll("_", " ")];
  return state.status === "online" ? online : other ?? online;
}

function draw() {
  const { state, today, time_zone: zone } = shown;
  $("page").hidden = false;
  $("enter").hidden = true;
  setText($("name"), shown.name || shown.agent);
  document.title = `${shown.name || shown.agent} · Deskbell`;
  const until = at(state.until);
  const passed = until && until <= now() && state.next; // no worker has said so yet
  const status = passed ? state.next : state.status;
  $("status").dataset.status = status;
  setText($("status"), titles[status] ?? "No worker has decided yet");
  setText($("why"), passed || !status ? "" : reasonOf(state));
  setText($("then"), then(state, until, passed, zone));
  $("asof").hidden = !broken;
  setText($("asof"), broken ? `As of ${clock(Date.parse(shown.at), zone)}: there is no connection.` : "");
  for (const b of $("choices").children) b.setAttribute("aria-pressed", String(b.dataset.status === status));
  for (const b of document.querySelectorAll("#choices button, #undo")) b.disabled = broken;
  drawToday(today, zone);
  setText($("expires"), `Your link is good until ${dayIn(Date.parse(shown.expires), zone)}.`);
}

function then(state, until, passed, zone) {
  if (passed) return `Since ${clock(until, zone)}`;
  const since = at(state.since);
  const parts = [since && `Since ${clock(since, zone)}`, until && `until ${clock(until, zone)}, ${relative(until)}`, until && state.next && `then ${titles[state.next].toLowerCase()}`];
  return parts.filter(Boolean).join(" · ");
}

function drawToday(today, zone) {
  const from = Date.parse(today.from);
  setText($("date"), `${dayIn(from, zone)}, by the clock of ${zoneName(zone)}`);
  const end = Date.parse(today.to);
  const items = today.open.map(([opens, closes]) => {
    const [a, b] = [from + opens * 1000, from + closes * 1000];
    const when = b <= now() ? "past" : a <= now() ? "now" : "later";
    const text = a <= from && b >= end ? "the whole day" : `${time(a, zone)} to ${b >= end ? "24:00" : time(b, zone)}`;
    return el(`li.${when}`, when === "now" ? { "aria-current": "time" } : null, text, when === "now" ? " · now" : "");
  });
  $("windows").replaceChildren(...items);
  $("none").hidden = items.length > 0;
}

function time(ms, zone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(ms);
}

// choose sends a choice, and waits until a worker has decided on it.
async function choose(status) {
  const before = shown.state.version;
  setText($("chosen"), "Sending…");
  try {
    await ask("POST", "/agent/status", { status, locked: status !== "scheduled" && $("locked").checked });
    for (let i = 0; i < 25 && shown.state.version === before; i++) {
      await new Promise((r) => setTimeout(r, 200));
      take(await ask("GET", "/agent/state"));
    }
    setText($("chosen"), outcome(status, before));
  } catch (err) {
    setText($("chosen"), err.message);
    if (err.status === 401 || err.status === 0) fail(err);
  }
}

const refusals = { outside_hours: "these are not your hours", leave: "you are on leave" };

function outcome(status, before) {
  const refused = shown.state.presence?.refused;
  if (refused?.status === status && shown.state.status !== status && Date.parse(refused.at) > now() - 15_000) {
    return `It was refused: ${refusals[refused.reason] ?? refused.reason}.`;
  }
  if (shown.state.status === status || status === "scheduled" && shown.state.version !== before) return "Done.";
  return status === "scheduled" ? "Your hours decide." : "It has not changed your status.";
}

for (const b of document.querySelectorAll("#choices button, #undo")) {
  b.addEventListener("click", () => choose(b.dataset.status));
}

$("paste").addEventListener("submit", async (e) => {
  e.preventDefault();
  const secret = secretOf($("link").value);
  $("link").value = "";
  try {
    if (!secret) throw new Error("This is no link to this page.");
    await exchange(secret);
    await refresh();
  } catch (err) {
    trouble(err.message);
  }
});

addEventListener("hashchange", () => secretOf(location.hash) && start());
addEventListener("online", start);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => shown && draw(), 15_000);

navigator.serviceWorker?.addEventListener("message", () => refresh()); // a notice has come
setUp(ask);
navigator.serviceWorker?.register("/agent/worker.js", { scope: "/agent" }).catch(() => {}); // without TLS there is none
start();
