package event_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
)

// active is an event of an agent, on one line.
func active(agent string) string {
	return `{"type":"agent.active","data":{"agent":"` + agent + `"}}`
}

// sketch is the result in short: the agent of each event, or its first fault.
func sketch(t testing.TB, items []event.Item, err error) []string {
	t.Helper()
	if err != nil {
		return append([]string{"refused"}, lines(t, err)...)
	}
	var all []string
	for _, item := range items {
		what := item.Event.Data.Agent
		if len(item.Faults) > 0 {
			what = item.Faults[0].String()
		}
		all = append(all, fmt.Sprint(item.Index, " ", what))
	}
	return all
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const isJSON = "; allowed: one JSON value (RFC 8259) in UTF-8"
	for _, c := range []struct {
		name   string
		format event.Format
		in     string
		want   []string
	}{
		{"one", event.JSON, active("lea"), []string{"0 lea"}},
		{"one amid blanks", event.JSON, "\n\t " + active("lea") + "\r\n", []string{"0 lea"}},
		{"an array", event.JSON, "[" + active("lea") + ", " + active("tom") + "]", []string{"0 lea", "1 tom"}},
		{"an empty array", event.JSON, " [ ] ", nil},
		{"the good ones of an array", event.JSON, "[" + active("lea") + `, 5, ["x"], null, ` + active("tom") + "]", []string{
			"0 lea", `1 "5" is not an object; allowed: the keys id, type, time, source, data`, `2 "[…]" is not an object; allowed: the keys id, type, time, source, data`,
			`3 "" is not an object; allowed: the keys id, type, time, source, data`, "4 tom",
		}},
		{"a literal", event.JSON, `true`, []string{`0 "true" is not an object; allowed: the keys id, type, time, source, data`}},
		{"nothing", event.JSON, "", []string{"refused", `"" is not JSON: unexpected end of JSON input` + isJSON}},
		{"blanks", event.JSON, " \n", []string{"refused", `"\n" is not JSON: unexpected end of JSON input (at byte 1)` + isJSON}},
		{"rubbish behind", event.JSON, active("lea") + "x", []string{"refused", `"x" is not JSON: invalid character 'x' after top-level value (at byte 46)` + isJSON}},
		{"two that are no array", event.JSON, active("lea") + "\n" + active("tom"), []string{"refused", `"{\"type\":\"agent.active\",\"data\":{\"agent\":\"" is not JSON: invalid character '{' after top-level value (at byte 47)` + isJSON}},
		{"a broken array", event.JSON, "[" + active("lea") + ",]", []string{"refused", `"]" is not JSON: invalid character ']' looking for beginning of value (at byte 48)` + isJSON}},
		{"an array that ends early", event.JSON, "[" + active("lea"), []string{"refused", `"}" is not JSON: unexpected end of JSON input (at byte 46)` + isJSON}},
		{"no UTF-8 in one", event.JSON, "[" + active("l\xff") + "," + active("tom") + "]", []string{`0 "�\"}}" is not UTF-8 (at byte 41)` + isJSON, "1 tom"}},
		{"half an emoji", event.JSON, active(`l\ud83d`), []string{`0 /data/agent: "l�" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`}},
		{"a key twice", event.JSON, `{"type":"agent.active","data":{"agent":"lea","agent":"tom"}}`, []string{`0 /data/agent: "agent" is there twice; allowed: each key once`}},
		{"nested too deeply", event.JSON, "[" + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "," + active("tom") + "]", []string{
			`0 "[[[[]]]]]]]]]]]]]]]]]]]]" is nested too deeply (at byte 16); allowed: at most 16 levels of objects and lists`, "1 tom",
		}},
		{"nested beyond all measure", event.JSON, strings.Repeat("[", 1<<20), []string{"refused", `"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" is not JSON: invalid character '[' exceeded max depth (at byte 10000)` + isJSON}},
		{"too large a one", event.JSON, "[" + active(strings.Repeat("a", event.MaxEvent)) + "," + active("tom") + "]", []string{`0 "65579 bytes" are too many; allowed: at most 65536: send less in one event`, "1 tom"}},
		{"too large a body", event.JSON, strings.Repeat(" ", event.MaxBody+1), []string{"refused", `"1048577 bytes" are too many; allowed: at most 1048576: send fewer events at once`}},
		{"too many", event.JSON, "[1" + strings.Repeat(",1", event.MaxEvents) + "]", []string{"refused", `"more events" are too many; allowed: at most 1000 at once`}},

		{"lines", event.Lines, active("lea") + "\n" + active("tom") + "\n", []string{"0 lea", "1 tom"}},
		{"lines of Windows, some empty", event.Lines, "\r\n" + active("lea") + "\r\n \r\n" + active("tom"), []string{"1 lea", "3 tom"}},
		{"the good ones of lines", event.Lines, active("lea") + "\n{\n" + active("a b") + "\n" + active("tom"), []string{
			"0 lea", `1 "{" is not JSON: unexpected end of JSON input` + isJSON, `2 /data/agent: "a b" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`, "3 tom",
		}},
		{"two on a line", event.Lines, active("lea") + " " + active("tom"), []string{`0 "{\"type\":\"agent.active\",\"data\":{\"agent\":\"" is not JSON: invalid character '{' after top-level value (at byte 47)` + isJSON}},
		{"no line", event.Lines, "\n\n", nil},
		{"too many lines", event.Lines, strings.Repeat("1\n", event.MaxEvents+1), []string{"refused", `"more events" are too many; allowed: at most 1000 at once`}},
	} {
		items, err := intake().Decode([]byte(c.in), c.format)
		if diff := cmp.Diff(c.want, sketch(t, items, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	items, err := intake().Decode([]byte("["+active("lea")+strings.Repeat(","+active("lea"), event.MaxEvents-1)+"]"), event.JSON)
	if len(items) != event.MaxEvents || err != nil {
		t.Errorf("as many as may be: %d, %v", len(items), err)
	}
}

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]event.Format{
		"application/json": event.JSON, "Application/JSON; charset=utf-8": event.JSON, "application/cloudevents+json;charset=UTF-8": event.JSON,
		"application/cloudevents-batch+json": event.JSON, "application/x-ndjson": event.Lines, " application/ndjson ": event.Lines,
		"": "", "text/plain": "", "application/cloudevents": "", "application/x-www-form-urlencoded": "",
	} {
		if got, ok := event.FormatOf(in); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, ok)
		}
	}
}

// remake checks that an event, written and read again, is the same and is written the same.
func remake(t testing.TB, e event.Event) {
	t.Helper()
	written, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	again, err := event.Intake{At: arrival}.ParseJSON(written)
	if err != nil {
		t.Fatalf("%v in %s", err, written)
	}
	var stored event.Event
	if err := json.Unmarshal(written, &stored); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]event.Event{e, e}, []event.Event{again, stored}); diff != "" {
		t.Fatalf("%s\n%s", diff, written)
	}
	if twice, err := json.Marshal(again); err != nil || string(twice) != string(written) {
		t.Fatalf("%v\n%s\n%s", err, written, twice)
	}
}

func FuzzDecode(f *testing.F) {
	for _, kind := range event.Types() {
		f.Add(file(f, kind), false)
	}
	f.Add([]byte("["+active("lea")+","+active("tom")+"]"), false)
	f.Add([]byte(active("lea")+"\n"+active("tom")+"\n"), true)
	f.Add([]byte(`{"type":"visitor.custom","data":{"property":7,"visitor":"\ud800","name":"<é>","values":{"a":[1e3,-0,0.10,{"b":null}],"a":1e999}}}`), false)
	f.Fuzz(func(t *testing.T, body []byte, asLines bool) {
		format := event.JSON
		if asLines {
			format = event.Lines
		}
		items, err := intake().Decode(body, format)
		if err != nil {
			lines(t, err)
		}
		for _, item := range items {
			if len(item.Faults) == 0 {
				remake(t, item.Event)
			}
			for _, fault := range item.Faults {
				if fault.Problem == "" || len(fault.String()) > 3000 {
					t.Errorf("%+v", fault)
				}
			}
		}
	})
}

// BenchmarkDecode reads a batch of 500 events as visitors make them.
func BenchmarkDecode(b *testing.B) {
	var all []json.RawMessage
	for i := range 500 {
		all = append(all, fmt.Appendf(nil, `{"id":"e-%d","type":"page.viewed","time":"2026-11-23T08:00:05Z","data":{"property":"acme","visitor":"v%d","visit":"s1",`+
			`"page":{"url":"https://acme.example/pricing","title":"Pricing"},"attributes":{"country":"GB","language":"en","custom":{"plan":"pro"}}}}`, i, i))
	}
	body, err := json.Marshal(all)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if items, err := intake().Decode(body, event.JSON); err != nil || len(items) != 500 || len(items[499].Faults) > 0 {
			b.Fatal(err, len(items), items[499].Faults)
		}
	}
	b.ReportMetric(float64(b.N)*500/b.Elapsed().Seconds(), "events/s")
}

// A path is no longer for a key that is: else each value below it would copy it.
func TestAPathIsShort(t *testing.T) {
	t.Parallel()
	_, err := intake().ParseJSON([]byte(`{"type": "agent.active", "data": {"` + strings.Repeat("k", 40_000) + `": {"x": 1, "x": 2}, "agent": "lea"}}`))
	for _, line := range lines(t, err) {
		if len(line) > 300 {
			t.Errorf("%d bytes: %.400s", len(line), line)
		}
	}
}
