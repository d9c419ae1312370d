export { DeskbellError, send, sendFromPage } from "./send.js";
export { verifyWebhook, WebhookVerificationError } from "./webhook.js";
