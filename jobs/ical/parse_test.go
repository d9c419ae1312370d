package ical_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/ical"
)

// today is the day of these tests.
func today() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// said writes closures, one a line.
func said(t testing.TB, closures []hours.Closure) (lines []string) {
	t.Helper()
	for _, c := range closures {
		body, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		end := m["to"]
		if end == "" {
			end = m["until"]
		}
		line := m["from"] + " – " + end
		if m["zone"] != "" {
			line += " " + m["zone"]
		}
		lines = append(lines, strings.TrimSpace(line+" "+m["name"]))
	}
	return lines
}

func parseFile(t testing.TB, name string) ical.Calendar {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := ical.Parse(t.Context(), src, today())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalendarsOfTheWorld(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"google.ics": {
			"2026-11-02T12:00:00 – 2026-11-02T13:00:00 Europe/Paris Team lunch",
			"2026-11-16T12:00:00 – 2026-11-16T13:00:00 Europe/Paris Team lunch",
			"2026-11-23T14:00:00 – 2026-11-23T15:00:00 Europe/Paris Team lunch, later",
			"2026-12-03T08:00:00 – 2026-12-03T09:30:00 UTC",
			"2026-12-24 – 2026-12-26 Christmas, Boxing Day",
		},
		"outlook.ics": {
			"2026-12-01T16:00:00 – 2026-12-01T18:00:00 Europe/Paris Stocktaking with a title that is long enough to be folded over two lines",
			"2027-01-05T16:00:00 – 2027-01-05T18:00:00 Europe/Paris Stocktaking with a title that is long enough to be folded over two lines",
			"2027-02-02T16:00:00 – 2027-02-02T18:00:00 Europe/Paris Stocktaking with a title that is long enough to be folded over two lines",
		},
		"apple.ics": {
			"2026-02-14 – 2026-02-15 Carnival", "2026-11-24T22:00:00 – 2026-11-25T06:00:00 Night inventory", "2027-02-14 – 2027-02-15 Carnival",
			"2028-02-14 – 2028-02-15 Carnival", "2029-02-14 – 2029-02-15 Carnival", "2030-02-14 – 2030-02-15 Carnival", "2031-02-14 – 2031-02-15 Carnival",
		},
	} {
		if diff := cmp.Diff(want, said(t, parseFile(t, name).Closures)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if c := parseFile(t, "google.ics"); c.Events != 4 || c.Free != 1 {
		t.Errorf("%d events, %d of them free", c.Events, c.Free)
	}
}

// calendar puts events into a calendar: lines that are separated by blanks.
func calendar(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(e, " ", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		events []string
		want   []string
	}{
		{"a date without an end is a day", []string{"DTSTART;VALUE=DATE:20261224"}, []string{"2026-12-24 – 2026-12-24"}},
		{"a date that ends where it begins, too", []string{"DTSTART:20261224 DTEND:20261224"}, []string{"2026-12-24 – 2026-12-24"}},
		{"a time without an end is none", []string{"DTSTART:20261224T090000"}, nil},
		{"a duration", []string{"DTSTART:20261224T090000Z DURATION:PT1H30M"}, []string{"2026-12-24T09:00:00 – 2026-12-24T10:30:00 UTC"}},
		{"weeks", []string{"DTSTART;VALUE=DATE:20261224 DURATION:P1W"}, []string{"2026-12-24 – 2026-12-30"}},
		{"ends in another zone", []string{"DTSTART;TZID=Europe/Paris:20261224T090000 DTEND;TZID=America/New_York:20261224T090000"},
			[]string{"2026-12-24T09:00:00 – 2026-12-24T15:00:00 Europe/Paris"}},
		{"hours that pass while clocks go back", []string{"DTSTART;TZID=Europe/Paris:20271031T010000 DURATION:PT4H"},
			[]string{"2027-10-31T01:00:00 – 2027-10-31T04:00:00 Europe/Paris"}},
		{"that end in the second pass of an hour", []string{"DTSTART;TZID=Europe/Paris:20271031T010000 DURATION:PT2H30M"},
			[]string{"2027-10-30T23:00:00 – 2027-10-31T01:30:00 UTC"}},
		{"a night shift ends by the clock", []string{"DTSTART;TZID=Europe/Paris:20270327T220000 DTEND;TZID=Europe/Paris:20270328T060000 RRULE:FREQ=DAILY;COUNT=2"},
			[]string{"2027-03-27T22:00:00 – 2027-03-28T06:00:00 Europe/Paris", "2027-03-28T22:00:00 – 2027-03-29T06:00:00 Europe/Paris"}},
		{"more dates, and periods", []string{"DTSTART:20261224T090000Z DTEND:20261224T100000Z RDATE:20261226T090000Z RDATE;VALUE=PERIOD:20261227T090000Z/20261227T110000Z,20261228T090000Z/PT5M"},
			[]string{"2026-12-24T09:00:00 – 2026-12-24T10:00:00 UTC", "2026-12-26T09:00:00 – 2026-12-26T10:00:00 UTC", "2026-12-27T09:00:00 – 2026-12-27T11:00:00 UTC", "2026-12-28T09:00:00 – 2026-12-28T09:05:00 UTC"}},
		{"an exception by date", []string{"DTSTART:20261224T090000Z DTEND:20261224T100000Z RRULE:FREQ=DAILY;COUNT=3 EXDATE;VALUE=DATE:20261225"},
			[]string{"2026-12-24T09:00:00 – 2026-12-24T10:00:00 UTC", "2026-12-26T09:00:00 – 2026-12-26T10:00:00 UTC"}},
		{"an exception in UTC", []string{"DTSTART;TZID=Europe/Paris:20261224T090000 DTEND;TZID=Europe/Paris:20261224T100000 RRULE:FREQ=DAILY;COUNT=2 EXDATE:20261225T080000Z"},
			[]string{"2026-12-24T09:00:00 – 2026-12-24T10:00:00 Europe/Paris"}},
		{"until, by date", []string{"DTSTART:20261224T090000 DTEND:20261224T100000 RRULE:FREQ=DAILY;UNTIL=20261225"},
			[]string{"2026-12-24T09:00:00 – 2026-12-24T10:00:00", "2026-12-25T09:00:00 – 2026-12-25T10:00:00"}},
		{"the last working day of a month", []string{"DTSTART;VALUE=DATE:20261130 RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20270131"},
			[]string{"2026-11-30 – 2026-11-30", "2026-12-31 – 2026-12-31", "2027-01-29 – 2027-01-29"}},
		{"leap days", []string{"DTSTART;VALUE=DATE:20240229 RRULE:FREQ=YEARLY"}, []string{"2028-02-29 – 2028-02-29"}},
		{"days that never come", []string{"DTSTART;VALUE=DATE:20261224 RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, []string{"2026-12-24 – 2026-12-24"}},
		{"a whole day moved", []string{"UID:a DTSTART;VALUE=DATE:20261224 RRULE:FREQ=DAILY;COUNT=2", "UID:a RECURRENCE-ID;VALUE=DATE:20261225 DTSTART;VALUE=DATE:20261231"},
			[]string{"2026-12-24 – 2026-12-24", "2026-12-31 – 2026-12-31"}},
		{"cancelled in all", []string{"UID:a DTSTART;VALUE=DATE:20261224 STATUS:CANCELLED"}, nil},
		{"one cancelled without a time", []string{"UID:a DTSTART;VALUE=DATE:20261224 RRULE:FREQ=DAILY;COUNT=2", "UID:a RECURRENCE-ID;VALUE=DATE:20261224 STATUS:CANCELLED"},
			[]string{"2026-12-25 – 2026-12-25"}},
		{"free", []string{"DTSTART;VALUE=DATE:20261224 TRANSP:TRANSPARENT"}, nil},
		{"long ago, and far ahead", []string{"DTSTART;VALUE=DATE:20200101", "DTSTART;VALUE=DATE:20400101", "DTSTART;VALUE=DATE:99901231"}, nil},
		{"for ever is cut to the window", []string{"DTSTART;VALUE=DATE:20200101 DTEND;VALUE=DATE:99800101"}, []string{"2025-11-20 – 2031-11-20"}},
		{"a zone behind a path", []string{"DTSTART;TZID=/citadel.org/20210210_1/Europe/Paris:20261224T090000 DURATION:PT1H"}, []string{"2026-12-24T09:00:00 – 2026-12-24T10:00:00 Europe/Paris"}},
		{"a leap second", []string{"DTSTART:20261231T235960Z DURATION:PT1H"}, []string{"2026-12-31T23:59:59 – 2027-01-01T00:59:59 UTC"}},
		{"a reason without control characters", []string{`DTSTART;VALUE=DATE:20261224 SUMMARY:Away\nfrom` + "\x1b[31mhere"}, []string{"2026-12-24 – 2026-12-24 Away from [31mhere"}},
		{"nothing", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ical.Parse(t.Context(), calendar(c.events...), today())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, said(t, got.Closures)); diff != "" || got.Closures == nil {
				t.Error(diff)
			}
			// A stored calendar is read again, and a schedule can be made of it.
			spec, err := hours.Parse("24/7")
			if err != nil {
				t.Fatal(err)
			}
			spec.Exceptions = []hours.Exception{{Calendar: &hours.Calendar{File: "a.ics", Closures: got.Closures}}}
			if _, err := spec.Compile(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"empty":      {"", []string{`line 1: is not an iCalendar; allowed: a file, or an address, whose text begins with BEGIN:VCALENDAR`}},
		"a web page": {"<!DOCTYPE html>\n<title>Sign in</title>", []string{`line 1: is not a line of an iCalendar: "<!DOCTYPE html>"; allowed: NAME:value`, `line 2: is not a line of an iCalendar: "<title>Sign in</title>"; allowed: NAME:value`, `line 1: is not an iCalendar; allowed: a file, or an address, whose text begins with BEGIN:VCALENDAR`}},
		"cut off":    {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261224", []string{`line 3: is cut off: END:VEVENT is missing; allowed: the whole file`}},
		"several at once": {string(calendar("SUMMARY:One DTSTART:2026-12-24", "UID:two DTSTART:20261224T090000 DTEND:20261223T090000", "SUMMARY:Three", "DTSTART;TZID=Nowhere/Land:20261224T090000")),
			[]string{
				`line 5, event "One": DTSTART is "2026-12-24"; allowed: a date such as 20261224, or a time such as 20261224T090000 or 20261224T080000Z`,
				`line 10, event "two": ends before it begins; allowed: a DTEND after DTSTART`,
				`line 12, event "Three": has no DTSTART; allowed: when it begins`,
				`line 16: is in the zone "Nowhere/Land", which is not known; allowed: a name such as Europe/Paris`,
			}},
		"every second":           {string(calendar("DTSTART:20261224T090000 DURATION:PT1S RRULE:FREQ=SECONDLY")), []string{`line 6: repeats by a rule that cannot be followed: FREQ=SECONDLY; allowed: an RRULE that repeats daily or less often`}},
		"every second, daily":    {string(calendar("DTSTART:20261224T090000 DURATION:PT1S RRULE:FREQ=YEARLY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5")), []string{`line 6: repeats by a rule that cannot be followed: it repeats 25 times a day; allowed: an RRULE that repeats daily or less often`}},
		"too often":              {string(calendar("DTSTART:20261224T000000 DURATION:PT1S RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12")), []string{`closes more than 10000 times from 2025-11-20 to 2031-11-20; allowed: fewer events, or rules that repeat less often`}},
		"for two thousand years": {string(calendar("DTSTART:00010101T000000 DURATION:PT1S RRULE:FREQ=DAILY")), []string{`line 6: repeats more than 200000 times before today; allowed: a DTSTART of a later year`}},
		"Easter":                 {string(calendar("DTSTART:20261224 RRULE:FREQ=YEARLY;BYEASTER=0")), []string{`line 5: repeats by a rule that cannot be followed: "BYEASTER=0"; allowed: an RRULE that repeats daily or less often`}},
		"the ninth Tuesday":      {string(calendar("DTSTART:20261224 RRULE:FREQ=MONTHLY;BYDAY=9TU")), []string{`line 5: repeats by a rule that cannot be followed: its dates do not exist`}},
		"no interval":            {string(calendar("DTSTART:20261224 RRULE:FREQ=DAILY;INTERVAL=0")), []string{`line 5: repeats by a rule that cannot be followed: INTERVAL=0; allowed: an RRULE that repeats daily or less often`}},
		"from here on":           {string(calendar("UID:a DTSTART:20261224 RECURRENCE-ID;RANGE=THISANDFUTURE:20261224")), []string{`line 6, event "a": changes this and all later times (RANGE=THISANDFUTURE); allowed: one change for each time, or an event of its own from then on`}},
		"a date and a time":      {string(calendar("DTSTART:20261224 DTEND:20261224T090000")), []string{`line 5: begins at a date and ends at a time, or the other way round; allowed: two dates, or two times`}},
		"wrong nesting":          {"BEGIN:VCALENDAR\nEND:VEVENT\n", []string{`line 2: ends "VEVENT", which has not begun`}},
		"too large":              {strings.Repeat("X", ical.MostBytes+1), []string{`has more than 1048576 bytes; allowed: a smaller calendar, such as one of closures alone`}},
	} {
		_, err := ical.Parse(t.Context(), []byte(c.src), today())
		var faults ical.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, strings.Split(faults.Error(), "\n")); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// A calendar of thousands of rules ends with its context.
func TestParseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rule := "DTSTART:19000101T000000 DURATION:PT1S RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
	_, err := ical.Parse(ctx, calendar(slices.Repeat([]string{rule}, 5000)...), today())
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A calendar of the largest size is read in a time that is no multiple of its length squared: it would take minutes then, and
// no context ends it while a line is read.
func TestLongLinesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	const length = ical.MostBytes / 4
	for name, event := range map[string]string{
		"folded at each character": "DTSTART:20261224\nSUMMARY:" + strings.Repeat("\n a", length),
		"one long reason":          "DTSTART:20261224\nSUMMARY:" + strings.Repeat("a", 3*length),
		"faults on every line":     "DTSTART:20261224\n" + strings.Repeat("EXDATE:x\n", length/3),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a second will do
		_, err := ical.Parse(ctx, []byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+event+"\nEND:VEVENT\nEND:VCALENDAR"), today())
		var faults ical.Faults
		if err != nil && !errors.As(err, &faults) || ctx.Err() != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.ics")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add(calendar("DTSTART:20261224T090000Z DURATION:PT1H RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "DTSTART;TZID=Europe/Paris:20270328T023000 DTEND;TZID=UTC:20270328T023000"))
	f.Fuzz(func(t *testing.T, src []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		c, err := ical.Parse(ctx, src, today())
		if err != nil {
			return
		}
		if len(c.Closures) > ical.MostOccurrences {
			t.Fatalf("%d closures", len(c.Closures))
		}
		spec, err := hours.Parse("daily 9-17")
		if err != nil {
			t.Fatal(err)
		}
		spec.Exceptions = []hours.Exception{{Calendar: &hours.Calendar{File: "a.ics", Closures: c.Closures}}}
		body, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		var again hours.Spec
		if err := json.Unmarshal(body, &again); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		if diff := cmp.Diff(*spec, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
