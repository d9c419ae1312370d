package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// PassOn wakes the subjects elsewhere that decisions of this shard concern, and says
// how many. A request is struck out only after it is fulfilled: a crash in between wakes a
// subject twice, and never leaves one asleep.
func (e *Engine) PassOn(ctx context.Context, shard int) (woken int, err error) {
	const limit = 1000
	for {
		requests, err := e.Store.Wakes(ctx, shard, limit)
		if err != nil || len(requests) == 0 {
			return woken, err
		}
		awake := make(map[int]bool) // shards
		n, err := e.fulfil(ctx, requests, awake)
		woken += n
		if err != nil {
			return woken, err
		}
		if err := e.Store.Woke(ctx, shard, requests); err != nil {
			return woken, err
		}
		for shard := range awake {
			if err := e.AskSweep(ctx, shard, e.now()); err != nil {
				return woken, err
			}
		}
		if len(requests) < limit {
			return woken, nil
		}
	}
}

// fulfil wakes the requested subjects, notes in which shards they are, and says how many.
func (e *Engine) fulfil(ctx context.Context, requests []store.WakeRequest, awake map[int]bool) (woken int, err error) {
	var subjects, stirred []store.Subject
	for _, q := range requests {
		if s, ok := q.Stirs(); ok {
			if _, ok := s.Property(); ok { // whoever stands in for the agent has the hours that they had
				stirred = append(stirred, s)
			}
			continue
		}
		if _, ok := store.Subject(q.Name).Agent(); ok {
			n, err := e.wakeStandIn(ctx, store.Subject(q.Name), awake)
			woken += n
			if err != nil {
				return woken, err
			}
			continue
		}
		property, ok := store.Subject(q.Name).Chatters()
		if !ok {
			subjects = append(subjects, store.Subject(q.Name))
			continue
		}
		n, err := e.wakeChatters(ctx, property, awake)
		woken += n
		if err != nil {
			return woken, err
		}
	}
	err = errors.Join(e.wake(ctx, subjects, awake), e.bringForward(ctx, e.Store.Stir, stirred, awake))
	return woken + len(subjects) + len(stirred), err
}

// wakeStandIn makes an agent due who stands in for another one that was edited, and wakes the properties that they serve.
// The agent's own decision passes nothing on: two agents who stand in for each other would wake each other for ever.
func (e *Engine) wakeStandIn(ctx context.Context, agent store.Subject, awake map[int]bool) (woken int, err error) {
	var properties []store.Subject
	for cursor := ""; ; {
		served, next, err := e.Store.Served(ctx, agent, cursor, e.Batch)
		if err != nil {
			return 0, err
		}
		for _, s := range served {
			if _, ok := s.Property(); ok {
				properties = append(properties, s)
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	records, err := e.Store.Load(ctx, []store.Subject{agent})
	if err != nil {
		return 0, err
	}
	if r := records[0]; r.Rev != 0 && !r.Woken { // else it is gone, or decided on anyway
		now := e.now()
		if _, err := e.Store.Commit(ctx, []store.Change{{Subject: agent, Rev: r.Rev, Due: now, At: now}}); err != nil {
			return 0, err
		}
		awake[e.Store.Shard(agent)] = true
	}
	return len(properties) + 1, e.wake(ctx, properties, awake)
}

// wakeChatters wakes the visitors of a property who have a chat going: its hours may have
// changed, and with them the messages of these chats.
func (e *Engine) wakeChatters(ctx context.Context, property string, awake map[int]bool) (woken int, err error) {
	const limit = 100 // of a shard
	cursor := ""
	for {
		visitors, next, err := e.Store.Chatting(ctx, property, cursor, limit)
		if err != nil {
			return woken, err
		}
		if err := e.wake(ctx, visitors, awake); err != nil {
			return woken, err
		}
		woken += len(visitors)
		if cursor = next; cursor == "" {
			return woken, nil
		}
	}
}

// wake wakes subjects of any shards, and notes in which they are.
func (e *Engine) wake(ctx context.Context, subjects []store.Subject, awake map[int]bool) error {
	return e.bringForward(ctx, e.Store.Wake, subjects, awake)
}

// bringForward wakes or stirs.
func (e *Engine) bringForward(ctx context.Context, wake func(context.Context, int, []store.Subject, time.Time) error, subjects []store.Subject, awake map[int]bool) error {
	byShard := make(map[int][]store.Subject)
	for _, s := range subjects {
		n := e.Store.Shard(s)
		byShard[n] = append(byShard[n], s)
	}
	now := e.now()
	for n, some := range byShard {
		if err := wake(ctx, n, some, now); err != nil {
			return err
		}
		awake[n] = true
	}
	return nil
}

// WakeUsers wakes the users of an edited schedule, or of a calendar that has changed, shard by shard, and asks for the
// sweep of each shard as soon as its users are awake. It says how many they are.
func (e *Engine) WakeUsers(ctx context.Context, edited store.WakeRequest) (woken int, err error) {
	names := []string{edited.Name}
	if store.IsCalendar(edited.Name) {
		if names, err = e.schedulesWith(ctx, edited.Name); err != nil {
			return 0, err
		}
	}
	for _, name := range names {
		for shard := range e.Store.Shards() {
			if e.HandsOver() {
				return woken, ErrStopping
			}
			n, err := e.wakePages(ctx, shard, func(cursor string) ([]store.Subject, string, error) {
				return e.Store.Users(ctx, shard, name, cursor, e.Batch)
			})
			if err != nil {
				return woken, err
			}
			woken += n
		}
	}
	return woken, e.Store.Spread(ctx, edited)
}

// WakeAll wakes every subject that has a definition. Properties pass that on to their digests, and to their visitors who have
// a chat going or a timer that counts hours: the hours of all may be others. It goes shard by shard, as WakeUsers does.
func (e *Engine) WakeAll(ctx context.Context) (woken int, err error) {
	for shard := range e.Store.Shards() {
		if e.HandsOver() {
			return woken, ErrStopping
		}
		n, err := e.wakePages(ctx, shard, func(cursor string) ([]store.Subject, string, error) {
			records, next, err := e.Store.Page(ctx, shard, cursor, e.Batch)
			subjects := make([]store.Subject, len(records))
			for i := range records {
				subjects[i] = records[i].Subject
			}
			return subjects, next, err
		})
		if err != nil {
			return woken, err
		}
		woken += n
	}
	return woken, nil
}

// wakePages wakes subjects of one shard, page by page, and asks for its sweep.
func (e *Engine) wakePages(ctx context.Context, shard int, page func(cursor string) ([]store.Subject, string, error)) (woken int, err error) {
	cursor := ""
	for {
		subjects, next, err := page(cursor)
		if err != nil {
			return woken, err
		}
		if err := e.Store.Wake(ctx, shard, subjects, e.now()); err != nil {
			return woken, err
		}
		woken += len(subjects)
		if cursor = next; cursor == "" {
			break
		}
	}
	if woken == 0 {
		return 0, nil
	}
	return woken, e.AskSweep(ctx, shard, e.now())
}

// UsedBySchedules tells whether a named schedule names a calendar.
func (e *Engine) UsedBySchedules(ctx context.Context, calendar string) (bool, error) {
	names, err := e.schedulesWith(ctx, calendar)
	return len(names) > 1, err
}

// schedulesWith are the named schedules, and the calendar itself, whose users a change of a calendar concerns.
func (e *Engine) schedulesWith(ctx context.Context, calendar string) ([]string, error) {
	all, err := e.Store.Globals(ctx, store.GlobalSchedule)
	if err != nil {
		return nil, err
	}
	names := []string{calendar}
	for name, body := range all {
		for _, url := range definition.Calendars(body) {
			if store.CalendarName(url) == calendar {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
