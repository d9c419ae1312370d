package edit

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/jobs/store"
)

// Stored is a definition as it is stored.
type Stored struct {
	Name string
	Body []byte // canonical JSON
	ETag string // of Body
}

func stored(name string, body []byte) Stored { return Stored{Name: name, Body: body, ETag: ETag(body)} }

// Get gives one definition, or ErrNotFound.
func (r *records) Get(ctx context.Context, kind Kind, name string) (Stored, error) {
	body, _, err := r.read(ctx, kind, name)
	if err == nil && body == nil {
		err = &store.MissingError{Kind: string(kind), Name: name}
	}
	return stored(name, body), err
}

// Find gives those of some definitions that are there, in the order of their names.
func (r *records) Find(ctx context.Context, kind Kind, names []string) ([]Stored, error) {
	var list []Stored
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		s, err := r.Get(ctx, kind, name)
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

// Undefined tells which of some properties and agents are not defined. It asks Redis for those alone that it has not found in
// the last ten seconds. One that is defined is known at once; one that another process removes may count as defined for ten
// seconds.
func (r *records) Undefined(ctx context.Context, subjects []store.Subject) (map[store.Subject]bool, error) {
	now := r.now()
	rest := r.known.missing(subjects, now)
	if len(rest) == 0 {
		return nil, nil
	}
	found, err := r.store.Load(ctx, rest)
	if err != nil {
		return nil, err
	}
	undefined := make(map[store.Subject]bool)
	for _, record := range found {
		if record.Rev == 0 {
			undefined[record.Subject] = true
		} else {
			r.known.remember(record.Subject, now)
		}
	}
	return undefined, nil
}

// List gives some definitions of a kind, and the cursor of the next page; it starts
// with "" and ends with "". It gives about limit of them, at least one (or none at
// all), and each that is there all the while. One may come on two pages.
func (r *records) List(ctx context.Context, kind Kind, cursor string, limit int) ([]Stored, string, error) {
	if kind == KindSchedule || kind == KindDestination {
		return r.listGlobals(ctx, kind, cursor, limit)
	}
	at, err := parseListCursor(cursor, r.store.Shards())
	if err != nil {
		return nil, "", err
	}
	found := make(map[string]Stored)
	for {
		page, next, err := r.store.Page(ctx, at.shard, at.within, limit-len(found))
		if err != nil {
			return nil, "", err
		}
		for _, record := range page {
			name, _ := record.Subject.Property()
			if kind == KindAgent {
				name, _ = record.Subject.Agent()
			}
			if name != string(record.Subject) { // of this kind
				found[name] = stored(name, record.Definition)
			}
		}
		if at.within = next; next == "" {
			at.shard++
		}
		if at.shard == r.store.Shards() || len(found) >= limit {
			break
		}
	}
	list := slices.SortedFunc(maps.Values(found), func(a, b Stored) int { return cmp.Compare(a.Name, b.Name) })
	if at.shard == r.store.Shards() {
		return list, "", nil
	}
	return list, at.String(), nil
}

func (r *records) listGlobals(ctx context.Context, kind Kind, cursor string, limit int) ([]Stored, string, error) {
	all, err := r.store.Globals(ctx, kind.global())
	if err != nil {
		return nil, "", err
	}
	var list []Stored
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name <= cursor || store.IsCalendar(name) {
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
