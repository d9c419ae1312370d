package edit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Match is a condition on the stored definition for a write. The zero value always
// matches.
type Match struct {
	Is     []string // one of these ETags
	There  bool     // any definition
	Absent bool     // none

	judged *judged // nil: no matter what there is
}

// judged is the stored definition by which it was decided what may be written in its place; nil: none.
type judged struct{ body []byte }

// errJudged is returned where another definition is stored than the one by which it was decided what may be written.
var errJudged = errors.New("it has been edited meanwhile")

// MismatchError is returned when the stored definition does not match.
type MismatchError struct {
	ETag string // of the stored definition; empty: there is none
}

// Error implements error.
func (e *MismatchError) Error() string {
	if e.ETag == "" {
		return "it is not defined"
	}
	return "it is defined already, as " + e.ETag + ", and may have been edited by somebody else: read it again"
}

func (m Match) check(body []byte) error {
	etag := ETag(body)
	switch {
	case len(m.Is) > 0 && !slices.Contains(m.Is, etag), m.There && body == nil, m.Absent && body != nil:
		return &MismatchError{ETag: etag}
	}
	return nil
}

// ETag is the strong entity tag of a definition, in quotes; empty for none. Unlike a
// record's revision, it does not change at a boundary.
func ETag(body []byte) string {
	if body == nil {
		return ""
	}
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// recordStore is as much of a store as reading and writing definitions needs.
type recordStore interface {
	Shards() int
	Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error)
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Edit(ctx context.Context, e store.Edit) (bool, error)
	Serve(ctx context.Context, served store.Subject, by []store.Subject) error
	keyStore
}

// records reads and writes definitions as they are stored.
type records struct {
	store recordStore
	now   func() time.Time
	known known
}

// write writes a definition of any kind (nil removes it) where it matches, unless it
// is there already, and gives what was there before.
func (r *records) write(ctx context.Context, kind Kind, name string, body []byte, m Match) (before []byte, err error) {
	for range tries {
		before, swap, err := r.read(ctx, kind, name)
		if err != nil {
			return nil, err
		}
		if err := m.check(before); err != nil {
			return nil, fmt.Errorf("writing %s %q: %w", kind, name, err)
		}
		if m.judged != nil && !same(before, m.judged.body) {
			return nil, errJudged
		}
		if same(before, body) {
			return before, nil
		}
		if err := r.prepare(ctx, kind, name, body); err != nil {
			return nil, err
		}
		ok, err := swap(body)
		if subject, ok := kind.subject(name); ok && body == nil {
			r.known.forget(subject)
		}
		if err != nil {
			return nil, err
		}
		if ok {
			return before, nil
		}
	}
	return nil, fmt.Errorf("writing %s %q: %w", kind, name, store.ErrContended)
}

// prepare does the work that comes before a definition is written. A link to the calendar or the page of one that is removed
// must not open that of another one that gets the same id later.
func (r *records) prepare(ctx context.Context, kind Kind, name string, body []byte) error {
	if body == nil {
		return Links{Store: r.store, Now: r.now}.unlink(ctx, kind, name)
	}
	return r.wantCalendars(ctx, body)
}

// read gives a definition, nil where there is none, and what writes another in its
// place; false: it is no longer what was read.
func (r *records) read(ctx context.Context, kind Kind, name string) (body []byte, swap func([]byte) (bool, error), err error) {
	subject, ok := kind.subject(name)
	if !ok {
		all, err := r.store.Globals(ctx, kind.global())
		before := all[name]
		return before, func(after []byte) (bool, error) {
			return r.store.SetGlobal(ctx, kind.global(), name, before, after)
		}, err
	}
	found, err := r.store.Load(ctx, []store.Subject{subject})
	if err != nil {
		return nil, nil, err
	}
	return found[0].Definition, func(after []byte) (bool, error) { return r.edit(ctx, found[0], after) }, nil
}

// edit writes the definition of a subject. Who serves whom is noted before the
// definition says so: an index that names too many wakes somebody in vain, and one
// that names too few forgets somebody.
func (r *records) edit(ctx context.Context, was store.Record, body []byte) (bool, error) {
	before, err := refsOf(was.Subject, was.Definition)
	if err != nil {
		before = refs{} // not ours to read: its name stays with schedules that it used, which wake it in vain
	}
	is, err := refsOf(was.Subject, body)
	if err != nil {
		return false, err
	}
	if err := r.store.Serve(ctx, was.Subject, is.agents); err != nil {
		return false, err
	}
	now := r.now()
	return r.store.Edit(ctx, store.Edit{
		Subject: was.Subject, Rev: was.Rev, NewRev: now.UnixMicro(), Definition: body,
		Uses: is.schedules, Unuses: without(before.schedules, is.schedules), Due: now,
	})
}

// refs are the names that the definition of a subject refers to, and is woken by.
type refs struct {
	schedules  []string
	agents     []store.Subject
	properties []store.Subject // of a destination, which is no subject: they wake nothing
}

func refsOf(subject store.Subject, body []byte) (refs, error) {
	var r refs
	if body == nil {
		return r, nil
	}
	for _, url := range definition.Calendars(body) {
		r.schedules = append(r.schedules, store.CalendarName(url))
	}
	if _, ok := subject.Agent(); ok {
		var a definition.Agent
		if err := json.Unmarshal(body, &a); err != nil {
			return r, fmt.Errorf("decoding %s: %w", subject, err)
		}
		if a.Schedule.Name != "" {
			r.schedules = append(r.schedules, a.Schedule.Name)
		}
		id, _ := subject.Agent()
		r.add(a.Partners(id)...)
		return r, nil
	}
	var p definition.Property
	if err := json.Unmarshal(body, &p); err != nil {
		return r, fmt.Errorf("decoding %s: %w", subject, err)
	}
	r.schedules = append(r.schedules, p.Uses()...)
	for _, id := range p.AllAgents() {
		r.agents = append(r.agents, store.AgentSubject(id))
	}
	return r, nil
}

// without is names, except those in others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}
