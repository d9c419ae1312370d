package event_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
)

var arrival = time.Date(2026, 11, 23, 8, 0, 6, 0, time.UTC)

// intake accepts events at 8:00:06 and names those without id "new".
func intake() event.Intake {
	return event.Intake{At: arrival, NewID: func() string { return "new" }}
}

// examples are events of every type, with every key that they may have.
func examples() []event.Event {
	page := event.Page{URL: "https://acme.example/pricing?utm_source=mail", Title: "Prices & plans", Referrer: "https://search.example/"}
	attributes := event.Attributes{
		Country: "GB", Region: "England", City: "Leeds", Language: "en-GB", Browser: "Firefox", OS: "Windows", Device: "desktop",
		IP: "2001:db8::1", Name: "Zoë", Email: "zoe@example.com", PreviousVisits: new(3), PreviousChats: new(0), Tags: []string{"vip"},
		Custom: event.Values{"plan": "pro", "seats": json.Number("5"), "rate": json.Number("0.1"), "trial": false, "gone": nil, "cart": []any{map[string]any{"sku": "A1"}}},
	}
	form := event.Form{Kind: event.ContactForm, Fields: event.Values{"email": "zoe@example.com", "message": "Please call\nme"}}
	all := []event.Event{
		event.New(event.VisitorArrived, event.Data{Visit: "s1", Page: page, Attributes: attributes}),
		event.New(event.PageViewed, event.Data{Visit: "s1", Page: page, Attributes: attributes}),
		event.New(event.VisitorLeft, event.Data{Visit: "s1"}),
		event.New(event.VisitorUpdated, event.Data{Visit: "s1", Attributes: attributes}),
		event.New(event.VisitorCustom, event.Data{Visit: "s1", Chat: "c1", Page: page, Name: "Added to cart", Values: event.Values{"price": json.Number("12.5")}}),
		event.New(event.WidgetMaximized, event.Data{Visit: "s1", Page: page}),
		event.New(event.WidgetMinimized, event.Data{Visit: "s1", Page: page}),
		event.New(event.DepartmentChosen, event.Data{Visit: "s1", Chat: "c1", Department: "sales"}),
		event.New(event.FormAbandoned, event.Data{Visit: "s1", Chat: "c1", Department: "sales", Page: page, Form: form}),
		event.New(event.FormSubmitted, event.Data{Visit: "s1", Chat: "c1", Department: "sales", Page: page, Attributes: attributes, Form: form}),
		event.New(event.ChatRequested, event.Data{Visit: "s1", Chat: "c1", Department: "sales", Text: "Hello?", Bot: true, Page: page, Attributes: attributes}),
		event.New(event.ChatMessage, event.Data{Visit: "s1", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "<b>Hi</b> 👋", Bot: true}),
		event.New(event.ChatQueued, event.Data{Visit: "s1", Chat: "c1", Department: "sales", QueuePosition: new(0)}),
		event.New(event.ChatAssigned, event.Data{Visit: "s1", Chat: "c1", Department: "sales", Agent: "lea"}),
		event.New(event.ChatAgentJoined, event.Data{Visit: "s1", Chat: "c1", Agent: "lea"}),
		event.New(event.ChatAgentLeft, event.Data{Visit: "s1", Chat: "c1", Agent: "lea"}),
		event.New(event.ChatHandoff, event.Data{Visit: "s1", Chat: "c1", Department: "sales"}),
		event.New(event.ChatTagged, event.Data{Visit: "s1", Chat: "c1", Added: []string{"buyer"}, Removed: []string{"new"}}),
		event.New(event.ChatEnded, event.Data{Visit: "s1", Chat: "c1"}),
		event.New(event.AgentLoggedIn, event.Data{Agent: "lea"}),
		event.New(event.AgentLoggedOut, event.Data{Agent: "lea"}),
		event.New(event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Invisible, Locked: true}),
		event.New(event.AgentActive, event.Data{Agent: "lea"}),
	}
	for i := range all {
		e := &all[i]
		e.ID, e.Source, e.Time, e.Data.Property = "e-1", "/shops/7", arrival.Add(-1234567*time.Microsecond), "acme"
		if !strings.HasPrefix(string(e.Type), "agent.") {
			e.Data.Visitor = "v1"
		}
	}
	return all
}

// newer are those examples that have a newer form: they may happen in a tab, or in a session of an agent.
func newer() []event.Event {
	var all []event.Event
	for _, e := range examples() {
		i := slices.IndexFunc(event.Reference(), func(row event.Row) bool { return row.Type == e.Type })
		may := event.Reference()[i].Optional
		if slices.Contains(may, "tab") {
			e.Data.Tab = "t1"
		}
		if slices.Contains(may, "session") {
			e.Data.Session = "p1"
		}
		if slices.Contains(may, "ttl") {
			e.Data.TTL = 120
		}
		e.Data.Idle = slices.Contains(may, "idle")
		if isNewer(e) {
			all = append(all, e)
		}
	}
	return all
}

func isNewer(e event.Event) bool { return e.Data.Tab != "" || e.Data.Session != "" }

// TestWireForm holds the JSON of events against files that are never edited: applications send events like these, and
// tasks in Redis hold them. A new form gets a new folder.
func TestWireForm(t *testing.T) {
	t.Parallel()
	shown := map[event.Type]bool{}
	for _, e := range append(examples(), newer()...) {
		shown[e.Type] = true
		encoded, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden := fileOf(t, map[bool]string{false: "v1", true: "v2"}[isNewer(e)], e.Type)
		if diff := cmp.Diff(string(golden), string(encoded)+"\n"); diff != "" {
			t.Errorf("%s is written otherwise now (-then +now):\n%s", e.Type, diff)
		}
		parsed, err := intake().ParseJSON(golden)
		if err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
		var stored event.Event
		if err := json.Unmarshal(golden, &stored); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
		if diff := cmp.Diff([]event.Event{e, e}, []event.Event{parsed, stored}); diff != "" {
			t.Errorf("%s is read otherwise now (-then +now):\n%s", e.Type, diff)
		}
	}
	for _, kind := range event.Types() {
		if !shown[kind] {
			t.Errorf("no example of a %s", kind)
		}
	}
}

// file is the newest form of a type: the second knows tabs and sessions.
func file(t testing.TB, kind event.Type) []byte {
	t.Helper()
	if _, err := os.Stat(filepath.Join("testdata", "v2", string(kind)+".json")); err == nil {
		return fileOf(t, "v2", kind)
	}
	return fileOf(t, "v1", kind)
}

func fileOf(t testing.TB, form string, kind event.Type) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", form, string(kind)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestFilesShowEveryKey holds the files of testdata and the tables to each other.
func TestFilesShowEveryKey(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("testdata/v1")
	if err != nil || len(files) != len(event.Types()) {
		t.Errorf("%d files for %d types: %v", len(files), len(event.Types()), err)
	}
	paths := map[string]bool{}
	for _, row := range event.Reference() {
		data := full(t, row.Type)
		keys := slices.Sorted(maps.Keys(data))
		if want := slices.Sorted(slices.Values(slices.Concat(row.Required, row.Optional))); !slices.Equal(keys, want) {
			t.Errorf("%s shows %q, and the table has %q", row.Type, keys, want)
		}
		for name, value := range data {
			paths["data."+name] = true
			if object, ok := value.(map[string]any); ok && name != "values" {
				for inner := range object {
					paths["data."+name+"."+inner] = true
				}
			}
		}
	}
	for _, row := range event.Keys() {
		if row.Type == "" || !strings.HasSuffix(row.Doc, ".") {
			t.Errorf("%+v", row)
		}
		if strings.HasPrefix(row.Path, "data.") && !paths[row.Path] {
			t.Errorf("no file shows %s", row.Path)
		}
		delete(paths, row.Path)
	}
	for path := range paths {
		t.Errorf("%s is in a file and not in the reference", path)
	}
}

// full is the data of a type with every key, as a tree.
func full(t testing.TB, kind event.Type) map[string]any {
	t.Helper()
	return tree(t, string(file(t, kind))).(map[string]any)["data"].(map[string]any)
}

// tree is the output of a decoder of JSON.
func tree(t rapid.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func TestTypesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for i, row := range event.Reference() {
		if row.Type != event.Types()[i] || row.Doc != row.Type.Doc() || !strings.HasSuffix(row.Doc, ".") {
			t.Errorf("%+v", row)
		}
	}
	if doc := event.Type("chat.begun").Doc(); doc != "" {
		t.Errorf("a type that is none says %q", doc)
	}
}

func TestAnEventOfGoIsCompletedAndChecked(t *testing.T) {
	t.Parallel()
	e, err := intake().Complete(event.New(event.AgentActive, event.Data{Agent: "lea"}))
	want := event.Event{ID: "new", Type: event.AgentActive, Time: arrival, Source: "application", Data: event.Data{Agent: "lea"}}
	if diff := cmp.Diff(want, e); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if again, err := intake().Complete(e); !cmp.Equal(e, again) || err != nil {
		t.Errorf("completed twice: %+v, %v", again, err)
	}
	for _, c := range []struct {
		name, want string
		in         event.Event
	}{
		{"a field is missing", `/data: "agent" is missing; allowed: id of agent`, event.New(event.AgentActive, event.Data{Property: "acme"})},
		{"a field is of another type", `/data/chat: "chat" is not a key of the data of agent.active; allowed: property, agent`, event.New(event.AgentActive, event.Data{Agent: "lea", Chat: "c1"})},
		{"a value is none", `cannot be written as JSON`, event.New(event.VisitorCustom, event.Data{Values: event.Values{"f": func() {}}})},
	} {
		if _, err := intake().Complete(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
