package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// leaves are the subcommands that do something, as they are written: "deliveries list".
func leaves(t *testing.T) map[string]*kong.Node {
	t.Helper()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]*kong.Node)
	for _, node := range below(parser.Model.Node) {
		if len(node.Children) == 0 {
			all[pathOf(node)] = node
		}
	}
	return all
}

// printsNoFacts are the subcommands that print none for programs: what they print instead, or that they change something and say so.
var printsNoFacts = map[string]string{
	"up": "runs, and logs", "worker": "runs, and logs", "web": "runs, and logs",
	"init": "a file", "export": "a file", "schema": "a file, of JSON", "completion": "a script", "help": "help", "chatwoot": "a file, or what to do",
	"apply": "the plan of a change", "validate": "faults", "send": "a change",
	"open": "a change", "close": "a change", "deliveries replay": "a change", "deliveries pause": "a change", "deliveries resume": "a change",
}

func TestWhatPrintsFactsPrintsThemAsJSON(t *testing.T) {
	t.Parallel()
	all := leaves(t)
	for path, node := range all {
		has := slices.ContainsFunc(flagsOf(node), func(f *kong.Flag) bool { return f.Name == "json" })
		if _, none := printsNoFacts[path]; has == none {
			t.Errorf("%s: --json: %t; if it prints no facts for programs, say in printsNoFacts what it prints", path, has)
		}
	}
	for path := range printsNoFacts {
		if all[path] == nil {
			t.Errorf("%s is no subcommand", path)
		}
	}
}

// factLines are command lines of all subcommands that look into Redis, which change nothing that another one shows.
var factLines = map[string][]string{
	"status": {"status", "status --json", "status acme"}, "doctor": {"doctor", "doctor --json"},
	"visitor": {"visitor acme ann", "visitor acme ann --json"}, "why": {"why agent lea", "why agent lea --json"},
	"deliveries list": {"deliveries list", "deliveries list --json"}, "deliveries test": {"deliveries test crm"},
	"hours": {"hours office --json", "hours never", "hours never --json"}, "coverage": {"coverage", "coverage --json"},
	"try": {"try acme", "try acme --json"}, "notify": {"notify lea --test --json"},
	"export": {"export"}, "keys": {"keys list", "keys list --json"}, "quotas": {"quotas list", "quotas list --json"},
	"feeds": {"feeds list", "feeds list --json"}, "agents": {"agents list", "agents list --json"}, "open": {"open acme --clear"},
	"deliveries resume": {"deliveries resume log"}, "deliveries pause": {"deliveries pause log"},
}

// besideRedis are those that look into none, or are tried with others.
var besideRedis = []string{
	"up", "worker", "web", "init", "simulate", "holidays", "schema", "completion", "version", "help", "chatwoot", "validate", "send", "erase", "apply", "close", "deliveries replay",
}

// everything defines something of each kind, also what never changes.
const everything = `
schedules: {office: "mon-fri 9-17", never: {weekly: {}}, feed: {weekly: 24/7, exceptions: [{ical_url: "https://calendar.example/x.ics"}]}}
agents: {lea: {notify: {via: ["ntfy://127.0.0.1/x"]}}, tom: {schedule: never}}
destinations: {crm: {type: webhook, url: "https://crm.example.com", secret_env: CRM_SECRET}, log: {type: log}}
properties: {acme: {schedule: office, agents: [lea]}, always: {schedule: 24/7}, never: {schedule: never}, fed: {schedule: feed}}
`

var yearOne = regexp.MustCompile(`\b0001\b`)

// TestNoYearOfNobodyIsPrinted runs all that looks into Redis where there is nothing, and where there is something of each kind: an instant that
// is not there is left out, and is no year 1. Lines of JSON can be read.
func TestNoYearOfNobodyIsPrinted(t *testing.T) {
	t.Parallel()
	for path := range leaves(t) {
		if _, tried := factLines[path]; !tried && !slices.Contains(besideRedis, path) && !strings.HasPrefix(path, "bench ") {
			t.Errorf("%s is not tried: give factLines a command line of it", path)
		}
	}
	o := newOnline(t)
	look := func() {
		for _, lines := range factLines {
			for _, line := range lines {
				got := o.run(mondayMorning, "", strings.Fields(line)...)
				if text := got.stdout + got.stderr; yearOne.MatchString(text) {
					t.Errorf("deskbell %s prints the year 1:\n%s", line, text)
				}
				if !strings.HasSuffix(line, "--json") {
					continue
				}
				for l := range strings.Lines(got.stdout) {
					if !json.Valid([]byte(l)) {
						t.Errorf("deskbell %s prints %q", line, l)
					}
				}
			}
		}
	}
	look()
	o.apply(everything)
	for _, line := range []string{
		"keys add ci", "keys add acme --property acme --read-only", "feeds link agent lea", "agents link lea", "quotas set acme --events 5", "deliveries pause crm",
		`send --type visitor.arrived --data {"property":"acme","visitor":"ann","visit":"first"}`, "close always --for 30m",
	} {
		if got := o.run(mondayMorning, "", strings.Fields(line)...); got.code != 0 {
			t.Fatalf("%s: %+v", line, got)
		}
	}
	look() // nothing is decided
	o.decide(mondayMorning)
	look()
}
