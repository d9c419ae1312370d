// Package domain holds the decisions of Deskbell, one package for each thing that is decided. They are pure: they take
// definitions, a state, events and an instant, and return a decision. They do no I/O, and have no clock, logger or context.
//
// # From an event to an action
//
//	a chat application              Deskbell                                    the world
//
//	                    ┌───────────────────────────────────────────────┐
//	event ─────────────►│ merge     into the state, in any order        │
//	(chat.requested)    │             │                                 │
//	                    │             ▼                                 │
//	a timer or a ──────►│ decide    Decide(policy, state, scene, at)    │
//	boundary is due     │             │                                 │
//	                    │             ├─► state    what is known now    │
//	an edit, an ───────►│             ├─► due      when to decide again │
//	override            │             ├─► skipped  held back, and why   │
//	                    │             └─► effects  what to do about it  │
//	                    │                    │                          │
//	                    │ commit    state, due time and actions in      │
//	                    │           one script, on one shard            │
//	                    │                    │                          │
//	                    │                    ▼                          │
//	                    │ outbox    actions that wait for delivery ─────┼──► action (message.send)
//	                    └───────────────────────────────────────────────┘    to each destination
//
// The packages below domain are the second step. A worker loads the records before it and commits after it; a
// simulation does the same in memory.
//
// # Words
//
// What people define:
//
//	property      one website or app with one chat widget
//	schedule      weekly windows, dated exceptions and holidays, in one time zone
//	window        a stretch of open time, from its opening up to its closing and without it
//	trigger       an event, conditions and a delay, and the actions that follow
//	rescue        the steps that are taken while nobody answers a chat
//	override      open or closed by force, for a while
//	destination   where actions are delivered: a log, a Redis stream, a webhook
//
// What happens:
//
//	event         what a chat application tells Deskbell
//	visit         the time that one visitor spends on one property without a long pause
//	boundary      an instant at which the answer of a schedule changes
//	flip          a change of the status of a widget, a department or an agent
//	action        what Deskbell tells the world; its id is made of its cause
//	notice        an action that tells agents something, such as that their hours have started
//	digest        what came in while a property was closed, told once at the opening
//
// How it is carried out:
//
//	subject       a thing that is decided on by itself: a property, an agent, a visitor, a digest
//	record        what a store keeps of one subject: definition, state, revision, due time
//	revision      a number of a record that each write raises; a decision counts only for the revision that it read
//	shard         one part of the subjects, on one hash slot of Redis, so that a script can write several of them at once
//	nominal time  when a task was meant to run; the later of it and now decides
//	timer         an instant, kept in a state, at which something is considered again
//	nudge         a message that a queue has a task: nothing depends on it, but that the task is found at once
//	wake          making a subject due now, because something that it depends on has changed
//	lease         the right of one worker to work on a shard for some seconds; it saves work, and nothing depends on it
//	sweep         one run over the subjects of a shard that are due
//	outbox        the actions of a shard that are committed and not yet delivered
//	lane          the outbox of one shard for one destination
//	aside         where an action waits that its destination refused, with the later ones of its subject
//	circuit       open while a destination is left alone because it fails
//
// # Where is it decided …
//
// Each answer names the file of the rule. A test holds that the files exist.
//
//   - when a rescue step is dropped: domain/chat/ladder.go
//   - why a widget is away: domain/widget/unit.go
//   - how late a notice may be: domain/hours/late.go
//   - which webhook answers are retried: jobs/destination/webhook/answer.go
//   - who may call the board: cmd/deskbell/web/access.go
//   - how a frequency is counted: domain/trigger/frequency.go
//   - when a visit ends: domain/visit/state.go
//   - what becomes of an event of an unknown property: jobs/engine/visitor.go
//   - how a dead worker's task is found: jobs/orphans.go
//   - how a digest gets its numbers: domain/chat/digest.go
package domain
