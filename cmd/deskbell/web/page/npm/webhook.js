import { Webhook, WebhookVerificationError } from "standardwebhooks";

export { WebhookVerificationError };

export function verifyWebhook(secret, headers, body) {
  const entries = typeof headers.entries === "function" ? [...headers.entries()] : Object.entries(headers);
  const plain = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  return new Webhook(secret).verify(text, plain);
}
