// Package jobs runs Deskbell on asynq, which only bench, monitor and one file of client
// know besides. It holds the jobs, the cron entries that wake them, and the Client by which
// other Go programs define properties, override their hours and read their states.
//
// # The machine
//
//	          every minute                  every edit, override
//	cron ────────┬───────────────┐                  │
//	every 5 s ───┘               ▼                  ▼
//	                    ┌── boundary:sweep, a task for each shard ◄── boundary:reconcile
//	                    │   claim  the due subjects of the shard, some hundreds at a time
//	                    │   decide widget.Decide, agent.Decide (pure)
//	                    │   commit states, due times and actions in one script
//	                    └────────┬──────────────────┬───────────────────┐
//	                             ▼                  ▼                   ▼
//	                          outbox             notices        wishes to wake others
//	                             │                  │                   │
//	                      outbox:deliver      agent:notify        boundary:sweep
//	                      log, webhook, …     ntfy, Slack, …      of their shards
//
// Every decision takes one path: load, decide, commit, wake the subjects that it concerns. A
// boundary, an edit, a restart and the reconciliation differ only in what woke them.
//
// Events take it, too. A task carries some, and the tasks of a process that run at the same
// time share their loads and commits (together.go). A record is one visitor of a property,
// without a definition; what is due for a visitor is in that record and in the timetable,
// and a task comes two seconds early and waits for the very instant:
//
//	Client.Send ──► event:take ─┐  load   the visitors, their properties, what was heard
//	                            ├─►decide visit.Decide, chat.Decide (pure)
//	            visitor:wake ───┘  commit states, due times, actions and ids of events
//
// An event is known again by its id for a day: the id is written with the state that it is
// in. Events of agents are taken, and have no effect yet.
//
// What comes in while a property is closed is added to its digest, a record of its own (engine/digest.go), before the
// visitors are written; a sweep tells of it at the opening.
//
// Pages that show a widget need not wait for a worker: view.Live makes the same decision
// for any property at any instant, and follows what is written.
//
// Package simulate takes the same path (engine) over a store in memory, on a clock that
// jumps from one due time to the next. It needs none of what follows.
//
// # Why nothing is lost, and nothing is done twice
//
// A task is only a wake-up. What is to be done is in Redis: the timetable says who
// is due, the outbox what is to be delivered, the wishes who is to be woken. A task
// that dies, fails, or is enqueued twice changes nothing about it, and the tick
// that comes every five seconds asks again for what is left. (Three kinds are more than
// that: agent:notify is all there is of a notice, delivery:replay of an action that was given
// up, and event:take of its events. When its worker is killed, asynq runs it again after a minute
// or two, and an agent may be told twice. Events do not wait for that: the beat finds the tasks
// of a worker that has gone, and enqueues copies of them. What comes twice was heard, orphans.go.)
//
// Each record has a revision. A decision is committed only on the revision that it
// was made on, and every write and every wake gives a new one: of two workers with
// one subject, one commits; a decision made before an edit is lost, and made anew.
//
// The state, the next due time and the actions of a decision are written by one
// script, on one shard. What concerns another shard is written down in the same
// script as a wish, and struck out when it has come true. So an edit goes from a schedule
// or an agent to properties, and from a property, as an override does, to its visitors who
// have a chat going: of these, each shard keeps a list.
//
// # How actions are delivered
//
// From each shard's outbox a lane leads to each destination, and one job at a time is
// on it (deliver/lane.go). The cursor of the lane is moved after each call, so that a crash
// repeats one call at most. An action that its destination refuses is set aside, with
// the later ones of its subject behind it, and holds up no other subject (deliver/aside.go). A
// destination that keeps failing has its circuit opened: it is left alone for pauses
// that grow, and tried by one call after each (deliver/breaker.go). A worker serves only so
// many lanes of a destination at a time (deliver/slots.go). After twelve hours an action is
// given up: it becomes a task in asynq's archive (archive.go).
//
// # The jobs
//
// One file each: its arguments, its kind, when it is asked for, and what it does.
//
//	boundary:sweep      sweep.go      decide on what is due in a shard
//	boundary:reconcile  reconcile.go  decide on everything in a shard, due or not
//	schedule:spread     spread.go     wake all who use an edited schedule
//	outbox:deliver      deliver.go    give a destination what it has not had
//	delivery:replay     archive.go    keep what was given up, and deliver it again
//	agent:notify        notify.go     send one notice by an agent's own service
//	event:take          take.go       take in events
//	visitor:wake        wake.go       decide on a visitor whose time has come
//
// The cron entries are in tick.go.
package jobs
