package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/view"
)

// week is seven dates of one property.
func (b *bundle) week(id string, from hours.Date) view.BoardWeek {
	b.Helper()
	weeks, err := b.client.BoardWeeks(b.Context(), []string{id}, from)
	b.must(err)
	return weeks[0]
}

// weekText is a line for each of its dates.
func weekText(w view.BoardWeek) string {
	var lines []string
	for _, d := range w.Days {
		line := fmt.Sprint(d.Date, " ", d.To.Sub(d.From).Hours(), " h ", strings.Join(d.Windows, ", "))
		if d.Name != "" {
			line += " " + d.Name
		}
		if d.Differs {
			line += " differs"
		}
		for _, list := range [][][2]int{d.Open, d.Uncovered} {
			line += " |"
			for _, o := range list {
				line += fmt.Sprint(" ", time.Duration(o[0])*time.Second, "-", time.Duration(o[1])*time.Second)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestAWeekOnTheBoardNamesItsHolidaysAndExceptions(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: time.Date(2026, 12, 23, 12, 0, 0, 0, time.UTC)})
	b.define(`{"properties": {"acme": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "09:00-12:00", "sat": "22:00-02:00"}, "holidays": "FR",
		"exceptions": [{"name": "Christmas Eve", "on": "2026-12-24", "hours": "10:00-11:00"}, {"on": "2026-12-28", "closed": true}]}, "agents": ["lea"]}},
		"agents": {"lea": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "10:00-23:00"}}}}}`)
	want := `2026-12-23 24 h 09:00-12:00 | 9h0m0s-12h0m0s | 9h0m0s-10h0m0s
2026-12-24 24 h 10:00-11:00 Christmas Eve differs | 10h0m0s-11h0m0s |
2026-12-25 24 h  Noël differs | |
2026-12-26 24 h 22:00-02:00 | 22h0m0s-24h0m0s | 23h0m0s-24h0m0s
2026-12-27 24 h  | 0s-2h0m0s | 0s-2h0m0s
2026-12-28 24 h  differs | |
2026-12-29 24 h 09:00-12:00 | 9h0m0s-12h0m0s | 9h0m0s-10h0m0s`
	w := b.week("acme", hours.Date{})
	if diff := cmp.Diff(want, weekText(w)); diff != "" || w.TimeZone != "Europe/Paris" || w.Today != "2026-12-23" {
		t.Errorf("%s: (-want +got):\n%s", w.Today, diff)
	}
	if _, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{Open: true, From: b.clock.now(), Until: b.clock.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, weekText(b.week("acme", hours.Date{}))); diff != "" { // somebody is there while it holds
		t.Errorf("an override is no hours (-want +got):\n%s", diff)
	}
	if w := b.week("none", hours.Date{}); !w.Gone || w.Property != "none" {
		t.Errorf("one that is not defined: %+v", w)
	}
}

func TestAWeekOnTheBoardHasTheDaysThatItsClocksMake(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {
		"paris": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "05:00-06:00, 22:00-01:00"}}},
		"apia": {"schedule": {"time_zone": "Pacific/Apia", "weekly": {"daily": "09:00-17:00"}}}}}`)
	for _, tt := range []struct {
		id   string
		from hours.Date
		day  int
		want string
	}{
		{"paris", hours.Date{Year: 2027, Month: 3, Day: 25}, 3, "2027-03-28 23 h 05:00-06:00, 22:00-01:00 | 0s-1h0m0s 4h0m0s-5h0m0s 21h0m0s-23h0m0s |"},
		{"paris", hours.Date{Year: 2026, Month: 10, Day: 25}, 0, "2026-10-25 25 h 05:00-06:00, 22:00-01:00 | 0s-1h0m0s 6h0m0s-7h0m0s 23h0m0s-25h0m0s |"},
		{"apia", hours.Date{Year: 2011, Month: 12, Day: 29}, 1, "2011-12-30 0 h  differs | |"}, // skipped
	} {
		if got := strings.Split(weekText(b.week(tt.id, tt.from)), "\n")[tt.day]; got != tt.want {
			t.Errorf("%s from %s: day %d is %s\nwant %s", tt.id, tt.from, tt.day, got, tt.want)
		}
	}
}
