package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
)

func TestReadEventsPutsThemInOrder(t *testing.T) {
	t.Parallel()
	events, err := config.ReadEvents("e.jsonl", []byte(`{"id":"b","type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}

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
	if events, err := config.ReadEvents("e.jsonl", []byte("\n \n")); err != nil || len(events) > 0 {
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
			_, err := config.ReadEvents("e.jsonl", []byte(c.text))
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

func TestReadEventsEndsWithAFileOfFaults(t *testing.T) {
	t.Parallel()
	_, err := config.ReadEvents("e.jsonl", []byte(strings.Repeat("{}\n", 100_000)))
	var file *config.FileError
	if !errors.As(err, &file) || len(file.Faults) < 100 || len(file.Faults) > 2000 {
		t.Fatalf("got %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	for _, seed := range []string{`{"type":"chat.ended","time":"2026-11-23T09:02:00Z","data":{"property":"acme","chat":"c"}}`, "{", "[]", "\xff", "{}\n{}", `{"data":{"a":[[{}]]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		events, err := config.ReadEvents("e.jsonl", src)
		var file *config.FileError
		if err != nil && (!errors.As(err, &file) || len(events) > 0) {
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
