package hours

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Leave is read on the agent's own calendar, wherever the shop is.
func TestLeaveInAnotherZone(t *testing.T) {
	t.Parallel()
	tokyo := zone(t, "Asia/Tokyo")
	day := Date{Year: 2026, Month: time.December, Day: 24}
	s := schedule(t, "America/New_York", "daily 9-17, 20-22").WithLeaveIn(tokyo, []DateRange{{From: day, To: day}})
	for _, tt := range []struct {
		at     string
		open   bool
		reason string
	}{
		{"2026-12-23T09:30:00-05:00", true, "weekly"},  // 23:30 on the 23rd in Tokyo: it opened before the leave
		{"2026-12-23T16:59:59-05:00", true, "weekly"},  // and runs on into it
		{"2026-12-23T20:30:00-05:00", false, "weekly"}, // the 24th in Tokyo since ten o'clock
		{"2026-12-24T09:00:00-05:00", false, "weekly"}, // 23:00 on the 24th
		{"2026-12-24T16:00:00-05:00", false, "weekly"}, // its window opened within the leave
		{"2026-12-24T20:00:00-05:00", true, "weekly"},  // the 25th
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.At(at); got.Open != tt.open || got.Reason != tt.reason {
			t.Errorf("%s: %+v, want %t %s", tt.at, got, tt.open, tt.reason)
		}
	}
	if s := s.WithLeaveIn(tokyo, nil); !s.At(time.Date(2026, 12, 24, 15, 0, 0, 0, time.UTC)).Open {
		t.Error("taken back, the leave still holds")
	}
}

// A window is closed exactly when it opens on a date of the leave, as the agent's calendar shows it.
func TestLeaveInAnyZone(t *testing.T) {
	t.Parallel()
	zones := rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"})
	rapid.Check(t, func(r *rapid.T) {
		own, agents := zones.Draw(r, "schedule"), zone(t, zones.Draw(r, "agent"))
		plain := schedule(t, own, rapid.SampledFrom([]string{"daily 9-12, 13-17", "daily 22-6", "mon-fri 0-1, 22-23", "24/7"}).Draw(r, "hours"))
		start := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
		var leave []DateRange
		for range rapid.IntRange(1, 3).Draw(r, "leaves") {
			from := start.AddDate(0, 0, rapid.IntRange(0, 12).Draw(r, "from"))
			leave = append(leave, DateRange{From: DateOf(from), To: DateOf(from.AddDate(0, 0, rapid.IntRange(0, 4).Draw(r, "days")))})
		}
		s := plain.WithLeaveIn(agents, leave)
		away := func(at time.Time) bool {
			on := DateOf(at.In(agents))
			for _, l := range leave {
				if l.From.Compare(on) <= 0 && on.Compare(l.To) <= 0 {
					return true
				}
			}
			return false
		}
		for at := start; at.Before(start.AddDate(0, 0, 20)); at = at.Add(30 * time.Minute) {
			state := plain.At(at)
			want := state.Open
			if opened := state.Since; want && !opened.IsZero() { // not round the clock
				want = !away(opened)
			} else if want {
				y, m, d := at.In(plain.Location()).Date()
				want = !away(FirstInstant(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), plain.Location()))
			}
			if s.At(at).Open != want {
				r.Fatalf("%s in %s for an agent in %s, away %v: open %t, want %t", at, own, agents, leave, s.At(at).Open, want)
			}
		}
	})
}
