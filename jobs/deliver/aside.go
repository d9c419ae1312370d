package deliver

import (
	"context"
	"slices"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// subjectAside is the subject of an action that has to wait, since another of this
// subject is aside; empty: it may go.
func (l *lane) subjectAside(body []byte) string {
	if len(l.aside) == 0 {
		return ""
	}
	subject := subjectOf(body)
	if subject == "" || !slices.ContainsFunc(l.aside, func(a store.Aside) bool { return a.Subject == subject }) {
		return ""
	}
	return subject
}

// isFull tells whether no more can be set aside, beside those of a step.
func (l *lane) isFull(follow []store.Aside) bool {
	bytes := 0
	for _, list := range [][]store.Aside{l.aside, follow} {
		for i := range list {
			bytes += len(list[i].Body)
		}
	}
	return len(l.aside)+len(follow) >= asideMost || bytes >= asideBytes
}

// refused sets an action aside, with those in its step that have to stay behind.
func (l *lane) refused(ctx context.Context, e store.Entry, s *step) error {
	if l.isFull(s.follow) {
		return &Snooze{errFull, growing(0)}
	}
	now := l.d.Now()
	a := store.Aside{Seq: e.Seq, Subject: subjectOf(e.Body), Tries: 1, Since: now, Next: now.Add(growing(0)), Error: l.failure, At: e.At, Body: e.Body}
	s.follow = append(s.follow, a)
	slices.SortFunc(s.follow, func(a, b store.Aside) int { return store.CompareSeq(a.Seq, b.Seq) })
	l.log.Did("aside", len(l.aside)+len(s.follow))
	l.log.Field("refused", a.Error)
	l.logDetail()
	return l.d.Store.RetryAt(ctx, store.Retry{Lane: l.Lane, At: a.Next}) // before the settlement: a retry too many does no harm
}

// tryAside tries the actions aside that are due: the first of each subject, and when
// the destination accepts it, the next.
func (l *lane) tryAside(ctx context.Context) error {
	for i := l.due(); i >= 0; i = l.due() {
		if l.d.Stopping() {
			return engine.ErrStopping
		}
		a := l.aside[i]
		batch, err := l.stillTrue(ctx, []Delivery{{Shard: l.Shard, Seq: a.Seq, ID: idOf(a.Body), Body: a.Body}})
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			if err := l.taken(ctx, i); err != nil {
				return err
			}
			continue
		}
		if err := l.permit(ctx); err != nil {
			return err
		}
		if err := l.hold(ctx); err != nil {
			return err
		}
		probing := l.probing
		err = l.call(ctx, batch, a.Tries > 0)
		switch {
		case err == nil:
			l.count(1)
			err = l.taken(ctx, i)
		case isRefused(err):
			err = l.refusedAgain(ctx, i)
			if probing && err == nil {
				err = errPaused // that was the one call: another action, or lane, may probe next
			}
		default:
			err = l.later(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// taken strikes out an action that is no longer aside.
func (l *lane) taken(ctx context.Context, i int) error {
	if err := l.settle(ctx, store.Settlement{Done: []string{l.aside[i].Seq}}); err != nil {
		return err
	}
	l.aside = slices.Delete(l.aside, i, i+1)
	return nil
}

// logDetail adds the detail of the last refusal, where there is any.
func (l *lane) logDetail() {
	if l.detail != "" {
		l.log.Field("detail", l.detail)
	}
}

// refusedAgain lets an action wait longer, or gives it up after twelve hours.
func (l *lane) refusedAgain(ctx context.Context, i int) error {
	a, now := &l.aside[i], l.d.Now()
	a.Error = l.failure
	if now.Sub(a.Since) >= GiveUpAfter {
		if err := l.archive(ctx, a.Seq, a.Body, a.Error); err != nil {
			return err
		}
		return l.taken(ctx, i)
	}
	a.Next = now.Add(growing(a.Tries))
	a.Tries++
	l.log.Did("refused", a.Error)
	l.logDetail()
	return l.settle(ctx, store.Settlement{Aside: []store.Aside{*a}})
}

// firsts gives the indexes of the first action of each subject.
func (l *lane) firsts(yield func(i int) bool) {
	seen := make(map[string]bool)
	for i, a := range l.aside {
		if a.Subject != "" && seen[a.Subject] {
			continue
		}
		seen[a.Subject] = true
		if !yield(i) {
			return
		}
	}
}

// due is the first that may be tried; -1: none.
func (l *lane) due() int {
	now := l.d.Now()
	for i := range l.firsts {
		if !l.aside[i].Next.After(now) {
			return i
		}
	}
	return -1
}
