// The site of the shop, and the guide beside it.

import { at, clock, el, here, setText } from "/board/words.js";
import { act, follow, forget, keep, me, start, state, tell, visitPath, widgetPath } from "/demo/chat.js";
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

// turn shows a page, and gives what is told of it.
function turn() {
  const now = page();
  for (const a of articles) a.hidden = a !== now;
  for (const link of document.querySelectorAll(".pages a")) {
    if (link.hash === `#${now.dataset.page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${now.dataset.title} · Demo shop`;
  return { page: { url: `${location.origin}/demo#${now.dataset.page}`, title: now.dataset.title } };
}

const status = { online: "is online", away: "is away", offline: "is offline" };

// words is "is online until 12:04, then offline".
function words(s) {
  const end = at(s.until);
  return (status[s.status] ?? s.status) + (end ? ` until ${clock(end, zone)}${s.next ? `, then ${s.next}` : ""}` : "");
}

function heard(a) {
  if (!act(a)) return;
  wire("←", a.type, a.data.text ?? a.data.form ?? "");
  if (a.type !== "message.send") return;
  if (a.data.chat) {
    if (open && !me.joined) done("rescue");
  } else {
    done(page().dataset.page === "/pricing" ? "page" : "welcome");
  }
}

function shown(s) {
  setText($("demo-state"), words(s));
  setText($("live"), s.status === "online" ? "Online" : "Offline");
  $("live").dataset.state = s.status === "online" ? "live" : "offline";
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

$("anew").addEventListener("click", () => {
  removeEventListener("pagehide", left);
  tell("visitor.left", {}, true);
  forget();
  location.assign("/demo");
  if (location.pathname === "/demo") location.reload();
});

function left() { tell("visitor.left", {}, true); }

addEventListener("hashchange", () => {
  if (location.hash && !location.hash.startsWith("#/")) return; // the link to skip
  tell("page.viewed", turn());
});
addEventListener("pagehide", left);

document.addEventListener("sent", ({ detail: e }) => wire("→", e.type, e.data.page?.title ?? e.data.text ?? ""));

start();
for (const step of me.seen ?? []) done(step);
tell("visitor.arrived", { ...turn(), attributes: { language: navigator.language } });
follow(visitPath, "action", heard);
follow(widgetPath(property), "state", shown, (lost) => {
  if (!lost) return;
  $("live").dataset.state = "broken";
  setText($("live"), "Not live");
});
follow(widgetPath("kiosk"), "state", (s) => setText($("kiosk-state"), words(s)));
