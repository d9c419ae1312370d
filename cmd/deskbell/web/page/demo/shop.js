// The site of the shop, and the guide beside it.

import { at, clock, el, here, setText } from "/board/words.js";
import { act, forget, keep, me, start, state } from "/demo/chat.js";
import { $, property } from "/demo/talk.js";

const articles = [...document.querySelectorAll("[data-page]")];
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let open = null; // whether the shop is

// wire shows what goes over the network.
function wire(arrow, type, text) {
  $("wire").prepend(el("li", {}, el("div", {}, el("span", { "aria-hidden": "true" }, arrow), " ", el("code", {}, type), text ? ` ${text}` : "")));
  for (const old of [...$("wire").children].slice(40)) old.remove();
}

// done ticks off a step, for as long as the visitor is the same.
function done(step) {
  $(`step-${step}`).classList.add("seen");
  keep(step);
}

function page() {
  const path = location.hash.replace(/^#/, "") || "/";
  return articles.find((a) => a.dataset.page === path) ?? articles[0];
}

// turn shows a page. /deskbell.js sees the address change, and tells of it.
function turn() {
  const now = page();
  for (const a of articles) a.hidden = a !== now;
  for (const link of document.querySelectorAll(".pages a")) {
    if (link.hash === `#${now.dataset.page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${now.dataset.title} · Demo shop`;
}

const status = { online: "is online", away: "is away", offline: "is offline" };

// words is "is online until 12:04, then offline".
function words(s) {
  const end = at(s.until);
  return (status[s.status] ?? s.status) + (end ? ` until ${clock(end, zone)}${s.next ? `, then ${s.next}` : ""}` : "");
}

function heard(a) {
  act(a);
  wire("←", a.type, a.data.text ?? a.data.form ?? "");
  if (a.type !== "message.send") return;
  if (a.data.chat) {
    if (open && !me.joined) done("rescue");
  } else {
    done(page().dataset.page === "/pricing" ? "page" : "welcome");
  }
}

function setLive(is, { status: now }) {
  setText($("live"), !is ? "Not live" : now === "online" ? "Online" : "Offline");
  $("live").dataset.state = !is ? "broken" : now === "online" ? "live" : "offline";
}

function shown(s) {
  setText($("demo-state"), words(s));
  setLive(true, s);
  if (open !== null) wire("←", "state", words(s));
  if (s.status !== "online") done("closing");
  open = s.status === "online";
  setText($("close"), open ? "Close for a minute" : "Open again");
  state(s);
}

$("close").addEventListener("click", async () => {
  const path = here(`/v1/properties/${property}/override`);
  const ask = open ? { method: "PUT", body: JSON.stringify({ open: false, for: "1m" }), headers: { "Content-Type": "application/json" } } : { method: "DELETE" };
  const answer = await fetch(path, ask).catch(() => null);
  $("trouble").hidden = answer?.ok === true;
  if (!answer?.ok) setText($("trouble"), "The shop could not be closed or opened: the server refuses it, or does not answer.");
});

$("anew").addEventListener("click", async () => {
  await forget();
  location.assign("/demo");
  if (location.pathname === "/demo") location.reload();
});

addEventListener("hashchange", () => {
  if (location.hash && !location.hash.startsWith("#/")) return; // the link to skip
  turn();
});

turn();
(window.deskbell = window.deskbell || []).push((deskbell) => {
  start(deskbell);
  for (const step of me.seen ?? []) done(step);
  deskbell.on("event", (e) => wire("→", e.type, e.data.page?.title ?? e.data.text ?? ""));
  deskbell.on("action", heard);
  deskbell.on("state", shown);
  setInterval(() => {
    const { live, state: now } = deskbell.get();
    if (now) setLive(live, now);
  }, 1000);
});
