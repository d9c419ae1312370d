package view

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// BoardQuery asks for a page of properties.
type BoardQuery struct {
	Search string // in an id or a name, in any case; empty: all
	Cursor string // BoardPage.Next of the page before; empty: the first
	Limit  int    // about how many; 0: 100

	Only []string // these properties alone, as far as they are defined, on one page; empty: all there are
}

// BoardPage is a page of properties, by id. Pages follow each other in no order:
// sorting a million properties would mean reading them all.
type BoardPage struct {
	At         time.Time    `json:"at"` // the instant of the states
	Properties []BoardState `json:"properties"`
	Next       string       `json:"next,omitempty"`    // cursor of the next page; empty: this is the last
	Partial    bool         `json:"partial,omitempty"` // the search stopped at a bound; Next goes on
}

const (
	boardLimit = 100 // properties on a page

	// A search reads definitions, some hundred thousand a second, until it has a full
	// page, or reaches one of these bounds.
	searchBatch = 2000
	searchMost  = 500_000
	searchTime  = 2 * time.Second
	afterExact  = 200 * time.Millisecond // for further matches, when the text is an id: probably that property was meant
)

// Board gives a page of properties as they are at this instant, in a handful of round
// trips, however many there are on it. It returns ErrCursor for a cursor that no page
// has given.
func (r *Reader) Board(ctx context.Context, q BoardQuery) (BoardPage, error) {
	ids, page, err := r.find(ctx, q)
	if err != nil {
		return page, err
	}
	page.At, page.Properties, err = r.BoardStates(ctx, ids)
	page.Properties = slices.DeleteFunc(page.Properties, func(s BoardState) bool { return s.Gone })
	slices.SortFunc(page.Properties, func(a, b BoardState) int { return cmp.Compare(a.Property, b.Property) })
	return page, err
}

// find gives the ids on a page, which has no states yet.
func (r *Reader) find(ctx context.Context, q BoardQuery) (ids []string, page BoardPage, err error) {
	find := r.page
	if q.Search != "" {
		find = r.search
	}
	if len(q.Only) > 0 {
		find = r.only
	}
	return find(ctx, q, cmp.Or(q.Limit, boardLimit))
}

// BoardIDs gives the ids of properties in order, about q.Limit at most, and whether there may be more.
func (r *Reader) BoardIDs(ctx context.Context, q BoardQuery) (ids []string, more bool, err error) {
	limit := cmp.Or(q.Limit, boardLimit)
	for {
		some, page, err := r.find(ctx, q)
		if err != nil {
			return nil, false, err
		}
		ids, q.Cursor = append(ids, some...), page.Next
		if q.Cursor == "" || page.Partial || len(ids) >= limit {
			slices.Sort(ids)
			return slices.Compact(ids), q.Cursor != "", nil
		}
	}
}

// only finds those of the properties that are asked for.
func (r *Reader) only(ctx context.Context, q BoardQuery, _ int) (ids []string, page BoardPage, err error) {
	subjects := make([]store.Subject, len(q.Only))
	for i, id := range q.Only {
		subjects[i] = store.PropertySubject(id)
	}
	records, err := r.store.Load(ctx, subjects)
	for i, record := range records {
		if record.Rev != 0 && matches(strings.ToLower(q.Search), q.Only[i], record.Definition) {
			ids = append(ids, q.Only[i])
		}
	}
	return ids, page, err
}

// page finds the next properties, without a search.
func (r *Reader) page(ctx context.Context, q BoardQuery, limit int) (ids []string, page BoardPage, err error) {
	records, next, err := r.store.Scan(ctx, store.PropertyKind, q.Cursor, limit)
	found := make(map[string]bool)
	for _, r := range records {
		id, _ := r.Subject.Property()
		found[id] = true
	}
	return slices.Sorted(maps.Keys(found)), BoardPage{Next: next}, err
}

// search finds the next properties whose ids or names hold a text. A text that is an id
// is looked up at once.
func (r *Reader) search(ctx context.Context, q BoardQuery, limit int) (ids []string, page BoardPage, err error) {
	start, page, wanted := r.now(), BoardPage{Next: q.Cursor}, strings.ToLower(q.Search)
	found, patience := make(map[string]bool), searchTime
	if q.Cursor == "" {
		exact, err := r.store.Load(ctx, []store.Subject{store.PropertySubject(q.Search)})
		if err != nil {
			return nil, page, err
		}
		if exact[0].Rev != 0 {
			found[q.Search], patience = true, afterExact
		}
	}
	for read := 0; ; {
		records, next, err := r.store.Scan(ctx, store.PropertyKind, page.Next, searchBatch)
		if err != nil {
			return nil, page, err
		}
		for i := range records {
			if id, _ := records[i].Subject.Property(); matches(wanted, id, records[i].Definition) {
				found[id] = true
			}
		}
		read += len(records)
		page.Next = next
		page.Partial = next != "" && len(found) <= limit && (read >= searchMost || r.now().Sub(start) >= patience)
		if next == "" || len(found) > limit || page.Partial {
			return slices.Sorted(maps.Keys(found)), page, nil
		}
	}
}

// matches tells whether an id or the name in a definition holds a text in lower case.
func matches(wanted, id string, body []byte) bool {
	if strings.Contains(strings.ToLower(id), wanted) {
		return true
	}
	var def struct{ Name string }
	return json.Unmarshal(body, &def) == nil && strings.Contains(strings.ToLower(def.Name), wanted)
}

// BoardStates gives properties as they are at this instant, in the order of their ids
// as given. One that is not defined is Gone.
func (r *Reader) BoardStates(ctx context.Context, ids []string) (at time.Time, states []BoardState, err error) {
	subjects := make([]store.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = store.PropertySubject(id)
	}
	at = r.now()
	records, err := r.store.Load(ctx, subjects)
	if err != nil {
		return at, nil, err
	}
	b, err := r.decider.Gather(ctx, records)
	if err != nil {
		return at, nil, err
	}
	states = make([]BoardState, len(ids))
	for i := range records {
		states[i] = boardState(b, &records[i], at)
	}
	return at, states, nil
}

// BoardWeeks gives seven dates from one on, of each property in the order of their ids as given. The zero date is the one that the clocks
// of each show.
func (r *Reader) BoardWeeks(ctx context.Context, ids []string, from hours.Date) ([]BoardWeek, error) {
	subjects := make([]store.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = store.PropertySubject(id)
	}
	at := r.now()
	records, err := r.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	b, err := r.decider.Gather(ctx, records)
	if err != nil {
		return nil, err
	}
	weeks := make([]BoardWeek, len(ids))
	for i := range records {
		weeks[i] = boardWeek(b, &records[i], from, at)
		weeks[i].Property = ids[i]
	}
	return weeks, nil
}

// Recent gives the last actions, the newest first: of many that are committed
// together, only some.
func (r *Reader) Recent(ctx context.Context, limit int) ([]action.Action, error) {
	entries, err := r.store.Recent(ctx, limit)
	if err != nil {
		return nil, err
	}
	actions := make([]action.Action, len(entries))
	for i, e := range entries {
		if err := json.Unmarshal(e.Body, &actions[i]); err != nil {
			return nil, fmt.Errorf("decoding the recent action %s: %w", e.Seq, err)
		}
	}
	return actions, nil
}

// Follow calls f with the subjects that are written from now on, as store.Store.Follow does,
// until the context ends.
func (r *Reader) Follow(ctx context.Context, f func(changed []store.Subject)) {
	r.follower.follow(ctx, &told{f})
}

// told is a Listener that ignores Lost.
type told struct{ changed func([]store.Subject) }

// Changed implements Listener.
func (t *told) Changed(subjects []store.Subject) { t.changed(subjects) }

// Lost implements Listener.
func (*told) Lost() {}

// Quotas gives the properties that have quotas of their own, or are over one now, by id.
func (r *Reader) Quotas(ctx context.Context) ([]quota.Status, error) {
	return quota.List(ctx, r.store, r.now())
}
