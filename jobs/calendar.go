package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/store"
)

// CalendarArgs asks for a calendar to be fetched, if its time has come.
type CalendarArgs struct {
	Calendar string `json:"calendar"` // its store.CalendarName
}

// Kind implements Args.
func (CalendarArgs) Kind() string { return "calendar:refresh" }

// enqueueCalendar asks for it once a minute, however many workers there are.
func enqueueCalendar(ctx context.Context, q queue, calendar string, nominal time.Time) error {
	id := fmt.Sprintf("calendar:%s:%d", calendar, nominal.Truncate(time.Minute).Unix())
	return q.enqueue(ctx, CalendarArgs{calendar}, queueDelivery, 0, asynq.TaskID(id))
}

// CalendarFetcher gets calendars from their addresses. No error of it shows an address. ical.Fetcher implements it.
type CalendarFetcher interface {
	Fetch(ctx context.Context, url string, last ical.Validators) (ical.Fetched, error)
}

const (
	calendarEvery = time.Hour
	calendarAgain = 10 * time.Minute // after a failure
	calendarFull  = 24 * time.Hour   // an unchanged calendar is read anew, so that its window moves along
	calendarGrace = 10 * time.Minute // that a calendar without a user is kept: the definition may just be about to be written
)

// askCalendars asks for the calendars whose time has come.
func (t ticker) askCalendars(ctx context.Context, nominal time.Time) error {
	feeds, err := edit.Feeds{Store: t.store, Now: t.now}.Load(ctx)
	if err != nil {
		return err
	}
	now, failing := t.now(), 0
	for _, name := range slices.Sorted(maps.Keys(feeds)) {
		if feeds[name].Problem != "" {
			failing++
		}
		if !feeds[name].Due(now) {
			continue
		}
		if err := enqueueCalendar(ctx, t.queue, name, nominal); err != nil {
			return err
		}
	}
	t.observe.calendars(len(feeds), failing)
	return nil
}

// calendarJob fetches one calendar. Failures are kept with the feed, and are no failures of the task: the closures from
// before stay in force, and the next beat asks again.
type calendarJob struct {
	*parts
	fetcher CalendarFetcher // nil: none are fetched
}

func (j calendarJob) run(ctx context.Context, args CalendarArgs, log *attempt) error {
	log.Field("calendar", args.Calendar)
	feeds := edit.Feeds{Store: j.store, Now: j.now}
	all, err := feeds.Load(ctx)
	if err != nil {
		return err
	}
	f, ok := all[args.Calendar]
	now := j.now()
	if !ok || !f.Due(now) || j.fetcher == nil { // another worker was quicker
		return nil
	}
	if now.Sub(f.Wanted) > calendarGrace {
		if used, err := j.used(ctx, args.Calendar); err != nil || !used {
			if err == nil {
				log.Did("forgotten", 1)
				err = j.forget(ctx, feeds, args.Calendar, f)
			}
			return err
		}
	}
	var last ical.Validators
	if now.Sub(f.Read) < calendarFull {
		last = ical.Validators{ETag: f.ETag, Modified: f.Modified}
	}
	got, problem := j.fetcher.Fetch(ctx, f.URL, last)
	if ctx.Err() != nil {
		return ctx.Err() // the worker stops: that is no failure of the calendar
	}
	changed := false
	if problem == nil && !got.Unchanged {
		if changed, err = j.keep(ctx, args.Calendar, got.Calendar); err != nil {
			return err
		}
	}
	j.report(f, changed, problem, log)
	return feeds.Change(ctx, args.Calendar, func(f *edit.Feed) bool {
		note(f, got, problem, now.UTC().Truncate(time.Second))
		return true
	})
}

// note writes down what became of an attempt.
func note(f *edit.Feed, got ical.Fetched, problem error, now time.Time) {
	if problem != nil {
		if f.Problem == "" {
			f.Failing = now
		}
		f.Problem, f.Next = problem.Error(), now.Add(calendarAgain)
		return
	}
	f.Problem, f.Failing, f.Fetched, f.Next = "", time.Time{}, now, now.Add(calendarEvery)
	f.ETag, f.Modified = got.Validators.ETag, got.Validators.Modified
	if !got.Unchanged {
		f.Read, f.Events, f.Skipped = now, got.Calendar.Events, got.Calendar.Free
	}
}

// hostOf is as much of an address as a log may show.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// report says how it went.
func (j calendarJob) report(f edit.Feed, changed bool, problem error, log *attempt) {
	switch {
	case problem != nil:
		j.observe.calendar(calendarFailed)
		line := j.log.WithFields(logrus.Fields{"calendar": store.CalendarName(f.URL), "host": hostOf(f.URL), "kept": !f.Fetched.IsZero()})
		deliver.WithDetail(line, problem).WithError(problem).Warn("calendar not taken in: what it said before stays in force")
	case changed:
		j.observe.calendar(calendarChanged)
		log.Did("changed", 1)
	default:
		j.observe.calendar(calendarUnchanged)
	}
}

// keep writes what a calendar says, and wakes its users where that is something new.
func (j calendarJob) keep(ctx context.Context, name string, c ical.Calendar) (changed bool, err error) {
	body, err := json.Marshal(c.Closures)
	if err != nil {
		return false, fmt.Errorf("encoding the calendar %s: %w", name, err)
	}
	before, err := j.store.Schedules(ctx, []string{name})
	if err != nil || string(before[0]) == string(body) {
		return false, err
	}
	if changed, err = j.store.SetGlobal(ctx, store.GlobalSchedule, name, before[0], body); err != nil || !changed {
		return false, err
	}
	return true, j.spread(ctx, name)
}

// spread asks for the users of a changed calendar to be woken. If that fails, the next tick finds them.
func (j calendarJob) spread(ctx context.Context, name string) error {
	edited, err := j.store.Edited(ctx)
	if err != nil {
		return err
	}
	for _, e := range edited {
		if e.Name == name {
			return enqueueSpread(ctx, j.queue, e, j.now())
		}
	}
	return nil
}

// used tells whether a definition names the calendar.
func (j calendarJob) used(ctx context.Context, name string) (bool, error) {
	if named, err := j.engine.UsedBySchedules(ctx, name); err != nil || named {
		return named, err
	}
	for shard := range j.store.Shards() {
		users, _, err := j.store.Users(ctx, shard, name, "", 1)
		if err != nil || len(users) > 0 {
			return len(users) > 0, err
		}
	}
	return false, nil
}

// forget removes a calendar that nobody uses, unless a definition has named it in the meantime.
func (j calendarJob) forget(ctx context.Context, feeds edit.Feeds, name string, seen edit.Feed) error {
	gone := false
	err := feeds.Change(ctx, name, func(f *edit.Feed) bool {
		gone = f.Wanted.Equal(seen.Wanted)
		return !gone
	})
	if err != nil || !gone {
		return err
	}
	before, err := j.store.Schedules(ctx, []string{name})
	if err == nil && before[0] != nil {
		_, err = j.store.SetGlobal(ctx, store.GlobalSchedule, name, before[0], nil)
	}
	return err
}
