import type { components } from "./api.js";

export type Action = components["schemas"]["Action"];

// read says what an action is about. The compiler refuses it where a type of action is missing.
export function read(a: Action): string {
  switch (a.type) {
    case "widget.state_changed": case "department.state_changed":
      return `${a.data.property} is ${a.data.status} until ${a.data.until ?? "something is edited"}`;
    case "agent.status_changed":
      return `${a.data.agent} is ${a.data.status}`;
    case "agent.notify":
      return `a notice: ${a.data.kind}`;
    case "digest.opened":
      return `${a.data.property} has opened`;
    case "message.send":
      return `to ${a.data.visitor}: ${a.data.text} ${a.data.suggested?.join() ?? ""}`;
    case "ticket.create":
      return `${a.data.visitor} asks by ${a.data.ticket?.form ?? "chat"}`;
    case "note.add": case "note.replace": case "tag.add": case "tag.remove": case "visitor.set_name": case "visitor.set_department":
    case "widget.hide": case "form.show": case "agents.invite": case "chat.reassign": case "chat.snooze": case "chat.close":
    case "chat.sla_warning":
      return `${a.type} of ${a.data.visitor}`;
    default:
      return a satisfies never;
  }
}
