package jobs_test

import (
	"testing"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestStatesThatRedisHasLostAreSaidAgain kills a Redis that has a snapshot alone, which is older than what was said last.
func TestStatesThatRedisHasLostAreSaidAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	o := server.Options()
	o.ContextTimeoutEnabled = true // as jobs.Connect
	b := newBundle(t, setup{redis: o, clock: morning(10, 0)})
	b.define(`{"destinations": {"all": {"type": "log"}}, "properties": {"acme": {"departments": {"sales": {}}}, "other": {}}}`)
	b.worker()
	b.becomes("acme", widget.Online)
	b.becomes("other", widget.Online)
	b.quiet()
	redistest.Wait(t, "all is said", func() bool { return len(b.actions("all")) == 3 })
	b.must(b.rdb.Save(t.Context()).Err())
	b.override("acme", false)
	redistest.Wait(t, "the override is said", func() bool { return len(b.actions("all")) == 5 })

	server.Stop(t)
	server.Restart(t)
	said := func() (last map[string]envelope, lost int) {
		last, known := make(map[string]envelope), make(map[string]bool)
		for _, a := range b.actions("all") {
			if known[a.ID] { // which came twice, since Redis forgot that it was delivered
				continue
			}
			known[a.ID] = true
			place := a.Data.Property + "/" + a.Data.Department
			if before, ok := last[place]; ok && a.Data.Version <= before.Data.Version {
				t.Fatalf("%s: version %d after %d", place, a.Data.Version, before.Data.Version)
			}
			if last[place] = a; a.Data.Cause.Lost > 0 {
				lost++
			}
		}
		return last, lost
	}
	redistest.Wait(t, "both are said again", func() bool { _, lost := said(); return lost == 2 })
	b.quiet()
	last, lost := said()
	list, err := b.client.Status(t.Context(), "acme")
	b.must(err)
	for place, is := range map[string]widget.State{"acme/": list[0].Widget, "acme/sales": list[0].Widget.Departments["sales"]} {
		if a := last[place]; a.Data.Status != string(widget.Online) || a.Data.Version != is.Version || is.Status != widget.Online {
			t.Errorf("%s is %s of version %d, and was said as %+v", place, is.Status, is.Version, a.Data)
		}
	}
	if lost != 2 || last["other/"].Data.Cause.Lost > 0 {
		t.Errorf("%d states were said again, other's among them: %+v", lost, last["other/"].Data)
	}
	const line = "Redis came back with older data: states that had been said were lost, and are said again; what else was written then is lost, too"
	redistest.Wait(t, "it is logged once", func() bool { return len(b.lines(line)) == 1 })
}
