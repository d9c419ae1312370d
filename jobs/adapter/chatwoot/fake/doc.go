// Package fake is a Chatwoot in memory, for tests and for a first try: an [http.Handler] with the part of the API of Chatwoot 4.14.2
// that Deskbell uses, the webhooks that Chatwoot sends, and methods for what people do there.
//
//	people (Visit, Open, Write, Answer, …) ─┐
//	                                        ├─► world: conversations, agents, inboxes ──► webhooks, signed
//	API (ServeHTTP) ────────────────────────┘                                      └────► answers of the API
//
// It has Chatwoot's habits, since these are what an adapter has to live with:
//
//   - Account webhooks are sent once: with a time-out of 5 seconds, and never again. The body is built when it is sent, so it may
//     show more than what its event is about. Several senders work at once: the order of events is no promise.
//   - None tells that an agent's availability changed, and none that two contacts were merged.
//   - The token of an agent bot may do little: it may neither list conversations or messages, nor see agents, inboxes or itself.
//   - Hours that an inbox cannot have are dropped, and the answer is 200. So is an assignment to nobody that exists: it unassigns.
//   - Messages over 200 a minute in a conversation are refused with 422, and requests over 3,000 a minute from an address with 429
//     and without Retry-After. There is no idempotency key.
//   - An agent whose token opens a conversation is assigned to it. A bot's message ends the waiting of a visitor. A bot that is
//     connected to an inbox makes each new conversation of it pending.
//   - A suggestion that a visitor picks changes the message that offered it: there is no new one.
//
// At / there is a page of both sides, a visitor's and an agent's, with the log of requests and webhooks.
//
// Everything is kept in memory, and bounded: the oldest messages of a conversation and the oldest conversations go first, and a new
// contact, agent or webhook over the limit is refused. It has none of Chatwoot's other channels, attachments, teams' rules,
// automations or e-mails, and each agent is a member of each inbox of their account.
//
// [Faults] makes it fail as networks and servers do: webhooks get lost or come twice, and the API answers late or with errors.
package fake
