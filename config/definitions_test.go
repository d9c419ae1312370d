package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestReadDefinitions(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/example.yml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := config.ReadDefinitions("example.yml", src)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Schedules) != 1 || d.Properties["acme"].Departments["sales"].Name != "Sales" || d.Agents["tom"] == nil || d.Destinations["crm"].MaxLen != 5000 {
		t.Errorf("%+v", d)
	}

	// Written as JSON, indented or not, with Windows ends of lines, it is the same.
	written, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, written, "", "\t"); err != nil {
		t.Fatal(err)
	}
	for _, same := range [][]byte{
		written, indented.Bytes(), bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")), append([]byte("\uFEFF%YAML 1.2\n---\n"), src...), append(src, "...\n"...),
	} {
		again, err := config.ReadDefinitions("again", same)
		if err != nil {
			t.Errorf("%v\n%s", err, same)
			continue
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("%s\n%s", diff, same)
		}
	}
}

// Triggers mean the same in YAML as in JSON.
func TestReadTriggers(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/triggers.yml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := config.ReadDefinitions("triggers.yml", src)
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(d.Properties["acme"].Triggers[3].Conditions)
	want := `[{"field":"time_of_day","between":["18:00","09:00"]},{"field":"visitor.country","is":"NO"},` +
		`{"field":"date","in":["2026-12-24"]},{"field":"visitor.custom.version","is":1.10}]`
	if err != nil || string(written) != want {
		t.Errorf("%s, %v, want %s", written, err, want)
	}
	whole, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := config.ReadDefinitions("triggers.json", whole)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Error(diff)
	}
}

// Scalars come through as people wrote them.
func TestScalars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ yaml, want string }{
		{`NO`, "NO"}, // Norway
		{`on`, "on"},
		{`y`, "y"},
		{`2024`, "2024"},
		{`0700`, "0700"},
		{`1_000`, "1_000"},
		{`0x1F`, "0x1F"},
		{`1e3`, "1e3"},
		{`1.50`, "1.50"},
		{`.inf`, ".inf"},
		{`9-17`, "9-17"},
		{`22:00`, "22:00"},
		{`2026-12-24`, "2026-12-24"},
		{`24/7`, "24/7"},
		{`"true"`, "true"},
		{`!!str true`, "true"},
		{`'it''s'`, "it's"},
		{`"\u00e9\u00a0"`, "é\u00a0"},
		{`a # comment`, "a"},
		{"|-\n      two: lines", "two: lines"},
		{">-\n      two\n      lines", "two lines"},
		{"two\n      lines", "two lines"},
		{"&a shared", "shared"},
	} {
		d, err := config.ReadDefinitions("d", []byte("agents:\n  lea:\n    name: "+c.yaml))
		if err != nil {
			t.Errorf("%s: %v", c.yaml, err)
			continue
		}
		if got := d.Agents["lea"].Name; got != c.want {
			t.Errorf("%s: got %q", c.yaml, got)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	d, err := config.ReadDefinitions("d", []byte(`
agents:
  7: &seven {name: Seven, time_zone: UTC}
  0700: {<<: *seven, name: Bond}
  true: {<<: [*seven]}
  ? NO
  : *seven
  lea: {notify: {on: [hours_started]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*definition.Agent{
		"7":    {Name: "Seven", TimeZone: "UTC"},
		"0700": {Name: "Bond", TimeZone: "UTC"},
		"true": {Name: "Seven", TimeZone: "UTC"},
		"NO":   {Name: "Seven", TimeZone: "UTC"},
		"lea":  {Notify: definition.Notify{On: []string{"hours_started"}}},
	}
	if diff := cmp.Diff(want, d.Agents); diff != "" {
		t.Error(diff)
	}
}

func TestReadDefinitionsRefusesWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	_, err := config.ReadDefinitions("d", make([]byte, 64<<20+1))
	if err == nil || err.Error() != "d:1:1: the file has 67108865 bytes; allowed: at most 67108864" {
		t.Error(err)
	}
}

func TestReadSchedule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, yaml, want string }{
		{"a preset", `mon-fri 9-17`, `{"":{"weekly":{"mon-fri":"09:00-17:00"}}}`},
		{"24/7", `24/7`, `{"":{"weekly":"24/7"}}`},
		{"a schedule", "time_zone: UTC\nweekly: {mon: 9-17}", `{"":{"time_zone":"UTC","weekly":{"mon":"09:00-17:00"}}}`},
		{"a file without schedules", "agents:\n  lea:", `{}`},
		{"a file", `
schedules: {office: mon-fri 9-17}
properties:
  acme:
    time_zone: Asia/Tokyo
    schedule: sat 9-10
    departments: {sales: {schedule: {weekly: 24/7, time_zone: UTC}}, named: {schedule: office}}
  beta: {schedule: office}
agents: {lea: {schedule: sun 9-10}, mia: {schedule: office, leave: [{on: 2026-12-24}]}, tom: {}, zoe: {schedule: office}}
`, `{"agent lea":{"weekly":{"sun":"09:00-10:00"}},"agent mia":{"weekly":{"mon-fri":"09:00-17:00"}},"department acme/sales":{"time_zone":"UTC","weekly":"24/7"},` +
			`"office":{"weekly":{"mon-fri":"09:00-17:00"}},"property acme":{"time_zone":"Asia/Tokyo","weekly":{"sat":"09:00-10:00"}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all, _, err := config.ReadSchedule("s", []byte(c.yaml))
			if err != nil {
				t.Fatal(err)
			}
			specs := make(map[string]*hours.Spec)
			for name, timetable := range all {
				specs[name] = timetable.Spec
			}
			if got, err := json.Marshal(specs); err != nil || string(got) != c.want {
				t.Errorf("got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
	for _, c := range []struct{ yaml, want string }{
		{"mon-fri 9-25", `s:1:11: "25" is not a time of day; allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"weekly:\n  mon: 9-25", `s:2:10: "25" is not a time of day; allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"agents: {lea: {schedule: sun}}", `s:1:26: "sun" is not the name of a schedule; allowed: none: the file defines no such thing`},
		{"", `s:1:1: the file is empty; allowed: schedules, properties, agents, destinations`},
		{"null", `s:1:1: the file holds nothing but null; allowed: schedules, properties, agents, destinations`},
	} {
		specs, _, err := config.ReadSchedule("s", []byte(c.yaml))
		if err == nil || err.Error() != c.want || specs != nil {
			t.Errorf("%s\n got %v\nwant %s", c.yaml, err, c.want)
		}
	}
}

func TestLeaveIsPartOfAnAgentsTimetable(t *testing.T) {
	t.Parallel()
	all, _, err := config.ReadSchedule("s", []byte("schedules: {office: daily 9-17}\nagents: {mia: {schedule: office, leave: [{on: 2026-12-24}]}}"))
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	for name, open := range map[string]bool{"office": true, "agent mia": false} {
		schedule, err := all[name].Compile(time.UTC, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := schedule.At(noon).Open; got != open {
			t.Errorf("%s on the day of leave: open is %t", name, got)
		}
	}
}

// Faults have their places beside anchors and tags, and below ends of lines that only the parser of YAML knows.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ yaml, want string }{
		{"agents: {lea: {online_when: &when never}, tom: {online_when: *when}}", "d:1:35: "},
		{"agents: {lea: {online_when: !!str never}}", "d:1:35: "},
		{"agents:\n  lea: {online_when: &when\n    never}", "d:2:22: "},
		{"agents: # a\u2028# b\n  lea: {name: \"a\u0085 b\", online_when: never}", "d:2:36: "},
		{"agents:\r  lea: {online_when: never}", "d:1:30: "},
		{`{"agents": {"lea": {"name": "\ud83d\ude00", "online_when": "never"}}}`, "d:1:60: "},
		{"{\"agents\":\r\n\t{\"lea\": {\"name\": \"\u2028é\", \"online_when\": \"never\"}}}", "d:2:19: "},
		{`{"agents": {"lea": {}, "lea": {}}}`, "d:1:24: "},
		{"agents:\n  lea: {name: \"\\ud83d\\ude00\"}", "d:2:18: "},
		{"agents:\n  lea: {name: @x}", "d:2:15: "},
	} {
		if _, err := config.ReadDefinitions("d", []byte(c.yaml)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.yaml, err, c.want)
		}
	}
	d, err := config.ReadDefinitions("d", []byte(`{"agents": {"lea": {"name": "\ud83d\ude00\/"}}}`))
	if err != nil || d.Agents["lea"].Name != "😀/" {
		t.Errorf("%+v, %v", d, err)
	}
}

// JSON reads the same as encoding/json reads it, nothing that reads as YAML panics, and each fault has its place.
func FuzzReadDefinitions(f *testing.F) {
	files, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if src, err := os.ReadFile("testdata/" + file.Name()); err == nil && strings.HasSuffix(file.Name(), ".yml") && len(src) < 2000 {
			f.Add(src)
		}
	}
	f.Add([]byte(`{"agents": {"lea": {"name": "L\u00e9a \ud83d\ude00", "notify": {"via": ["x:\/\/y"]}}}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := config.ReadDefinitions("d", src)
		if err != nil {
			var drawn bytes.Buffer
			err.(*config.FileError).Format(&drawn, false)
			for _, fault := range err.(*config.FileError).Faults {
				if fault.Line < 1 || fault.Column < 1 || fault.Problem == "" {
					t.Errorf("%+v", fault)
				}
			}
			return
		}
		written, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.ReadDefinitions("d", written)
		if err != nil {
			t.Fatalf("%v in %s", err, written)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("%s\n%s", diff, written)
		}
	})
}

// A stand-in has the hours as a worker knows them: round the clock of an agent without a schedule, and without what the
// calendars of the colleague's schedule close.
func TestReadScheduleOfWhoStandsIn(t *testing.T) {
	t.Parallel()
	all, _, err := config.ReadSchedule("s", []byte(`
schedules: {desk: {weekly: daily 9-17, exceptions: [{ical_url: "https://calendar.example/a.ics"}]}}
agents: {lea: {}, tom: {schedule: desk}, kim: {schedule: daily 8-9}}
cover: [{for: lea, by: kim, on: 2026-11-24}, {for: tom, by: kim, on: 2026-11-25}]
`))
	if err != nil {
		t.Fatal(err)
	}
	kim, url := all["agent kim"], "https://calendar.example/a.ics"
	if got := kim.Calendars(); len(got) != 1 || got[0] != url {
		t.Errorf("calendars %q", got)
	}
	closed := hours.Closure{From: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)}
	s, err := kim.Compile(time.UTC, hours.Feeds{url: {closed}})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]bool{
		time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC):   true,
		time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC):   false,
		time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC):  true,
		time.Date(2026, 11, 25, 12, 30, 0, 0, time.UTC): false,
	} {
		if s.At(at).Open != want {
			t.Errorf("%s: %t", at, !want)
		}
	}
}
