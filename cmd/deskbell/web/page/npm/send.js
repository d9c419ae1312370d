// It runs in Node 20 and in browsers as it is.

const answerTime = 30_000; // milliseconds

export class DeskbellError extends Error {
  name = "DeskbellError";

  constructor(message, status, retryAfter, results) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
    this.results = results;
  }
}

export async function send(address, key, events, { idempotencyKey, signal } = {}) {
  const headers = { "content-type": "application/json" };
  if (key) headers.authorization = `Bearer ${key}`; // none is needed on a machine that has none yet
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  return post(new URL("v1/events", base(address)), headers, [].concat(events), signal);
}

export async function sendFromPage(address, key, body, { signal } = {}) {
  const url = new URL("v1/page/events", base(address));
  url.searchParams.set("key", key);
  return post(url, { "content-type": "text/plain" }, body, signal); // with which browsers ask for no leave first
}

// A web may lie in a folder of a proxy.
function base(address) {
  return String(address).replace(/\/*$/, "/");
}

async function post(url, headers, body, signal) {
  const inTime = AbortSignal.timeout(answerTime);
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    credentials: "omit",
    redirect: "error", // the key is for this address
    signal: signal ? AbortSignal.any([signal, inTime]) : inTime,
  });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    // of a proxy
  }
  if (response.ok && answer) return answer;
  const why = answer?.detail ?? answer?.title ?? text.slice(0, 200);
  const seconds = Number(response.headers.get("retry-after")) || undefined;
  throw new DeskbellError(`Deskbell answered ${response.status}: ${why}`, response.status, seconds, answer?.results);
}
