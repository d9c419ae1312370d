package main

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestHoursAdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want result
	}{
		{"testdata/office.yaml --add 4h --from 2026-11-23T16:00", result{stdout: "2026-11-24T11:00:00+01:00\n"}},
		{"testdata/office.yaml --add 4h --from 2026-11-23T16:00 --json", result{stdout: `{"at":"2026-11-24T10:00:00Z","local":"2026-11-24T11:00:00+01:00"}` + "\n"}},
		{"testdata/office.yaml --add 0s --from 2026-12-25", result{stdout: "2026-12-26T22:00:00+01:00\n"}},
		{"testdata/always.yaml --add 1d12h", result{stdout: "2026-11-22T22:00:00Z\n"}},
		{"testdata/deskbell.yaml --schedule late --add 90m", result{stdout: "2026-11-21T19:30:00-05:00\n"}},
		{"testdata/deskbell.yaml --add 90m", result{code: 2, stderr: "deskbell: testdata/deskbell.yaml holds 4 schedules; choose one by --schedule: agent lea, late, office, property beta\n"}},
		{"- --add 4h", result{code: 1, stderr: "deskbell: adding 4h of open time to 2026-11-21T10:00:00Z: it is not open for so long within 100 years\n"}},
		{"- --add 4h --to 2026-12-01", result{code: 2, stderr: "deskbell: --to and --add can't be used together\nRun \"deskbell hours --help\" to see how it is used.\n"}},
		{"- --add soon", result{code: 2, stderr: "deskbell: --add: \"soon\" is not a duration; allowed: a number and a unit (d, h, m, s, ms), such as 30s, 10m, 1h30m or 2d\nRun \"deskbell hours --help\" to see how it is used.\n"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			got := testBundle{stdin: "closed"}.run(t, append([]string{"hours"}, strings.Fields(c.args)...)...)
			if diff := gocmp.Diff(c.want, got, gocmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
