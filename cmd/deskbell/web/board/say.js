// What happened, in sentences: one for every type of action. All that comes from outside becomes text.

import { at, clock, el, svg, until, when } from "./words.js";

export const zoneHere = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

const reasons = {
  no_agents: "nobody available", override: "by override", weekly: "weekly hours", always: "always open", leave: "on leave",
  locked: "locked by themselves", chosen: "their own choice", not_logged_in: "not logged in", logged_in: "logged in",
  auto_offline: "a chat waited too long for their answer", idle: "nothing done for too long",
};
const rules = {
  rescue: "rescue", "auto_reply.during": "reply within hours", "auto_reply.outside": "reply outside hours", "auto_reply.handoff": "reply at a handover",
  closing_soon: "closing soon", waiting_at_close: "waiting at close", sla: "time for a first answer", helpers: "helpers", reassign: "reassignment", shift_end: "end of a shift",
};
const forms = { offline_form: "the offline form", contact_form: "the contact form", callback_form: "the callback form" };

export function reason(text) { return reasons[text] ?? String(text ?? "").replaceAll("_", " "); }

// sign is a status by its shape; the word stands beside it.
export function sign(status) {
  const shapes = {
    online: [svg("circle", { cx: 6, cy: 6, r: 5 })],
    away: [svg("circle.line", { cx: 6, cy: 6, r: 4.25 }), svg("path", { d: "M6 1a5 5 0 0 1 0 10z" })],
    invisible: [svg("circle.line", { cx: 6, cy: 6, r: 4.25 })],
    offline: [svg("rect.line", { x: 1.75, y: 1.75, width: 8.5, height: 8.5, rx: 1.5 })],
    bad: [svg("path", { d: "M6 .5 11.7 11H.3z" })],
    sent: [svg("path.line", { d: "M1.5 2h9v6H5L2.5 10.5V8h-1z" })],
    held: [svg("path.line", { d: "M2 6h8" })],
  };
  return svg("svg.sign", { "data-status": status, viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, shapes[status] ?? []);
}

// brief cuts a text of others where it gets long.
function brief(text) {
  const line = String(text).replace(/\s+/g, " ").trim();
  return line.length > 90 ? `${line.slice(0, 88)}…` : line;
}

// visitorLink is the address of a visitor's record on this page.
export function visitorLink(property, visitor) { return `#visitors/${encodeURIComponent(property)}/${encodeURIComponent(visitor)}`; }

// say gives a sign and the parts of a sentence; nameOf tells how a property is called.
export function say(a, nameOf = (id) => id) {
  const d = a.data ?? {};
  const strong = (text) => el("strong", {}, text);
  const place = () => strong(d.department ? `${nameOf(d.property)}/${d.department}` : nameOf(d.property ?? ""));
  const person = () => (d.visitor && d.property ? el("a", { href: visitorLink(d.property, d.visitor) }, d.visitor) : strong("a visitor"));
  const visitor = () => [person(), " at ", strong(nameOf(d.property ?? ""))];
  const by = d.trigger || rules[d.rule] || d.rule;
  const tail = by ? el("span.hint", {}, ` · ${by}`) : null;
  const end = at(d.until);
  const rest = (text) => (end ? [text, when(end, zoneHere)] : null);
  const why = () => el("span.hint", {}, d.reason ? ` · ${reason(d.reason)}` : null, rest(", until "));
  switch (a.type) {
    case "widget.state_changed":
    case "department.state_changed":
      return [d.status, place(), d.previous === d.status ? ` stays ${d.status}` : ` is ${d.status}`, why()];
    case "agent.status_changed":
      return [d.status, strong(d.name || d.agent), d.previous === d.status ? ` stays ${d.status}` : ` is ${d.status}`, why()];
    case "agent.notify":
      return ["sent", "Told ", strong(d.name || d.agent || (d.agents ?? []).join(", ") || "the agents"), ...notice(d, place, visitor), tail];
    case "digest.opened":
      return ["sent", place(), " opened with ", strong(digest(d)), " from its closed time"];
    case "message.send":
      return ["sent", "Sent ", d.text ? `“${brief(d.text)}”` : d.attachments?.length ? "a file" : "a choice of departments", " to ", visitor(), tail];
    case "note.add": return ["sent", "Noted on ", visitor(), d.text ? `: “${brief(d.text)}”` : null, tail];
    case "note.replace": return ["sent", "Replaced the notes on ", visitor(), d.text ? ` by “${brief(d.text)}”` : null, tail];
    case "tag.add": return ["sent", "Tagged ", visitor(), " with ", strong(d.tag ?? ""), tail];
    case "tag.remove": return ["sent", "Took the tag ", strong(d.tag ?? ""), " off ", visitor(), tail];
    case "visitor.set_name": return ["sent", "Named ", visitor(), " ", strong(d.name ?? ""), tail];
    case "visitor.set_department": return ["sent", "Chose ", strong(d.department ?? "a department"), " for ", visitor(), tail];
    case "widget.hide": return ["sent", "Hid the widget from ", visitor(), tail];
    case "form.show": return ["sent", "Showed ", forms[d.form] ?? "a form", " to ", visitor(), tail];
    case "agents.invite": return ["sent", "Invited ", strong((d.agents ?? []).join(", ") || "all who help when it is slow"), " to the chat of ", visitor(), tail];
    case "chat.reassign": return ["sent", "Gave the chat of ", visitor(), " to ", strong(d.agent || "whoever has not had it"), d.previous ? ` after ${d.previous}` : null, tail];
    case "chat.snooze": return ["sent", "Put the chat of ", visitor(), " aside", rest(" until "), tail];
    case "chat.close": return ["sent", "Ended the chat of ", visitor(), tail];
    case "ticket.create": return ["sent", "Made a ticket for ", visitor(), d.ticket?.form ? ` from ${forms[d.ticket.form] ?? "a form"}` : " from a chat that waited", tail];
    case "chat.sla_warning":
      return ["bad", "The chat of ", visitor(), " needs its first answer", at(d.due) ? [" by ", when(at(d.due), zoneHere)] : " soon", tail];
    case "message.skipped":
      return ["held", "Held back from ", visitor(), `: ${d.text || reason(d.reason)}`, tail];
    default:
      return ["sent", "Did ", strong(String(a.type)), d.property ? [" at ", place()] : null, tail];
  }
}

// notice says of what agents were told.
function notice(d, place, visitor) {
  switch (d.kind) {
    case "hours_started": return [" that their hours have started"];
    case "hours_ended": return [" that their hours have ended"];
    case "auto_offline": return [" that they are offline: a chat waited too long for them"];
    case "idle": return [" that they did nothing for too long"];
    case "closing_soon": return [" that ", place(), " closes soon"];
    case "digest_opened": return [" what came in while ", place(), " was closed"];
    case "slow_chat": return [" that the chat of ", visitor(), " has no answer"];
    case "shift_end": return [" that the chat of ", visitor(), " is open after the hours of ", d.previous || "its agent"];
    default: return [d.text ? ` “${brief(d.text)}”, of ` : " about ", visitor()];
  }
}

function digest(d) {
  const count = (items, one, many) => (items?.count ? `${items.count} ${items.count === 1 ? one : many}` : null);
  return [count(d.forms, "form", "forms"), count(d.chats, "waiting chat", "waiting chats"), count(d.messages, "message", "messages")].filter(Boolean).join(", ") || "nothing new";
}

// inWords is a sentence as mere text.
export function inWords(a, nameOf) {
  const [, ...parts] = say(a, nameOf);
  return parts.flat(Infinity).map((p) => p?.textContent ?? p ?? "").join("");
}

export function action(a, nameOf) {
  const [status, ...text] = say(a, nameOf);
  const ms = at(a.time);
  return el(status === "held" ? "li.held" : "li", {}, sign(status), el("div", {}, el("p", {}, text),
    el("p.hint", {}, when(ms - (ms % 1000), zoneHere), " · ", until(ms))));
}

// untilWords is an end in a sentence.
export function untilWords(end, zone) { return end ? `until ${clock(end, zone)}` : "until it is undone"; }
