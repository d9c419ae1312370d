package edit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/jobs/store"
)

// Kind is a kind of definition.
type Kind string

// The kinds of definitions.
const (
	KindProperty    Kind = "property"
	KindAgent       Kind = "agent"
	KindSchedule    Kind = "schedule"
	KindDestination Kind = "destination"
)

// global is the store's name of a kind whose definitions are no subjects.
func (k Kind) global() store.Global {
	if k == KindSchedule {
		return store.GlobalSchedule
	}
	return store.GlobalDestination
}

// subject is the subject of a definition; false: this kind has none.
func (k Kind) subject(name string) (store.Subject, bool) {
	switch k {
	case KindProperty:
		return store.PropertySubject(name), true
	case KindAgent:
		return store.AgentSubject(name), true
	}
	return "", false
}

// Stored is a definition as it is stored.
type Stored struct {
	Name string
	Body []byte // canonical JSON
	ETag string // of Body
}

func stored(name string, body []byte) Stored { return Stored{Name: name, Body: body, ETag: ETag(body)} }

// Get gives one definition, or ErrNotFound.
func (e *Editor) Get(ctx context.Context, kind Kind, name string) (Stored, error) {
	body, _, err := e.read(ctx, kind, name)
	if err == nil && body == nil {
		err = fmt.Errorf("finding %s %q: %w", kind, name, store.ErrNotFound)
	}
	return stored(name, body), err
}

// Find gives the definitions of these names that exist, in the order of the names.
func (e *Editor) Find(ctx context.Context, kind Kind, names []string) ([]Stored, error) {
	var list []Stored
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		s, err := e.Get(ctx, kind, name)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			list = append(list, s)
		}
	}
	return list, nil
}

// Put writes one definition where it matches: a *definition.Property, Agent or
// Destination, or a *hours.Spec, checked. The definitions that it refers to must exist.
// Put wakes the subjects that the definition concerns. The error may be
// definition.Faults (with pointers into the definition), a *MismatchError or
// ErrContended.
func (e *Editor) Put(ctx context.Context, kind Kind, name string, def any, m Match) (s Stored, created bool, err error) {
	body, err := json.Marshal(def)
	if err != nil {
		return Stored{}, false, fmt.Errorf("encoding %s %q: %w", kind, name, err)
	}
	if err := e.checkRefs(ctx, name, def); err != nil {
		return Stored{}, false, err
	}
	before, err := e.write(ctx, kind, name, body, m)
	if err != nil {
		return Stored{}, false, err
	}
	return stored(name, body), before == nil, e.wakeAfter(ctx, kind, name)
}

// Delete removes one definition where it matches. The error may be ErrNotFound, a
// *MismatchError, an *InUseError or ErrContended.
func (e *Editor) Delete(ctx context.Context, kind Kind, name string, m Match) error {
	if err := e.checkUnused(ctx, kind, name); err != nil {
		return err
	}
	m.There = true
	_, err := e.write(ctx, kind, name, nil, m)
	if mismatch := (*MismatchError)(nil); errors.As(err, &mismatch) && mismatch.ETag == "" && len(m.Is) == 0 {
		return fmt.Errorf("finding %s %q: %w", kind, name, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	return e.wakeAfter(ctx, kind, name)
}

// wakeAfter wakes the subjects that an edit concerns.
func (e *Editor) wakeAfter(ctx context.Context, kind Kind, name string) error {
	shards := make(map[int]bool)
	if subject, ok := kind.subject(name); ok {
		shards[e.store.Shard(subject)] = true
	}
	return e.wakeWorkers(ctx, shards)
}

// List gives some definitions of a kind, and the cursor of the next page; it starts
// with "" and ends with "". It gives about limit of them, at least one unless there is
// none, and each that exists all the while. One may come on two pages.
func (e *Editor) List(ctx context.Context, kind Kind, cursor string, limit int) ([]Stored, string, error) {
	if kind == KindSchedule || kind == KindDestination {
		return e.listGlobals(ctx, kind, cursor, limit)
	}
	at, err := parseListCursor(cursor, e.store.Shards())
	if err != nil {
		return nil, "", err
	}
	found := make(map[string]Stored)
	for {
		records, next, err := e.store.Page(ctx, at.shard, at.within, limit-len(found))
		if err != nil {
			return nil, "", err
		}
		for _, r := range records {
			name, _ := r.Subject.Property()
			if kind == KindAgent {
				name, _ = r.Subject.Agent()
			}
			if name != string(r.Subject) { // of this kind
				found[name] = stored(name, r.Definition)
			}
		}
		if at.within = next; next == "" {
			at.shard++
		}
		if at.shard == e.store.Shards() || len(found) >= limit {
			break
		}
	}
	list := slices.SortedFunc(maps.Values(found), func(a, b Stored) int { return cmp.Compare(a.Name, b.Name) })
	if at.shard == e.store.Shards() {
		return list, "", nil
	}
	return list, at.String(), nil
}

func (e *Editor) listGlobals(ctx context.Context, kind Kind, cursor string, limit int) ([]Stored, string, error) {
	all, err := e.store.Globals(ctx, kind.global())
	if err != nil {
		return nil, "", err
	}
	var list []Stored
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name <= cursor {
			continue
		}
		if len(list) == limit {
			return list, list[limit-1].Name, nil
		}
		list = append(list, stored(name, all[name]))
	}
	return list, "", nil
}

// listCursor is a place in a list of subjects: "3.17", a shard and a cursor within it.
type listCursor struct {
	shard  int
	within string
}

func (l listCursor) String() string { return strconv.Itoa(l.shard) + "." + l.within }

func parseListCursor(text string, shards int) (listCursor, error) {
	if text == "" {
		return listCursor{}, nil
	}
	shard, within, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(shard)
	if err != nil || n < 0 || n >= shards {
		return listCursor{}, store.ErrCursor
	}
	if within != "" {
		if _, err := strconv.ParseUint(within, 10, 64); err != nil {
			return listCursor{}, store.ErrCursor
		}
	}
	return listCursor{n, within}, nil
}
