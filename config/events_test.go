package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestReadEventsPutsThemInOrder(t *testing.T) {
	t.Parallel()
	events, _, err := config.ReadEvents("e.jsonl", []byte(`{"id":"b","type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}

  {"type":"chat.ended","time":"2026-11-23T10:01:00+01:00","data":{"property":"acme","chat":"c"}}
{"id":"c","type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.ID)
	}
	if diff := cmp.Diff([]string{"line-3", "b", "c"}, got); diff != "" {
		t.Error(diff)
	}
	if events, _, err := config.ReadEvents("e.jsonl", []byte("\n \n")); err != nil || len(events) > 0 {
		t.Errorf("of empty lines: %v, %v", events, err)
	}
}

func TestReadEventsSaysEveryFaultWithItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string // how the first faults begin
	}{
		{"of the envelope", `{"type":"chat.ende","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}`, []string{
			`e.jsonl:1:9: "chat.ende" is not a type of event`}},
		{"a missing time, for nobody can tell when it was", `{"type":"chat.ended","data":{"property":"acme","chat":"c"}}`, []string{
			`e.jsonl:1:1: "time" is missing`}},
		{"of the data, on each line", "\n" + `{"type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"ac me"}}` + "\n\n" + `{}`, []string{
			`e.jsonl:2:59: "chat" is missing`, `e.jsonl:2:71: "ac me" is not an id`, `e.jsonl:4:1: "type" is missing`}},
		{"of JSON", "{\"type\":\n[1,2]\n\xff", []string{`e.jsonl:1:1: `, `e.jsonl:2:1: `, `e.jsonl:3:1: `}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := config.ReadEvents("e.jsonl", []byte(c.text))
			var file *config.FileError
			if !errors.As(err, &file) {
				t.Fatalf("got %v", err)
			}
			got := strings.Split(file.Error(), "\n")
			for _, want := range c.want {
				if len(got) == 0 || !strings.HasPrefix(got[0], want) {
					t.Fatalf("want %s, then got\n%s", want, strings.Join(got, "\n"))
				}
				got = got[1:]
			}
		})
	}
}

func TestOverridesStandAmongEvents(t *testing.T) {
	t.Parallel()
	events, overrides, err := config.ReadEvents("e.jsonl", []byte(`{"time":"2026-11-23T14:10:00Z","override":{"property":"acme","department":"sales","clear":true}}
{"id":"b","type":"visitor.custom","time":"2026-11-23T09:02:00Z","data":{"property":"acme","visitor":"v","name":"override","values":{"override":"x"}}}
{"time":"2026-11-23T15:00:00+01:00","override":{"property":"acme","open":false,"for":"30m"}}`))
	half := 30 * time.Minute
	want := []config.Override{
		{Time: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), Property: "acme", End: hours.End{For: &half}},
		{Time: time.Date(2026, 11, 23, 14, 10, 0, 0, time.UTC), Property: "acme", Department: "sales", Clear: true},
	}
	if diff := cmp.Diff(want, overrides); err != nil || diff != "" || len(events) != 1 {
		t.Error(err, diff, events)
	}
	for _, c := range []struct{ line, want string }{
		{`{"override":{"property":"acme","open":true}}`, `e.jsonl:1:1: "time" is missing; allowed: RFC 3339, such as 2026-12-24T18:00:00+01:00`},
		{`{"time":"now","override":{"open":1,"fro":"3m"},"type":"x"}`, `e.jsonl:1:9: "now" is not an instant; allowed: RFC 3339, such as 2026-12-24T18:00:00+01:00
e.jsonl:1:26: "property" is missing; allowed: the id of a property
e.jsonl:1:34: "1" is not true or false; allowed: true, false
e.jsonl:1:36: "fro" is not a key of an override; allowed: open, one of for, until and until_next, and note
e.jsonl:1:48: "type" is not a key of an override; allowed: time, override (did you mean "time"?)`},
		{`{"time":"2026-11-23T14:00:00Z","override":{"property":"ac me","open":true,"until":"2026-11-23T13:00:00Z"}}`,
			`e.jsonl:1:55: "ac me" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'
e.jsonl:1:83: "2026-11-23T13:00:00Z" has passed; allowed: an instant after time`},
		{`{"time":"2026-11-23T14:00:00Z","override":{"property":"acme","open":true,"clear":true}}`, `e.jsonl:1:62: "open" stands beside clear; allowed: clear alone`},
		{`{"time":"2026-11-23T14:00:00Z","override":"close"}`, `e.jsonl:1:43: "close" is not an object; allowed: property, department, open, and one of for, until and until_next; or clear`},
		{`{"time":"2026-11-23T14:00:00Z","override":{"property":"acme","open":true,"open":false}}`, `e.jsonl:1:62: "open" is there twice; allowed: each key once`},
	} {
		if _, _, err := config.ReadEvents("e.jsonl", []byte(c.line)); err == nil || faultLines(err) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.line, faultLines(err), c.want)
		}
	}
}

// faultLines are the first lines of faults, without the excerpts.
func faultLines(err error) string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if strings.HasPrefix(line, "e.jsonl") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func TestReadEventsEndsWithAFileOfFaults(t *testing.T) {
	t.Parallel()
	_, _, err := config.ReadEvents("e.jsonl", []byte(strings.Repeat("{}\n", 100_000)))
	var file *config.FileError
	if !errors.As(err, &file) || len(file.Faults) < 100 || len(file.Faults) > 2000 {
		t.Fatalf("got %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	for _, seed := range []string{`{"type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}`, "{", "[]", "\xff", "{}\n{}", `{"data":{"a":[[{}]]}}`,
		`{"time":"2026-11-23T09:02:00Z","override":{"property":"acme","open":true,"for":"2d"}}`, `{"override":{"clear":true}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		events, overrides, err := config.ReadEvents("e.jsonl", src)
		var file *config.FileError
		if err != nil && (!errors.As(err, &file) || len(events)+len(overrides) > 0) {
			t.Errorf("got %v, %v", events, err)
		}
		if file == nil {
			return
		}
		lines := 1 + strings.Count(string(src), "\n")
		for _, fault := range file.Faults {
			if fault.Line < 1 || fault.Line > lines || fault.Column < 1 {
				t.Errorf("%+v of %d lines", fault, lines)
			}
		}
	})
}
