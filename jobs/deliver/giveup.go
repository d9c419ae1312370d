package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// GiveUpAfter is for how long an action is tried. Then it is archived. No receiver may ask for a longer pause.
const GiveUpAfter = 12 * time.Hour

// GivenUp is an action that was given up.
type GivenUp struct {
	store.Lane
	Begun int64 // number of the destination's beginning: one that was defined anew since never gets it
	Seq   string
	ID    string
	Error string // why it was given up
	Body  []byte // the action, CloudEvents JSON
}

// isOld tells whether an action that was committed at an instant is given up when its destination is lost. No action has the zero
// instant.
func isOld(committed, now time.Time) bool {
	return !committed.IsZero() && now.Sub(committed) >= GiveUpAfter
}

// archive gives an action up, and keeps it in the archive.
func (l *lane) archive(ctx context.Context, seq string, body []byte, reason string) error {
	left, err := l.stillTrue(ctx, []Delivery{{Body: body}})
	if err != nil || len(left) == 0 { // nobody would replay it
		return err
	}
	given := GivenUp{Lane: l.Lane, Begun: l.begun, Seq: seq, ID: idOf(body), Error: reason, Body: body}
	if err := l.d.Ask.Archive(ctx, given); err != nil {
		return err
	}
	l.archived++
	l.log.Did("archived", l.archived)
	l.d.Observe(l.Destination, "archived", 1)
	return nil
}

// stillTrue leaves out notices that are no longer true.
func (l *lane) stillTrue(ctx context.Context, batch []Delivery) ([]Delivery, error) {
	left, err := l.d.stillTrue(ctx, l.Destination, batch)
	if n := len(batch) - len(left); err == nil && n > 0 {
		l.dropped += n
		l.log.Did("untrue", l.dropped)
	}
	return left, err
}

func (d *Deliverer) stillTrue(ctx context.Context, destination string, batch []Delivery) (left []Delivery, err error) {
	var notices [][]byte
	for _, one := range batch {
		if d.StillTrue != nil && isNotice(one.Body) {
			notices = append(notices, one.Body)
		}
	}
	if len(notices) == 0 {
		return batch, nil
	}
	holds, err := d.StillTrue(ctx, notices)
	if err != nil {
		return nil, err
	}
	for _, one := range batch {
		if isNotice(one.Body) {
			holding := holds[0]
			if holds = holds[1:]; !holding {
				continue
			}
		}
		left = append(left, one)
	}
	if n := len(batch) - len(left); n > 0 {
		d.Observe(destination, "untrue", n)
	}
	return left, nil
}

// giveUp archives actions that are too old, of a destination that has failed for as
// long. So the number that waits for it has a bound.
func (l *lane) giveUp(ctx context.Context) error {
	now := l.d.Now()
	if !l.seen.isLost(now) {
		return nil
	}
	for len(l.aside) > 0 && isOld(l.aside[0].At, now) {
		if err := l.archive(ctx, l.aside[0].Seq, l.aside[0].Body, l.seen.Error); err != nil {
			return err
		}
		if err := l.taken(ctx, 0); err != nil {
			return err
		}
	}
	for {
		entries, err := l.read(ctx)
		if err != nil {
			return err
		}
		old := slices.IndexFunc(entries, func(e store.Entry) bool { return !isOld(e.At, now) })
		if old < 0 {
			old = len(entries)
		}
		if old == 0 {
			return nil
		}
		for _, e := range entries[:old] {
			body := l.wish.wanted(e)
			if body == nil {
				continue
			}
			if err := l.archive(ctx, e.Seq, body, l.seen.Error); err != nil {
				return err
			}
		}
		if err := l.settle(ctx, store.Settlement{From: l.cursor, To: entries[old-1].Seq, All: l.all}); err != nil {
			return err
		}
	}
}

// Again delivers an action that was given up. The error is ErrGone when the destination wants no more actions, ErrUntrue for
// a notice that is not true any more, and a *Snooze when it is paused. defined is false when the destination was removed,
// though another of its name may be there.
func (d *Deliverer) Again(ctx context.Context, g GivenUp, holder string) (defined bool, err error) {
	defs, err := d.destinations(ctx)
	if err != nil {
		return false, err
	}
	begun, err := d.Store.Begun(ctx)
	if err != nil {
		return false, err
	}
	def, ok := defs[g.Destination]
	if !ok || begun[g.Destination] != g.Begun {
		return false, nil
	}
	batch, err := d.stillTrue(ctx, g.Destination, []Delivery{{Shard: g.Shard, Seq: g.Seq, ID: g.ID, Body: g.Body}})
	if err != nil || len(batch) == 0 {
		return true, cmp.Or(err, ErrUntrue)
	}
	out, err := d.breaker(g.Destination, def, holder)
	if err != nil {
		return true, err
	}
	if err := out.permit(ctx); err != nil {
		return true, out.pausedAgain(err)
	}
	return true, out.call(ctx, batch, true)
}

// ErrUntrue is returned for a notice that is not worth sending any more.
var ErrUntrue = errors.New("it is no longer true")

// ErrGone is returned for a destination that wants no more actions.
var ErrGone = errors.New("it is gone")

// pausedAgain says when an action may be delivered again, if not now.
func (l *breaker) pausedAgain(err error) error {
	switch {
	case !errors.Is(err, errPaused):
		return err
	case l.seen.Gone:
		return fmt.Errorf("delivering again to %q: %w: %s; run deskbell deliveries replay --destination %s when it is back", l.name, ErrGone, l.seen.Error, l.name)
	default:
		err = fmt.Errorf("delivering again to %q: it is paused until %s: %s", l.name, l.seen.Until.Format(time.RFC3339), l.seen.Error)
		return &Snooze{err, max(time.Second, l.seen.Until.Sub(l.d.Now()))}
	}
}
