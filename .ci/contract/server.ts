// The web that is asked, by the variables DESKBELL_URL, DESKBELL_KEY and DESKBELL_PAGE_KEY.
export const { DESKBELL_URL: url = "", DESKBELL_KEY: key = "", DESKBELL_PAGE_KEY: pageKey = "" } = process.env;

export const pageHeaders = { origin: "https://acme.example", "content-type": "text/plain" };

export function must(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

// send sends a request with the key, and gives the text of the answer, which has to be one of success.
export async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = { "content-type": "application/json" }): Promise<string> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const r = await fetch(url + path, { method, headers: { authorization: `Bearer ${key}`, ...headers }, body: text });
  const answer = await r.text();
  must(r.ok, `${method} ${path}: ${r.status} ${answer}`);
  return answer;
}
