package event

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	wiretest.Check(t, (*Data).form)
	wiretest.Written(t, (*Event).Form, func(e *Event) any {
		return envelope{"1.0", e.ID, e.Type, e.Source, e.Time, e.Unverified, e.Context, e.Data}
	})
	type plain Event // without MarshalJSON
	wiretest.Check(t, func(e *plain, c *wire.Codec) {
		c.Object(func() {
			wire.Text(c, "id", &e.ID)
			wire.Text(c, "type", &e.Type)
			c.Time("time", &e.Time)
			wire.Text(c, "source", &e.Source)
			c.MaybeBool("unverified", &e.Unverified)
			wire.MaybeText(c, "traceparent", &e.TraceParent)
			wire.MaybeText(c, "tracestate", &e.TraceState)
			if c.Key("data") {
				e.Data.form(c)
			}
		})
	})
}

// The items of a list are found as encoding/json finds them.
func TestElementsAreTheItemsOfAList(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		`[]`, `[ ]`, `[1]`, ` [1]`[1:], `[ 1 , 2 ]`, `[{"a":[1,2]},"]",",","\"","\\",[[]],{}]`, "[\n{},\n{}\n]", `["\\\"]",null,true]`,
	} {
		var want []json.RawMessage
		if err := json.Unmarshal([]byte(list), &want); err != nil {
			t.Fatal(err)
		}
		var got []json.RawMessage
		for text := range elements([]byte(list)) {
			got = append(got, text)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", list, diff)
		}
	}
}

// BenchmarkIntake is what web does with a batch of events: it reads and checks them, and writes them for the workers.
func BenchmarkIntake(b *testing.B) {
	const each = 200
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	events := make([]Event, each)
	for i := range events {
		events[i] = New(PageViewed, Data{
			Property: "acme", Visitor: "v" + strconv.Itoa(i), Visit: "s1", Page: Page{URL: "https://shop.example.com/products/5?a=1&b=2", Title: "A product"},
			Attributes: Attributes{Country: "FR", Language: "fr", Browser: "Firefox"},
		})
		events[i].ID, events[i].Time = "e"+strconv.Itoa(i), at
	}
	body, err := json.Marshal(events)
	if err != nil {
		b.Fatal(err)
	}
	in := Intake{At: at}
	var written []byte
	b.ReportAllocs()
	for b.Loop() {
		items, err := in.Decode(body, JSON)
		if err != nil || len(items) != each {
			b.Fatal(err)
		}
		for i := range items {
			if len(items[i].Faults) > 0 {
				b.Fatal(items[i].Faults)
			}
			if written, err = items[i].Event.AppendJSON(written[:0]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*each), "ns/event")
}
