// Reading and writing definitions by the API.

import { here } from "./words.js";

export const propertyAt = (id) => `/v1/properties/${encodeURIComponent(id)}`;
export const scheduleAt = (name) => `/v1/schedules/${encodeURIComponent(name)}`;

// ask sends a request, and gives {body, etag}, or throws an error for people, with the status of the answer. With an etag it writes only over what has it still.
export async function ask(path, method, body, etag) {
  let answer;
  try {
    answer = await fetch(here(path), { method, headers: { ...(body ? { "Content-Type": "application/json" } : {}), ...(etag ? { "If-Match": etag } : {}) }, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The server of this page does not answer. Nothing was changed, as far as is known.");
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return { body: said, etag: answer.headers.get("ETag") };
  const details = (said.errors ?? []).map((e) => [e.location, e.message].filter(Boolean).join(" ")).join("; ");
  throw Object.assign(new Error([said.detail || `The server answered ${answer.status}.`, details].filter(Boolean).join(": ")), { status: answer.status });
}
