package draw

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/deskbell/deskbell/domain/hours"
)

// A slot must have the schedule's answer at the first instant at which the clock shows the slot's reading, and be
// skipped where the clock never shows it.
func TestADayShowsWhatTheScheduleAnswers(t *testing.T) {
	t.Parallel()
	spec, err := hours.Parse(map[string]any{"weekly": map[string]any{"mon-fri": "00:30-02:15, 09:00-12:00, 22:00-01:00", "sat,sun": "23:00-00:15"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []string{
		"Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "America/Sao_Paulo", "America/Asuncion",
		"Africa/Cairo", "Africa/Casablanca", "Antarctica/Troll", "Asia/Beirut", "Asia/Kathmandu", "America/St_Johns",
	} {
		loc, err := zones.Load(zone)
		if err != nil {
			t.Fatal(err)
		}
		s, err := spec.Compile(loc)
		if err != nil {
			t.Fatal(err)
		}
		const slots = 96
		for date := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() < 2013; date = date.AddDate(0, 0, 1) {
			d := newDay(s, date, slots)
			for i, got := range d.slots {
				shown := date.Add(time.Duration(2*i+1) * 24 * time.Hour / slots / 2)
				at := hours.FirstInstant(shown, loc)
				want := slotClosed
				switch {
				case !Reading(at).Equal(shown):
					want = slotSkipped
				case s.At(at).Open:
					want = slotOpen
				}
				if got != want {
					t.Fatalf("%s, %s: drawn as %d, want %d", zone, shown.Format(time.DateTime), got, want)
				}
			}
		}
	}
}
