// Package jobs runs Deskbell. It holds the jobs, the cron entries that wake them, and the
// Client by which processes of this module send, edit and read.
//
// # The packages
//
//	                  jobs                 queue, crontab, one file for each job
//	         ┌─────────┼─────────┐
//	         ▼         ▼         ▼
//	simulate ─► edit  view    deliver ◄── destination/*
//	    │        │     │         │
//	    └────────┴─────┴────┬────┘
//	                        ▼
//	                      engine           load, decide, commit
//	                        │
//	memstore, redisstore ─► store ◄── enqueue ─► nudge
//	                        │            ▲
//	                        ▼            │
//	            pure      domain       client
//
// Package simulate stands beside jobs, and not below it: it runs the engine on a clock of its
// own, and needs no queue. Package enqueue puts events into tasks, with the notes that belong to them. Package client is for
// other Go programs: it sends events by way of enqueue or over HTTP, reads states, and has no worker in its imports. Package layout says
// where records are in Redis: redisstore writes them there, and client reads them. Package
// nudge wakes the servers of asynq when a task waits for them: they do not poll. Package outage makes the Redis clients, and knows
// when Redis is away. Package adapter has the tables of chat products, payload to events and action to calls. It knows events and actions
// alone, and none of these packages knows it.
//
// asynq and cron are imported here and, apart from tests, only in jobs/bench, jobs/monitor,
// and in one file of jobs/enqueue, enqueue.go. A program that imports jobs/client links cron all the
// same, since asynq itself imports it.
//
// Two parts stand elsewhere than their names suggest:
//
//   - The keys of the HTTP API are in package edit. The command line makes them, and the HTTP
//     server checks them. Both write and read them as other definitions of the whole
//     installation: by a compare-and-set on the store.
//   - Client is here, and not in jobs/client. It joins what a process of this module needs:
//     enqueue.Client, edit.Editor, view.Reader and Deliveries. The last of these replays actions
//     from asynq's archive, and so needs asynq.
//
// Within this package the files point one way, too. The Worker (worker.go) joins all. Each job
// is a small type in its own file; jobs.go lists them. They embed the parts of a worker that
// they share (parts.go), and know nothing of the Worker.
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
// boundary, an edit, a restart and the reconciliation differ only in their cause.
//
// Nothing is decided ahead of its boundary. Of the 14 µs of a worker's processor that a flip takes (deskbell bench boundaries), its
// decision takes about 7, and its writes take another 14 of Redis, which has one thread. So decisions that were kept ready would raise the
// flips a second by a third at most, and a boundary of a hundred properties would be on its way a millisecond sooner. For
// that, a worker would have to keep every subject that is soon due, and to find out which were edited meanwhile.
//
// Events take that path, too. A task carries some events. The tasks of a process that run at
// the same time share their loads and commits (batcher.go, visitors.go). A record is one
// visitor of a property, without a definition. The record holds all that is due for the
// visitor, and the timetable says when. A task comes two seconds early, and waits for the very
// instant (timers.go):
//
//	Client.Send ──► event:take ─┐  load   the visitors, their properties, the ids of events
//	                            ├─►decide visit.Decide, chat.Decide (pure)
//	            visitor:wake ───┘  commit states, due times, actions and ids of events
//
// Before an event is acknowledged, a note in its shard says so. What is due for a visitor waits for the events that were
// acknowledged before (jobs/enqueue/accepted.go, accepted.go, engine/waits.go). So do the deadlines of agents. These move with
// every sign of life, and so have no tasks of their own: each beat looks ahead for those before the next one, and asks for a
// sweep of their shard at that instant, as does a decision by which one comes sooner (tick.go, timers.go).
//
// An event is known again by its id for a day at least: the id is written together with the state that
// the event changed. An event of an agent is merged into the record of the agent, and the
// commit asks to stir the properties that the agent serves where no clock foresaw it: they
// are decided on at once, as after an edit, and pass nothing on.
//
// An event that comes in while its property is closed is added to the property's digest, a
// record of its own, before the visitors are written. A sweep sends the digest at the opening.
//
// Pages that show a widget need not wait for a worker: a view.Live makes the same decision
// for any property at any instant, and follows the changes that are written.
//
// A simulate.Simulation takes the same path over a store in memory, on a clock that jumps from
// one due time to the next. It needs nothing of the rest of this page.
//
// # Why nothing is lost, and nothing is done twice
//
// A task is only a wake-up. The work itself is in Redis: the timetable has the subjects that
// are due, the outbox the actions to deliver, the wishes the subjects to wake. A task that
// dies, fails, or is enqueued twice changes nothing about it. The tick that comes every five
// seconds asks again for the work that is left.
//
// Three kinds are more than a wake-up, since nothing else keeps their work: agent:notify has
// a notice, delivery:replay an action that was given up, and event:take its events. When the
// worker of such a task is killed, asynq runs the task again after a minute or two, and may
// send an agent a notice twice. Events do not wait for that: the beat finds the tasks of a worker
// that has gone, and enqueues copies of them. Events that come twice are known again
// (orphans.go). asynq finds such tasks by their leases; leases.go gives new ones to those that lost them.
//
// Each record has a revision. A decision is committed only on the revision that it
// was made on, and every write and every wake gives a new one. Of two workers with
// one subject, one commits. A decision made before an edit is lost, and made anew.
// A revision is the time of the write in microseconds, and versions of states follow
// it (store.NextRev, hours.NextVersion): so both grow also after Redis has lost some.
//
// A chat that is given to an agent concerns two records in two shards. It is claimed in the agent's record first, and the claim is
// refused where the agent got another chat meanwhile: so several workers count together (engine/claims.go).
//
// One script, on one shard, writes the state, the next due time and the actions of a decision.
// A change that concerns another shard is written in the same script as a wish, and struck out
// when the wish has come true. So an edit goes from a schedule or an agent to properties, and
// from a property, as an override does, to those of its visitors who have a chat going: each
// shard keeps a list of these.
//
// # How actions are delivered
//
// From each shard's outbox a lane leads to each destination, and one job at a time is
// on it. The cursor of the lane is moved after each call, so that a crash
// repeats one call at most. An action that its destination refuses is set aside, with
// the later ones of its subject behind it, and holds up no other subject. A
// destination that keeps failing has its circuit opened: it is left alone for pauses
// that grow, and tried by one call after each. A worker serves only so many lanes of a
// destination at a time. All this is in package deliver. After twelve hours an action is
// given up: it becomes a task in asynq's archive (replay.go), and Deliveries lists it.
//
// # The jobs
//
// One file each: its arguments, its kind, when it is asked for, and its work.
//
//	boundary:sweep      sweep.go      decide on the subjects of a shard that are due
//	boundary:reconcile  reconcile.go  decide on everything in a shard, due or not
//	schedule:spread     spread.go     wake all who use an edited schedule
//	outbox:deliver      deliver.go    give a destination the actions that it has not had
//	delivery:replay     replay.go     keep an action that was given up, and deliver it again
//	destination:ping    ping.go       call a destination once, for somebody who tests it
//	agent:notify        notify.go     send one notice by an agent's own service
//	event:take          take.go       take in events
//	visitor:wake        wake.go       decide on a visitor whose time has come
//
// The cron entries are in crontab.go, and their work in tick.go.
package jobs
