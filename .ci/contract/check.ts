// Sends every type of event to a real web, reads every type of action and the answer of every operation, by the types that
// openapi-typescript makes of its document: node check.js FOLDER, where the folder has an example of each type of action.
import { readFileSync, readdirSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudEvent, HTTP, type Message } from "cloudevents";
import { Webhook } from "standardwebhooks";
import type { components } from "./api.js";
import { read, type Action } from "./actions.js";
import { call } from "./answers.js";
import { events, page, pageEvents, visit } from "./events.js";
import { followPage } from "./page.js";
import { must, send } from "./server.js";

const folder = process.argv[2] ?? "";

// Every type of action, as examples have it.
const seen = new Set<string>();
for (const file of readdirSync(folder)) {
  const action = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Action;
  must(!read(action).includes("undefined"), `${file} is read as "${read(action)}"`);
  seen.add(action.type);
}

// What web itself sends: signed, to a destination of this program's own.
const webhook = new Webhook(process.env["CONTRACT_SECRET"] ?? "");
let arrived: (a: Action) => void;
const first = new Promise<Action>((resolve) => { arrived = resolve; });
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    const action = webhook.verify(Buffer.concat(chunks).toString(), headersOf(request.headers)) as Action;
    response.writeHead(204).end();
    if (action.type === "message.send" && action.data.visitor === visit.visitor) arrived(action);
  });
});
await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const to = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
const isLast = (id: string) => id.startsWith("delete-") && !id.endsWith("override");
let answers = await call(to, (id) => !isLast(id));
must(read(await first).startsWith("to v-ts"), "the first message is for another");

// CloudEvents, in both modes.
const event = new CloudEvent({ type: "page.viewed", source: "/shop", data: { ...visit, page } });
for (const message of [HTTP.binary(event), HTTP.structured(event)] as Message[]) {
  const taken = JSON.parse(await send("POST", "/v1/events", message.body, message.headers as Record<string, string>)) as components["schemas"]["EventResults"];
  must(taken.counts.taken === 1, JSON.stringify(taken));
}

const shown = await followPage();
answers += await call(to, isLast);
receiver.close();
receiver.closeAllConnections();
console.log(`TypeScript: ${Object.keys(events).length} types of events taken, ${Object.keys(pageEvents).length} of a page, ${seen.size} types of actions read, ${answers} operations, a signed webhook, CloudEvents in both modes; for the page, ${shown}`);

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
