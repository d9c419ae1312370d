import type { components } from "./schemas.js";

export { WebhookVerificationError } from "standardwebhooks";

/** What is to be done, or is now so: `type` says which `data` it has. The same `id` is the same action. */
export type Action = components["schemas"]["Action"];

/**
 * Reads the body of a webhook, after it has checked that Deskbell has signed it, with this secret, within the last five minutes.
 *
 * @param secret that of the destination: `whsec_…`
 * @param headers of the request, as a `Headers` or as Node has them
 * @param body the bytes of the body, or its text, as it came: not parsed and written again
 * @throws WebhookVerificationError when it is another's: answer 400
 */
export function verifyWebhook(secret: string, headers: Headers | { [name: string]: string | string[] | undefined }, body: string | Uint8Array): Action;
