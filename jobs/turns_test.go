package jobs_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/edit"
)

// turns is a shop whose agents take turns by the week. On Tuesday somebody of another team stands in for lea.
const turns = `{
	"schedules": {"desk": {"weekly": {"daily": "9-17"}, "rotation": {"every": "1w", "of": ["lea", "tom"], "from": "2026-11-23"}}},
	"properties": {"acme": {"agents": ["lea", "tom"]}, "kims": {"agents": ["kim"]}, "toms": {"agents": ["tom"]}},
	"agents": {"lea": {"schedule": "desk"}, "tom": {"schedule": "desk"}, "kim": {"schedule": "daily 8-9"}},
	"cover": [{"for": "lea", "by": "kim", "on": "2026-11-24"}]
}`

func TestTurnsAndCovers(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(turns)
	for _, tt := range []struct {
		at            time.Time
		lea, tom, kim bool
	}{
		{morning(10, 0), true, false, false},
		{morning(10, 0).AddDate(0, 0, 1), false, false, true}, // the 24th: kim stands in
		{morning(8, 30).AddDate(0, 0, 1), false, false, true}, // and works as ever
		{morning(10, 0).AddDate(0, 0, 2), true, false, false},
		{morning(10, 0).AddDate(0, 0, 7), false, true, false},
		{morning(10, 0).AddDate(0, 0, 14), true, false, false},
	} {
		for id, want := range map[string]bool{"lea": tt.lea, "tom": tt.tom, "kim": tt.kim} {
			s, err := b.client.AgentHours(t.Context(), id)
			b.must(err)
			if got := s.At(tt.at).Open; got != want {
				t.Errorf("%s at %s: %t, want %t", id, tt.at, got, want)
			}
		}
	}
	// The widgets of these agents know it far ahead.
	b.worker()
	b.becomes("acme", widget.Away)
	b.becomes("kims", widget.Online)
	list, err := b.client.Status(t.Context(), "kims")
	b.must(err)
	if w := list[0].Widget; w.Status != widget.Online || !w.Until.Equal(morning(9, 0)) || !w.NextOpen.Equal(morning(8, 0).AddDate(0, 0, 1)) {
		t.Errorf("%+v", w)
	}
}

// An edit of an agent wakes who stands in for them, and the properties of these.
func TestAnEditReachesWhoStandsIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0).AddDate(0, 0, 1).Add(5 * time.Second)})
	b.define(turns)
	b.worker()
	b.becomes("kims", widget.Online)
	lea := &definition.Agent{Schedule: definition.Schedule{InPlace: []byte(`{"weekly":{"daily":"12:00-17:00"}}`)}}
	lea.Cover = coverOf(t, b, "lea")
	_, _, err := b.client.Put(t.Context(), edit.KindAgent, "lea", lea, edit.Match{})
	b.must(err)
	b.becomes("kims", widget.Away)
	b.quiet()
}

// So does an edit of the schedule that the agent uses.
func TestAnEditOfAScheduleReachesWhoStandsIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0).AddDate(0, 0, 1).Add(5 * time.Second)})
	b.define(turns)
	b.worker()
	b.becomes("kims", widget.Online)
	spec, err := definition.ParseSchedule("daily 12-17")
	b.must(err)
	_, _, err = b.client.Put(t.Context(), edit.KindSchedule, "desk", spec, edit.Match{})
	b.must(err)
	b.becomes("kims", widget.Away)
	b.quiet()
}

func coverOf(t *testing.T, b *bundle, id string) []definition.Cover {
	t.Helper()
	stored, err := b.client.Get(t.Context(), edit.KindAgent, id)
	b.must(err)
	tree := decoded(t, stored.Body)
	a, err := definition.ParseAgent(tree)
	b.must(err)
	return a.Cover
}

// Agents who are named in a rotation or a cover cannot be removed, and must be there.
func TestTurnsAndCoversNameAgents(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(turns)
	for agent, users := range map[string]string{"lea": "schedule/desk", "kim": "agent/lea"} {
		err := b.client.Delete(t.Context(), edit.KindAgent, agent, edit.Match{})
		var used *edit.InUseError
		if !errors.As(err, &used) {
			t.Fatalf("%s: %v", agent, err)
		}
		named := false
		for _, u := range used.Users {
			named = named || string(u) == users
		}
		if !named {
			t.Errorf("%s is used by %v, and so by %s", agent, used.Users, users)
		}
	}
	for text, want := range map[string]string{
		`{"every": "1w", "of": ["lea", "tim"], "from": "2026-11-23"}`: "/rotation/of/1",
		`{"every": "1w", "of": ["lea", "tom"], "from": "2026-11-23"}`: "",
	} {
		spec, err := definition.ParseSchedule(decoded(t, []byte(`{"weekly": "daily 9-17", "rotation": `+text+`}`)))
		b.must(err)
		_, _, err = b.client.Put(t.Context(), edit.KindSchedule, "late", spec, edit.Match{})
		var faults definition.Faults
		if errors.As(err, &faults); want == "" && err != nil || want != "" && (len(faults) != 1 || faults[0].Path != want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func decoded(t *testing.T, body []byte) (tree any) {
	t.Helper()
	if err := json.Unmarshal(body, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}
