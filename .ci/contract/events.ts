// One event of each type, of servers and of pages. The compiler refuses this file where a type of event is missing.
import type { components } from "./api.js";

export type Event = components["schemas"]["Event"];
export type PageEvent = components["schemas"]["PageEvent"];

// The data of each type are those of that type.
type DataOf<E extends { type: string; data: unknown }> = { [T in E["type"]]: Extract<E, { type: T }>["data"] };

export const page = { url: "https://acme.example/pricing", title: "Prices" };
export const visit = { property: "acme", visitor: "v-ts", visit: "s-ts" };
const chat = { property: "acme", visitor: "v-ts", chat: "c-ts" };
export const events: DataOf<Event> = {
  "visitor.arrived": { ...visit, page, attributes: { country: "GB", tags: ["vip"], custom: { plan: "pro" } } },
  "page.viewed": { ...visit, page },
  "visitor.updated": { ...visit, attributes: { name: "Zoë", previous_visits: 3 } },
  "visitor.custom": { ...visit, name: "cart", values: { items: 2 } },
  "widget.maximized": { ...visit, page },
  "widget.minimized": { ...visit, page },
  "department.chosen": { ...visit, department: "sales" },
  "form.abandoned": { ...visit, form: { kind: "offline" } },
  "form.submitted": { ...visit, form: { kind: "contact", fields: { email: "zoe@acme.example" } } },
  "chat.requested": { ...chat, visit: "s-ts", department: "sales", text: "Hello?" },
  "chat.message": { ...chat, from: "visitor", text: "Anybody?" },
  "chat.queued": { ...chat, queue_position: 1 },
  "chat.assigned": { ...chat, agent: "lea" },
  "chat.agent_joined": { ...chat, agent: "lea" },
  "chat.agent_left": { ...chat, agent: "lea" },
  "chat.handoff": chat,
  "chat.tagged": { ...chat, added: ["buyer"] },
  "chat.ended": chat,
  "agent.logged_in": { agent: "lea", session: "x" },
  "agent.active": { agent: "lea", session: "x" },
  "agent.status_set": { agent: "lea", status: "away" },
  "agent.logged_out": { agent: "lea", session: "x" },
  "visitor.left": visit,
};

// The key and the token say of whom these are.
export const pageEvents: DataOf<PageEvent> = {
  "visitor.arrived": { page },
  "page.viewed": { page },
  "visitor.updated": { attributes: { name: "Zoë" } },
  "visitor.custom": { name: "cart", values: { items: 2 } },
  "widget.maximized": {},
  "widget.minimized": {},
  "department.chosen": { department: "sales" },
  "form.abandoned": { form: { kind: "offline" } },
  "form.submitted": { form: { kind: "contact", fields: { email: "zoe@acme.example" } } },
  "chat.requested": { text: "Hello?" },
  "chat.message": { text: "Anybody?" },
  "visitor.left": {},
};

// listed are events with some data.
export function listed<E extends { type: string; data: unknown }>(data: Partial<DataOf<E>>): E[] {
  return Object.entries(data).map(([type, data]) => ({ type, data }) as E);
}
