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
		got := openWords(openingHours(t, tt.text, "Europe/Paris").OpenDays(tt.from, tt.n))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestSpecialDaysAreThoseThatDifferFromTheWeek(t *testing.T) {
	t.Parallel()
	s := openingHours(t, map[string]any{
		"weekly": map[string]any{"mon-fri": "9-17"}, "holidays": "FR",
		"exceptions": []any{
			map[string]any{"on": "2026-12-24", "hours": "9-12", "name": "Christmas Eve"},
			map[string]any{"on": "2026-12-26", "closed": true}, // a Saturday, as ever
			map[string]any{"on": "2026-12-27", "hours": "10-16"},
		},
	}, "Europe/Paris")
	o := hours.Override{Open: true}
	got := openWords(s.With(o).SpecialDays(hours.Date{Year: 2026, Month: time.December, Day: 20}, 14))
	if len(got) != 4 || !strings.HasPrefix(got[0], "2026-12-24 09:00-12:00 Christmas Eve") || !strings.HasPrefix(got[1], "2026-12-25  ") ||
		got[2] != "2026-12-27 10:00-16:00" || !strings.HasPrefix(got[3], "2027-01-01  ") {
		t.Errorf("got %q", got)
	}
	if none := (*hours.Schedule)(nil).SpecialDays(hours.Date{Year: 2026, Month: time.December, Day: 20}, 366); len(none) > 0 {
		t.Errorf("always open, and yet %q", openWords(none))
	}
}
