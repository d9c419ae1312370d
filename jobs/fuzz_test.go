package jobs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// fuzzing is a simulation over a store of unchecked records.
type fuzzing struct {
	*testing.T
	*simulate.Simulation
	store store.Store
}

func newFuzzing(t *testing.T, defs *definition.Definitions) *fuzzing {
	f := &fuzzing{T: t}
	log, _ := logtest.NewNullLogger()
	f.Simulation = simulate.New(simulate.Config{
		Open: func(now func() time.Time) store.Store { f.store = memstore.New(1, now); return f.store },
		From: morning(9, 0), TimeZone: time.UTC, Log: log, Explain: true, Action: f.isAction,
	})
	f.must(f.Define(t.Context(), defs))
	return f
}

func (f *fuzzing) isAction(body []byte) error {
	if !json.Valid(body) {
		f.Errorf("no action: %s", body)
	}
	return nil
}

func (f *fuzzing) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// keep stores a record that is due.
func (f *fuzzing) keep(subject store.Subject, state []byte) {
	f.Helper()
	lost, err := f.store.Commit(f.Context(), []store.Change{{Subject: subject, NewRev: 7, State: state, Due: f.Now()}})
	if f.must(err); len(lost) > 0 {
		f.Fatal("the record was not stored")
	}
}

// goesOn checks that no record in the store holds up others: a visitor who arrives is greeted.
func (f *fuzzing) goesOn() {
	f.Helper()
	f.must(f.Take(f.Context(), complete(f.T, []event.Event{{ID: "after", Type: event.VisitorArrived, Time: f.Now(), Data: event.Data{Property: "acme", Visitor: "after", Visit: "1"}}})...))
	f.must(f.Advance(f.Context(), f.Now().Add(20*time.Minute)))
	f.must(f.Settle(f.Context()))
}

func seed(f *testing.F, file string) []byte {
	f.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	return body
}

// pieces are records of a visitor. Each holds one of the things that a record can hold: the
// fuzzer would spend its time on shortening a long seed.
func pieces(f *testing.F, file string) (list [][]byte) {
	f.Helper()
	var record struct {
		Visit map[string]json.RawMessage
		Chats map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(seed(f, file), &record); err != nil {
		f.Fatal(err)
	}
	for name, value := range record.Visit {
		list = append(list, fmt.Appendf(nil, `{"visit":{%q:%s}}`, name, value))
	}
	for id, chat := range record.Chats {
		for name, value := range chat {
			list = append(list, fmt.Appendf(nil, `{"chats":{%q:{%q:%s}}}`, id, name, value))
		}
	}
	slices.SortFunc(list, bytes.Compare)
	return list
}

// shortPayloads are tasks with one event each, in a few of its fields: the fuzzer would spend its time on shortening a long one.
func shortPayloads(f *testing.F, file string) (list [][]byte) {
	f.Helper()
	var args struct{ Events []json.RawMessage }
	if err := json.Unmarshal(seed(f, file), &args); err != nil {
		f.Fatal(err)
	}
	for _, body := range args.Events {
		var e struct {
			ID   string          `json:"id"`
			Type event.Type      `json:"type"`
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(body, &e); err != nil {
			f.Fatal(err)
		}
		short, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, fmt.Appendf(nil, `{"events":[%s]}`, short))
	}
	return list
}

// FuzzEventPayload takes in everything that decodes as the payload of a task.
func FuzzEventPayload(f *testing.F) {
	for _, payload := range shortPayloads(f, "testdata/payloads/event-take.v1.json") {
		f.Add(payload)
	}
	for _, payload := range []string{
		`{"events":[{"type":"chat.message","data":{"property":"acme","chat":"/","visitor":"a/b","from":"visitor"}}]}`,
		`{"events":[{"type":"page.viewed","time":"9999-12-31T23:59:59.9Z","data":{"property":"acme","visitor":"v"}}]}`,
		`{"events":[{"data":{}},{}]}`,
	} {
		f.Add([]byte(payload))
	}
	defs := parse(f, talkative)
	f.Fuzz(func(t *testing.T, payload []byte) {
		var args enqueue.EventsArgs
		if json.Unmarshal(payload, &args) != nil {
			return // archived
		}
		s := newFuzzing(t, defs)
		s.must(s.Advance(t.Context(), morning(9, 1)))
		s.must(s.Take(t.Context(), args.Events...))
		s.must(s.Take(t.Context(), args.Events...))
		s.goesOn()
	})
}

// FuzzWakePayload reads the payload of a wake-up: it names a visitor, or is refused.
func FuzzWakePayload(f *testing.F) {
	f.Add(seed(f, "testdata/payloads/visitor-wake.v1.json"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var args jobs.WakeArgs
		if json.Unmarshal(payload, &args) != nil {
			return
		}
		property, visitor, ok := args.Subject.Visitor()
		if again := store.VisitorSubject(property, visitor); ok && visitor != "" && again != args.Subject {
			t.Errorf("%q is %q", args.Subject, again)
		}
		written, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		var again jobs.WakeArgs
		if err := json.Unmarshal(written, &again); err != nil || !again.Due.Equal(args.Due) {
			t.Errorf("%v: %s", err, written)
		}
	})
}

// FuzzVisitorRecord decides on a visitor with any record.
func FuzzVisitorRecord(f *testing.F) {
	for _, piece := range pieces(f, "engine/testdata/v1/visitor.json") {
		f.Add(piece)
	}
	f.Add([]byte(`{"visit":{"known":["."],"timers":[{"trigger":"page","due":"0001-01-01T00:00:00Z","step":9}]},"chats":{"c1":{"told":{"rests":[{"step":"5m","action":-1}]}}}}`))
	defs := parse(f, talkative)
	f.Fuzz(func(t *testing.T, state []byte) { storeAndGoOn(t, defs, store.VisitorSubject("acme", "v1"), state) })
}

// FuzzChatRecord does so with the record of a chat, which names its visitor.
func FuzzChatRecord(f *testing.F) {
	f.Add(seed(f, "engine/testdata/v1/chat.json"))
	f.Add(seed(f, "engine/testdata/v1/chat_parked.json"))
	defs := parse(f, talkative)
	f.Fuzz(func(t *testing.T, state []byte) { storeAndGoOn(t, defs, "chat/acme/c1", state) })
}

// FuzzDigestRecord adds to a digest with any record, and lets its property open.
func FuzzDigestRecord(f *testing.F) {
	f.Add(seed(f, "engine/testdata/v1/digest.json"))
	f.Add([]byte(`{"after":"9999-12-31T23:59:59Z","forms":{"count":-1,"ids":[""]},"chats":[{},{"chat":"/","visitor":"a/b"}],"due":"0001-01-01T00:00:00Z"}`))
	defs := parse(f, office)
	f.Fuzz(func(t *testing.T, state []byte) {
		s := newFuzzing(t, defs)
		s.must(s.Advance(t.Context(), morning(18, 0)))
		s.keep("digest/acme", state)
		came := []event.Event{form("e1"), wrote("e2", "c1", event.FromVisitor), asked("c1")}
		for i := range came {
			came[i].Time = s.Now()
		}
		s.must(s.Take(t.Context(), complete(t, came)...))
		s.must(s.Advance(t.Context(), morning(24+9, 1)))
		s.goesOn()
	})
}

func storeAndGoOn(t *testing.T, defs *definition.Definitions, subject store.Subject, state []byte) {
	s := newFuzzing(t, defs)
	s.must(s.Advance(t.Context(), morning(12, 0)))
	s.keep(subject, state)
	asks := event.Event{ID: "e1", Type: event.ChatRequested, Time: s.Now(), Data: event.Data{Property: "acme", Visitor: "v1", Chat: "c1", Text: "Hello?"}}
	answers := event.Event{ID: "e2", Type: event.ChatMessage, Time: s.Now(), Data: event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea"}}
	s.must(s.Take(t.Context(), complete(t, []event.Event{answers, asks})...))
	s.goesOn()
}
