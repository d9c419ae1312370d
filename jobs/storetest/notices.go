package storetest

import (
	"strconv"

	"github.com/deskbell/deskbell/jobs/store"
)

func notices() []testCase {
	return []testCase{
		{"are kept apart from the outbox, in order", func(f *fixture) {
			f.notice(0, "1", "2")
			f.send(0, "action")
			f.notice(0, "3")
			f.notice(1, "other shard")
			if got := f.noticed(0, 9); got != "1 2 3" {
				f.Errorf("got %q", got)
			}
			if got := f.left(0); got != "action" {
				f.Errorf("in the outbox: %q", got)
			}
		}},
		{"may be in the outbox, too, for whom they are", func(f *fixture) {
			f.notice(0, "1")
			actions := send("all", "some", "nobody", "shared")
			for i := range actions {
				actions[i].Push = true
			}
			actions[1].To = []string{"crm"}
			actions[2].To = []string{}
			actions[3].For = []store.Share{{Properties: []string{"acme"}, To: []string{"crm"}}}
			f.sendActions(0, actions)
			if got := f.noticed(0, 9); got != "1 all some nobody shared" {
				f.Errorf("got %q", got)
			}
			entries, err := f.store.Notices(f.Context(), 0, 9)
			f.must(err)
			for i, e := range entries {
				if e.Push != (i > 0) {
					f.Errorf("%s: for subscriptions alone: %t", e.Body, e.Push)
				}
			}
			if got := f.left(0); got != "all some shared" {
				f.Errorf("in the outbox: %q", got)
			}
		}},
		{"come again until they are dropped, each up to a place", func(f *fixture) {
			f.notice(0, "1", "2", "3")
			first, err := f.store.Notices(f.Context(), 0, 2)
			f.must(err)
			if bodies(first) != "1 2" || f.noticed(0, 2) != "1 2" {
				f.Errorf("got %q", bodies(first))
			}
			for _, e := range []store.Entry{first[1], first[1], first[0]} { // again, and late
				f.must(f.store.Noticed(f.Context(), 0, e.Seq))
				if got := f.noticed(0, 9); got != "3" {
					f.Errorf("left: %q", got)
				}
			}
		}},
		{"are pending until all are dropped", func(f *fixture) {
			f.notice(0, "1")
			if p := f.pending(0, nine); !p.Notices || p.Outbox {
				f.Errorf("got %+v", p)
			}
			entries, err := f.store.Notices(f.Context(), 0, 9)
			f.must(err)
			f.must(f.store.Noticed(f.Context(), 0, entries[0].Seq))
			if p := f.pending(0, nine); p.Notices || f.noticed(0, 9) != "" {
				f.Errorf("got %+v", p)
			}
			f.notice(0, "2")
			if got := f.noticed(0, 9); got != "2" {
				f.Errorf("then: %q", got)
			}
		}},
		{"are not written by a commit that is lost, nor twice by one that is repeated", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.Actions = []store.Outgoing{{Body: []byte("1"), Notice: true}}
			f.commit(c)
			f.loses(0, c)
			if got := f.noticed(0, 9); got != "1" {
				f.Errorf("got %q", got)
			}
		}},
		{"may be thousands", func(f *fixture) {
			var bodies []string
			for i := range 3000 {
				bodies = append(bodies, strconv.Itoa(i))
			}
			f.notice(0, bodies...)
			entries, err := f.store.Notices(f.Context(), 0, 10_000)
			f.must(err)
			f.must(f.store.Noticed(f.Context(), 0, entries[len(entries)-2].Seq))
			if got := f.noticed(0, 9); got != "2999" {
				f.Errorf("left: %q", got)
			}
		}},
	}
}

// notice commits notices on the first subject of a shard.
func (f *fixture) notice(shard int, bodies ...string) {
	f.Helper()
	actions := send(bodies...)
	for i := range actions {
		actions[i].Notice = true
	}
	f.sendActions(shard, actions)
}

// noticed gives the first notices of a shard.
func (f *fixture) noticed(shard, limit int) string {
	f.Helper()
	entries, err := f.store.Notices(f.Context(), shard, limit)
	f.must(err)
	return bodies(entries)
}
