package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/ical"
)

// shifts compiles a schedule in Paris.
func shifts(t testing.TB, tree any) *hours.Schedule {
	t.Helper()
	spec, err := hours.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	spec.TimeZone = "Europe/Paris"
	s, err := spec.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOfScheduleIsReadAgain(t *testing.T) {
	t.Parallel()
	s := shifts(t, map[string]any{"weekly": "mon-fri 9-17; sat 22-2", "exceptions": []any{map[string]any{"on": "2026-12-24", "closed": true}}})
	s = s.WithLeave([]hours.DateRange{{From: hours.Date{Year: 2026, Month: 12, Day: 28}, To: hours.Date{Year: 2026, Month: 12, Day: 31}}})
	opening := ical.Opening{ID: "agent-lea", Name: "lea", Summary: "lea: on shift; Paris, très tôt"}
	body := ical.OfSchedule(opening, s, today())
	if again := ical.OfSchedule(opening, s, today().Add(11*time.Hour)); !bytes.Equal(body, again) {
		t.Error("another calendar on the same day")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(body), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("the line %q is too long", line)
		}
	}

	// By our own reader: a schedule that is open but for these events is closed just when the other is open.
	c, err := ical.Parse(t.Context(), body, today())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Closures) == 0 || c.Closures[0].Name != "lea: on shift; Paris, très tôt" {
		t.Fatalf("%d closures", len(c.Closures))
	}
	spec := &hours.Spec{Exceptions: []hours.Exception{{Calendar: &hours.Calendar{File: "lea.ics", Closures: c.Closures}}}}
	for day := range spec.Weekly {
		spec.Weekly[day] = []hours.Window{{Opens: 0, Closes: 24 * 60}}
	}
	inverse, err := spec.Compile(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for at := today().AddDate(0, 0, -27); at.Before(today().AddDate(0, 11, 0)); at = at.Add(30 * time.Minute) {
		if s.At(at).Open == inverse.At(at).Open {
			t.Fatalf("at %s both are %t", at, s.At(at).Open)
		}
	}

	// By a reader of others.
	theirs, err := ics.ParseCalendar(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range theirs.Events() {
		from, err := e.GetStartAt()
		if err != nil {
			t.Fatal(err)
		}
		until, err := e.GetEndAt()
		if err != nil || !s.At(from).Open || !s.At(from).Until.Equal(until) || seen[e.Id()] {
			t.Errorf("%s: %s to %s, %v", e.Id(), from, until, err)
		}
		seen[e.Id()] = true
	}
	if len(seen) != len(c.Closures) {
		t.Errorf("they read %d events, and we %d", len(seen), len(c.Closures))
	}
}

func TestUIDsStayFromDayToDay(t *testing.T) {
	t.Parallel()
	s := shifts(t, "mon-fri 9-17")
	uids := func(now time.Time) map[string]bool {
		all := map[string]bool{}
		for line := range strings.SplitSeq(string(ical.OfSchedule(ical.Opening{ID: "schedule-office"}, s, now)), "\r\n") {
			if uid, ok := strings.CutPrefix(line, "UID:"); ok {
				all[uid] = true
			}
		}
		return all
	}
	first, next := uids(today()), uids(today().AddDate(0, 0, 1))
	gone := 0
	for uid := range first {
		if !next[uid] {
			gone++
		}
	}
	if len(first) != 281 || gone > 1 {
		t.Errorf("of %d, %d are gone a day later", len(first), gone)
	}
}

func TestSchedulesWithoutEnd(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string][]string{"24/7": {"2026-10-23T00:00:00 – 2027-11-20T00:00:00 UTC office"}, "closed": nil} {
		c, err := ical.Parse(t.Context(), ical.OfSchedule(ical.Opening{ID: "office", Summary: "office"}, shifts(t, rule), today()), today())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, said(t, c.Closures)); diff != "" {
			t.Errorf("%s:\n%s", rule, diff)
		}
	}
	if n := strings.Count(string(ical.OfSchedule(ical.Opening{}, shifts(t, "daily 0-1, 2-3, 4-5, 6-7, 8-9, 10-11, 12-13, 14-15"), today())), "BEGIN:VEVENT"); n != 2000 {
		t.Errorf("%d events", n)
	}
}

func TestWrittenTextsAreReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~éß漢😀\n\r\t\\;,:"]{0,200}`).Draw(t, "text")
		body := ical.Write("name", today(), []ical.Event{{UID: "1", Summary: text, From: today(), Until: today().Add(time.Hour)}})
		c, err := ical.Parse(t.Context(), body, today())
		if err != nil || len(c.Closures) != 1 {
			t.Fatalf("%v in %q", err, body)
		}
		if want := hours.ReasonOf(strings.ReplaceAll(text, "\t", "")); strings.ReplaceAll(c.Closures[0].Name, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Fatalf("%q became %q", want, c.Closures[0].Name)
		}
		for line := range strings.SplitSeq(string(body), "\r\n") {
			if len(line) > 75 {
				t.Fatalf("%q is too long", line)
			}
		}
	})
}
