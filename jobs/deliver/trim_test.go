package deliver

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestTrim(t *testing.T) {
	t.Parallel()
	const crm, mails = `{"type":"log"}`, `{"type":"log","actions":["message.send"]}`
	for _, c := range []struct {
		name    string
		waits   string // of each property a state, s:acme, or a message, m:1; s:acme/sales is a department's
		bounds  Bounds
		mails   int // so many entries another destination has had, that wants messages alone; below 0: there is none
		left    string
		dropped map[string]int
	}{
		{"nothing within the bound", "s:acme m:1 s:acme m:2", Bounds{Actions: 4}, -1, "s:acme m:1 s:acme m:2", nil},
		{"nothing without a bound", "s:acme m:1 s:acme m:2", Bounds{}, -1, "s:acme m:1 s:acme m:2", nil},
		{"a state that a newer one replaces, first", "s:acme m:1 s:beta s:acme m:2", Bounds{Actions: 4}, -1, "m:1 s:beta s:acme m:2", map[string]int{"crm": 1}},
		{"of those the oldest", "s:acme s:beta s:acme s:beta s:acme m:1", Bounds{Actions: 5}, -1, "s:beta s:acme s:beta s:acme m:1", map[string]int{"crm": 1}},
		{"a department replaces no widget", "s:acme/sales s:acme m:1 s:acme/sales", Bounds{Actions: 3}, -1, "s:acme m:1 s:acme/sales", map[string]int{"crm": 1}},
		{"states that nothing replaces, the oldest first", "m:1 s:acme s:beta m:2", Bounds{Actions: 3}, -1, "m:1 s:beta m:2", map[string]int{"crm": 1}},
		{"messages last, the oldest first", "m:1 s:acme m:2 m:3 m:4", Bounds{Actions: 3}, -1, "m:2 m:3 m:4", map[string]int{"crm": 2}},
		{"a twentieth more, of a larger bound", strings.Repeat("m:0 ", 40) + strings.Repeat("m:1 ", 38), Bounds{Actions: 40}, -1, strings.TrimSpace(strings.Repeat("m:1 ", 38)), map[string]int{"crm": 40}},
		{"by bytes", "m:1 m:2 m:3 m:4", Bounds{Bytes: 250}, -1, "m:3 m:4", map[string]int{"crm": 2}},
		{"by the bytes of all", "m:1 m:2 m:3 m:4", Bounds{AllBytes: 250}, -1, "m:3 m:4", map[string]int{"crm": 2}},
		{"what nobody wants any more", "m:1 m:2 s:beta s:acme s:beta", Bounds{Actions: 4}, 5, "m:1 m:2 s:acme s:beta", map[string]int{"crm": 1}},
		{"not what another waits for within its bound", "m:1 m:2 s:acme", Bounds{Actions: 2}, 0, "m:1 m:2", map[string]int{"crm": 1}},
		{"what both have too much of", "m:1 m:2 m:3 m:4", Bounds{Actions: 3}, 0, "m:2 m:3 m:4", map[string]int{"crm": 1, "mails": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newTrimming(t, c.bounds, map[string]string{"crm": crm})
			if c.mails >= 0 {
				x.define("mails", mails)
			}
			x.emit(c.waits)
			if c.mails > 0 {
				x.deliver("mails", c.mails, "crm", "mails")
			}
			x.trim()
			if diff := cmp.Diff(c.left, x.left()); diff != "" {
				t.Error(diff)
			}
			dropped := map[string]int{}
			for _, s := range x.status() {
				if s.Dropped > 0 {
					dropped[s.Name] = s.Dropped
				}
			}
			if c.dropped == nil {
				c.dropped = map[string]int{}
			}
			if diff := cmp.Diff(c.dropped, dropped); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTrimSaysOnceThatItBegins(t *testing.T) {
	t.Parallel()
	x := newTrimming(t, Bounds{Actions: 10}, map[string]string{"crm": `{"type":"log"}`})
	for range 50 {
		x.emit(strings.Repeat("m:1 ", 10))
		x.trim()
		x.now = x.now.Add(time.Minute)
	}
	if n := len(x.logged.AllEntries()); n != 1 {
		t.Errorf("%d lines", n)
	}
	x.now = x.now.Add(2 * dropQuiet)
	x.emit("m:1 m:2 m:3")
	x.trim()
	if n := len(x.logged.AllEntries()); n != 2 {
		t.Errorf("%d lines after an hour without", n)
	}
	before := x.status()[0].Dropped
	x.define("crm", "") // removed, and defined anew: it counts anew
	x.define("crm", `{"type":"log"}`)
	if s := x.status()[0]; before < 490 || s.Dropped != 0 {
		t.Errorf("%d, then %+v", before, s)
	}
}

// What is dropped brings each destination to its bound, and not far below; a message goes only when no state is left.
func TestCuts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Bounds{Actions: rapid.IntRange(0, 1000).Draw(t, "actions"), Bytes: rapid.Int64Range(0, 100_000).Draw(t, "bytes"), AllBytes: rapid.Int64Range(0, 100_000).Draw(t, "all")}
		waiting := make(map[string]backlog)
		var all float64
		for n := range rapid.IntRange(1, 3).Draw(t, "destinations") {
			var w backlog
			for class := range w {
				w[class].actions = rapid.IntRange(0, 1000).Draw(t, "waiting")
				w[class].bytes = float64(w[class].actions * rapid.IntRange(1, 200).Draw(t, "each"))
			}
			waiting[fmt.Sprint(n)] = w
			all += w.sum().bytes
		}
		cuts := b.cuts(waiting, int64(all))
		left := 0.0
		for name, w := range waiting {
			var after amount
			actions := 0.0
			c := cuts[name]
			for class := range w {
				if c[class] < 0 || c[class] > 1 || class > 0 && c[class] > 0 && c[class-1] < 1 && w[class-1].actions > 0 {
					t.Fatalf("%v of %v", c, w)
				}
				actions += (1 - c[class]) * float64(w[class].actions)
				after.bytes += (1 - c[class]) * w[class].bytes
			}
			left += after.bytes
			const little = 1e-6
			if b.Actions > 0 && actions > float64(b.Actions)+little || b.Bytes > 0 && after.bytes > float64(b.Bytes)+little {
				t.Fatalf("%v leaves %f, %f bytes, of %v", c, actions, after.bytes, w)
			}
			if cut, sum := c != cutNothing(), w.sum(); cut && (b.Actions == 0 || sum.actions <= b.Actions) && (b.Bytes == 0 || sum.bytes <= float64(b.Bytes)) && (b.AllBytes == 0 || int64(all) <= b.AllBytes) {
				t.Fatalf("%v of %v, within %v", c, w, b)
			}
		}
		if b.AllBytes > 0 && left > float64(b.AllBytes)+1 {
			t.Fatalf("%f bytes are left of %d", left, b.AllBytes)
		}
	})
}

func cutNothing() cut { return cut{} }

// trimming is a store of one shard with a deliverer that never delivers.
type trimming struct {
	*testing.T
	now    time.Time
	db     *memstore.Store
	d      *Deliverer
	logged *logtest.Hook
	rev    int64
}

func newTrimming(t *testing.T, b Bounds, destinations map[string]string) *trimming {
	t.Helper()
	x := &trimming{T: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	log, logged := logtest.NewNullLogger()
	log.SetLevel(logrus.InfoLevel)
	clock := func() time.Time { return x.now }
	x.logged, x.db = logged, memstore.New(1, clock)
	x.d = New(Config{
		Store: x.db, Now: clock, Log: log, Stopping: func() bool { return false }, Default: definition.Destination{Type: "log"}, Bounds: b,
		Observe: func(string, string, int) {},
	})
	for name, body := range destinations {
		x.define(name, body)
	}
	return x
}

func (x *trimming) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

func (x *trimming) define(name, body string) {
	x.Helper()
	all, err := x.db.Globals(x.Context(), store.GlobalDestination)
	x.must(err)
	var after []byte
	if body != "" {
		after = []byte(body)
	}
	_, err = x.db.SetGlobal(x.Context(), store.GlobalDestination, name, all[name], after)
	x.must(err)
}

// emit commits actions of some hundred bytes.
func (x *trimming) emit(actions string) {
	x.Helper()
	for _, a := range strings.Fields(actions) {
		kind, of, _ := strings.Cut(a, ":")
		property, department, isDepartment := strings.Cut(of, "/")
		body := fmt.Sprintf(`{"type":"message.send","data":{"property":"acme","visitor":"v"},"is":%q`, a)
		if kind == "s" {
			body = fmt.Sprintf(`{"type":"widget.state_changed","data":{"property":%q},"is":%q`, property, a)
		}
		if isDepartment {
			body = fmt.Sprintf(`{"type":"department.state_changed","data":{"property":%q,"department":%q},"is":%q`, property, department, a)
		}
		body += strings.Repeat(" ", max(0, 99-len(body))) + "}"
		x.rev++
		_, err := x.db.Commit(x.Context(), []store.Change{{
			Subject: store.VisitorSubject("acme", fmt.Sprint(x.rev)), NewRev: x.rev, State: []byte("{}"), At: x.now, Actions: []store.Outgoing{{Body: []byte(body)}},
		}})
		x.must(err)
	}
}

func (x *trimming) deliver(name string, n int, all ...string) {
	x.Helper()
	lease := store.Lease{Holder: "test", For: time.Second}
	entries, from, _, err := x.db.Outbox(x.Context(), store.Lane{Destination: name}, lease, n)
	x.must(err)
	_, err = x.db.Delivered(x.Context(), store.Lane{Destination: name}, store.Settlement{Lease: lease, From: from, To: entries[len(entries)-1].Seq, All: all})
	x.must(err)
}

func (x *trimming) trim() {
	x.Helper()
	x.must(Trimmer{x.d}.Run(x.Context(), silent{}))
}

func (x *trimming) left() string {
	x.Helper()
	entries, err := x.db.Beyond(x.Context(), 0, "", 1000)
	x.must(err)
	var list []string
	for _, e := range entries {
		_, is, _ := strings.Cut(string(e.Body), `"is":"`)
		is, _, _ = strings.Cut(is, `"`)
		list = append(list, is)
	}
	return strings.Join(list, " ")
}

func (x *trimming) status() []Status {
	x.Helper()
	list, err := Destinations(context.Background(), x.db, x.now)
	x.must(err)
	return list
}

type silent struct{}

func (silent) Did(string, any)   {}
func (silent) Field(string, any) {}
