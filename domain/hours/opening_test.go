package hours_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
)

func openingHours(t *testing.T, text any, zone string) *hours.Schedule {
	t.Helper()
	spec, err := hours.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	spec.TimeZone = zone
	s, err := spec.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openWords(days []hours.OpenDay) []string {
	var all []string
	for _, d := range days {
		var windows []string
		for _, w := range d.Windows {
			windows = append(windows, w.String())
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Date, strings.Join(windows, ","), d.Name)))
	}
	return all
}

func TestOpenDays(t *testing.T) {
	t.Parallel()
	monday := hours.Date{Year: 2026, Month: time.November, Day: 23}
	for _, tt := range []struct {
		name string
		text any
		from hours.Date
		n    int
		want []string
	}{
		{"a night runs into the next date", "mon-tue 22-4", monday, 3, []string{"2026-11-23 22:00-04:00", "2026-11-24 22:00-04:00", "2026-11-25"}},
		{"a night in two parts is one", map[string]any{"weekly": map[string]any{"mon": "20-24", "tue": "0-2, 9-17"}}, monday, 2,
			[]string{"2026-11-23 20:00-02:00", "2026-11-24 09:00-17:00"}},
		{"a whole day", "mon 0-24", monday, 2, []string{"2026-11-23 00:00-24:00", "2026-11-24"}},
		{"always", "24/7", monday, 2, []string{"2026-11-23 00:00-24:00", "2026-11-24 00:00-24:00"}},
		{"days without a break", map[string]any{"weekly": map[string]any{"mon": "8-24", "tue": "0-24", "wed": "0-3"}}, monday, 3,
			[]string{"2026-11-23 08:00-24:00", "2026-11-24 00:00-24:00", "2026-11-25 00:00-03:00"}},
		{"never", map[string]any{"weekly": map[string]any{"mon-sun": "closed"}}, monday, 1, []string{"2026-11-23"}},
		{"the night of the day before runs on", map[string]any{
			"weekly": map[string]any{"daily": "22-4"}, "exceptions": []any{map[string]any{"on": "2026-11-24", "closed": true, "name": "Stocktaking"}}},
			monday, 3, []string{"2026-11-23 22:00-04:00", "2026-11-24  Stocktaking", "2026-11-25 22:00-04:00"}},
		{"the clocks go forward at two", "daily 0-4", hours.Date{Year: 2027, Month: time.March, Day: 28}, 1, []string{"2027-03-28 00:00-04:00"}},
	} {
		got := openWords(hours.OpenDays(tt.from, tt.n, openingHours(t, tt.text, "Europe/Paris")))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func specialWords(o hours.OpenHours) []string {
	var all []string
	for _, d := range o.Special {
		to := ""
		if d.Dates.To != d.Dates.From {
			to = "/" + d.Dates.To.String()
		}
		var windows []string
		for _, w := range d.Windows {
			windows = append(windows, w.String())
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s%s %s %s", d.Dates.From, to, strings.Join(windows, ","), d.Name)))
	}
	return all
}

func TestSpecialDaysAreThoseThatDifferFromTheWeek(t *testing.T) {
	t.Parallel()
	december := func(day int) hours.Date { return hours.Date{Year: 2026, Month: time.December, Day: day} }
	s := openingHours(t, map[string]any{
		"weekly": map[string]any{"mon-fri": "9-17"},
		"exceptions": []any{
			map[string]any{"on": "2026-12-24", "hours": "9-12", "name": "Christmas Eve"},
			map[string]any{"from": "2026-12-25", "to": "2026-12-26", "closed": true, "name": "Christmas"}, // of which the second is a Saturday, as ever
			map[string]any{"on": "2026-12-27", "hours": "10-16"},
			map[string]any{"from": "2026-12-28", "to": "2026-12-30", "closed": true},
		},
	}, "Europe/Paris")
	sales := openingHours(t, map[string]any{"weekly": map[string]any{"mon-wed": "13-20", "sat": "9-12"}}, "Europe/Paris")
	london := openingHours(t, map[string]any{"weekly": map[string]any{"mon-fri": "9-17"}}, "Europe/London")
	at := func(day, hour int) time.Time { return time.Date(2026, time.December, day, hour-1, 30, 0, 0, time.UTC) }
	const eve, feast, sunday, rest = "2026-12-24 09:00-12:00 Christmas Eve", "2026-12-25  Christmas", "2026-12-27 10:00-16:00", "2026-12-28/2026-12-30"
	for _, tt := range []struct {
		name      string
		schedules []*hours.Schedule
		monday    string
		want      []string
	}{
		{"exceptions", []*hours.Schedule{s}, "[09:00-17:00]", []string{eve, feast, sunday, rest}},
		{"an override for some hours", []*hours.Schedule{s.With(hours.Override{Open: false, From: at(21, 10), Until: at(21, 12)})}, "[09:00-17:00]",
			[]string{"2026-12-21 09:00-10:30,12:30-17:00", eve, feast, sunday, rest}},
		{"one that closes until it is cleared", []*hours.Schedule{s.With(hours.Override{Open: false, From: at(22, 10)})}, "[09:00-17:00]",
			[]string{"2026-12-22 09:00-10:30", "2026-12-23/2026-12-24", feast, "2026-12-28/2027-01-01"}},
		{"one that opens for days", []*hours.Schedule{s.With(hours.Override{Open: true, From: at(22, 10), Until: at(26, 0)})}, "[09:00-17:00]",
			[]string{"2026-12-22 09:00-24:00", "2026-12-23/2026-12-25 00:00-24:00", "2026-12-26 00:00-00:30", sunday, rest}},
		{"a department within its property", []*hours.Schedule{s, sales}, "[13:00-17:00]", []string{rest}},
		{"a department that an override opens", []*hours.Schedule{s.With(hours.Override{Open: true, Until: at(21, 18)}), sales.With(hours.Override{Open: true, Until: at(21, 18)})}, "[13:00-17:00]",
			[]string{"2026-12-20 00:00-24:00", "2026-12-21 00:00-18:30", rest}},
		{"in another zone", []*hours.Schedule{london, s}, "[10:00-17:00]", []string{"2026-12-24 10:00-12:00 Christmas Eve", feast, rest}},
		{"none", []*hours.Schedule{nil}, "[00:00-24:00]", nil},
	} {
		got := hours.OpenHoursFrom(december(20), 13, tt.schedules...)
		if diff := cmp.Diff(tt.want, specialWords(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if monday := fmt.Sprint(got.Week[time.Monday]); monday != tt.monday {
			t.Errorf("%s: on Mondays %s", tt.name, monday)
		}
	}
}
