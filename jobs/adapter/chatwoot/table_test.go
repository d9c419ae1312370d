package chatwoot_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

var (
	_ adapter.In  = (*chatwoot.Table)(nil)
	_ adapter.Out = (*chatwoot.Table)(nil)
)

// arrival is when the payloads of the tests come.
var arrival = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func table() *chatwoot.Table {
	return &chatwoot.Table{
		Name: "support", Account: 3, Bot: 5, Admin: true,
		Inboxes: map[int64]string{7: "acme"},
		Agents:  map[int64]string{12: "lea", 15: "tom", 16: "tom"},
	}
}

// payloadFile is a webhook, and the events that it makes.
type payloadFile struct {
	About   string          `json:"about,omitempty"`
	Payload json.RawMessage `json:"payload"`
	Ignored string          `json:"ignored,omitempty"`
	Events  []event.Event   `json:"events,omitempty"`
}

// actionFile is an action, and the calls that it makes. Looks are answers to the look of its first call that has one, each with the body
// of the call by it.
type actionFile struct {
	Action  action.Action `json:"action"`
	Skipped string        `json:"skipped,omitempty"`
	Calls   []callFile    `json:"calls,omitempty"`
	Looks   []lookFile    `json:"looks,omitempty"`
}

type callFile struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Admin  bool            `json:"admin,omitempty"`
	Look   string          `json:"look,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

type lookFile struct {
	About  string          `json:"about,omitempty"`
	Answer json.RawMessage `json:"answer"`
	Done   bool            `json:"done,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// files reads the files of a folder, by name.
func files[T any](t *testing.T, folder string) map[string]T {
	t.Helper()
	names, err := filepath.Glob("testdata/" + folder + "/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("found %v, %v", names, err)
	}
	all := make(map[string]T)
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var f T
		if err := json.Unmarshal(body, &f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".json")] = f
	}
	return all
}

// shown is a value as its file shows it.
func shown(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPayloadsMakeEvents(t *testing.T) {
	t.Parallel()
	var subscribed []string
	for name, f := range files[payloadFile](t, "events") {
		kind, _, _ := strings.Cut(name, ".")
		subscribed = append(subscribed, kind)
		got, err := table().Events(adapter.Request{Body: f.Payload, At: arrival})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := f
		f.Ignored, f.Events = got.Ignored, nil
		for _, item := range got.Items {
			if len(item.Faults) > 0 {
				t.Errorf("%s: %v", name, item.Faults)
			}
			f.Events = append(f.Events, item.Event)
		}
		if diff := cmp.Diff(shown(t, want), shown(t, f)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, kind := range chatwoot.Subscriptions() {
		if !slices.Contains(subscribed, kind) {
			t.Errorf("no file shows %s", kind)
		}
	}
}

func TestActionsMakeCalls(t *testing.T) {
	t.Parallel()
	var shownTypes []action.Type
	for name, f := range files[actionFile](t, "calls") {
		shownTypes = append(shownTypes, f.Action.Type)
		want := f
		plan, err := table().Calls(f.Action)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f.Skipped, f.Calls, f.Looks = plan.Skipped, nil, slices.Clone(f.Looks)
		looked := false
		for _, c := range plan.Calls {
			call := callFile{Method: c.Method, Path: c.Path, Admin: c.Admin, Body: c.Body}
			if c.Look != nil {
				call.Look = c.Look.Path
			}
			f.Calls = append(f.Calls, call)
			if c.Look == nil || looked {
				continue
			}
			looked = true
			for i := range f.Looks {
				look := &f.Looks[i]
				if look.Body, look.Done, err = c.Look.Next(look.Answer); err != nil {
					t.Errorf("%s, look %d: %v", name, i, err)
				}
				if look.Done {
					look.Body = nil
				}
			}
		}
		if looked != (len(f.Looks) > 0) {
			t.Errorf("%s: its call has a look, or its file has: not both", name)
		}
		if diff := cmp.Diff(shown(t, want), shown(t, f)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, kind := range action.Types() {
		if !slices.Contains(shownTypes, kind) {
			t.Errorf("no file shows a %s", kind)
		}
	}
}
