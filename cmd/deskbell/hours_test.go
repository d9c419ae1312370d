package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// Look at each of these: cat testdata/*.golden
func TestHoursDrawsDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string // of the golden file: its subject
		at   string
		env  string // NAME=VALUE
		args string
	}{
		{name: "week_from_today", args: "office.yaml"},
		{name: "week_from_today_in_ascii", args: "office.yaml", env: "LC_ALL=C"},
		{name: "week_from_today_in_colour", args: "office.yaml --colour=always"},
		{name: "week_while_open", args: "office.yaml", at: "2026-11-24T10:10:00Z"},
		{name: "week_over_new_year", args: "office.yaml", at: "2026-12-31T20:00:00Z"},
		{name: "week_on_a_wide_terminal", args: "office.yaml", env: "COLUMNS=130"},
		{name: "week_on_a_narrow_terminal", args: "office.yaml", env: "COLUMNS=40"},
		{name: "exceptions_and_holidays", args: "office.yaml --from 2026-12-23 --to 2027-01-05"},
		{name: "exceptions_on_a_wide_terminal", args: "office.yaml --from 2026-12-23 --to 2026-12-27", env: "COLUMNS=100"},
		{name: "summer_break", args: "office.yaml --from 2027-07-30 --to 2027-08-04"},
		{name: "paris_spring", args: "night.yaml --from 2026-03-28 --to 2026-03-31"},
		{name: "paris_spring_in_ascii", args: "night.yaml --from 2026-03-28 --to 2026-03-31", env: "LC_ALL=C"},
		{name: "paris_autumn", args: "night.yaml --from 2026-10-24 --to 2026-10-27"},
		{name: "lord_howe_spring", args: "lord_howe.yaml --from 2026-10-03 --to 2026-10-06"},
		{name: "lord_howe_autumn", args: "lord_howe.yaml --from 2026-04-04 --to 2026-04-07"},
		{name: "sao_paulo_spring", args: "sao_paulo.yaml --from 2018-11-03 --to 2018-11-06"},
		{name: "sao_paulo_autumn", args: "sao_paulo.yaml --from 2018-02-17 --to 2018-02-19"},
		{name: "apia_without_a_day", args: "apia.yaml --from 2011-12-29 --to 2012-01-01"},
		{name: "always_open", args: "always.yaml --to now"},
		{name: "crowded_day", args: "crowded.yaml --from 2026-11-23 --to 2026-11-24"},
		{name: "every_schedule_of_a_file", args: "deskbell.yaml --to 2026-11-24"},
		{name: "one_schedule_of_a_file", args: "deskbell.yaml --schedule late --to 2026-11-24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name, value, _ := strings.Cut(c.env, "=")
			b := testBundle{at: c.at, env: map[string]string{name: value}}
			got := b.run(t, append([]string{"hours"}, strings.Fields("testdata/"+c.args)...)...)
			if got.code != 0 || got.stderr != "" {
				t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
			}
			golden(t, c.name, got.stdout)
		})
	}
}

func TestHoursListsBoundariesAsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args, want string }{
		{"the end is included, and a window ends where the clock jumps over its end", "testdata/night.yaml --from 2026-03-28T22:30 --to 2026-03-29T22:00", `
{"at":"2026-03-28T21:30:00Z","local":"2026-03-28T22:30:00+01:00","open":true,"reason":"weekly"}
{"at":"2026-03-29T01:00:00Z","local":"2026-03-29T03:00:00+02:00","open":false,"reason":"weekly"}
{"at":"2026-03-29T20:00:00Z","local":"2026-03-29T22:00:00+02:00","open":true,"reason":"weekly"}
`},
		{"a boundary in an overlap is in its first pass", "testdata/night.yaml --from 2026-10-25T00:00:00+02:00 --to 2026-10-25T12:00", `
{"at":"2026-10-24T22:00:00Z","local":"2026-10-25T00:00:00+02:00","open":true,"reason":"weekly"}
{"at":"2026-10-25T00:30:00Z","local":"2026-10-25T02:30:00+02:00","open":false,"reason":"weekly"}
`},
		{"a boundary at the beginning is told once", "testdata/office.yaml --from 2026-11-23T09:00 --to 2026-11-23T12:00", `
{"at":"2026-11-23T08:00:00Z","local":"2026-11-23T09:00:00+01:00","open":true,"reason":"weekly"}
{"at":"2026-11-23T11:00:00Z","local":"2026-11-23T12:00:00+01:00","open":false,"reason":"weekly"}
`},
		{"reasons name exceptions and holidays", "testdata/office.yaml --from 2026-12-24T08:00:00Z --to 2026-12-24T23:00:00Z", `
{"at":"2026-12-24T08:00:00Z","local":"2026-12-24T09:00:00+01:00","open":true,"reason":"Christmas Eve"}
{"at":"2026-12-24T11:00:00Z","local":"2026-12-24T12:00:00+01:00","open":false,"reason":"Christmas Eve"}
`},
		{"half an hour is skipped", "testdata/lord_howe.yaml --from 2026-10-04 --to 2026-10-05", `
{"at":"2026-10-03T13:30:00Z","local":"2026-10-04T00:00:00+10:30","open":false,"reason":"weekly"}
{"at":"2026-10-03T14:00:00Z","local":"2026-10-04T00:30:00+10:30","open":true,"reason":"weekly"}
{"at":"2026-10-03T17:15:00Z","local":"2026-10-04T04:15:00+11:00","open":false,"reason":"weekly"}
`},
		{"what never changes is one line", "testdata/always.yaml --to 2036-11-20", `
{"at":"2026-11-21T10:00:00Z","local":"2026-11-21T10:00:00Z","open":true,"reason":"weekly"}
`},
		{"the only schedule asked for", "testdata/deskbell.yaml --schedule late --to now", `
{"at":"2026-11-21T10:00:00Z","local":"2026-11-21T05:00:00-05:00","open":false,"reason":"weekly"}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := testBundle{}.run(t, append([]string{"hours", "--json"}, strings.Fields(c.args)...)...)
			want := result{stdout: strings.TrimPrefix(c.want, "\n")}
			if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHoursListsSevenDaysFromNowInWholeSeconds(t *testing.T) {
	t.Parallel()
	// The week holds the end of summer time: seven days on the clock are 169 hours.
	b := testBundle{at: "2026-10-21T07:00:00.75Z", stdin: `{time_zone: Europe/Paris, weekly: {daily: 9-17}}`}
	got := b.run(t, "hours", "-", "--json")
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	first, last := lines[0], lines[len(lines)-1]
	if want := `{"at":"2026-10-21T07:00:00Z","local":"2026-10-21T09:00:00+02:00","open":true,"reason":"weekly"}`; first != want {
		t.Errorf("first line %s, want %s", first, want)
	}
	if want := `{"at":"2026-10-28T08:00:00Z","local":"2026-10-28T09:00:00+01:00","open":true,"reason":"weekly"}`; last != want {
		t.Errorf("last line %s, want %s", last, want)
	}
}

func TestHoursListsTenYearsInOrder(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "hours", "--json", "testdata/office.yaml", "--from", "2026-01-01", "--to", "2036-01-01")
	previous := boundaryLine{}
	for line := range strings.Lines(got.stdout) {
		var b boundaryLine
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatal(err)
		}
		if !b.At.After(previous.At) || !b.At.Equal(b.Local) || (!previous.At.IsZero() && b.Open == previous.Open) {
			t.Fatalf("%+v after %+v", b, previous)
		}
		previous = b
	}
	if previous.At.Before(time.Date(2035, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("ends at %s", previous.At)
	}
}

func TestHoursRefusesWhatItCannotShow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
		want string // all of standard error, less "deskbell: "
	}{
		{"testdata/none.yaml", 1, "reading testdata/none.yaml: there is no such file; give the path of one, or - for standard input"},
		{"testdata/empty.yaml", 1, `testdata/empty.yaml holds no schedule; add one below "schedules"`},
		{"testdata/always.yaml --schedule office", 2, `testdata/always.yaml holds one schedule, without a name; leave out --schedule`},
		{"testdata/deskbell.yaml --json", 2, "testdata/deskbell.yaml holds 4 schedules; choose one by --schedule: agent lea, late, office, property beta"},
		{"testdata/deskbell.yaml --schedule ofice", 2, `testdata/deskbell.yaml holds no schedule "ofice"; there is: agent lea, late, office, property beta`},
		{"testdata/office.yaml --from never", 2, `--from "never" is not a time; write 2026-03-29, 2026-03-29T09:00, 2026-03-29T09:00:00+02:00 or now`},
		{"testdata/office.yaml --from 2026-02-02 --to 2026-02-01", 2, "--to 2026-02-01 is before --from 2026-02-02; swap them"},
		{"testdata/office.yaml --to 2020-01-01", 2, "--to 2020-01-01 is before --from now; swap them"},
		{"testdata/office.yaml --json --from 2026-01-01 --to 2036-01-02", 2, "--from 2026-01-01 --to 2036-01-02 is over 10 years; ask for a shorter span"},
		{"testdata/office.yaml --from 2026-01-01 --to 2026-03-05", 2, "63 days are more than can be drawn; ask for 62 days at most, or add --json for a list"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			got := testBundle{}.run(t, append([]string{"hours"}, strings.Fields(c.args)...)...)
			want := result{code: c.code, stderr: "deskbell: " + c.want + "\n"}
			if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHoursTakesTheZoneOfTheEnvironmentWhereAScheduleNamesNone(t *testing.T) {
	t.Parallel()
	b := testBundle{stdin: "mon-fri 9-17", env: map[string]string{"DESKBELL_TIME_ZONE": "Asia/Kathmandu"}}
	got := b.run(t, "hours", "-", "--json", "--to", "now")
	if !strings.Contains(got.stdout, `"local":"2026-11-21T15:45:00+05:45"`) {
		t.Errorf("%+v", got)
	}
	b.env["DESKBELL_TIME_ZONE"] = "Nepal/Kathmandu"
	got = b.run(t, "hours", "-")
	if got.code != 1 || !strings.Contains(got.stderr, `DESKBELL_TIME_ZONE="Nepal/Kathmandu" is not a time zone`) {
		t.Errorf("%+v", got)
	}
}

// Laws of 2026 that older time zone databases do not know.
func TestHoursKnowTheLawsOf2026(t *testing.T) {
	t.Parallel()
	for zone, opens := range map[string]string{
		"America/Vancouver": "16:00", "Canada/Pacific": "16:00", "canada/pacific": "16:00", "America/Edmonton": "15:00", "Africa/Casablanca": "09:00",
	} {
		b := testBundle{stdin: "{time_zone: " + zone + ", weekly: {daily: 9-17}}"}
		got := b.run(t, "hours", "-", "--from", "2026-11-26", "--to", "2026-11-26T23:00", "--json")
		if want := `{"at":"2026-11-26T` + opens + `:00Z"`; !strings.Contains(got.stdout, want) {
			t.Errorf("%s: want %s, got %+v", zone, want, got)
		}
	}
}

// The same name of a zone has the same answer, wherever it stands.
func TestZonesAreRefusedAlikeEverywhere(t *testing.T) {
	t.Parallel()
	const want = `"Romance Standard Time" is a name of Windows; allowed: Europe/Paris`
	for _, file := range []string{
		"{time_zone: Romance Standard Time, weekly: 24/7}",
		"properties: {p: {time_zone: Romance Standard Time}}",
		"properties: {p: {schedule: {time_zone: Romance Standard Time, weekly: 24/7}}}",
		"agents: {a: {time_zone: Romance Standard Time}}",
		"schedules: {s: {time_zone: Romance Standard Time, weekly: 24/7}}",
	} {
		if got := (testBundle{stdin: file}).run(t, "hours", "-"); got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", file, got)
		}
	}
	b := testBundle{stdin: "{p: {time_zone: etc/gmt+2, schedule: {time_zone: EST, weekly: 24/7}}}"}
	b.stdin = "properties: " + b.stdin
	got := b.run(t, "validate", "-")
	if got.code != 0 || !strings.Contains(got.stderr, "2 h behind UTC") || !strings.Contains(got.stderr, "never has summer time") {
		t.Errorf("%+v", got)
	}
}

func TestHoursDrawsTheFaultsOfAFile(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "hours", "testdata/busted_hours.yaml")
	if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "busted_hours.yaml:4:") {
		t.Errorf("%+v", got)
	}
}

func TestColour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flag, noColour string
		want           bool
	}{
		{"--colour=always", "", true},
		{"--color=always", "1", true}, // people who ask by hand get it
		{"--colour=auto", "", false},  // a buffer is no terminal
		{"--colour=never", "", false},
	} {
		b := testBundle{env: map[string]string{"NO_COLOR": c.noColour}}
		got := b.run(t, "hours", "testdata/office.yaml", c.flag)
		if coloured := strings.Contains(got.stdout, "\x1b["); got.code != 0 || coloured != c.want {
			t.Errorf("%s NO_COLOR=%s: coloured is %t; code %d, %s", c.flag, c.noColour, coloured, got.code, got.stderr)
		}
	}
}
