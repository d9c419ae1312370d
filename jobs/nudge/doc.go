// Package nudge wakes asynq's servers when there is something to do, so that they need not poll.
//
// asynq's processor sleeps while its queues are empty, and nothing can wake it. But its Redis client is ours. Each server has a Client,
// which wraps the one that they share. When the server has found all its queues empty, its next look for a task waits within the Client
// until somebody says that there is one. So asynq itself sleeps for a millisecond only, and an idle server asks nothing.
//
//	whoever enqueues ──► Sender ──► the channel deskbell:nudge ──► Watch ──► Client ──► asynq's server
//	                        └───────── within one process ──────────►┘
//	                                       once a second: a look ───►┘
//
// Redis forgets a message that nobody hears, and so nothing depends on one. Once a second, a Watch looks whether there are tasks in the queues of
// its servers: one command for all of them, where a poll of each was three. So tasks of programs that send no nudges, and tasks whose nudge was
// lost, are found within a second. The same look tells whether there are delayed tasks. While there are none, the servers'
// forwarders are answered without asking Redis.
//
// A nudge is never lost between a look and the wait after it: it stays in the Client, which then looks once more.
//
// There is one channel, of plain pub/sub, also in a cluster: a nudge names its queues, and a process has one subscription however many queues
// it serves. Sharded pub/sub needs a subscription for each slot, and so for each partition of a queue, and the messages that it
// saves are few, since a Sender sends at most one within two milliseconds.
package nudge
