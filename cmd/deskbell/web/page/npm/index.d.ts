export * from "./send.js";
export * from "./webhook.js";
