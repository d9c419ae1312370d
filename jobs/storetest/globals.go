package storetest

import (
	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func globals() []testCase {
	return []testCase{
		{"are written, replaced and removed, each kind apart", func(f *fixture) {
			f.set(store.GlobalSchedule, "day", `{"v":1}`)
			f.set(store.GlobalSchedule, "day", `{"v":2}`)
			f.set(store.GlobalSchedule, "night", `{}`)
			f.set(store.GlobalSchedule, "gone", `{}`)
			f.set(store.GlobalSchedule, "gone", "")
			f.set(store.GlobalDestination, "day", `{"type":"log"}`)
			f.set(store.GlobalKey, "day", `{}`)
			f.set(store.GlobalZones, store.ZonesWoken, "2026f")
			f.set(store.GlobalPush, "vapid", `{}`)
			f.set(store.GlobalPage, "tokens", "secret")
			f.set(store.GlobalQuota, "acme", `{"events":5}`)
			f.set(store.GlobalOver, "acme", `[]`)
			f.set(store.GlobalDoor, "keys", "closed")
			f.set(store.GlobalDropped, "crm", `{"actions":1}`)
			f.set(store.GlobalTended, "support", `{}`)
			f.set(store.GlobalSubscription, "lea", `[]`)
			for kind, want := range map[store.Global]map[string][]byte{
				store.GlobalSchedule:    {"day": []byte(`{"v":2}`), "night": []byte(`{}`)},
				store.GlobalDestination: {"day": []byte(`{"type":"log"}`)},
				store.GlobalKey:         {"day": []byte(`{}`)},
				store.GlobalDropped:     {"crm": []byte(`{"actions":1}`)},
				store.GlobalTended:      {"support": []byte(`{}`)},
				store.GlobalQuota:       {"acme": []byte(`{"events":5}`)},
				store.GlobalOver:        {"acme": []byte(`[]`)},
				store.GlobalZones:       {store.ZonesWoken: []byte("2026f")},
			} {
				got, err := f.store.Globals(f.Context(), kind)
				f.must(err)
				if diff := cmp.Diff(want, got); diff != "" {
					f.Errorf("%s: %s", kind, diff)
				}
			}
		}},
		{"are given by name, in the order asked for", func(f *fixture) {
			f.set(store.GlobalLink, "a", `1`)
			f.set(store.GlobalLink, "b", `2`)
			f.set(store.GlobalKey, "c", `3`)
			got, err := f.store.GlobalsOf(f.Context(), store.GlobalLink, []string{"b", "c", "a", "b"})
			f.must(err)
			if diff := cmp.Diff([][]byte{[]byte("2"), nil, []byte("1"), []byte("2")}, got); diff != "" {
				f.Error(diff)
			}
			if got, err := f.store.GlobalsOf(f.Context(), store.GlobalLink, nil); err != nil || len(got) > 0 {
				f.Errorf("of no names: %q, %v", got, err)
			}
		}},
		{"are written only in place of what they were taken to be", func(f *fixture) {
			for _, c := range []struct {
				before, after, then string
				want                bool
			}{
				{"1", "2", "", false}, // it is not there
				{"1", "", "", false},
				{"", "1", "1", true},
				{"", "2", "1", false}, // it is there
				{"2", "3", "1", false},
				{"2", "", "1", false},
				{"1", "2", "2", true},
				{"1", "2", "2", false}, // a second time
				{"2", "", "", true},
			} {
				for requests := f.edited(); len(requests) > 0; requests = f.edited() {
					f.must(f.store.Spread(f.Context(), requests[0]))
				}
				if got := f.swap(store.GlobalSchedule, "day", c.before, c.after); got != c.want {
					f.Errorf("%q → %q: written is %t", c.before, c.after, got)
				}
				all, err := f.store.Globals(f.Context(), store.GlobalSchedule)
				f.must(err)
				if string(all["day"]) != c.then {
					f.Errorf("%q → %q: there is %q, want %q", c.before, c.after, all["day"], c.then)
				}
				if noted := len(f.edited()) > 0; noted != c.want {
					f.Errorf("%q → %q: an edit is noted: %t", c.before, c.after, noted)
				}
			}
		}},
		{"are none at first", func(f *fixture) {
			got, err := f.store.Globals(f.Context(), store.GlobalSchedule)
			if err != nil || len(got) > 0 {
				f.Errorf("got %v, %v", got, err)
			}
		}},
		{"gives schedules in the order of their names, nil for one that is not there", func(f *fixture) {
			f.set(store.GlobalSchedule, "day", `"d"`)
			f.set(store.GlobalSchedule, "night", `"n"`)
			got, err := f.store.Schedules(f.Context(), []string{"night", "none", "day", "night"})
			f.must(err)
			if diff := cmp.Diff([][]byte{[]byte(`"n"`), nil, []byte(`"d"`), []byte(`"n"`)}, got); diff != "" {
				f.Error(diff)
			}
			if got, err := f.store.Schedules(f.Context(), nil); err != nil || len(got) > 0 {
				f.Errorf("no names: got %v, %v", got, err)
			}
		}},
		{"notes that a schedule was edited, or removed, until it is spread", func(f *fixture) {
			f.set(store.GlobalSchedule, "day", `{}`)
			f.set(store.GlobalDestination, "hook", `{}`)
			requests := f.edited()
			if names(requests) != "day" {
				f.Errorf("edited: %v", requests)
			}
			f.must(f.store.Spread(f.Context(), requests[0]))
			if requests := f.edited(); len(requests) > 0 {
				f.Errorf("not struck out: %v", requests)
			}
			f.set(store.GlobalSchedule, "day", "")
			if requests := f.edited(); names(requests) != "day" {
				f.Errorf("after the removal: %v", requests)
			}
		}},
		{"does not strike out an edit that came since", func(f *fixture) {
			f.set(store.GlobalSchedule, "day", `1`)
			first := f.edited()
			f.set(store.GlobalSchedule, "day", `2`)
			f.must(f.store.Spread(f.Context(), first[0]))
			second := f.edited()
			if names(second) != "day" || second[0] == first[0] {
				f.Errorf("edited: %v, before %v", second, first)
			}
		}},
		{"does not take an edit for one that another has spread", func(f *fixture) {
			f.set(store.GlobalSchedule, "day", `1`)
			first := f.edited()
			f.must(f.store.Spread(f.Context(), first[0])) // by another worker
			f.set(store.GlobalSchedule, "day", `2`)
			f.must(f.store.Spread(f.Context(), first[0]))
			if second := f.edited(); names(second) != "day" {
				f.Error("the new edit was struck out with the old one")
			}
		}},
	}
}

func (f *fixture) set(kind store.Global, name, body string) {
	f.Helper()
	all, err := f.store.Globals(f.Context(), kind)
	f.must(err)
	if !f.swap(kind, name, string(all[name]), body) {
		f.Fatalf("%s %s was not written", kind, name)
	}
}

// swap writes a body in place of another; empty is none.
func (f *fixture) swap(kind store.Global, name, before, after string) bool {
	f.Helper()
	bytes := func(s string) []byte {
		if s == "" {
			return nil
		}
		return []byte(s)
	}
	ok, err := f.store.SetGlobal(f.Context(), kind, name, bytes(before), bytes(after))
	f.must(err)
	return ok
}
