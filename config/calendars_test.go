package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestCalendarsBesideDefinitions(t *testing.T) {
	t.Parallel()
	read := 0
	day := hours.Date{Year: 2026, Month: 12, Day: 24}
	reader := config.Reader{Beside: func(file string) ([]hours.Closure, []definition.Fault) {
		read++
		switch file {
		case "closures.ics":
			return []hours.Closure{{Name: "Christmas", Days: hours.DateRange{From: day, To: day}}}, nil
		case "empty.ics":
			return nil, nil
		}
		return nil, []definition.Fault{{Problem: "line 3: is cut off"}, {Problem: "line 9: ends before it begins", Allowed: "a later end"}}
	}}
	d, _, err := reader.Definitions("deskbell.yaml", []byte(`
schedules: {office: {weekly: daily 9-17, exceptions: [{ical: closures.ics}, {on: 2026-12-31, closed: true}]}}
properties: {acme: {schedule: {weekly: 24/7, exceptions: [{ical: empty.ics}]}}}
agents: {lea: {leave: [{ical: closures.ics}, {on: 2026-05-01}]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Schedules["office"].Exceptions[0].Calendar; got.File != "closures.ics" || len(got.Closures) != 1 || got.Closures[0].Name != "Christmas" {
		t.Errorf("%+v", got)
	}
	if got := string(d.Properties["acme"].Schedule.InPlace); got != `{"weekly":"24/7","exceptions":[{"ical":"empty.ics","closures":[]}]}` {
		t.Error(got)
	}
	if got := d.Agents["lea"].Leave; len(got) != 2 || got[0].File != "closures.ics" || got[1].From.Month != 5 {
		t.Errorf("%+v", got)
	}
	if read != 2 {
		t.Errorf("read %d files, and not 2", read)
	}

	_, _, err = reader.Definitions("deskbell.yaml", []byte("schedules:\n  office:\n    weekly: 9\n    exceptions:\n      - ical: broken.ics\n"))
	want := `deskbell.yaml:3:13: "9" is not a week; allowed: windows by day such as {mon-fri: "9-17"}, "24/7" or "closed"
deskbell.yaml:5:15: "broken.ics" line 3: is cut off
deskbell.yaml:5:15: "broken.ics" line 9: ends before it begins; allowed: a later end`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	var located *config.FileError
	if !errors.As(err, &located) {
		t.Error("not a FileError")
	}
}

func TestDefinitionsFromElsewhereNameNoFiles(t *testing.T) {
	t.Parallel()
	_, err := config.ReadDefinitions("d", []byte("agents: {lea: {leave: [{ical: /etc/passwd}]}}"))
	want := `d:1:31: "/etc/passwd" is a file, and files are read only beside definitions that come from the command line; allowed: there, deskbell apply; here, ical_url: https://…`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	_, err = config.ReadDefinitions("d", []byte("agents: {lea: {leave: [{ical_url: http://calendar.example/private-token/basic.ics}]}}"))
	var located *config.FileError
	if !errors.As(err, &located) || located.Faults[0].Source != "agents: {lea: {leave: [{ical_url: "+strings.Repeat("*", 51) {
		t.Errorf("got %v, in %q", err, located.Faults[0].Source)
	}
}
