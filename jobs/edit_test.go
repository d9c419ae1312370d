package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// TestEdits changes definitions in the midst of a morning, some seconds after a
// minute: nothing here may wait for the next minute.
func TestEdits(t *testing.T) {
	t.Parallel()
	minute := morning(10, 0)
	midst := setup{clock: minute.Add(5 * time.Second)}
	inTime := func(t *testing.T, b *bundle) {
		t.Helper()
		for _, a := range b.actions("default") {
			if !a.Time.Before(minute.Add(time.Minute)) {
				t.Errorf("%s came at %s", a.ID, a.Time)
			}
		}
	}

	t.Run("an agent's hours, leave and return reach the properties that list the agent", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		agent := func(lea string) {
			b.define(`{"agents": {"lea": ` + lea + `}, "properties": {"one": {"agents": ["lea"]}, "two": {"departments": {"sales": {"agents": ["lea"]}}}}}`)
		}
		agent(`{"schedule": "daily 9-17"}`)
		b.worker()
		for _, step := range []struct {
			lea  string
			want widget.Status
		}{
			{`{"schedule": "daily 9-17"}`, widget.Online},
			{`{"schedule": "daily 18-20"}`, widget.Away},
			{`{"schedule": "daily 9-17"}`, widget.Online},
			{`{"schedule": "daily 9-17", "leave": [{"from": "2026-11-20", "to": "2026-11-27"}]}`, widget.Away},
			{`{}`, widget.Online},
		} {
			agent(step.lea)
			b.becomes("one", step.want)
			b.becomes("two/sales", step.want)
		}
		inTime(t, b)
	})

	t.Run("a named schedule's edit reaches all its users on all shards, at any depth", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		many := func(office string) {
			var properties []string
			for i := range 40 {
				properties = append(properties, fmt.Sprintf(`"p%d": {"schedule": "office"}`, i))
			}
			b.define(`{"schedules": {"office": "` + office + `"}, "agents": {"lea": {"schedule": "office"}},
				"properties": {"listing": {"agents": ["lea"]}, "part": {"departments": {"sales": {"schedule": "office"}}}, ` + strings.Join(properties, ",") + `}}`)
		}
		many("daily 9-17")
		b.worker()
		b.becomes("p39", widget.Online)
		many("daily 12-17")
		for i := range 40 {
			b.becomes(fmt.Sprint("p", i), widget.Offline)
		}
		b.becomes("part/sales", widget.Offline)
		b.becomes("listing", widget.Away)
		b.quiet()
		inTime(t, b)
	})

	t.Run("a named schedule's edit reaches its users also when the task of it was lost", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		b.define(`{"schedules": {"office": "daily 9-17"}, "properties": {"acme": {"schedule": "office"}}}`)
		b.worker()
		b.becomes("acme", widget.Online)
		b.quiet()
		before, err := b.client.Get(t.Context(), edit.KindSchedule, "office")
		b.must(err)
		_, err = b.store.SetGlobal(t.Context(), store.GlobalSchedule, "office", before.Body, []byte(`{"weekly":{"mon":"12:00-17:00"}}`))
		b.must(err)
		b.becomes("acme", widget.Offline)
		b.quiet()
		inTime(t, b)
	})

	t.Run("the reason is that of now, also where the override changes nothing else", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		b.define(`{"properties": {"acme": {"schedule": "daily 0-1"}}}`)
		b.worker()
		b.becomes("acme", widget.Offline)
		b.quiet()
		actions := len(b.actions("default"))
		for _, tt := range []struct {
			override *hours.Override
			reason   string
		}{{&hours.Override{Until: b.clock.now().Add(time.Minute)}, "override"}, {nil, "weekly"}} {
			_, err := b.client.SetOverride(t.Context(), "acme", tt.override)
			b.must(err)
			b.quiet()
			list, err := b.client.Status(t.Context(), "acme")
			b.must(err)
			if got := list[0].Widget.Reason; got != tt.reason {
				t.Errorf("under %+v the reason is %s, want %s", tt.override, got, tt.reason)
			}
		}
		if more := len(b.actions("default")) - actions; more != 0 {
			t.Errorf("%d actions of what receivers do not see", more)
		}
	})

	t.Run("an override, its end and its clearing take effect at once", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		b.define(`{"properties": {"acme": {"schedule": "daily 9-17"}}}`)
		b.worker()
		b.becomes("acme", widget.Online)
		override := func(o *hours.Override) hours.State {
			state, err := b.client.SetOverride(t.Context(), "acme", o)
			b.must(err)
			return state
		}
		if state := override(&hours.Override{}); state.Open || state.Reason != "override" {
			t.Errorf("closed for good: %+v", state)
		}
		b.becomes("acme", widget.Offline)
		if state := override(nil); !state.Open {
			t.Errorf("cleared: %+v", state)
		}
		b.becomes("acme", widget.Online)
		var until time.Time
		const shortest, longest = 3 * time.Second, 12 * time.Second // a busy machine may not see the end of a short one come
		for span, seen := shortest, false; !seen && span <= longest; span *= 2 {
			now := b.clock.now().UTC().Truncate(time.Second)
			until = now.Add(span)
			if state := override(&hours.Override{From: now, Until: until}); state.Open || !state.Until.Equal(until) {
				t.Errorf("closed for %s: %+v", span, state)
			}
			redistest.Wait(t, "it is offline, or that has ended", func() bool {
				seen = b.status("acme") == widget.Offline
				return seen || b.clock.now().After(until)
			})
			if !seen && span == longest {
				t.Errorf("closed for %s, it was not offline", span)
			}
			b.becomes("acme", widget.Online)
		}
		b.quiet()
		inTime(t, b)
		actions := b.actions("default")
		if last := actions[len(actions)-1]; !last.Data.Cause.Boundary.Equal(until) {
			t.Errorf("the end of the override has the cause %+v", last.Data.Cause)
		}
		list, err := b.client.Status(t.Context(), "acme")
		b.must(err)
		if list[0].Override != nil {
			t.Errorf("an override that has run out is still there: %+v", list[0].Override)
		}
	})

	t.Run("an override of a department beats its property, and the other way round it is inherited", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		b.define(`{"properties": {"acme": {"schedule": "daily 9-17", "departments": {"sales": {"schedule": "daily 9-12"}, "help": {}, "same": {"schedule": "daily 9-17"}}}}}`)
		b.worker()
		force := func(department string, o *hours.Override) edit.Forced {
			forced, err := b.client.Force(t.Context(), "acme", department, o)
			b.must(err)
			return forced
		}
		all := func(acme, sales, help, same widget.Status) {
			t.Helper()
			b.becomes("acme", acme)
			b.becomes("acme/sales", sales)
			b.becomes("acme/help", help)
			b.becomes("acme/same", same)
		}
		on, off := widget.Online, widget.Offline
		all(on, on, on, on)
		force("sales", &hours.Override{})
		all(on, off, on, on)
		force("", &hours.Override{})
		all(off, off, off, off)
		force("sales", &hours.Override{Open: true})
		all(off, on, off, off)
		if list, err := b.client.Status(t.Context(), "acme"); err != nil || list[0].Override == nil || list[0].Overrides["sales"] == nil {
			t.Errorf("%+v, %v", list, err)
		}
		if s := b.board("acme"); s.Override == nil || !s.Overrides["sales"].Open || s.Widget.Departments["sales"].Status != on {
			t.Errorf("the board: %+v", s)
		}
		force("", nil)
		force("sales", nil)
		all(on, on, on, on)
		now := b.clock.now().UTC().Truncate(time.Second)
		if forced := force("sales", &hours.Override{From: now, Until: now.Add(time.Hour)}); forced.Now.Open || !forced.Then.Open || forced.Then.Reason != "weekly" {
			t.Errorf("closed for an hour: %+v", forced)
		}
		if _, err := b.client.Force(t.Context(), "acme", "dales", nil); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a department that is not defined: %v", err)
		}
		b.define(`{"properties": {"acme": {"schedule": "daily 9-17"}}}`) // with its department goes its override
		b.quiet()
		if list, err := b.client.Status(t.Context(), "acme"); err != nil || len(list[0].Overrides) > 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})

	t.Run("an override set before a worker has decided holds, and so does the edit that it met", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, midst)
		b.define(`{"properties": {"acme": {"agents": ["lea"]}}, "agents": {"lea": {}}}`)
		_, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{})
		b.must(err)
		b.worker()
		b.becomes("acme", widget.Offline)
		b.define(`{"properties": {"acme": {"widget": {"outside_hours": "hidden"}, "agents": ["lea"]}}, "agents": {"lea": {}}}`)
		b.quiet()
		list, err := b.client.Status(t.Context(), "acme")
		b.must(err)
		if list[0].Widget.Mode != widget.Hidden || list[0].Override == nil {
			t.Errorf("%+v", list[0])
		}
	})
}

func TestApply(t *testing.T) {
	t.Parallel()
	const (
		small = `{"schedules": {"s": "daily 9-17"}, "destinations": {"d": {"type": "log"}}, "agents": {"a": {"schedule": "s"}}, "properties": {"p": {"schedule": "s", "agents": ["a"], "destinations": ["d"]}}}`
		other = `{"schedules": {"t": "daily 9-18"}, "destinations": {"e": {"type": "log"}}, "agents": {"b": {"schedule": "t"}}, "properties": {"p": {"schedule": "t", "agents": ["b"], "destinations": ["e"]}}}`
	)

	t.Run("what is referred to comes before what refers to it, and goes after it", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		expect := func(text, want string) {
			t.Helper()
			if got := strings.Join(b.define(text), ", "); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		}
		expect(small, "destination d added, schedule s added, agent a added, property p added")
		expect(other, "destination e added, schedule t added, agent b added, property p changed, agent a removed, schedule s removed, destination d removed")
		expect(other, "")
		expect(`{}`, "property p removed, agent b removed, schedule t removed, destination e removed")
		expect(`{}`, "")
	})

	t.Run("applied twice, it changes nothing the second time", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define(small)
		b.worker()
		b.becomes("p", widget.Offline)
		b.quiet()
		subjects := []store.Subject{store.PropertySubject("p"), store.AgentSubject("a")}
		before, err := b.store.Load(t.Context(), subjects)
		b.must(err)
		steps, err := b.client.Plan(t.Context(), parse(t, `{}`)) // a plan made before …
		b.must(err)
		var all []edit.Step
		empty := newBundle(t, setup{})
		puts, err := empty.client.Plan(t.Context(), parse(t, small))
		b.must(err)
		for _, s := range puts { // … and the same puts once more
			if s.Kind == "property" || s.Kind == "agent" {
				all = append(all, s)
			}
		}
		b.must(b.client.Apply(t.Context(), all, nil))
		b.quiet()
		after, err := b.store.Load(t.Context(), subjects)
		b.must(err)
		for i := range before {
			if before[i].Rev != after[i].Rev {
				t.Errorf("%s was written again", subjects[i])
			}
		}
		var done []string
		for range 2 {
			b.must(b.client.Apply(t.Context(), steps, func(s edit.Step) { done = append(done, s.Name) }))
		}
		if got := strings.Join(done, " "); got != "p a s d p a s d" {
			t.Errorf("removed %s", got)
		}
	})

	t.Run("a removed property is no longer decided on, and may come back", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{clock: morning(10, 0)})
		b.define(small)
		b.worker()
		b.becomes("p", widget.Online)
		b.define(`{}`)
		if _, err := b.client.Status(t.Context(), "p"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the status of a removed property: %v", err)
		}
		b.quiet()
		b.define(small)
		b.becomes("p", widget.Online)
		b.quiet()
		ids, versions := make(map[string]int), make(map[string]int64)
		for _, a := range b.actions("d") {
			if ids[a.ID]++; ids[a.ID] > 1 {
				t.Errorf("%s was used again", a.ID)
			}
			who := a.Data.Property + a.Data.Agent
			if a.Data.Version <= versions[who] {
				t.Errorf("%s has version %d after %d", who, a.Data.Version, versions[who])
			}
			versions[who] = a.Data.Version
		}
		if len(ids) < 2 {
			t.Errorf("its second life was not told: %v", ids)
		}
	})

	t.Run("a name that is not defined is told so", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		_, err1 := b.client.Status(t.Context(), "nobody")
		_, err2 := b.client.SetOverride(t.Context(), "nobody", nil)
		_, err3 := b.client.Schedule(t.Context(), "nobody")
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), `"nobody"`) {
				t.Error(err)
			}
		}
	})

	t.Run("who is always too late gives up, and says why", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define(small)
		client := jobs.NewClient(jobs.ClientConfig{
			Store: contended{b.store}, Redis: b.rdb, Partitions: 1, Now: b.clock.now, TimeZone: time.UTC,
		})
		steps, err := client.Plan(t.Context(), parse(t, other))
		b.must(err)
		err = client.Apply(t.Context(), steps, nil)
		if !errors.Is(err, store.ErrContended) || !strings.HasPrefix(err.Error(), `applying agent "b": `) {
			t.Errorf("applying: %v", err)
		}
		if _, err := client.SetOverride(t.Context(), "p", nil); !errors.Is(err, store.ErrContended) {
			t.Errorf("overriding: %v", err)
		}
	})
}
