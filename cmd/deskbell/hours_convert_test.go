package main

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestHoursConvert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stdin string
		want        result
	}{
		{"another form", `{"regularHours": {"periods": [{"openDay": "MONDAY", "openTime": "09:00", "closeDay": "MONDAY", "closeTime": "17:00"}]}}`,
			result{stdout: "# made of the hours of Google Business Profile\nweekly:\n  mon: 09:00-17:00\n"}},
		{"a text", `Mo-Fr 08:00-18:00; PH off`,
			result{stdout: "# made of the opening_hours of OpenStreetMap\n# without \"PH off\", for which holidays: FR is written, with the code of your country: it closes on them\nweekly:\n  mon-fri: 08:00-18:00\n"}},
		{"our own form", `mon-fri 9-17; sat off`, result{stdout: "weekly:\n  mon-fri: 09:00-17:00\n"}},
		{"no form at all", `opens: never`, result{code: 1}},
		{"an iCalendar file", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", result{code: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := testBundle{stdin: c.stdin}.run(t, "hours", "--convert", "-")
			if c.want.code == 1 {
				if !strings.HasPrefix(got.stderr, "stdin:1:1: ") {
					t.Errorf("%+v", got)
				}
				c.want.stderr = got.stderr
			}
			if diff := gocmp.Diff(c.want, got, gocmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.want.code != 0 {
				return
			}
			again := testBundle{stdin: got.stdout}.run(t, "hours", "--convert", "-")
			if lines := strings.SplitAfter(got.stdout, "\n"); !strings.HasSuffix(got.stdout, again.stdout) || again.stdout == "" {
				t.Errorf("%v becomes %+v", lines, again)
			}
		})
	}
}
