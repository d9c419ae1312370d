package storetest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func commits() []testCase {
	return []testCase{
		{"of nothing does nothing", func(f *fixture) { f.commit() }},
		{"writes the state and the due time, with a new revision", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.State, c.Due = []byte("{\"text\": \"1! 2 \\u0021\n é 🛎\"}"), nine.Add(time.Hour)
			f.commit(c)
			got := f.load(r.Subject)[0]
			if string(got.State) != string(c.State) || got.Rev <= r.Rev || string(got.Definition) != string(r.Definition) {
				f.Errorf("got %+v", got)
			}
			if due := f.due(0, c.Due.Add(-time.Second)); len(due) > 0 {
				f.Errorf("due early: %v", due)
			}
			if due := f.due(0, c.Due); len(due) != 1 {
				f.Errorf("not due")
			}
		}},
		{"gives a record the revision of its time, as an edit and a wake do, and never a lower one", func(f *fixture) {
			r := f.settled(0, 1)[0]
			for _, write := range []func(at time.Time){
				func(at time.Time) {
					c := on(r)
					c.State, c.At = []byte(`{}`), at
					f.commit(c)
				},
				func(at time.Time) {
					f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, NewRev: at.UnixMicro(), Definition: []byte(`{}`), Due: at})
				},
				func(at time.Time) { f.must(f.store.Wake(f.Context(), 0, []store.Subject{r.Subject}, at)) },
				func(at time.Time) { f.must(f.store.Stir(f.Context(), 0, []store.Subject{r.Subject}, at)) },
			} {
				at := time.UnixMicro(max(r.Rev, nine.UnixMicro()) + 1234567) // digits that are lost where a number is not exact
				write(at)
				if r = f.load(r.Subject)[0]; r.Rev != at.UnixMicro() {
					f.Errorf("revision %d at %d", r.Rev, at.UnixMicro())
				}
				write(at.Add(-time.Hour)) // a clock that was set back, or two writes at once
				if r = f.load(r.Subject)[0]; r.Rev != at.UnixMicro()+1 {
					f.Errorf("revision %d after %d", r.Rev, at.UnixMicro())
				}
			}
		}},
		{"without a due time takes the subject out of the timetable", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 2)...)
			f.commit(on(r[0]))
			if diff := cmp.Diff([]store.Subject{r[1].Subject}, f.due(0, nine.AddDate(100, 0, 0))); diff != "" {
				f.Error(diff)
			}
		}},
		{"without a state leaves the state", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.Due = nine
			f.commit(c)
			c.Rev, c.Actions = f.load(r.Subject)[0].Rev, send("a")
			f.commit(c)
			if got := f.load(r.Subject)[0]; string(got.State) != string(r.State) {
				f.Errorf("got %+v", got)
			}
		}},
		{"strikes out that the subject was woken, with a state and without", func(f *fixture) {
			r := f.settled(0, 1)[0]
			for _, state := range []string{"", `{"n":1}`} {
				f.must(f.store.Wake(f.Context(), 0, []store.Subject{r.Subject}, nine))
				woken := f.load(r.Subject)[0]
				c := on(woken)
				if state != "" {
					c.State = []byte(state)
				} else {
					state = string(r.State)
				}
				f.commit(c)
				if got := f.load(r.Subject)[0]; got.Woken || string(got.State) != state || got.Rev <= woken.Rev {
					f.Errorf("got %+v", got)
				}
			}
		}},
		{"on an old revision is lost", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.State = []byte(`{"n":1}`)
			f.commit(c)
			c.State, c.Due, c.Actions = []byte(`{"n":2}`), nine, send("a")
			f.loses(0, c)
			if got := f.load(r.Subject)[0]; string(got.State) != `{"n":1}` {
				f.Errorf("got %+v", got)
			}
		}},
		{"of a subject that was woken in between is lost", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.must(f.store.Wake(f.Context(), 0, []store.Subject{r.Subject}, nine))
			c := on(r)
			c.State, c.Actions = []byte(`{"n":1}`), send("a")
			f.loses(0, c)
			if got := f.load(r.Subject)[0]; string(got.State) != string(r.State) || !got.Woken {
				f.Errorf("got %+v", got)
			}
			if due := f.due(0, nine); len(due) != 1 {
				f.Error("not due any more")
			}
		}},
		{"is lost when it does not know that the subject was woken, or thinks so", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.Woken = true
			f.loses(0, c)
			f.must(f.store.Wake(f.Context(), 0, []store.Subject{r.Subject}, nine))
			c = on(f.load(r.Subject)[0])
			c.Woken = false
			f.loses(0, c)
		}},
		{"on a revision that begins alike is lost", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.Rev, c.State = r.Rev/10, []byte(`{"n":1}`)
			f.loses(0, c)
		}},
		{"of a subject that is not there is lost, and makes none", func(f *fixture) {
			s := f.subjects(0, 1)[0]
			for _, rev := range []int64{0, firstRev} {
				f.loses(0, store.Change{Subject: s, Rev: rev, State: []byte(`{}`), Due: nine, Actions: send("a")})
			}
			if r := f.load(s)[0]; r.Rev != 0 {
				f.Errorf("got %+v", r)
			}
			if due := f.due(0, nine); due != nil {
				f.Errorf("due: %v", due)
			}
		}},
		{"writes the other changes of a batch of which some are lost", func(f *fixture) {
			var changes []store.Change
			var want []store.Subject
			for i, r := range f.settled(0, 9) {
				c := on(r)
				c.State, c.Due, c.Actions = []byte(`{"n":1}`), nine, send(strconv.Itoa(i))
				if i%3 == 0 {
					c.Rev--
					want = append(want, c.Subject)
				}
				changes = append(changes, c)
			}
			lost := f.commitLosing(changes...)
			slices.Sort(lost)
			slices.Sort(want)
			if diff := cmp.Diff(want, lost); diff != "" {
				f.Error(diff)
			}
			if entries, _ := f.outbox(0, "d", 99); bodies(entries) != "1 2 4 5 7 8" {
				f.Errorf("sent: %s", bodies(entries))
			}
			if due := f.due(0, nine); len(due) != 6 {
				f.Errorf("due: %v", due)
			}
		}},
		{"puts actions into the outbox, in their order and with their destinations", func(f *fixture) {
			r := f.settled(0, 2)
			first, second, later := on(r[0]), on(r[1]), nine.Add(time.Millisecond)
			second.At = later
			first.Actions = []store.Outgoing{
				{Body: []byte("1")},
				{Body: []byte("2"), To: []string{"a"}},
				{Body: []byte("nobody"), To: []string{}},
				{Body: []byte("of nobody's destinations"), For: []store.Share{{Properties: []string{"p"}, To: []string{}}}},
				{Body: []byte("shares"), For: []store.Share{{Properties: []string{"p", "q"}}, {Properties: []string{"r"}, To: []string{"a", "b"}}, {Properties: []string{"s"}, To: []string{}}}},
				{Body: []byte("of none"), For: []store.Share{}},
			}
			second.Actions = []store.Outgoing{{Body: []byte("3 \n é \x00"), To: []string{"b", "a"}}}
			f.commit(first, second)
			entries, _ := f.outbox(0, "d", 99)
			for i := range entries {
				entries[i].Seq = ""
			}
			want := []store.Entry{{Body: []byte("1"), At: nine}, {Body: []byte("2"), To: []string{"a"}, At: nine}, {Body: []byte("shares"), For: first.Actions[4].For, At: nine}, {Body: []byte("of none"), For: []store.Share{}, At: nine}, {Body: []byte("3 \n é \x00"), To: []string{"b", "a"}, At: later}}
			if diff := cmp.Diff(want, entries); diff != "" {
				f.Error(diff)
			}
		}},
		{"repeated, as when its reply was lost, writes nothing twice", func(f *fixture) {
			served := store.PropertySubject("served")
			for i, with := range []func(*store.Change){
				func(c *store.Change) { c.State, c.Actions = []byte(`{"n":1}`), send("a") },
				func(c *store.Change) { c.Due, c.Actions = nine, send("a") },
				func(c *store.Change) { c.Wake, c.Actions = true, send("a") },
			} {
				r := f.settled(i, 1)[0]
				f.must(f.store.Serve(f.Context(), served, []store.Subject{r.Subject}))
				c := on(r)
				with(&c)
				f.commit(c)
				requests := f.wakes(i, 9)
				f.loses(i, c)
				if entries, _ := f.outbox(i, "d", 99); bodies(entries) != "a" {
					f.Errorf("change %d: sent %q", i, bodies(entries))
				}
				if diff := cmp.Diff(requests, f.wakes(i, 9)); diff != "" {
					f.Error(diff)
				}
			}
		}},
		{"of a subject twice loses the second", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.Actions = send("a")
			if lost := f.commitLosing(c, c); !slices.Equal(lost, []store.Subject{r.Subject}) {
				f.Errorf("lost: %v", lost)
			}
			if entries, _ := f.outbox(0, "d", 99); bodies(entries) != "a" {
				f.Errorf("sent: %s", bodies(entries))
			}
		}},
		{"takes large batches", func(f *fixture) {
			const count = 2000
			s := f.subjects(0, count)
			f.define(nine, s...)
			state, body := strings.Repeat("s", 3<<10), strings.Repeat("b", 2<<10)
			for round := range 2 {
				records := f.load(s...)
				if len(records) != count {
					f.Fatalf("round %d: %d due", round, len(records))
				}
				var changes []store.Change
				for _, r := range records {
					c := on(r)
					c.State, c.Actions = []byte(state), send(body, string(r.Subject))
					if round == 0 {
						c.Due = nine
					}
					changes = append(changes, c)
				}
				f.commit(changes...)
			}
			f.claim(0, "a", nine, 0)
			if due := f.due(0, nine); len(due) > 0 {
				f.Errorf("%d still due", len(due))
			}
			if entries, _ := f.outbox(0, "d", 100_000); len(entries) != 4*count {
				f.Errorf("%d in the outbox", len(entries))
			}
		}},
		{"takes large batches of which all is lost or leaves the timetable", func(f *fixture) {
			records := f.settled(0, 9000)
			changes := make([]store.Change, len(records))
			for i, r := range records {
				changes[i] = on(r)
				changes[i].Rev--
			}
			if lost := f.commitLosing(changes...); len(lost) != len(records) {
				f.Errorf("lost %d", len(lost))
			}
		}},
	}
}

// loses commits one change, which must be lost and add nothing to the outbox.
func (f *fixture) loses(shard int, c store.Change) {
	f.Helper()
	before, _ := f.outbox(shard, "d", 99)
	if lost := f.commitLosing(c); !slices.Equal(lost, []store.Subject{c.Subject}) {
		f.Errorf("lost: %v, want %s", lost, c.Subject)
	}
	if after, _ := f.outbox(shard, "d", 99); len(after) != len(before) {
		f.Errorf("a lost change sent %d actions", len(after)-len(before))
	}
}
