package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestAgentsAreLinkedToTheirPages(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.expect(result{stdout: "There is no link to the page of an agent: deskbell agents link NAME\n"}, "", "", "agents", "list")
	o.apply("agents: {lea: {}, tom: {}}\n")
	got := o.run(mondayMorning, "", "agents", "link", "lea", "--url", "https://bell.example/")
	if got.code != 0 || !regexp.MustCompile(`^https://bell\.example/agent#dba_lea_[\w-]{43}\n$`).MatchString(got.stdout) ||
		!strings.HasPrefix(got.stderr, "Keep it now: it is not shown again. Whoever has it is lea there, until 20") {
		t.Errorf("%+v", got)
	}
	if got := o.run(mondayMorning, "", "agents", "link", "lea"); !strings.HasPrefix(got.stdout, "http://127.0.0.1:8080/agent#dba_lea_") {
		t.Errorf("%+v", got)
	}
	list := o.run(mondayMorning, "", "agents", "list").stdout
	if strings.Count(list, "\nlea ") != 2 || strings.Contains(list, "dba_") {
		t.Errorf("the list:\n%s", list)
	}
	for args, want := range map[string]result{
		"agents link nobody": {code: 1, stderr: "deskbell: finding agent \"nobody\": not defined\n"},
		"agents link":        {code: 2, stderr: "deskbell: agents link: give the id of the agent\n"},
		"agents list lea":    {code: 2, stderr: "deskbell: agents list: it lists all of them, and needs nothing more\n"},
		"agents link lea --revoke --url https://a": {code: 2, stderr: "deskbell: agents link: --revoke makes no link, and needs no --url\n"},
		"agents link lea --url bell.example":       {code: 2, stderr: "deskbell: --url bell.example is not where a server is; write it as https://bell.example\n"},
	} {
		o.expect(want, "", "", strings.Fields(args)...)
	}
	o.expect(result{stdout: "Revoked 2 links to the page of lea. They are dead.\n"}, "", "", "agents", "link", "lea", "--revoke")
	o.expect(result{stdout: "There was no link to the page of lea.\n"}, "", "", "agents", "link", "lea", "--revoke")

	// A link does not outlive its agent: another tom may come.
	o.run(mondayMorning, "", "agents", "link", "tom")
	o.apply("agents: {lea: {}}\n")
	if list := o.run(mondayMorning, "", "agents", "list").stdout; strings.Contains(list, "tom") {
		t.Errorf("after tom was removed:\n%s", list)
	}
}
