// Sends every type of event to a real web and reads every type of action, by the types that openapi-typescript makes of its
// document: node check.js URL SECRET FOLDER, where the folder has an example of each type of action.
import { readFileSync, readdirSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudEvent, HTTP, type Message } from "cloudevents";
import { Webhook } from "standardwebhooks";
import type { components, paths } from "./api.js";

type Event = components["schemas"]["Event"];
type Action = components["schemas"]["Action"];
type Results = paths["/v1/events"]["post"]["responses"][202]["content"]["application/json"];
type Destination = components["schemas"]["Destination"];
type Property = components["schemas"]["Property"];

const [url, secret, folder] = process.argv.slice(2) as [string, string, string];

// The compiler wants one of each type, and with the data of that type.
const page = { url: "https://acme.example/pricing", title: "Prices" };
const visit = { property: "acme", visitor: "v-ts", visit: "s-ts" };
const chat = { property: "acme", visitor: "v-ts", chat: "c-ts" };
const events: { [T in Event["type"]]: Extract<Event, { type: T }>["data"] } = {
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

// read says what an action is about. The compiler refuses it where a type of action is missing.
function read(a: Action): string {
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

function must(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

const json = { "content-type": "application/json" };

async function send(method: string, path: string, body: unknown, headers: Record<string, string> = json): Promise<string> {
  const r = await fetch(url + path, { method, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  const text = await r.text();
  must(r.ok, `${method} ${path}: ${r.status} ${text}`);
  return text;
}

// Every type of action, as examples have it.
const seen = new Set<string>();
for (const file of readdirSync(folder)) {
  const action = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Action;
  must(!read(action).includes("undefined"), `${file} is read as "${read(action)}"`);
  seen.add(action.type);
}

// What web itself sends: signed, to a destination of this program's own.
const webhook = new Webhook(secret);
let arrived: (a: Action) => void;
const first = new Promise<Action>((resolve) => { arrived = resolve; });
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    const action = webhook.verify(Buffer.concat(chunks).toString(), headersOf(request.headers)) as Action;
    response.writeHead(204).end();
    if (action.type === "message.send") arrived(action);
  });
});
await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const destination: Destination = { type: "webhook", url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, secret_env: "CONTRACT_SECRET" };
const property: Property = { destinations: ["ts"], agents: ["lea"], departments: { sales: {} }, schedule: "closed", auto_replies: { outside: "Closed" } };
await send("PUT", "/v1/destinations/ts", destination);
await send("PUT", "/v1/agents/lea", { name: "Léa" } satisfies components["schemas"]["Agent"]);
await send("PUT", "/v1/properties/acme", property);

const batch = Object.entries(events).map(([type, data]) => ({ type, data }) as Event);
const answer = JSON.parse(await send("POST", "/v1/events", batch)) as Results;
must(answer.counts.taken === batch.length, `${JSON.stringify(answer)}`);
must(read(await first).startsWith("to v-ts"), "the first message is for another");
receiver.close();
receiver.closeAllConnections();

// CloudEvents, in both modes.
const event = new CloudEvent({ type: "page.viewed", source: "/shop", data: { ...visit, page } });
for (const message of [HTTP.binary(event), HTTP.structured(event)] as Message[]) {
  const taken = JSON.parse(await send("POST", "/v1/events", message.body, message.headers as Record<string, string>)) as Results;
  must(taken.counts.taken === 1, JSON.stringify(taken));
}

console.log(`TypeScript: ${batch.length} types of events taken, ${seen.size} types of actions read, a signed webhook, CloudEvents in both modes`);

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
