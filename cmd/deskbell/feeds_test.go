package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestFeedsAreLinkedListedAndRevoked(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.expect(result{stdout: "There is no link to a calendar: deskbell feeds link agent ID\n"}, "", "", "feeds", "list")
	o.apply(`
schedules: {office: {weekly: mon-fri 9-17, exceptions: [{ical_url: "https://calendar.example/private-token/a.ics"}]}}
agents: {lea: {schedule: office}}
`)
	got := o.run("", "", "feeds", "link", "agent", "lea", "--url", "https://bell.example/")
	if got.code != 0 || !regexp.MustCompile(`^https://bell\.example/v1/agents/lea/shifts\.ics\?token=dbf_[\w-]{43}\n$`).MatchString(got.stdout) ||
		got.stderr != "Keep it now: it is not shown again. Whoever has it reads this calendar.\n" {
		t.Errorf("%+v", got)
	}
	if got := o.run("", "", "feeds", "link", "schedule", "office"); !strings.HasPrefix(got.stdout, "http://127.0.0.1:8080/v1/schedules/office/hours.ics?token=dbf_") {
		t.Errorf("%+v", got)
	}
	list := o.run("", "", "feeds", "list").stdout
	for _, want := range []string{"agent lea ", "schedule office ", "calendar.example ", "  never "} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, "dbf_") || strings.Contains(list, "private-token") {
		t.Errorf("the list tells secrets:\n%s", list)
	}
	if status := o.run("", "", "status").stdout; !strings.Contains(status, "calendar.example ") || !strings.Contains(status, "  never ") || strings.Contains(status, "private-token") {
		t.Errorf("the status:\n%s", status)
	}
	for args, want := range map[string]result{
		"feeds link agent lea":                     {code: 1, stderr: "deskbell: linking agent \"lea\": it has a link, which cannot be shown again: revoke it, and make another\n"},
		"feeds link agent tom":                     {code: 1, stderr: "deskbell: finding agent \"tom\": not defined\n"},
		"feeds revoke agent tom":                   {code: 1, stderr: "deskbell: finding the link of agent \"tom\": not defined\n"},
		"feeds link lea":                           {code: 2, stderr: "deskbell: feeds link: say of what: agent ID, schedule ID or property ID\n"},
		"feeds list agent":                         {code: 2, stderr: "deskbell: feeds list: it lists all of them, and needs nothing more\n"},
		"feeds revoke agent lea --url https://a.b": {code: 2, stderr: "deskbell: feeds revoke: --url is for feeds link\n"},
		"feeds link agent lea --url bell.example":  {code: 2, stderr: "deskbell: --url bell.example is not where a server is; write it as https://bell.example\n"},
	} {
		o.expect(want, "", "", strings.Fields(args)...)
	}
	o.expect(result{stdout: "Revoked the link of agent lea. It is dead.\n"}, "", "", "feeds", "revoke", "agent", "lea")
	if again := o.run("", "", "feeds", "link", "agent", "lea"); again.code != 0 {
		t.Errorf("%+v", again)
	}

	// A link does not outlive its calendar: another lea may come.
	const office = "schedules: {office: {weekly: mon-fri 9-17}}\n"
	o.apply(office)
	o.apply(office + "agents: {lea: {schedule: office}}\n")
	if list := o.run("", "", "feeds", "list").stdout; strings.Contains(list, "agent lea") || !strings.Contains(list, "schedule office ") {
		t.Errorf("after lea was removed:\n%s", list)
	}
}
