import type { components, operations } from "./schemas.js";

/** Something that happened, as an application tells it: `type` says which `data` it has. */
export type Event = components["schemas"]["Event"];

/** The same of a page: its visitor, visit and property are known by token and key. */
export type PageEvent = components["schemas"]["PageEvent"];

/** What became of each event: `taken`, or why not. */
export type EventResults = components["schemas"]["EventResults"];

/** What became of a page's events, and the token to be sent with the next. */
export type PageAnswer = components["schemas"]["PageAnswer"];

/** What a page sends. Without `token` it is of a new visitor, and without `visit` of a new visit. */
export type PageEvents = operations["post-page-events"]["requestBody"]["content"]["application/json"];

export interface SendOptions {
  /** Events without an `id` get the same ids when they are sent again with the same key, and are taken once. */
  idempotencyKey?: string;
  /** Ends the request. It ends by itself after 30 seconds. */
  signal?: AbortSignal;
}

/**
 * Sends events with a key of the server: at most 1,000, of 1 MB. Some may be taken and others not: see `results`. It sends nothing again by
 * itself; an event with an `id` may be sent again, and is taken once.
 *
 * @param address that of `deskbell web`, such as https://bell.example
 * @param key what `deskbell keys add` printed; an empty one is for a web on this machine that has none yet
 * @throws DeskbellError when none was taken; what `fetch` throws when there is no answer
 */
export function send(address: string | URL, key: string, events: Event | Event[], options?: SendOptions): Promise<EventResults>;

/**
 * Sends events of a page with its publishable key, from an origin that the key names. Keep `token` and `visit` of the answer for what follows.
 * `/deskbell.js` does this, and more, by itself.
 *
 * @throws DeskbellError when none was taken; with status 401, the token is no longer good: forget it
 */
export function sendFromPage(address: string | URL, key: string, body: PageEvents, options?: Pick<SendOptions, "signal">): Promise<PageAnswer>;

/** An answer that is none of success. */
export class DeskbellError extends Error {
  /** Of HTTP. */
  readonly status: number;
  /** In how many seconds to try again, where the server says so. */
  readonly retryAfter?: number;
  /** What is wrong with each event, where that is why. */
  readonly results?: EventResults["results"];
}
