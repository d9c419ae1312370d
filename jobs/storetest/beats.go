package storetest

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func beats() []testCase {
	a, b := store.Beat{Process: "a", Zones: "2026f", Role: store.RoleDecides}, store.Beat{Process: "b", Zones: "2026g", Role: store.RoleShows, Insists: true}
	return []testCase{
		{"gives those that count, in the order of their processes", func(f *fixture) {
			f.beats(b, time.Hour, b)
			f.beats(a, time.Hour, a, b)
			f.beats(b, time.Hour, a, b)
		}},
		{"lets the last of a process replace those before", func(f *fixture) {
			f.beats(a, time.Hour, a)
			a := a
			a.Role = store.RoleStandsBy
			f.beats(a, time.Hour, a)
		}},
		{"takes one back", func(f *fixture) {
			f.beats(a, time.Hour, a)
			f.beats(b, time.Hour, a, b)
			f.beats(a, 0, b)
			f.beats(a, 0, b)
		}},
		{"lets one count no longer than it was to", func(f *fixture) {
			live, _, err := f.store.Beat(f.Context(), b, time.Millisecond)
			f.must(err)
			if len(live) != 1 || live[0] != b {
				f.Errorf("there are %v", live)
			}
			redistest.Wait(f, "the end of a beat", func() bool {
				live, _, err = f.store.Beat(f.Context(), a, time.Hour)
				f.must(err)
				return len(live) == 1 && live[0] == a
			})
		}},
	}
}

// beats notes a beat, and checks which count then.
func (f *fixture) beats(b store.Beat, counts time.Duration, want ...store.Beat) {
	f.Helper()
	live, at, err := f.store.Beat(f.Context(), b, counts)
	f.must(err)
	seen, later, err := f.store.Live(f.Context())
	f.must(err)
	if at.IsZero() || later.Before(at) {
		f.Errorf("the clock of the store shows %s, and then %s", at, later)
	}
	shown := func(list []store.Beat) string {
		var lines []string
		for _, b := range list {
			lines = append(lines, b.Process+" "+b.Zones+" "+string(b.Role))
		}
		return strings.Join(lines, ", ")
	}
	if shown(live) != shown(want) || shown(seen) != shown(want) {
		f.Errorf("there are %s, whoever only asks sees %s, want %s", shown(live), shown(seen), shown(want))
	}
}
