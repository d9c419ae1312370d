package trigger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/trigger"
)

// preset compiles hours such as "mon-fri 9-17", in a zone.
func preset(t testing.TB, text, zone string) *hours.Schedule {
	t.Helper()
	spec, err := hours.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	location, err := zones.Load(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(location)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDue has delays from an instant on Friday 27 November 2026 and its weekend, unless another day is named, in hours from Monday to
// Friday, 9 to 17.
func TestDue(t *testing.T) {
	t.Parallel()
	plain, open := trigger.Timing{}, trigger.Timing{Count: trigger.CountOpenHours}
	later, both := trigger.Timing{WhenClosed: trigger.ClosedDefer}, trigger.Timing{Count: trigger.CountOpenHours, WhenClosed: trigger.ClosedDefer}
	friday := func(hour int) time.Time { return time.Date(2026, 11, 27, hour, 0, 0, 0, time.UTC) }
	office := preset(t, "mon-fri 9-17", "UTC")
	const hour = time.Hour
	for name, c := range map[string]struct {
		timing trigger.Timing
		door   hours.Door
		from   string
		delay  time.Duration
		want   string
	}{
		"real time":               {plain, nil, "2026-11-27T16:00:00Z", 2 * hour, "2026-11-27T18:00:00Z"},
		"within the day":          {open, nil, "2026-11-27T10:00:00Z", 4 * hour, "2026-11-27T14:00:00Z"},
		"over the weekend":        {open, nil, "2026-11-27T16:00:00Z", 4 * hour, "2026-11-30T12:00:00Z"},
		"from outside":            {open, nil, "2026-11-28T16:00:00Z", 4 * hour, "2026-11-30T13:00:00Z"},
		"full at the closing":     {open, nil, "2026-11-27T13:00:00Z", 4 * hour, "2026-11-30T09:00:00Z"},
		"none, while it is open":  {open, nil, "2026-11-27T13:00:00Z", 0, "2026-11-27T13:00:00Z"},
		"none, while it is shut":  {open, nil, "2026-11-27T18:00:00Z", 0, "2026-11-30T09:00:00Z"},
		"days":                    {open, nil, "2026-11-27T16:00:00Z", 24 * hour, "2026-12-02T16:00:00Z"},
		"not deferred":            {later, nil, "2026-11-27T10:00:00Z", 4 * hour, "2026-11-27T14:00:00Z"},
		"not deferred over a day": {later, nil, "2026-11-25T16:00:00Z", 24 * hour, "2026-11-26T16:00:00Z"},
		"deferred by its rest":    {later, nil, "2026-11-27T16:30:00Z", hour, "2026-11-30T09:30:00Z"},
		"deferred at the closing": {later, nil, "2026-11-27T16:00:00Z", hour, "2026-11-30T09:00:00Z"},
		"deferred as a whole":     {later, nil, "2026-11-28T10:00:00Z", hour, "2026-11-30T10:00:00Z"},
		"deferred, without delay": {later, nil, "2026-11-28T10:00:00Z", 0, "2026-11-30T09:00:00Z"},
		"deferred over a day, of which the time until the last closing counts": {
			later, nil, "2026-11-27T10:00:00Z", 24 * hour, "2026-12-02T10:00:00Z", // 7 of them on Friday, 17 in the days after
		},
		"both": {both, nil, "2026-11-27T16:00:00Z", 4 * hour, "2026-11-30T12:00:00Z"},
		"at the department's door": {
			open, hours.Door{{Hours: office}, {Hours: preset(t, "mon-fri 8-10", "UTC")}}, "2026-11-27T09:30:00Z", hour, "2026-11-30T09:30:00Z",
		},
		"a deferred one is due while the department is open, too": {
			later, hours.Door{{Hours: office}, {Hours: preset(t, "mon-fri 8-9:20", "UTC")}}, "2026-11-27T09:10:00Z", hour, "2026-12-02T09:10:00Z",
		},
		"a door that never opens": {
			open, hours.Door{{Hours: preset(t, "closed", "UTC")}}, "2026-11-27T10:00:00Z", hour, "2026-12-27T11:00:00Z",
		},
		"closed by an override in the middle": {
			open, hours.Door{{Hours: office, Overrides: []hours.Override{{From: friday(11), Until: friday(13)}}}}, "2026-11-27T10:00:00Z", 4 * hour, "2026-11-27T16:00:00Z",
		},
		"closed by an override that is over": {
			open, hours.Door{{Hours: office, Overrides: []hours.Override{{From: friday(11), Until: friday(13)}}}}, "2026-11-27T10:00:00Z", 4 * hour, "2026-11-27T16:00:00Z",
		},
		"opened by one": {
			open, hours.Door{{Hours: office, Overrides: []hours.Override{{Open: true, From: friday(17), Until: friday(18)}}}}, "2026-11-27T16:00:00Z", 90 * time.Minute, "2026-11-27T17:30:00Z",
		},
		"the night in which clocks go forward": {
			open, hours.Door{{Hours: preset(t, "sat 22-4", "Europe/Paris")}}, "2026-03-28T21:00:00Z", 4 * hour, "2026-03-29T01:00:00Z",
		},
		"that night is an hour shorter": {
			open, hours.Door{{Hours: preset(t, "sat 22-4", "Europe/Paris")}}, "2026-03-28T21:00:00Z", 5*hour + time.Minute, "2026-04-04T20:01:00Z",
		},
		"the night in which clocks go back is an hour longer": {
			open, hours.Door{{Hours: preset(t, "sat 22-4", "Europe/Paris")}}, "2026-10-24T20:00:00Z", 6*hour + 59*time.Minute, "2026-10-25T02:59:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := c.door
			if door == nil {
				door = hours.Door{{Hours: office}}
			}
			from, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.timing.Due(door, from, c.delay).Format(time.RFC3339); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestDueIsNeverEarly draws hours, delays and beginnings: a delay that counts open time is over once so much of it has
// passed, one that is deferred is no shorter than without hours, and both are over while it is open.
func TestDueIsNeverEarly(t *testing.T) {
	t.Parallel()
	names := []string{"UTC", "Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe"}
	rapid.Check(t, func(r *rapid.T) {
		var door hours.Door
		for range rapid.IntRange(1, 2).Draw(r, "gates") {
			edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 24), 2, 2, rapid.ID).Draw(r, "edges")
			slices.Sort(edges)
			text := fmt.Sprintf("%s %d-%d", rapid.SampledFrom([]string{"daily", "mon-fri", "sat, sun"}).Draw(r, "days"), edges[0], edges[1])
			door = append(door, hours.Gate{Hours: preset(t, text, rapid.SampledFrom(names).Draw(r, "zone"))})
		}
		from := time.Date(2026, 3, 27, 0, 0, rapid.IntRange(0, 7*24*3600).Draw(r, "from"), 0, time.UTC)
		delay := time.Duration(rapid.IntRange(0, 24*3600).Draw(r, "delay")) * time.Second
		open := trigger.Timing{Count: trigger.CountOpenHours}.Due(door, from, delay)
		deferred := trigger.Timing{WhenClosed: trigger.ClosedDefer}.Due(door, from, delay)
		if open.Equal(from.Add(delay + trigger.OutOfSight)) {
			return // it never opens
		}
		if got := door.Between(from, open); got != delay || !door.Open(open) {
			r.Fatalf("open hours: due %v, %v after %v", open, got, from)
		}
		if deferred.Before(from.Add(delay)) || !door.Open(deferred) || deferred.After(open) {
			r.Fatalf("deferred: due %v, and %v by open hours", deferred, open)
		}
	})
}
