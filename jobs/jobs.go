package jobs

import (
	"context"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// Job documents one kind of task.
type Job struct {
	Kind  string
	Queue string
	Doc   string
}

// Jobs are all kinds of tasks, as the workers run them.
func Jobs() []Job {
	var docs []Job
	for _, j := range allJobs(new(parts), nil, nil, nil, nil) {
		docs = append(docs, j.Job)
	}
	return docs
}

type registered struct {
	Job
	register func(*asynq.ServeMux)
}

// allJobs lists all jobs, made of the parts of one worker.
func allJobs(p *parts, notifier Notifier, pusher Pusher, fetcher CalendarFetcher, tenders map[string]Tender) []registered {
	notices := noticer{p}
	visitors := newVisitors(p, timers{p}.ask, notices)
	return []registered{
		job(p, queueBoundary, "Decides on what is due in a shard. At the deadlines of agents it comes by `deskbell-timer`.", sweepJob{p, notices}.run),
		job(p, queueBoundary, "Wakes all who use an edited schedule.", spreadJob{p}.run),
		lastingJob(p, queueEvent, "Takes in events, together with those of other tasks.", eventsJob{visitors}.run),
		job(p, queueTimer, "Decides on a visitor at the very instant at which something is due.", wakeJob{p, visitors}.run),
		job(p, queueUpkeep, "Decides on everything in a shard, due or not, and mends what differs.", reconcileJob{p}.run),
		job(p, queueDelivery, "Gives a destination what it has not had of a shard's outbox.", deliverJob{p, new(deliver.Slots)}.run),
		job(p, queueDelivery, "Drops the oldest of what waits for a destination, when more waits than may.", trimJob{p}.run),
		job(p, queueDelivery, "Fetches a calendar, and wakes who uses it when it says something new.", calendarJob{p, fetcher}.run),
		job(p, queueDelivery, "Finds what a chat product has not told of, and writes its hours.", tendJob{p, tenders}.run),
		job(p, queueDelivery, "Calls a destination once, for somebody who tests it.", pingJob{p}.run),
		lastingJob(p, queueDelivery, "Keeps one action that was given up, and delivers it when it is run.", replayJob{p}.run),
		lastingJob(p, queueDelivery, "Sends one notice by a service of an agent's own, or to one of their browsers and phones.", notifyJob{p, notifier, pusher}.run),
	}
}

// job is one whose task is only a wake-up: when it has failed too often it is dropped,
// since the next beat asks again.
func job[A Args](p *parts, queue, doc string, run func(context.Context, A, *attempt) error) registered {
	return lastingJob(p, queue, doc, wakeUp(run))
}

// lastingJob is one whose work stands only in its task: when it has failed too often it
// is archived.
func lastingJob[A Args](p *parts, queue, doc string, run func(context.Context, A, *attempt) error) registered {
	var zero A
	return registered{Job{zero.Kind(), queue, doc}, func(mux *asynq.ServeMux) { handle(mux, p, run) }}
}
