// The view of deliveries: how destinations do and what people do about them, the calendars that are fetched, and who is over a quota.

import { sign, zoneHere } from "./say.js";
import { at, el, here, until, when } from "./words.js";

const conditions = { ok: ["online", "works"], failing: ["bad", "fails"], paused: ["bad", "is paused"], gone: ["bad", "is gone"] };

// press is a button that has the server do something. key is the same for all that stand in one place, so that the focus stays there;
// told says what came of it, and how to take it back.
export function press(key, word, path, told, done, undo) {
  const button = el("button.change", { type: "button", "data-key": key }, word);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await ask(path, told, done, undo);
    button.disabled = false;
  });
  return button;
}

async function ask(path, told, done, undo = null) {
  try {
    const answer = await fetch(here(path), { method: "POST" });
    const said = await answer.json().catch(() => ({}));
    told(answer.ok ? done(said) : said.detail || `The server answered ${answer.status}.`, answer.ok ? undo : null);
  } catch {
    told("The server of this page does not answer.", null);
  }
}

// came has the last answer to a test of each destination, for as long as the page is open.
const came = new Map();

// test is a button that has a worker send a ping, and shows what came back below the destination.
function test(d, told) {
  const button = el("button.change", { type: "button", "data-key": `test ${d.name}` }, "Test");
  button.addEventListener("click", async () => {
    button.disabled = true;
    told(`${d.name} is tested…`);
    try {
      const answer = await fetch(here(pathOf(d.name, "test")), { method: "POST" });
      const said = await answer.json().catch(() => ({}));
      came.set(d.name, answer.ok ? said : { error: said.detail || `The server answered ${answer.status}.` });
    } catch {
      came.set(d.name, { error: "The server of this page does not answer." });
    }
    const it = came.get(d.name);
    told(it.taken ? `${d.name} took the ping.` : `${d.name} did not take the ping: ${it.error}`);
    for (const b of document.querySelectorAll(`[data-key="${CSS.escape(button.dataset.key)}"]`)) b.closest("li").querySelector(".came").replaceWith(result(d.name)); // it may be drawn anew by now
    button.disabled = false;
  });
  return button;
}

// result is what came back of the last test of a destination.
function result(name) {
  const it = came.get(name);
  if (!it) return el("div.came", { hidden: "" });
  const took = it.took_ms === undefined ? "" : ` in ${it.took_ms} ms`;
  return el("div.came", {}, el(it.taken ? "p.hint" : "p.fault", {}, it.taken ? `It took the ping${it.status ? ` with ${it.status}` : ""}${took}` : `It did not take the ping${took}: ${it.error}`,
    at(it.at) ? [", ", when(at(it.at), zoneHere)] : ""),
  it.do ? el("p.hint", {}, `What to do: ${it.do}.`) : null,
  it.answer ? el("pre", { tabindex: "0", "aria-label": `What ${name} answered` }, it.answer) : null);
}

const pathOf = (name, what) => `/v1/destinations/${encodeURIComponent(name)}/${what}`;

function hold(d, told) {
  const resume = () => ask(pathOf(d.name, "resume"), told, () => `${d.name} is tried again.`);
  return d.state === "paused" || d.state === "gone"
    ? press(d.name, "Resume", pathOf(d.name, "resume"), told, () => `${d.name} is tried again.`)
    : press(d.name, "Pause", pathOf(d.name, "pause"), told, () => `${d.name} is paused: its actions wait, and are given up after 12 hours.`, resume);
}

export function destination(d, told) {
  const [status, word] = conditions[d.state] ?? ["away", d.state];
  const more = [];
  if (at(d.since)) more.push(" since ", when(at(d.since), zoneHere));
  if (at(d.until)) more.push(" · tried again ", until(at(d.until)));
  if (at(d.oldest)) more.push(" · oldest waits since ", when(at(d.oldest), zoneHere));
  if (d.aside) more.push(` · ${d.aside} set aside`);
  if (d.dropped) more.push(` · ${d.dropped} dropped`, at(d.dropped_last) ? [", the last ", when(at(d.dropped_last), zoneHere)] : "");
  return el("li", {}, sign(status), el("div", {}, el("strong", {}, d.name), el("span.hint", {}, ` ${d.type}`), ` ${word}`, el("span.hint", {}, more),
    d.error ? el("p.fault", {}, d.error) : null, result(d.name)), named(test(d, told), d.name), named(hold(d, told), d.name));
}

// named gives a button a name of its own among others of its word.
function named(button, what) {
  button.append(el("span.unseen", {}, ` ${what}`));
  return button;
}

// ofDestination is a problem with one, in words; empty: there is none.
export function ofDestination(d) {
  const [status, word] = conditions[d.state] ?? ["away", d.state];
  return status === "online" ? "" : `${d.name} ${word}${d.error ? `: ${d.error.split("\n")[0]}` : ""}`;
}

const handed = (r) => `${r.handed_over} ${r.handed_over === 1 ? "action is" : "actions are"} delivered again${r.left_out ? `, and ${r.left_out} more wait for another press` : ""}. What fails comes back here.`;

// drawGivenUp shows the actions that nobody could deliver, each with the last answer and a button to deliver it again.
export async function drawGivenUp(root, title, told) {
  let list = [], more = 0;
  try {
    const answer = await fetch(here("/v1/deliveries?limit=50"));
    if (answer.ok) ({ given_up: list = [], left_out: more = 0 } = await answer.json());
  } catch { /* the sign says that the server is away */ }
  title.hidden = list.length === 0;
  root.replaceChildren(...list.map((g) => el("li", {}, sign("bad"), el("div", {}, el("strong", {}, g.type), ` to ${g.destination}`, el("span.hint", {}, " of ", when(at(g.time), zoneHere), ", given up ", when(at(g.given_up), zoneHere), " · "),
    el("a", { href: `/monitor/queues/${encodeURIComponent(g.queue)}/tasks/${encodeURIComponent(g.task)}` }, "look at it"), el("p.fault", {}, g.error)),
  named(press(g.task, "Deliver again", `/v1/deliveries/${encodeURIComponent(g.task)}/replay`, told, handed), `${g.type} to ${g.destination}`))),
  ...[...new Set(list.map((g) => g.destination))].map((name) => el("li", {}, press(`all ${name}`, `Deliver all of ${name} again`, pathOf(name, "replay"), told, handed))),
  ...(more ? [el("li.hint", {}, `and ${more} more: deskbell deliveries list`)] : []));
}

// feed is a calendar that workers fetch. Of its address, the server tells the host alone.
export function feed(f) {
  const fetched = at(f.fetched), failing = at(f.failing_since), next = at(f.next);
  const [status, word] = f.problem ? ["bad", "fails"] : fetched ? ["online", "works"] : ["away", "is not fetched yet"];
  const more = [
    failing ? [" since ", when(failing, zoneHere)] : null,
    fetched ? [" · last fetched ", when(fetched, zoneHere)] : f.problem ? " · never fetched" : null,
    next ? [" · next try ", until(next)] : null,
  ];
  return el("li", {}, sign(status), el("div", {}, el("strong", {}, f.host), el("span.hint", {}, ` ${f.calendar}`), ` ${word}`, el("span.hint", {}, more),
    f.problem ? el("p.fault", {}, f.problem.split("\n")[0]) : null));
}

const bounded = { events: "events a second", new_visitors: "new visitors and chats a day", waiting_messages: "messages that wait" };

// quota is a property that is over a quota: which, since when, and how much was refused.
export function quota(q) {
  return el("li", {}, sign("bad"), el("div", {}, el("strong", {}, q.property), " is over its quota", q.over.map((o) =>
    el("p.hint", {}, `${bounded[o.quota] ?? o.quota} since `, when(at(o.since), zoneHere), " · last ", when(at(o.last), zoneHere), ` · ${o.refused} refused that day`))));
}
