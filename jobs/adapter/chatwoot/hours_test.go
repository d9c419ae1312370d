package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

// spans reads open times of local days: "23 09:00-12:00" of November 2026. An end at or before its start is of the next day.
func spans(t *testing.T, zone *time.Location, texts ...string) (open []chatwoot.Span) {
	t.Helper()
	for _, text := range texts {
		var day, fromHour, fromMinute, toHour, toMinute int
		if _, err := fmt.Sscanf(text, "%d %d:%d-%d:%d", &day, &fromHour, &fromMinute, &toHour, &toMinute); err != nil {
			t.Fatal(err)
		}
		s := chatwoot.Span{
			From: time.Date(2026, 11, day, fromHour, fromMinute, 0, 0, zone).UTC(),
			To:   time.Date(2026, 11, day, toHour, toMinute, 0, 0, zone).UTC(),
		}
		if !s.From.Before(s.To) {
			s.To = time.Date(2026, 11, day+1, toHour, toMinute, 0, 0, zone).UTC()
		}
		open = append(open, s)
	}
	return open
}

// shownWeek are the rows that are not closed, by weekday.
func shownWeek(rows []chatwoot.Row) (text string) {
	for i, r := range rows {
		day := time.Weekday(r.Day).String()[:3]
		switch {
		case r.Day != i || r.Open && r.Closed:
			text += day + " ?, "
		case r.Open:
			text += day + " open, "
		case !r.Closed:
			text += fmt.Sprintf("%s %02d:%02d-%02d:%02d, ", day, r.OpenHour, r.OpenMinute, r.CloseHour, r.CloseMinute)
		}
	}
	return strings.TrimSuffix(text, ", ")
}

func TestWeek(t *testing.T) {
	t.Parallel()
	paris := time.FixedZone("Europe/Paris", 3600)
	shop := []string{"23 09:00-12:00", "23 13:00-18:00", "24 09:00-12:00", "24 13:00-18:00"}
	bar := []string{"23 22:00-02:00", "24 22:00-02:00"}
	const breaks = "Tuesday: until that day it shows 09:00-18:00 of 09:00-12:00, 13:00-18:00"
	tests := []struct {
		name, at    string
		open        []string
		want        string
		differences []string
	}{
		{"before the first window", "23 08:00", shop, "Mon 09:00-12:00, Tue 09:00-18:00",
			[]string{"Monday: it shows 09:00-12:00 of 09:00-12:00, 13:00-18:00, and the others in turn", breaks}},
		{"at its end", "23 12:00", shop, "Mon 13:00-18:00, Tue 09:00-18:00",
			[]string{"Monday: it shows 13:00-18:00 of 09:00-12:00, 13:00-18:00, and the others in turn", breaks}},
		{"after the last", "23 18:00", shop, "Mon 13:00-18:00, Tue 09:00-18:00",
			[]string{"Monday: it shows 13:00-18:00 of 09:00-12:00, 13:00-18:00, and the others in turn", breaks}},
		{"a day of five windows", "23 08:00", []string{"23 09:00-10:00", "23 11:00-12:00", "23 13:00-14:00", "23 15:00-16:00", "23 17:00-18:00"}, "Mon 09:00-10:00",
			[]string{"Monday: it shows 09:00-10:00 of 09:00-10:00, 11:00-12:00, 13:00-14:00 and 2 more, and the others in turn"}},
		{"the day after", "24 12:30", shop, "Tue 13:00-18:00", []string{"Tuesday: it shows 13:00-18:00 of 09:00-12:00, 13:00-18:00, and the others in turn"}},
		{"a night, before midnight", "23 23:00", bar, "Mon 22:00-23:59, Tue 22:00-23:59, Wed 00:00-02:00", []string{
			"Monday: it shows 23:59 as the end, and not midnight",
			"Tuesday: until that day it shows 22:00-23:59 of 00:00-02:00, 22:00-24:00",
		}},
		{"and after", "24 01:00", bar, "Tue 00:00-02:00, Wed 00:00-02:00", []string{"Tuesday: it shows 00:00-02:00 of 00:00-02:00, 22:00-24:00, and the others in turn"}},
		{"until the evening", "24 02:00", bar, "Tue 22:00-23:59, Wed 00:00-02:00", []string{"Tuesday: it shows 22:00-23:59 of 00:00-02:00, 22:00-24:00, and the others in turn"}},
		{"a whole day", "23 10:00", []string{"23 00:00-00:00", "25 10:00-11:30"}, "Mon open, Wed 10:00-11:30", nil},
		{"a holiday", "23 10:00", nil, "", nil},
		{"beyond the seventh day", "23 10:00", []string{"29 10:00-11:00", "30 10:00-11:00"}, "Sun 10:00-11:00", nil},
	}
	for _, tt := range tests {
		at, err := time.ParseInLocation("2006-01-2 15:04", "2026-11-"+tt.at, paris)
		if err != nil {
			t.Fatal(err)
		}
		rows, differences := chatwoot.Week(spans(t, paris, tt.open...), paris, at.UTC())
		if got := shownWeek(rows); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		if diff := cmp.Diff(tt.differences, differences); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestTodayIsRightAtEveryMinute asks the row of today as Chatwoot does, when it is written at every boundary. The last minute of a day is
// the one that it cannot show.
func TestTodayIsRightAtEveryMinute(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -3*3600)
	open := spans(t, zone, "23 00:00-01:30", "23 09:00-12:00", "23 12:15-18:00", "23 22:00-02:00", "24 05:00-05:01", "25 00:00-00:00")
	for at := time.Date(2026, 11, 23, 0, 0, 0, 0, zone); at.Day() < 27; at = at.Add(time.Minute) {
		isOpen, minute := false, at.Hour()*60+at.Minute()
		for _, s := range open {
			isOpen = isOpen || !at.Before(s.From) && at.Before(s.To)
		}
		rows, _ := chatwoot.Week(open, zone, at)
		r := rows[at.Weekday()]
		shown := r.Open || !r.Closed && r.OpenHour*60+r.OpenMinute <= minute && minute < r.CloseHour*60+r.CloseMinute
		if shown != isOpen && minute != 24*60-1 {
			t.Fatalf("at %s Chatwoot is open: %v; the shop: %v", at, shown, isOpen)
		}
	}
}

// TestHoursAreCompared: Chatwoot answers with 200 whatever it has kept.
func TestHoursAreCompared(t *testing.T) {
	t.Parallel()
	rows, _ := chatwoot.Week(spans(t, time.UTC, "23 09:00-12:00", "25 00:00-00:00"), time.UTC, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	call := table().Hours(7, "Europe/Paris", rows)
	if call.Method != http.MethodPatch || call.Path != "/api/v1/accounts/3/inboxes/7" || !call.Admin {
		t.Errorf("got %+v", call)
	}
	stands := func(change func(rows []any)) error {
		var answer map[string]any
		if err := json.Unmarshal(call.Body, &answer); err != nil {
			t.Fatal(err)
		}
		change(answer["working_hours"].([]any))
		body, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		return call.Stands(body)
	}
	row := func(list []any, day int) map[string]any { return list[day].(map[string]any) }
	if err := stands(func([]any) {}); err != nil {
		t.Error(err)
	}
	if err := stands(func(list []any) { list[0], list[3] = list[3], list[0] }); err != nil {
		t.Errorf("in another order: %v", err)
	}
	if err := stands(func(list []any) { row(list, 0)["open_hour"] = nil; row(list, 3)["close_hour"] = 23 }); err != nil {
		t.Errorf("days as a whole, with times: %v", err)
	}
	if err := stands(func(list []any) { row(list, 1)["close_hour"] = 17 }); err == nil {
		t.Error("another end is taken for the same")
	}
	if err := stands(func(list []any) { row(list, 0)["closed_all_day"] = false }); err == nil {
		t.Error("a day that was left open is taken for the same")
	}
	for _, answer := range []string{``, `[]`, `{}`} {
		if err := call.Stands([]byte(answer)); err == nil {
			t.Errorf("%q is taken for the same", answer)
		}
	}
}
