// What a web page asks: it sends events of its own visitor, and follows the stream of all that it shows.
import type { components, operations } from "./api.js";
import { listed, page, type PageEvent } from "./events.js";
import { must, pageHeaders, pageKey, send, url } from "./server.js";

type Sent = operations["post-page-events"]["requestBody"]["content"]["application/json"];
type Answer = components["schemas"]["PageAnswer"];
type State = components["schemas"]["WidgetState"];
type Shown = components["schemas"]["VisitAction"];
type Query = operations["stream-page"]["parameters"]["query"];

export async function postAsPage(body: Sent): Promise<Answer> {
  return JSON.parse(await send("POST", `/v1/page/events?key=${pageKey}`, body, pageHeaders)) as Answer;
}

// followPage comes to the page, asks for a chat, and reads the stream up to the message that answers.
export async function followPage(): Promise<string> {
  const came = await postAsPage({ events: listed<PageEvent>({ "visitor.arrived": { page } }) });
  const asked = await postAsPage({ token: came.token, visit: came.visit, events: listed<PageEvent>({ "chat.requested": { text: "Hello?" } }) });
  must(asked.visitor === came.visitor && asked.chat !== undefined, "the chat is another visitor's");
  const query: Query = { key: pageKey, token: asked.token, visit: asked.visit };
  let told = "";
  for await (const { event, data } of stream(`/v1/page/stream?${new URLSearchParams(query)}`)) {
    if (event === "state") told = `the widget is ${(JSON.parse(data) as State).status}`;
    if (event !== "action") continue;
    const action = JSON.parse(data) as Shown;
    if (action.type === "message.send") return `${told}: ${action.data.text}`;
  }
  throw new Error("the stream has ended");
}

async function* stream(path: string): AsyncGenerator<{ event: string; data: string }> {
  const r = await fetch(url + path, { headers: { origin: pageHeaders.origin } });
  must(r.ok && r.body !== null, `${path}: ${r.status}`);
  let text = "";
  for await (const chunk of r.body.pipeThrough(new TextDecoderStream())) {
    const events = (text + chunk).split("\n\n");
    text = events.pop() ?? "";
    for (const one of events) {
      yield { event: /^event: (.*)$/m.exec(one)?.[1] ?? "", data: /^data: (.*)$/m.exec(one)?.[1] ?? "" };
    }
  }
}
