package edit

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	// mostNames bounds the names among which the one is looked for that was probably meant.
	mostNames = 5000
	// namesFor is how long those of properties stay in memory: events of properties that are not defined may be many.
	namesFor = 10 * time.Second
)

// hints tell which name was probably meant.
type hints struct {
	records *records
	recent  recentNames // of properties
}

// Suggest is a hint at the definition of a kind that was probably meant by a name: ` (did you mean "acme"?)`, or nothing. Only
// those may see it who may see every name.
func (h *hints) Suggest(ctx context.Context, kind Kind, written string) (string, error) {
	names, err := h.names(ctx, kind)
	return suggested(written, names), err
}

// SuggestProperty is Suggest of a property, by the names of the last ten seconds. For those who may see some properties alone, it
// looks among these that are defined.
func (h *hints) SuggestProperty(ctx context.Context, written string, only []string) (string, error) {
	if len(only) == 0 {
		names, err := h.recent.get(h.records.now(), func() ([]string, error) { return h.names(ctx, KindProperty) })
		return suggested(written, names), err
	}
	near := table.Nearest(written, others(only, written))
	if near == "" {
		return "", nil
	}
	undefined, err := h.records.Undefined(ctx, []store.Subject{store.PropertySubject(near)})
	if err != nil || undefined[store.PropertySubject(near)] {
		return "", err
	}
	return table.DidYouMean(near), nil
}

func suggested(written string, names []string) string {
	return table.Suggest(written, others(names, written))
}

// others leaves out the name itself, which may have been removed since.
func others(names []string, written string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == written })
}

// names are those of a kind, so many at most.
func (h *hints) names(ctx context.Context, kind Kind) (names []string, err error) {
	for cursor := ""; len(names) < mostNames; {
		list, next, err := h.records.List(ctx, kind, cursor, 500)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			names = append(names, d.Name)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return names[:min(len(names), mostNames)], nil
}

// recentNames are names that were read a short while ago.
type recentNames struct {
	mu    sync.Mutex
	names []string
	until time.Time
}

// get reads them anew where they are too old. Others wait meanwhile, so that they are read once.
func (n *recentNames) get(now time.Time, read func() ([]string, error)) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if left := n.until.Sub(now); left > 0 && left <= namesFor { // a clock may be set back
		return n.names, nil
	}
	names, err := read()
	if err != nil {
		return nil, err
	}
	n.names, n.until = names, now.Add(namesFor)
	return names, nil
}
