// One call of each operation, whose answer is read by its type. The compiler refuses this file where an operation is missing.
import type { operations } from "./api.js";
import { must, pageHeaders, pageKey, send } from "./server.js";
import { events, listed, pageEvents, visit, type Event, type PageEvent } from "./events.js";

// The body of a good answer; null: it has none.
type Answer<O extends keyof operations> = Content<Good<operations[O]["responses"]>>;
type Good<R> = R[Extract<keyof R, 200 | 201 | 202 | 204>];
type Content<R> = R extends { content: infer C extends object } ? C[keyof C] : null;
type Path<O extends keyof operations> = operations[O]["parameters"]["path"];
type Body<O extends keyof operations> = operations[O] extends { requestBody: { content: infer C extends object } } ? C[Extract<keyof C, "application/json">] : undefined;

// A call is where and what is sent, and how its answer is read, which is something.
type Call<O extends keyof operations> = { path: Path<O>; body: Body<O>; read: (a: Answer<O>) => unknown };

// Nothing is given up here. Agents' pages have a cookie, and may change. Streams have no end. A chat product signs what it sends, and nobody else. What receives actions is
// no operation of web.
type Aside = "replay-delivery" | "keep-agent-page" | "enter-agent-page" | "get-agent-page" | "choose-status" | "subscribe-device" | "unsubscribe-device" | "test-notices" | "test-agent-notices"
  | "stream-page" | "stream-visit" | "stream-widget" | "post-chatwoot" | "post-rest" | `receive-${string}`;

const none = { path: undefined, body: undefined };
const of = <P>(path: P) => ({ path, body: undefined });
const acme = of({ id: "acme" }), sales = of({ id: "acme", department: "sales" });
const lea = of({ id: "lea" }), office = of({ id: "office" }), ts = of({ id: "ts" });
const isNone = (a: null) => a === null;

// calls are one of each operation, in their order, with a destination at a URL.
const calls = (to: string): { [O in Exclude<keyof operations, Aside>]: Call<O> } => ({
  "put-schedule": { path: { id: "office" }, body: { time_zone: "Europe/Paris", weekly: { "mon-fri": "09:00-18:00" } }, read: (a) => a },
  "put-destination": { path: { id: "ts" }, body: { type: "webhook", url: to, secret_env: "CONTRACT_SECRET" }, read: (a) => a.type },
  "put-agent": { path: { id: "lea" }, body: { name: "Léa", schedule: "mon-fri 9-17" }, read: (a) => a.name },
  "put-property": {
    path: { id: "acme" },
    body: { destinations: ["ts"], agents: ["lea"], departments: { sales: {} }, schedule: "closed", auto_replies: { outside: "Closed" } },
    read: (a) => a.departments?.["sales"],
  },
  "post-events": { path: undefined, body: listed<Event>(events), read: (a) => a.counts.taken === Object.keys(events).length },
  "post-page-events": { path: undefined, body: { events: listed<PageEvent>(pageEvents) }, read: (a) => a.chat && a.counts.taken === Object.keys(pageEvents).length },
  "list-schedules": { ...none, read: (a) => a.items[0]?.definition },
  "list-destinations": { ...none, read: (a) => a.items[0]?.definition.type },
  "list-agents": { ...none, read: (a) => a.items[0]?.definition.name },
  "list-properties": { ...none, read: (a) => a.items[0]?.definition.agents },
  "get-schedule": { ...office, read: (a) => a },
  "get-destination": { ...ts, read: (a) => a.url },
  "get-agent": { ...lea, read: (a) => a.name },
  "get-property": { ...acme, read: (a) => a.agents?.[0] },
  "get-boundaries": { ...office, read: (a) => a.items[0]?.at },
  "get-boundaries-of-agent": { ...lea, read: (a) => a.items[0]?.at },
  "get-boundaries-of-property": { ...acme, read: (a) => a.time_zone },
  "add-open-time": { ...office, read: (a) => a.local },
  "add-open-time-of-agent": { ...lea, read: (a) => a.local },
  "add-open-time-of-property": { ...acme, read: (a) => a.time_zone },
  "get-calendar-of-schedule": { ...office, read: (a) => a.startsWith("BEGIN:VCALENDAR") },
  "get-calendar-of-agent": { ...lea, read: (a) => a.startsWith("BEGIN:VCALENDAR") },
  "get-calendar-of-property": { ...acme, read: (a) => a.startsWith("BEGIN:VCALENDAR") },
  "get-opening-hours": { ...acme, read: (a) => typeof a === "object" && a["@type"] },
  "get-agent-status": { ...lea, read: (a) => a.status },
  "get-why": { ...lea, read: (a) => a.steps?.[0] },
  "get-coverage": { ...acme, read: (a) => a.uncovered_seconds },
  "get-widget": { ...acme, read: (a) => a.departments?.["sales"]?.status },
  "get-visitor": { path: { id: "acme", visitor: visit.visitor }, body: undefined, read: (a) => a.waiting.length + a.recent.length },
  "post-visitor-token": { path: { id: "acme", visitor: "u-17" }, body: undefined, read: (a) => a.visitor === "u-17" && a.token },
  "get-holidays": { path: { code: "FR" }, body: undefined, read: (a) => a.holidays?.[0]?.name },
  "list-countries": { ...none, read: (a) => a.countries[0]?.name },
  "list-deliveries": { ...none, read: (a) => a.destinations[0]?.name },
  "pause-destination": { ...ts, read: isNone },
  "resume-destination": { ...ts, read: isNone },
  "test-destination": { ...ts, read: (a) => a.taken },
  "replay-destination": { ...ts, read: (a) => a.handed_over === 0 && a.left_out === 0 },
  "list-feeds": { ...none, read: (a) => a.feeds.length },
  "list-quotas": { ...none, read: (a) => a.quotas.length },
  "export-definitions": { ...none, read: (a) => String(a).includes("lea:") },
  "get-override": { ...acme, read: (a) => a.override === undefined && a.hours.reason },
  "get-department-override": { ...sales, read: (a) => a.override === undefined && a.hours.reason },
  "put-override": { path: acme.path, body: { open: true, for: "30m", note: "Open day" }, read: (a) => a.open && a.until },
  "put-department-override": { path: sales.path, body: { open: false, for: "30m" }, read: (a) => !a.open && a.reason },
  "delete-department-override": { ...sales, read: (a) => a.reason },
  "delete-override": { ...acme, read: (a) => a.reason },
  "delete-visitor": { path: { id: "acme", visitor: visit.visitor }, body: undefined, read: (a) => a.visitors },
  "delete-visitors": { ...acme, read: (a) => a.visitors },
  "delete-property": { ...acme, read: isNone },
  "delete-agent": { ...lea, read: isNone },
  "delete-destination": { ...ts, read: isNone },
  "delete-schedule": { ...office, read: isNone },
});

type Anything = { path?: Record<string, string>; body: unknown; read: (a: unknown) => unknown };

// call calls those that are wanted, by the paths and methods of the document, and says how many there were.
export async function call(to: string, wanted: (id: string) => boolean): Promise<number> {
  const document = JSON.parse(await send("GET", "/openapi.json")) as { paths: Record<string, Record<string, { operationId: string }>> };
  const places = new Map(Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, o]) => [o.operationId, { method: method.toUpperCase(), path }] as const)));
  const chosen = Object.entries(calls(to)).filter(([id]) => wanted(id)) as [string, Anything][];
  for (const [id, { path, body, read }] of chosen) {
    const place = places.get(id);
    must(place !== undefined, `${id} has no path`);
    const address = place.path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(path?.[name] ?? ""));
    const text = address.startsWith("/v1/page/") ? await send(place.method, `${address}?key=${pageKey}`, body, pageHeaders) : await send(place.method, address, body);
    const value = read(text === "" ? null : /^[[{]/.test(text) ? JSON.parse(text) : text);
    must(value !== undefined && value !== false && value !== null, `${id} is read as ${value}: ${text}`);
  }
  return chosen.length;
}
