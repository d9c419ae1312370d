package hours

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// FuzzNextBoundary holds NextBoundary and At against the oracle, minute by minute for a day, from a
// fuzzed minute of the years 2011 to 2037 in a fuzzed hard zone.
func FuzzNextBoundary(f *testing.F) {
	const first, last = 21564000, 35765280 // minutes of the years 2011 to 2037
	for i, name := range hardZones() {
		for _, jump := range transitions(zone(f, name), 2011, 2012) {
			f.Add(uint8(i), jump.Unix()/60-600-first, uint64(i))
		}
	}
	f.Add(uint8(0), instant(f, "2026-03-28T20:00:00Z").Unix()/60-first, uint64(1))
	f.Add(uint8(0), instant(f, "2036-12-31T12:00:00Z").Unix()/60-first, uint64(2)) // the last day of a leap year
	f.Fuzz(func(t *testing.T, zoneIndex uint8, minute int64, seed uint64) {
		names := hardZones()
		location := zone(t, names[int(zoneIndex)%len(names)])
		start := time.Unix((first+int64(uint64(minute)%(last-first)))*60, 0)
		random := rand.New(rand.NewPCG(seed, 5))
		checkMinutes(t, randomSpec(random, start.In(location)), randomLeave(random, start.In(location)), location, start, 1)
	})
}

// FuzzParse feeds text, and the JSON it may be, to Parse: it must refuse with faults that point into the
// text, or return a Spec that compiles and reads back equal.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"24/7", "closed", "mon-fri 9-17", "weekdays 9-17; sat 10-14", "fri-mon 9am-5:30pm, 22:00-02:00", "daily 0-24", "mon 9 a.m. to 5 p.m.",
		"mon–fri 9—17", "sat 22h-2h30", "mon 9-25", "mon 9-12, 11-13", "mon 9-12; mon 14-18; tue off; PH off", ";", "mon", "-", "İ 9-17",
		`{"weekly":"24/7"}`,
		`{"weekly":{"mon-fri":["9-12","13-18"],"sat":[]},"time_zone":"Europe/Paris","holidays":"DE-BY"}`,
		`{"weekly":{},"holidays":{"country":"FR","except":["noël"],"hours":{"Assomption":"9-12"}}}`,
		`{"weekly":"24/7","exceptions":[{"on":"2026-12-24","hours":"9-12","name":"é"},{"from":"12-24","to":"01-02","yearly":true,"closed":true}]}`,
		`{"weekly":{"mon":9},"exceptions":{"on":1e400}}`, `[[[]]]`, `null`, `1`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkParse(t, text)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) == nil {
			checkParse(t, value)
		}
	})
}

func checkParse(t *testing.T, value any) {
	spec, err := Parse(value)
	if err != nil {
		var faults Faults
		if spec != nil || !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("got %v and %#v", spec, err)
		}
		text, isText := value.(string)
		for _, fault := range faults {
			if fault.Problem == "" || fault.Offset < 0 || isText && (fault.Path != "" || fault.Offset > len(text)) {
				t.Errorf("%q: bad fault %+v", text, fault)
			}
			if isText && !strings.HasPrefix(text[fault.Offset:], strings.TrimSuffix(fault.Value, "…")) && !strings.HasSuffix(fault.Value, " windows") {
				t.Errorf("%q: %q does not stand at %d", text, fault.Value, fault.Offset)
			}
		}
		return
	}
	if _, err := spec.Compile(nil); err != nil {
		t.Fatalf("parsed but does not compile: %v\n%s", err, spec)
	}
	if err := roundTrip(spec); err != nil {
		t.Fatal(err)
	}
}

// TestExtremeInstants asks at the ends of the range of time.Time: answers come at once, and every
// boundary can be written as RFC 3339.
func TestExtremeInstants(t *testing.T) {
	t.Parallel()
	extremes := []time.Time{
		{}, time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Unix(1<<55, 0), time.Unix(-1<<55, 0),
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(9999, 12, 28, 12, 0, 0, 0, time.UTC), time.Date(2404, 2, 29, 0, 0, 0, 0, time.UTC),
	}
	rules := []string{"mon-fri 9-17", "24/7", "closed", "daily 12-12", example,
		"{weekly: closed, exceptions: [{on: 02-29, yearly: true, hours: 9-17}]}",
		"{weekly: daily 12-12, exceptions: [{on: 02-29, yearly: true, hours: 12-12}]}",
		"{weekly: closed, exceptions: [{on: 2026-01-01, hours: 9-17}, {on: 9000-01-01, hours: 9-17}], holidays: US}",
		"{weekly: closed, holidays: {country: GB, hours: {VE Day: 9-17}}}", // 8 May 2020, and never again
	}
	for _, name := range []string{"UTC", "Pacific/Apia", "Asia/Manila", "America/Juneau"} {
		for _, rule := range rules {
			s := schedule(t, name, rule)
			for _, at := range extremes {
				state := s.At(at)
				if next := s.NextBoundary(at); !next.Equal(state.Until) || !next.IsZero() && !next.After(at) {
					t.Errorf("%s at %v: next %v, until %v", rule, at, next, state.Until)
				}
				if _, err := json.Marshal(state); err != nil {
					t.Errorf("%s at %v: %v", rule, at, err)
				}
			}
		}
	}
}

func TestNeverAndFarAway(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, rule, clock, want string }{
		{"a leap day", "{weekly: closed, exceptions: [{on: 02-29, yearly: true, hours: 9-17}]}", "2096-03-01T00:00:00Z",
			"closed (weekly) from 2096-02-29T17:00:00Z to 2104-02-29T09:00:00Z"}, // 2100 is no leap year
		{"a millennium", "{weekly: closed, exceptions: [{on: 3026-01-01, hours: 9-17}], holidays: FR}", "2026-11-20T00:00:00Z",
			"closed (weekly) from ever to 3026-01-01T09:00:00Z"},
		{"never again", "{weekly: closed, exceptions: [{on: 2020-01-01, hours: 9-17}], holidays: FR}", "2026-12-25T00:00:00Z",
			"closed (Noël) from 2020-01-01T17:00:00Z to ever"},
		{"open since a date", "{weekly: 24/7, exceptions: [{on: 2020-01-01, closed: true}]}", "2026-12-25T00:00:00Z",
			"open (weekly) from 2020-01-02T00:00:00Z to ever"},
		{"a long closure", "{weekly: daily 9-17, exceptions: [{from: 2027-01-01, to: 2999-12-31, closed: true, name: Gone}]}", "2027-01-01T00:00:00Z",
			"closed (Gone) from 2026-12-31T17:00:00Z to 3000-01-01T09:00:00Z"},
		{"a long opening", "{weekly: daily 9-17, exceptions: [{from: 2027-01-01, to: 2999-12-31, hours: 0-24, name: On}]}", "2500-01-01T00:00:00Z",
			"open (On) from 2027-01-01T00:00:00Z to 3000-01-01T00:00:00Z"},
	}
	for _, tt := range tests {
		if got := verdict(schedule(t, "UTC", tt.rule).At(instant(t, tt.clock))); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}
