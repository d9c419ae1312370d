// Uses the npm package deskbell with a real web, and runs the examples of its README: node check.js FOLDER, where the folder has an example
// of each type of action.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { DeskbellError, send, verifyWebhook, WebhookVerificationError, type Action, type Event } from "deskbell";
import { Webhook } from "standardwebhooks";

const { DESKBELL_URL: url = "", DESKBELL_KEY: key = "", DESKBELL_PAGE_KEY: pageKey = "", DESKBELL_SECRET: secret = "" } = process.env;

function must(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

async function refusal<E>(kind: new (...a: never[]) => E, what: Promise<unknown>): Promise<E> {
  const e = await what.then(() => "no error", (e: unknown) => e);
  must(e instanceof kind, `${kind.name} expected: ${String(e)}`);
  return e;
}

const defined = await fetch(url + "/v1/properties/acme", { method: "PUT", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: "{}" });
must(defined.ok, `defining the property: ${defined.status} ${await defined.text()}`);

// One event by itself; the same twice; a wrong one; a wrong key; and no web.
const chat: Event = { type: "chat.message", data: { property: "acme", visitor: "v-npm", chat: "c-npm", from: "visitor", text: "Hello?" } };
must((await send(url + "/", key, chat)).counts.taken === 1, "one event is not taken");
const twice = [await send(url, key, [chat], { idempotencyKey: "npm" }), await send(new URL(url), key, [chat], { idempotencyKey: "npm" })];
must(twice[0]?.results[0]?.id === twice[1]?.results[0]?.id, "a key makes other ids");
const wrong = await refusal(DeskbellError, send(url, key, { type: "chat.message", data: { property: "acme" } } as Event));
must(wrong.status === 422 && wrong.results?.[0]?.status === "refused", `a wrong event: ${wrong.status} ${wrong.message}`);
must((await refusal(DeskbellError, send(url, "dbk_none", chat))).status === 401, "a wrong key is let in");
await refusal(TypeError, send("http://127.0.0.1:1", key, chat));
await refusal(Error, send(url, key, chat, { signal: AbortSignal.abort() }));

// A webhook, by each kind of headers; and one that somebody has changed.
const action = readFileSync(`${process.argv[2]}/message.send.json`, "utf8");
const signed = (at: Date): IncomingHttpHeaders => ({
  "webhook-id": "m1", "webhook-timestamp": String(Math.floor(at.getTime() / 1000)), "webhook-signature": new Webhook(secret).sign("m1", at, action),
});
const headers = signed(new Date());
const read: Action = verifyWebhook(secret, headers, Buffer.from(action));
must(read.type === "message.send" && read.data.text !== "", "the action is another");
verifyWebhook(secret, new Headers(headers as Record<string, string>), action);
for (const [h, body] of [[headers, action + " "], [signed(new Date(0)), action], [{}, action]] as const) {
  await refusal(WebhookVerificationError, Promise.resolve().then(() => verifyWebhook(secret, h, body)));
}

// The examples of the README, with this web and its keys.
const blocks = [...readFileSync("node_modules/deskbell/README.md", "utf8").matchAll(/```js\n(.*?)```/gs)].map((m) => m[1] ?? "");
must(blocks.length === 3, `${blocks.length} examples`);
writeFileSync("page.mjs", `globalThis.location = new URL("https://acme.example/");
const send = fetch;
globalThis.fetch = (url, options) => send(url, { ...options, headers: { ...options.headers, origin: location.origin } });`);

function run(n: number, after: string, ...how: string[]) {
  writeFileSync(`example-${n}.mjs`, (blocks[n] ?? "").replaceAll("https://bell.example", url).replace("pk_yours", pageKey).replace("8000", "+process.env.PORT") + after);
  const child = spawn(process.execPath, [...how, `example-${n}.mjs`], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, PORT: String(port) } });
  return child;
}
const free = createServer().listen(0, "127.0.0.1");
await new Promise((resolve) => free.once("listening", resolve));
const port = (free.address() as AddressInfo).port;
await new Promise((resolve) => free.close(resolve));

const said = async (n: number, after: string, ...how: string[]) => (await text(run(n, after, ...how).stdout)).trim();
const sent = await said(0, "console.log(counts.taken, results.length)");
must(sent === "2 2", `the first example sends ${sent}`);
const receiver = run(1, "");
const post = (body: string) => fetch(`http://127.0.0.1:${port}`, { method: "POST", headers: headers as Record<string, string>, body });
for (let tries = 0; !(await post("{}").then((r) => r.status === 400, () => false)); tries++) {
  must(tries < 600, "the second example does not answer");
  await new Promise((resolve) => setTimeout(resolve, 100));
}
must((await post(action)).status === 204, "the second example refuses what is signed");
receiver.kill();
must((await buffer(receiver.stdout)).toString().startsWith("to "), "the second example says nothing");
const page = await said(2, "console.log(token !== '' && visit !== '')", "--import", "./page.mjs");
must(page === "true", `the third example gets ${page}`);

console.log(`npm: events sent and refused, webhooks verified and refused, ${blocks.length} examples of the README`);
