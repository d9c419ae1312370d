package visit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// drawEvents draws events of one visitor, many of them at the same instants.
func drawEvents(r *rapid.T) []event.Event {
	types := event.Types()
	n := rapid.IntRange(0, 40).Draw(r, "events")
	events := make([]event.Event, n)
	for i := range events {
		kind := rapid.SampledFrom(types[:len(types)-4]).Draw(r, "type") // agents' own events are not a visitor's
		d := event.Data{Property: "acme", Visitor: "v", Visit: rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(r, "visit")}
		if strings.HasPrefix(string(kind), "chat.") {
			d.Chat = "c1"
		}
		if tabs := map[string][]string{"1": {"", "a", "b"}, "2": {"", "a"}}[d.Visit]; tabs != nil {
			d.Tab = rapid.SampledFrom(tabs).Draw(r, "tab")
		}
		switch kind {
		case event.ChatMessage:
			d.From = rapid.SampledFrom([]event.Author{event.FromVisitor, event.FromAgent, event.FromBot}).Draw(r, "from")
			d.Text = rapid.SampledFrom([]string{"", "hello", "price?"}).Draw(r, "text")
		case event.VisitorArrived, event.PageViewed:
			d.Page = event.Page{URL: rapid.SampledFrom([]string{"/a", "/a#1", "/a#2", "/b", "/c"}).Draw(r, "url"), Title: rapid.SampledFrom([]string{"", "A"}).Draw(r, "title")}
			d.Attributes = drawAttributes(r)
		case event.VisitorUpdated:
			d.Attributes = drawAttributes(r)
		case event.DepartmentChosen:
			d.Department = rapid.SampledFrom([]string{"sales", "support"}).Draw(r, "department")
		case event.VisitorCustom:
			d.Name = "x"
		}
		at := second("0").Add(time.Duration(rapid.IntRange(0, 20).Draw(r, "at")) * time.Second)
		events[i] = event.Event{ID: fmt.Sprint("e", i), Type: kind, Time: at, Source: event.DefaultSource, Unverified: rapid.Bool().Draw(r, "unverified"), Data: d}
	}
	return events
}

func drawAttributes(r *rapid.T) (a event.Attributes) {
	a.Country = rapid.SampledFrom([]string{"", "FR", "GB"}).Draw(r, "country")
	if rapid.Bool().Draw(r, "counted") {
		a.PreviousVisits = new(rapid.IntRange(0, 3).Draw(r, "visits"))
	}
	a.Tags = rapid.SampledFrom([][]string{nil, {}, {"a"}, {"a", "b"}}).Draw(r, "tags")
	a.Custom = event.Values{}
	for range rapid.IntRange(0, 15).Draw(r, "customs") {
		name := fmt.Sprint("k", rapid.IntRange(0, 40).Draw(r, "name"))
		a.Custom[name] = rapid.SampledFrom([]any{"x", "y", true, nil, json.Number("5"), []any{"list"}}).Draw(r, "value")
	}
	return a
}

func drawTriggers(r *rapid.T) []trigger.Trigger {
	var all []trigger.Trigger
	for _, start := range trigger.Starts() {
		t := trigger.Trigger{Name: start.Name, Type: trigger.Advanced, On: start.Name, Message: "hi"}
		if start.After {
			t.After = 5e9
		}
		if start.Named {
			t.Event = "x"
		}
		t.Frequency.Rule = rapid.SampledFrom(trigger.FrequencyRules()).Draw(r, "frequency")
		if rapid.Bool().Draw(r, "delayed") {
			t.Delay = 3e9
		}
		t.WhileChatting = !start.Chat && rapid.Bool().Draw(r, "while_chatting")
		all = append(all, t)
	}
	fragment := trigger.Condition{Operator: "contains", Value: []byte(`"#"`)}
	return append(all,
		trigger.Trigger{Name: "page", Type: trigger.Page, Message: "hi"}, trigger.Trigger{Name: "fragment", Type: trigger.Page, Message: "hi", Delay: 2e9, URL: fragment}, trigger.Trigger{Name: "rescue", Type: trigger.Rescue, Delay: 1e9, Message: "hi"})
}

// TestOrderDoesNotMatter: events in any order, and some of them again, end in the same state and the same decision.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		events := drawEvents(r)
		policy, err := visit.Compile(visit.Definition{Triggers: drawTriggers(r), OnePerVisit: rapid.Bool().Draw(r, "one")})
		if err != nil {
			r.Fatal(err)
		}
		others := rapid.Permutation(events).Draw(r, "order")
		if len(events) > 0 {
			others = append(others, rapid.SliceOfN(rapid.SampledFrom(events), 0, 10).Draw(r, "again")...)
		}
		scene := visit.Scene{
			Widget: visit.Widget{Status: "online", Since: second("-10")},
			Chats:  map[string]visit.Chat{"c1": {Asked: second("9"), Waiting: second("4")}},
		}
		at := second("21")
		one, other := mergeAll(events), mergeAll(others)
		if diff := cmp.Diff(one.state, other.state); diff != "" {
			r.Errorf("merged (-in order +otherwise):\n%s", diff)
		}
		inOrder := visit.Decide(policy, one.state, one.fresh, scene, at)
		otherwise := visit.Decide(policy, other.state, other.fresh, scene, at)
		if diff := cmp.Diff(inOrder, otherwise); diff != "" {
			r.Errorf("decided (-in order +otherwise):\n%s", diff)
		}
		if again := visit.Decide(policy, inOrder.State, nil, scene, at); len(again.Effects)+len(again.Skipped) > 0 {
			r.Errorf("decided again: %+v %+v", again.Effects, again.Skipped)
		}
		causes := map[visit.Cause]bool{}
		for _, e := range inOrder.Effects {
			if causes[e.Cause] {
				r.Errorf("twice: %+v", e.Cause)
			}
			causes[e.Cause] = true
		}
	})
}

// TestNoPageTouchesWhatAServerSaid: in any order, what pages say changes no fact that a server has said, and forgets none.
func TestNoPageTouchesWhatAServerSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		events := drawEvents(r)
		pages := func(e event.Event) bool { return e.Unverified }
		all, servers := mergeAll(events).state, mergeAll(slices.DeleteFunc(slices.Clone(events), pages)).state
		for name, facts := range map[string][2]map[string]visit.Attribute{"attributes": {servers.Attributes, all.Attributes}, "custom": {servers.Custom, all.Custom}} {
			for key, a := range facts[0] {
				if diff := cmp.Diff(a, facts[1][key]); diff != "" || a.Unverified {
					r.Errorf("%s %s (-of servers +with pages):\n%s", name, key, diff)
				}
			}
			for key, a := range facts[1] {
				if _, said := facts[0][key]; !said && !a.Unverified {
					r.Errorf("%s %s is verified, and no server has said it", name, key)
				}
			}
		}
	})
}

// TestMergeLeavesCopiesAlone: a State kept from before does not change.
func TestMergeLeavesCopiesAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var s visit.State
		for _, e := range drawEvents(r) {
			before := s
			copied := jsonOf(r, before)
			s.Merge(e)
			if jsonOf(r, before) != copied {
				r.Fatalf("%s changed what was before", e.Type)
			}
		}
	})
}

type merged struct {
	state visit.State
	fresh []event.Event
}

func mergeAll(events []event.Event) (m merged) {
	for _, e := range events {
		if m.state.Merge(e) {
			m.fresh = append(m.fresh, e)
		}
	}
	return m
}

func jsonOf(t rapid.TB, v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestBoundedSize: the busiest visitor has some 160 KB, and one about whom whatever an intake takes is sent, in characters that
// need six bytes each, not a megabyte.
func TestBoundedSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		letter string
		most   int // bytes
	}{{"x", 256 << 10}, {"\x01", 1 << 20}} {
		t.Run(fmt.Sprintf("%q", c.letter), func(t *testing.T) {
			t.Parallel()
			if size := sizeOf(t, c.letter); size > c.most {
				t.Errorf("%d bytes are too many", size)
			}
		})
	}
}

// sizeOf is how many bytes the state of a visitor has whose texts are all one letter, and as long as they may be.
func sizeOf(t *testing.T, letter string) int {
	t.Helper()
	const each = `[{"name":"T","type":"advanced","on":"page.viewed","delay":"24h","message":"hi","frequency":"every_time"}]`
	s := newStory(t, each)
	policy, err := visit.Compile(visit.Definition{Triggers: s.triggers})
	if err != nil {
		t.Fatal(err)
	}
	var state visit.State
	for i := range 300 {
		e := event.Event{
			ID: fmt.Sprintf("018c2f3e-6b1a-7c4d-9e5f-%012d", i), Type: event.PageViewed, Time: second(fmt.Sprint(i)), Source: event.DefaultSource,
			Data: event.Data{Property: "acme", Visitor: "v", Visit: fmt.Sprint("visit-", i/10), Tab: fmt.Sprint("tab-", i%10)},
		}
		switch long := strings.Repeat(letter, event.MostText); i % 4 { // one event has 64 KB
		case 0:
			e.Data.Page.URL = fmt.Sprint("https://example.com/", i, "/", long)
		case 1:
			e.Data.Page = event.Page{URL: fmt.Sprint(i), Referrer: long[:event.MostText-100]}
		case 2:
			e.Type, e.Data.Chat, e.Data.From, e.Data.Text = event.ChatMessage, "c1", event.FromVisitor, long
		case 3:
			custom, line := event.Values{}, long[:200]
			for k := range 8 {
				custom[fmt.Sprint("custom", i, "-", k)] = long[:1024]
			}
			e.Type, e.Data.Attributes = event.VisitorUpdated, event.Attributes{Name: line, Country: line, City: line, Custom: custom}
		}
		var err error
		if e, err = (event.Intake{}).Complete(e); err != nil {
			t.Fatal(err)
		}
		fresh := []event.Event{e}
		if !state.Merge(e) {
			t.Fatalf("event %d is not new", i)
		}
		state = visit.Decide(policy, state, fresh, s.scene, e.Time).State
	}
	size := len(jsonOf(t, state))
	t.Logf("%d bytes, %d timers, %d events", size, len(state.Timers), len(state.Known))
	return size
}

// TestTooOldToKnow: an event older than all that are known starts nothing, but a form is not lost.
func TestTooOldToKnow(t *testing.T) {
	t.Parallel()
	var state visit.State
	for i := range 64 {
		state.Merge(event.Event{ID: fmt.Sprint("e", i), Type: event.PageViewed, Time: second(fmt.Sprint(i + 10))})
	}
	old := event.Event{ID: "old", Type: event.WidgetMaximized, Time: second("5")}
	if state.Merge(old) {
		t.Error("it may be a repeat")
	}
	old.Type = event.FormSubmitted
	if !state.Merge(old) {
		t.Error("a form is lost")
	}
	if state.Merge(event.Event{ID: "e63", Type: event.FormSubmitted, Time: second("99")}) {
		t.Error("the same id is the same event, whenever it says that it happened")
	}
	if !state.Merge(event.Event{ID: "e63", Source: "/other", Time: second("99")}) {
		t.Error("the same id of another source is another event")
	}
}

func TestExpires(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return second("0").AddDate(0, 0, n) }
	for _, tt := range []struct {
		name   string
		events map[int]event.Type
		want   time.Time
	}{
		{"nothing", nil, time.Time{}},
		{"a sign of life", map[int]event.Type{0: event.PageViewed}, day(7)},
		{"two", map[int]event.Type{0: event.PageViewed, 3: event.ChatRequested}, day(33)},
		{"that they left", map[int]event.Type{0: event.PageViewed, 3: event.VisitorLeft}, day(10)},
		{"others' doings are no sign", map[int]event.Type{0: event.PageViewed, 3: event.VisitorUpdated}, day(7)},
		{"but are all there is", map[int]event.Type{3: event.VisitorUpdated}, day(10)},
		{"a chat that ended soon", map[int]event.Type{0: event.PageViewed, 20: event.ChatEnded}, day(30)},
		{"a chat that ended late", map[int]event.Type{0: event.PageViewed, 25: event.ChatEnded}, day(32)},
	} {
		var state visit.State
		chats := false
		for _, n := range slices.Sorted(maps.Keys(tt.events)) {
			chats = chats || tt.events[n] == event.ChatRequested
			state.Merge(event.Event{ID: fmt.Sprint(n), Type: tt.events[n], Time: day(n), Data: event.Data{Visit: "1"}})
		}
		if got := state.Expires(0, chats); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Visitors with a name, or with a chat, are kept for longer.
func TestExpiresSoonerWithoutANameAndAChat(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name    string
		unnamed time.Duration
		chats   bool
		give    event.Attributes
		then    event.Type // an event after that
		want    time.Duration
	}{
		{"by default", 0, false, event.Attributes{Email: "a@b.example"}, "", 7 * day},
		{"as it is set", 2 * day, false, event.Attributes{}, "", 2 * day},
		{"as it is set, at most as long as others", 90 * day, false, event.Attributes{}, "", 30 * day},
		{"with a name", 2 * day, false, event.Attributes{Name: "Ann"}, "", 30 * day},
		{"with a chat that is known beside", 2 * day, true, event.Attributes{}, "", 30 * day},
		{"with a chat that is over", 2 * day, false, event.Attributes{}, event.ChatEnded, 30 * day},
	} {
		var state visit.State
		state.Merge(event.Event{ID: "1", Type: event.PageViewed, Time: second("0"), Data: event.Data{Visit: "1", Attributes: tt.give}})
		if tt.then != "" {
			state.Merge(event.Event{ID: "2", Type: tt.then, Time: second("0"), Data: event.Data{Visit: "1", Chat: "c"}})
		}
		if got := state.Expires(tt.unnamed, tt.chats).Sub(second("0")); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	var named visit.State
	named.Merge(event.Event{ID: "1", Type: event.PageViewed, Time: second("0"), Data: event.Data{Visit: "1"}})
	named.Did(trigger.Action{SetName: "Ann"}, "", second("0"))
	if got := named.Expires(0, false).Sub(second("0")); got != 30*day {
		t.Errorf("named by a trigger: %v", got)
	}
}

// TestAttributes also tests which are forgotten, and which stay as they were.
func TestAttributes(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"advanced","on":"visitor.custom","event":"x","frequency":"every_time","message":"{{visitor.name|you}}",
		"match":"all","conditions":[{"field":"visitor.custom.plan","is":"pro"},{"field":"visitor.custom.seats",">":4},{"field":"visitor.tags","contains":"vip"},{"field":"visitor.previous_visits","is":0}]}]`)
	update := func(at string, a event.Attributes) {
		s.events++
		s.state.Merge(event.Event{ID: fmt.Sprint("a", s.events), Type: event.VisitorUpdated, Time: second(at), Data: event.Data{Attributes: a}})
	}
	update("0", event.Attributes{Language: "fr", Name: "Ann", PreviousVisits: new(0), Tags: []string{"vip"},
		Custom: event.Values{"plan": "pro", "seats": json.Number("5"), "deep": []any{"not kept"}}})
	s.tell("1 custom x")
	update("2", event.Attributes{Custom: event.Values{"plan": nil}})
	s.tell("3 custom x")
	update("4", event.Attributes{Custom: event.Values{"plan": "pro"}, Tags: []string{}})
	s.tell("5 custom x")
	if diff := cmp.Diff([]string{"1 T Ann", "3 T conditions", "5 T conditions"}, s.done); diff != "" {
		t.Error(diff)
	}
	if got := s.state.Language(); got != "fr" {
		t.Errorf("language %q", got)
	}
	if deep := s.state.Custom["deep"].Value; !bytes.Equal(deep, []byte("null")) {
		t.Errorf("kept %s", deep)
	}
}

// TestUnverifiedAttributes also tests that a page neither crowds out nor takes away what others have said.
func TestUnverifiedAttributes(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"advanced","on":"visitor.custom","event":"x","frequency":"every_time","message":"{{visitor.name|you}}",
		"conditions":[{"field":"visitor.email","is":"ann@acme.example","verified":true}]}]`)
	update := func(at string, unverified bool, a event.Attributes) {
		s.events++
		s.state.Merge(event.Event{ID: fmt.Sprint("a", s.events), Type: event.VisitorUpdated, Time: second(at), Unverified: unverified, Data: event.Data{Attributes: a}})
	}
	s.state.Did(trigger.Action{AddTag: "vip"}, "", second("0"))
	update("1", true, event.Attributes{Name: "Eve", Email: "ann@acme.example", Tags: []string{"new"}})
	s.tell("2 custom x")
	update("0.5", false, event.Attributes{Email: "ann@acme.example", Custom: event.Values{"plan": "pro"}})
	s.tell("3 custom x")
	update("4", true, event.Attributes{Email: "eve@evil.example"})
	s.tell("5 custom x")
	for n := range 3 {
		crowd := event.Values{}
		for i := range event.MostValues {
			crowd[fmt.Sprint("k", n, "-", i)] = "x"
		}
		update(fmt.Sprint(6+n), true, event.Attributes{Custom: crowd})
	}
	if diff := cmp.Diff([]string{"2 T conditions", "3 T Eve", "5 T Eve"}, s.done); diff != "" {
		t.Error(diff)
	}
	if plan := s.state.Custom["plan"]; plan.Unverified || string(plan.Value) != `"pro"` || len(s.state.Custom) != trigger.MostCustom {
		t.Errorf("%+v, and %d values", plan, len(s.state.Custom))
	}
	if len(s.state.Tagged) != 1 {
		t.Errorf("%+v", s.state.Tagged)
	}
	s.state.Did(trigger.Action{SetName: "Buyer"}, "", second("0"))
	update("9", true, event.Attributes{Name: "Eve"})
	if s.state.Name() != "Buyer" || s.state.Attributes["name"].Unverified {
		t.Errorf("%+v", s.state.Attributes["name"])
	}
	if body := jsonOf(t, s.state); strings.Count(body, `"unverified":true`) != 100 { // the tags, and all custom values but the plan
		t.Errorf("%d are marked: %s", strings.Count(body, `"unverified":true`), body)
	}
}
