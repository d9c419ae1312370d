package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/quota"
)

const (
	// farthestBack is how long ago lost webhooks may have been sent: the ids of events are known for a day, and no longer.
	farthestBack = 23 * time.Hour
	// mostLooks is how many answers of messages are read in a minute. Chatwoot takes 3,000 requests from an address.
	mostLooks = 300
	// mostPages is how many of these may be of one conversation: 200 messages, as many as Chatwoot lets be sent in it in a minute.
	mostPages = 10
	// hoursAgain is how long hours stand before they are written again, in case somebody has changed them.
	hoursAgain = time.Hour
)

// chatwootTender finds what webhooks have lost, and keeps the hours of inboxes. Both need the token of an administrator.
type chatwootTender struct {
	joiner
	hours  func(ctx context.Context, property string) (*hours.Schedule, error)
	quotas *quota.Intake // nil: there are none
	send   func(ctx context.Context, events ...event.Event) error
}

// chatwootKept is what a tender keeps of one Chatwoot.
type chatwootKept struct {
	Until time.Time            `json:"until"` // what was before is known
	Hours map[int64]hoursShown `json:"hours,omitempty"`
}

// hoursShown are the hours that an inbox shows.
type hoursShown struct {
	Sum     string    `json:"sum"`
	Written time.Time `json:"written"`
}

// Tend implements jobs.Tender.
func (t chatwootTender) Tend(ctx context.Context, name string, def definition.Destination, kept json.RawMessage) (json.RawMessage, error) {
	if def.AdminTokenEnv == "" {
		return nil, nil
	}
	to, err := t.joinChatwoot(name, def)
	if err != nil {
		return kept, err
	}
	var k chatwootKept
	if json.Unmarshal(kept, &k) != nil {
		k = chatwootKept{} // none, or of a later version
	}
	at := t.now().UTC()
	shown, err := t.keepHours(ctx, to, k.Hours, at)
	k.Hours = shown
	until, lost := t.catchUp(ctx, to, k.Until, at)
	k.Until = until
	body, encoding := json.Marshal(k)
	return body, errors.Join(err, lost, encoding)
}

// catchUp sends the events of conversations that were changed since an instant; those that came by webhooks are known by their ids. It gives
// the instant up to which all is known. The first time, that is now: webhooks tell from then on.
func (t chatwootTender) catchUp(ctx context.Context, to *chatwootDestination, until, at time.Time) (time.Time, error) {
	if until.IsZero() || until.After(at) {
		return at, nil
	}
	since := until
	if oldest := at.Add(-farthestBack); since.Before(oldest) {
		since = oldest
	}
	since = since.Add(-chatwoot.Tolerance) // the clocks may differ
	answer, err := to.calls.Get(ctx, to.table.RecentPath(at.Sub(since)), true)
	if err != nil {
		return until, to.failed(err)
	}
	recent, err := chatwoot.RecentOf(to.table, answer)
	if err != nil {
		return until, err
	}
	known, looks := until, 0
	var refused []error
	for i := range recent {
		r := &recent[i]
		if looks >= mostLooks && known.After(until) {
			return known, errors.Join(refused...)
		}
		n, err := t.lookAt(ctx, to, r, since, at)
		looks += n
		switch one := (*deliver.Error)(nil); {
		case errors.As(err, &one) && one.Refused: // it keeps no other conversation from being looked at
			refused = append(refused, err)
		case err != nil:
			return known, err
		}
		if r.Updated().After(known) && r.Updated().Before(at) {
			known = r.Updated()
		}
	}
	return at, errors.Join(refused...)
}

// lookAt sends what a conversation tells, and gives how many answers it has read.
func (t chatwootTender) lookAt(ctx context.Context, to *chatwootDestination, r *chatwoot.Recent, since, at time.Time) (looks int, err error) {
	var before int64
	for looks < mostPages && (looks == 0 || before > 0) {
		answer, err := to.calls.Get(ctx, to.table.MessagesPath(r.ID, before), true)
		looks++
		if err != nil {
			return looks, to.failed(err)
		}
		if before, err = r.Read(answer, since); err != nil {
			return looks, err
		}
	}
	var events []event.Event
	for _, item := range r.Events(since, at).Items {
		if len(item.Faults) == 0 { // a webhook would have been refused for them
			events = append(events, item.Event)
		}
	}
	if err := t.take(ctx, events); err != nil {
		return looks, fmt.Errorf("the conversation %d: %w", r.ID, err)
	}
	if before > 0 {
		err := fmt.Errorf("the conversation %d has had more than %d messages at once: the first ones are not looked at", r.ID, mostPages*chatwoot.Page)
		return looks, &deliver.Error{Err: err, Refused: true}
	}
	return looks, nil
}

// take sends the events of a conversation that are within the quotas of its property. Those of a visitor who is one too many are refused, as
// they would be by a webhook; those that come too fast are for the next minute.
func (t chatwootTender) take(ctx context.Context, events []event.Event) error {
	var bytes []byte
	asked := make([]*event.Event, len(events))
	for i := range events {
		var err error
		if bytes, err = events[i].AppendJSON(bytes); err != nil {
			return fmt.Errorf("encoding the event %q: %w", events[i].ID, err)
		}
		asked[i] = &events[i]
	}
	refused, _, err := t.quotas.Refuse(ctx, "", len(bytes), asked)
	if err != nil {
		return err
	}
	var taken []event.Event
	for i, r := range refused {
		switch r.Quota {
		case quota.Events:
			return fmt.Errorf("%s is over its quota of %d events a second", events[i].Data.Property, r.Most)
		case "":
			taken = append(taken, events[i])
		}
	}
	return t.send(ctx, taken...)
}

// keepHours writes the hours that inboxes do not show yet, and gives those that they show then. One that fails does not keep others from theirs.
func (t chatwootTender) keepHours(ctx context.Context, to *chatwootDestination, shown map[int64]hoursShown, at time.Time) (map[int64]hoursShown, error) {
	after := make(map[int64]hoursShown)
	var failed []error
	for _, inbox := range slices.Sorted(maps.Keys(to.table.Inboxes)) {
		is, err := t.keepHoursOf(ctx, to, inbox, shown[inbox], at)
		if err != nil {
			failed = append(failed, fmt.Errorf("writing the hours of the inbox %d: %w", inbox, err))
		}
		if is != (hoursShown{}) {
			after[inbox] = is
		}
	}
	return after, errors.Join(failed...)
}

func (t chatwootTender) keepHoursOf(ctx context.Context, to *chatwootDestination, inbox int64, was hoursShown, at time.Time) (hoursShown, error) {
	call, differences, err := t.hoursCall(ctx, to.table, inbox, at)
	if err != nil {
		return was, err
	}
	sum := sha256.Sum256(call.Body)
	is := hoursShown{Sum: hex.EncodeToString(sum[:8]), Written: at}
	if stood := at.Sub(was.Written); was.Sum == is.Sum && stood >= 0 && stood < hoursAgain {
		return was, nil
	}
	if err := to.calls.Make(ctx, []adapter.Call{call}); err != nil {
		return hoursShown{}, to.failed(err)
	}
	if was.Sum != is.Sum {
		t.log.WithFields(logrus.Fields{
			"destination": to.name, "inbox": inbox, "property": to.table.Inboxes[inbox], "differs": cmp.Or(strings.Join(differences, "; "), "nowhere"),
		}).Info("hours of an inbox written")
	}
	return is, nil
}

// hoursCall gives an inbox the hours of its property. differences are those that it cannot show.
func (t chatwootTender) hoursCall(ctx context.Context, table *chatwoot.Table, inbox int64, at time.Time) (call adapter.Call, differences []string, err error) {
	s, err := t.hours(ctx, table.Inboxes[inbox])
	if err != nil {
		return call, nil, err
	}
	rows, differences := chatwoot.Week(spansOf(s, at), s.Location(), at)
	return table.Hours(inbox, s.Location().String(), rows), differences, nil
}

// spansOf are the open times from the midnight before an instant, for eight days.
func spansOf(s *hours.Schedule, at time.Time) (open []chatwoot.Span) {
	year, month, day := at.In(s.Location()).Date()
	from := time.Date(year, month, day, 0, 0, 0, 0, s.Location())
	for until := from.AddDate(0, 0, 8); from.Before(until); {
		next := s.NextBoundary(from)
		if next.IsZero() || next.After(until) {
			next = until
		}
		if s.At(from).Open {
			open = append(open, chatwoot.Span{From: from, To: next})
		}
		from = next
	}
	return open
}
