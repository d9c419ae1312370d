package main

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestInstantReadsATimeOnTheClockOfTheZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, text, want string }{
		{"Europe/Paris", "2026-06-01T09:00:00.9+09:00", "2026-06-01T00:00:00Z"},
		{"Europe/Paris", "2026-06-01", "2026-05-31T22:00:00Z"},
		{"Europe/Paris", "2026-06-01T09:00", "2026-06-01T07:00:00Z"},
		{"Europe/Paris", "2026-06-01T09:00:30", "2026-06-01T07:00:30Z"},
		{"Europe/Paris", "now", "2026-11-21T10:00:00Z"},
		{"Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},        // in the gap: the instant of the jump
		{"Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},        // twice: the first pass
		{"Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30:00Z"}, // half an hour is skipped
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},         // midnight is skipped
		{"America/Havana", "2026-11-01T00:30", "2026-11-01T04:30:00Z"},      // 01:00 goes back to 00:00
		{"Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"},        // the whole date is skipped
		{"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
	} {
		loc, err := zones.Load(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 21, 10, 0, 0, 999, time.UTC)
		got, err := instant("--from", c.text, now, loc)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s in %s: got %s (%v), want %s", c.text, c.zone, got.UTC().Format(time.RFC3339Nano), err, c.want)
		}
	}
}

func TestInstantRefusesWhatIsNoTime(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "tomorrow", "2026-02-30", "2026-3-1", "09:00", "2026-03-29T25:00", "2026-03-29 09:00"} {
		if got, err := instant("--to", text, time.Time{}, time.UTC); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestFirstInstantIsTheFirstAtWhichTheClockShowsTheReadingOrALaterOne(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "America/Sao_Paulo", "Africa/Cairo", "Antarctica/Troll"} {
		loc, err := zones.Load(zone)
		if err != nil {
			t.Fatal(err)
		}
		// Walk the clock, and ask for each reading that it shows for the first time.
		latest := time.Time{}
		for at := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2012; at = at.Add(30 * time.Minute) {
			shown := draw.Reading(at.In(loc))
			if !shown.After(latest) {
				continue
			}
			latest = shown
			if got := hours.FirstInstant(shown, loc); !got.Equal(at) {
				t.Fatalf("%s: %s first shows at %s, got %s", zone, shown.Format(time.DateTime), at, got.UTC())
			}
		}
	}
}
