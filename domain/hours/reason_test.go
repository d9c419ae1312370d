package hours

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestReasonUntil(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { return instant(t, s) }
	closed := Override{From: at("2026-11-20T18:00:00Z"), Until: at("2026-11-21T10:00:00Z")}
	for _, tt := range []struct {
		name     string
		schedule string // in UTC
		override *Override
		clock    string
		want     string // empty: not before the next boundary
	}{
		{"a week has one reason", "mon-fri 9-17", nil, "2026-11-20T18:00:00Z", ""},
		{"a holiday begins in a closed night", "{weekly: mon-fri 9-17, holidays: FR}", nil, "2026-12-24T18:00:00Z", "2026-12-25T00:00:00Z"},
		{"and ends in another", "{weekly: mon-fri 9-17, holidays: FR}", nil, "2026-12-25T18:00:00Z", "2026-12-26T00:00:00Z"},
		{"a day that opens", "{weekly: mon-fri 9-17, exceptions: [{on: 2026-12-25, hours: 10-12, name: Few}]}", nil, "2026-12-24T18:00:00Z", "2026-12-25T00:00:00Z"},
		{"a holiday is beyond the next boundary", "{weekly: mon-fri 9-17, holidays: FR}", nil, "2026-12-23T18:00:00Z", ""},
		{"a day with its own rule in open hours", "{weekly: 24/7, exceptions: [{on: 2026-12-25, hours: 0-24, name: Feast}]}", nil, "2026-12-24T18:00:00Z", "2026-12-25T00:00:00Z"},
		{"an override begins in closed time", "mon-fri 9-17", &closed, "2026-11-20T17:30:00Z", "2026-11-20T18:00:00Z"},
		{"an override ends in closed time", "mon-fri 9-17", &closed, "2026-11-20T18:30:00Z", "2026-11-21T10:00:00Z"},
		{"an override is over", "mon-fri 9-17", &closed, "2026-11-21T10:00:00Z", ""},
		{"an override that changes the answer", "mon-fri 9-20", &closed, "2026-11-20T17:30:00Z", ""},
		{"always", "24/7", nil, "2026-11-20T18:00:00Z", ""},
	} {
		s := schedule(t, "UTC", tt.schedule)
		if tt.override != nil {
			s = s.With(*tt.override)
		}
		got := s.ReasonUntil(at(tt.clock), s.At(at(tt.clock)))
		if want := tt.want; want == "" && !got.IsZero() || want != "" && !got.Equal(at(want)) {
			t.Errorf("%s: %v, want %q", tt.name, got, want)
		}
	}
}

// TestReasonUntilMinuteByMinute holds it against the reasons of each minute.
func TestReasonUntilMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawReasons(t, r)
		from := time.Date(2026, 12, 23, 0, rapid.IntRange(0, 3*24*60).Draw(r, "at"), 0, 0, time.UTC)
		is := s.At(from)
		until := s.ReasonUntil(from, is)
		if !until.IsZero() && (!until.After(from) || !is.Until.IsZero() && !until.Before(is.Until)) {
			r.Errorf("%v is not between %v and %v", until, from, is.Until)
		}
		for at := from; at.Before(from.Add(3*24*time.Hour)) && (is.Until.IsZero() || at.Before(is.Until)); at = at.Add(time.Minute) {
			if !until.IsZero() && !at.Before(until) {
				return
			}
			if now := s.At(at); now.Reason != is.Reason {
				r.Fatalf("%s at %v and %s at %v, and foreseen for %v", is.Reason, from, now.Reason, at, until)
			}
		}
	})
}

func drawReasons(t testing.TB, r *rapid.T) *Schedule {
	s := schedule(t, "UTC", rapid.SampledFrom([]string{
		"{time_zone: Europe/Paris, weekly: mon-fri 9-17, holidays: FR}", "{weekly: 24/7, holidays: {country: FR, hours: {Noël: 0-24}}}",
		"{time_zone: America/New_York, weekly: daily 22-6, exceptions: [{on: 2026-12-25, hours: 4-5, name: Early}]}",
		"{weekly: daily 0-24, exceptions: [{from: 2026-12-24, to: 2026-12-25, hours: 0-24, name: Days}, {on: 2026-12-24, closed: true, yearly: true}]}",
	}).Draw(r, "schedule"))
	for range rapid.IntRange(0, 2).Draw(r, "overrides") {
		from := time.Date(2026, 12, 23, rapid.IntRange(0, 96).Draw(r, "from"), 0, 0, 0, time.UTC)
		s = s.Over(Override{Open: rapid.Bool().Draw(r, "open"), From: from, Until: from.Add(time.Duration(rapid.IntRange(1, 40).Draw(r, "hours")) * time.Hour)})
	}
	return s
}
