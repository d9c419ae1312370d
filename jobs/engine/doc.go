// Package engine answers: which actions follow from these events, or from this instant, and when is the next decision
// due? It loads records, has package domain decide, and commits the changes. Worker and simulation share it.
//
//	events ──► Engine.Process ──┐                                        ┌── visits, chats, digests
//	                            ├──► load ──► Decider ──► domain decides ┤
//	time   ──► SweepRun.Run ────┘                │                       └── properties, agents
//	                                             ▼
//	                             Outcome{Changes, Broken, Skipped}
//	                                             │
//	                  store: arrivals for digests, then
//	     Commit: states, next due, actions for the outbox, requests to wake others
//	                                             │
//	             ┌───────────────────────────────┼───────────────────────────┐
//	             ▼                               ▼                           ▼
//	   lost to another worker:        AskTimers: tasks for        PassOn: wakes subjects
//	   decided anew                   the next instants           elsewhere, asks for sweeps
//
// A commit holds the revision that the decision was made on. When another worker has written the record since, the
// commit is lost, and the decision is made anew; so no decision is carried out twice. Files refer only downwards in
// this list, except for the files of one type among themselves:
//
//	sweep.go                           SweepRun: the records that are due in one shard
//	engine.go, engine_wakes.go         Engine: its parts, its log; waking the subjects that a decision or edit concerns
//	intake.go, intake_owners.go,       intake: events and due visitors; the visitor of a chat's events;
//	  intake_digests.go,                 the arrivals for a digest, and what agents do in chats, written before
//	  intake_agents.go                     their visitors
//	decider.go                         Decider: records to an Outcome
//	property.go, agent.go, closing.go  the decision on a property, on an agent; the notices that it closes soon
//	share.go, set_aside.go             what properties of a batch take; the work that is left of those that take long
//	agent_news.go                      agentNews: what events and chats say of an agent
//	digest_open.go                     the decision on a digest: kept, or sent at the opening
//	trial.go                           Trial: a first visit, without a store's writing
//	visitor.go, visitor_scene.go,      visitor: one while it is decided on; the scene that its triggers and rules see;
//	  visitor_actions.go                 its actions, notices and held-back messages
//	effect.go                          effect: something to be done, from the domain, as the data of an action
//	property_at.go, property_team.go   propertyAt: a property as its visitors' decisions see it at an instant; its agents, as
//	                                     chats see them
//	batch.go                           Batch: definitions and those they refer to, decoded and compiled
//	schedules.go, policies.go          compiled schedules and policies, kept by their text
//	held_back_board.go                 some of the held-back messages, for the board
//	chat_owner.go, digest_state.go,    the stored states of chats, digests, visitors; of properties
//	  visitor_state.go, state.go
//	feed.go                            the last actions of a visitor, for pages that come back
//	change.go                          Change, Flips, Outcome, Broken: the results of decisions
//	held_back.go                       Skipped: a message that was held back, and the words for each reason
//	timer_task.go                      TimerTask: a task that wakes a visitor at an instant
//	actions.go, seen.go, guard.go,     widget, agent and notice actions; ids of seen events; panics as errors;
//	  later.go, report.go                the later of two instants; the log line of a job
package engine
