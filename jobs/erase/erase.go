// Package erase forgets persons: all that Deskbell keeps of a visitor, wherever it is.
//
// An Eraser goes over every place in passes until one finds nothing more. What is under way meanwhile may write once more what it had
// read before, or take an event in that it held in memory: the next pass finds that. So no step of a worker asks whether a visitor was
// erased, and whoever erases once more does no harm.
package erase

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Store is as much of a store as an Eraser needs.
type Store interface {
	Shards() int
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Commit(ctx context.Context, changes []store.Change) (lost []store.Subject, err error)
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)

	// Erased gives what was remembered last of a visitor, or of all of a property (""); zero: nothing.
	Erased(ctx context.Context, property, visitor string) (time.Time, error)
	// MarkErased remembers for some time that a visitor was erased, or all of a property ("").
	MarkErased(ctx context.Context, property, visitor string, at time.Time, keep time.Duration) error
	// States gives records of a shard whose subjects begin with a prefix, and the next cursor; the first and the last are "".
	States(ctx context.Context, shard int, prefix, cursor string) ([]store.Record, string, error)
	// EraseActions removes the actions for which is says so, delivered or not, and gives their number.
	EraseActions(ctx context.Context, is func(body []byte) bool) (int, error)
	// EraseFromStream does so in the stream of a destination.
	EraseFromStream(ctx context.Context, stream string, is func(body []byte) bool) (int, error)
}

// Tasks are those of the queues.
type Tasks interface {
	// Forget takes a person out of all tasks that wait, are to be tried again, or were archived.
	Forget(ctx context.Context, p engine.Person) (Tasked, error)
}

// Tasked is what tasks had of a person.
type Tasked struct {
	Events   int // taken out
	Tasks    int // removed: timers, notices, actions that were given up
	UnderWay int // tasks that a worker holds just now, and that cannot be changed before it is done
}

// Report counts what was erased. Its zero value is nothing.
type Report struct {
	Visitors int `json:"visitors" doc:"Records of visitors; with fields, those that had one of them."`
	Chats    int `json:"chats" doc:"Records that say whose a chat is, with the events that were parked there."`
	Agents   int `json:"agents" doc:"Agents whose records named chats of the visitor."`
	Digests  int `json:"digests" doc:"Lists for the next opening that named the visitor."`
	Events   int `json:"events" doc:"Events that were not taken in yet, or were archived."`
	Tasks    int `json:"tasks" doc:"Timers, notices and archived actions."`
	Actions  int `json:"actions" doc:"Actions that waited, were set aside, or are shown as recent."`

	UnderWay int  `json:"under_way" doc:"Tasks and records that a worker was busy with to the end."`
	Complete bool `json:"complete" doc:"Whether nothing is left. Otherwise repeat the request."`
}

func (r *Report) add(s Report) {
	r.Visitors, r.Chats, r.Agents, r.Digests = r.Visitors+s.Visitors, r.Chats+s.Chats, r.Agents+s.Agents, r.Digests+s.Digests
	r.Events, r.Tasks, r.Actions, r.UnderWay = r.Events+s.Events, r.Tasks+s.Tasks, r.Actions+s.Actions, s.UnderWay
}

// Eraser forgets persons.
type Eraser struct {
	store Store
	tasks Tasks
	now   func() time.Time
}

// New makes an eraser.
func New(s Store, t Tasks, now func() time.Time) *Eraser { return &Eraser{s, t, now} }

// pause is between two passes: a batch of events takes some hundredths of a second.
const pause = 100 * time.Millisecond

// Remembered is how long an erasure is remembered: longer than a token for pages is good that was made before it. No page goes on as
// somebody who was erased.
const Remembered = visit.KeptNamed + time.Hour

// Erase forgets a person. It ends when nothing is left; or, with a report that is not Complete, once that has taken so long and a pass
// has ended.
func (e *Eraser) Erase(ctx context.Context, p engine.Person, within time.Duration) (Report, error) {
	var all Report
	p.Chats = make(map[string]bool)
	if p.Fields == nil {
		if err := e.remember(ctx, p); err != nil {
			return all, fmt.Errorf("erasing from %q: %w", p.Property, err)
		}
	}
	for begin := e.now(); ; {
		found, err := e.pass(ctx, p)
		if all.add(found); err != nil {
			return all, fmt.Errorf("erasing from %q: %w", p.Property, err)
		}
		if all.Complete = found == (Report{}); all.Complete || e.now().Sub(begin) >= within {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return all, fmt.Errorf("erasing from %q: %w", p.Property, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// remember ends the tokens of a person's page. It remembers an instant before which all of them were made: a clock may be ahead that
// says when a token was made, and this one late. A token that is made after an erasure is made after that instant, as it says, so that the
// next erasure needs a later one; and that of a whole property one that is later than those of its visitors.
func (e *Eraser) remember(ctx context.Context, p engine.Person) error {
	slack, step := 2*clock.MostOff, 2*time.Millisecond
	if p.Visitor == "" {
		slack, step = 2*slack, slack
	}
	last, err := e.store.Erased(ctx, p.Property, p.Visitor)
	if err != nil {
		return err
	}
	return e.store.MarkErased(ctx, p.Property, p.Visitor, hours.Later(e.now().Add(slack), last.Add(step)), Remembered)
}

// pass goes over every place once. It begins with what is still to be taken in.
func (e *Eraser) pass(ctx context.Context, p engine.Person) (found Report, err error) {
	tasked, err := e.tasks.Forget(ctx, p)
	found.Events, found.Tasks, found.UnderWay = tasked.Events, tasked.Tasks, tasked.UnderWay
	if err != nil {
		return found, err
	}
	if err := e.records(ctx, p, &found); err != nil {
		return found, err
	}
	return found, e.actions(ctx, p, &found)
}

// records goes over the records. Those of visitors go last: until then they name their chats.
func (e *Eraser) records(ctx context.Context, p engine.Person, found *Report) error {
	visitors, prefixes := []store.Record(nil), []store.Subject{store.ChatSubject(p.Property, "")}
	if p.Fields == nil { // neither digests nor agents have facts
		prefixes = append(prefixes, store.DigestSubject(p.Property), store.AgentSubject(""))
	}
	if p.Visitor == "" {
		prefixes = append(prefixes, store.VisitorSubject(p.Property, ""))
	} else {
		var err error
		if visitors, err = e.store.Load(ctx, []store.Subject{store.VisitorSubject(p.Property, p.Visitor)}); err != nil {
			return err
		}
		p.ChatsOf(&visitors[0])
	}
	for _, prefix := range prefixes {
		for shard := range e.store.Shards() {
			if err := e.scan(ctx, shard, prefix, p, found); err != nil {
				return err
			}
		}
	}
	return e.forget(ctx, visitors, p, found)
}

func (e *Eraser) scan(ctx context.Context, shard int, prefix store.Subject, p engine.Person, found *Report) error {
	for cursor := ""; ; {
		records, next, err := e.store.States(ctx, shard, string(prefix), cursor)
		if err != nil {
			return err
		}
		if err := e.forget(ctx, records, p, found); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// forget takes a person out of some records. One that a worker wrote meanwhile counts as under way: the next pass finds it.
func (e *Eraser) forget(ctx context.Context, records []store.Record, p engine.Person, found *Report) error {
	var changes []store.Change
	for i := range records {
		p.ChatsOf(&records[i])
		c, err := engine.Forget(&records[i], p, e.now())
		if err != nil {
			return err
		}
		if c != nil {
			changes = append(changes, c.Change)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	lost, err := e.store.Commit(ctx, changes)
	if err != nil {
		return err
	}
	found.UnderWay += len(lost)
	for i := range changes {
		if !slices.Contains(lost, changes[i].Subject) {
			found.count(changes[i].Subject)
		}
	}
	return nil
}

func (r *Report) count(s store.Subject) {
	if _, _, ok := s.Visitor(); ok {
		r.Visitors++
	} else if _, _, ok := s.Chat(); ok {
		r.Chats++
	} else if _, ok := s.Agent(); ok {
		r.Agents++
	} else {
		r.Digests++
	}
}

// actions goes over the actions, in the outboxes and in streams of destinations. Where facts alone are to be forgotten, none are lost: they
// are on their way, or have long been delivered.
func (e *Eraser) actions(ctx context.Context, p engine.Person, found *Report) error {
	if p.Fields != nil {
		return nil
	}
	is := func(body []byte) bool { return About(body, p) }
	n, err := e.store.EraseActions(ctx, is)
	if found.Actions += n; err != nil {
		return err
	}
	streams, err := e.streams(ctx)
	if err != nil {
		return err
	}
	for _, stream := range streams {
		n, err := e.store.EraseFromStream(ctx, stream, is)
		if found.Actions += n; err != nil {
			return err
		}
	}
	return nil
}

// streams are those of destinations, and the one that a destination without a name for it has.
func (e *Eraser) streams(ctx context.Context) ([]string, error) {
	bodies, err := e.store.Globals(ctx, store.GlobalDestination)
	if err != nil {
		return nil, err
	}
	streams := []string{definition.DefaultStream}
	for name, body := range bodies {
		var d definition.Destination
		if err := json.Unmarshal(body, &d); err != nil {
			return nil, fmt.Errorf("decoding destination %q: %w", name, err)
		}
		if d.Stream != "" {
			streams = append(streams, d.Stream)
		}
	}
	slices.Sort(streams)
	return slices.Compact(streams), nil
}

// About tells whether an action, CloudEvents JSON, is about a person.
func About(body []byte, p engine.Person) bool {
	var a struct {
		Data struct{ Property, Visitor string }
	}
	return json.Unmarshal(body, &a) == nil && p.Is(a.Data.Property, a.Data.Visitor)
}
