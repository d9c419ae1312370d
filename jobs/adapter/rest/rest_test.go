package rest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/rest"
)

var (
	_ adapter.In  = (*rest.Table)(nil)
	_ adapter.Out = (*rest.Table)(nil)
)

var arrival = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// table is that of a chat product of the tests.
func table() *rest.Table {
	return &rest.Table{
		Name: "desk", Property: "acme", Agents: map[string]string{"7": "lea", "8": "tom", "9": "tom"},
		Rules: []rest.Rule{
			{When: map[string]string{"/user/bot": "true"}},
			{
				When: map[string]string{"/event": "message", "/user/team": "false"}, Type: event.ChatMessage, ID: "/message/id", Time: "/message/ts",
				Data: map[string]string{"chat": "/room/id", "visitor": "/user/id", "from": "=visitor", "text": "/message/parts/0/text"},
			},
			{
				When: map[string]string{"/event": "message"}, Type: event.ChatMessage, ID: "/message/id", Time: "/message/ts",
				Data: map[string]string{"chat": "/room/id", "from": "=agent", "agent": "/user/id", "text": "/message/parts/0/text"},
			},
			{When: map[string]string{"/event": "closed"}, Type: event.ChatEnded, ID: "/closing~1id", Data: map[string]string{"chat": "/room/id"}},
			{When: map[string]string{"/event": "login"}, Type: event.AgentLoggedIn, ID: "/session", Data: map[string]string{"agent": "/user/id"}},
		},
		Send:   &rest.Template{Path: "/rooms/{chat}/messages?key={id}", Body: json.RawMessage(`{"text": "{text}", "tags": ["bell", "for {visitor}", 7], "silent": false}`)},
		Note:   &rest.Template{Path: "/rooms/{chat}/notes", Body: json.RawMessage(`"{text}"`)},
		Assign: &rest.Template{Method: "PUT", Path: "/rooms/{chat}/owner/{agent}"},
		Status: &rest.Template{Method: "PATCH", Path: "/rooms/{chat}", Body: json.RawMessage(`{"state": "{status}", "until": "{until}"}`)},
	}
}

func TestRequestsMakeEvents(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{
			"a visitor writes", `{"event":"message","room":{"id":12},"user":{"id":"v1","team":false},"message":{"id":345,"ts":1795420800,"parts":[{"text":"Hello?"}]}}`,
			`{"id":"345","type":"chat.message","source":"rest:desk","time":"2026-11-23T08:00:00Z","data":{"property":"acme","visitor":"desk:v1","chat":"desk:12","from":"visitor","text":"Hello?"}}`,
		},
		{
			"an agent writes", `{"event":"message","room":{"id":12},"user":{"id":7,"team":true},"message":{"id":"m-1","ts":1795420800250,"parts":[{"text":"Yes?"}]}}`,
			`{"id":"m-1","type":"chat.message","source":"rest:desk","time":"2026-11-23T08:00:00.25Z","data":{"property":"acme","chat":"desk:12","agent":"lea","from":"agent","text":"Yes?"}}`,
		},
		{
			"one who is not known", `{"event":"message","room":{"id":12},"user":{"id":99,"team":true},"message":{"id":"m-1","ts":"2026-11-23T09:00:00+01:00","parts":[]}}`,
			`{"id":"m-1","type":"chat.message","source":"rest:desk","time":"2026-11-23T08:00:00Z","data":{"property":"acme","chat":"desk:12","from":"agent"}}`,
		},
		{
			"the end", `{"event":"closed","closing/id":"c1","room":{"id":"a:b"}}`,
			`{"id":"c1","type":"chat.ended","source":"rest:desk","time":"2026-11-23T09:30:00Z","data":{"property":"acme","chat":"desk:a:b"}}`,
		},
		{
			"an agent comes", `{"event":"login","session":"s1","user":{"id":8}}`,
			`{"id":"s1","type":"agent.logged_in","source":"rest:desk","time":"2026-11-23T09:30:00Z","data":{"agent":"tom"}}`,
		},
		{"Deskbell's own", `{"event":"message","user":{"bot":true}}`, "its rule says that it tells nothing"},
		{"something else", `{"event":"typing"}`, "no rule fits it"},
		{"a list", `[1]`, "no rule fits it"},
		{"without an id", `{"event":"closed","room":{"id":12}}`, `"id" is missing`},
		{"without a chat", `{"event":"closed","closing/id":"c1","room":{}}`, `"chat" is missing`},
		{"a chat that is none", `{"event":"closed","closing/id":"c1","room":{"id":"a b"}}`, "/data/chat"},
	}
	for _, tt := range tests {
		got, err := table().Events(adapter.Request{Body: []byte(tt.body), At: arrival})
		if err != nil || len(got.Items) > 1 || (len(got.Items) == 0) != (got.Ignored != "") {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
			continue
		}
		said := got.Ignored
		for _, item := range got.Items {
			if said = item.Faults.Error(); len(item.Faults) > 0 {
				continue
			}
			body, err := json.Marshal(item.Event)
			if err != nil {
				t.Fatal(err)
			}
			said = strings.Replace(string(body), `"specversion":"1.0",`, "", 1)
		}
		if said != tt.want && !(strings.Contains(said, tt.want) && !strings.HasPrefix(tt.want, "{")) {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, said, tt.want)
		}
	}
	for _, body := range []string{``, `{`, `{} {}`, `{}]`} {
		if got, err := table().Events(adapter.Request{Body: []byte(body), At: arrival}); err == nil {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}

func TestActionsMakeCalls(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind action.Type
		v    action.Visitor
		want string
	}{
		{
			action.MessageSend, action.Visitor{Text: `Say "{agent}"`, Attachments: []action.Attachment{{Link: "https://example.com/a", Title: "A"}}},
			`POST /rooms/a%20b/messages?key=x {"silent":false,"tags":["bell","for v1",7],"text":"Say \"{agent}\"\n\nA: https://example.com/a"}`,
		},
		{action.NoteAdd, action.Visitor{Text: "looks"}, `POST /rooms/a%20b/notes "looks"`},
		{action.NoteReplace, action.Visitor{Text: "bought"}, `POST /rooms/a%20b/notes "bought"`},
		{action.NoteAdd, action.Visitor{}, "it has no text"},
		{action.ChatReassign, action.Visitor{Agent: "tom"}, `PUT /rooms/a%20b/owner/8 `},
		{action.ChatReassign, action.Visitor{Agent: "eva"}, `the agent "eva" is not among the agents of the destination`},
		{action.ChatReassign, action.Visitor{}, `the agent "" is not among the agents of the destination`},
		{action.ChatClose, action.Visitor{}, `PATCH /rooms/a%20b {"state":"closed","until":""}`},
		{action.ChatSnooze, action.Visitor{Until: arrival}, `PATCH /rooms/a%20b {"state":"snoozed","until":"2026-11-23T09:30:00Z"}`},
		{action.TagAdd, action.Visitor{Tag: "a"}, "no template is for it"},
		{action.MessageSend, action.Visitor{Text: "Hello", Chat: "support:12"}, "it is for no chat of this product"},
		{action.MessageSend, action.Visitor{Text: "Hello", Chat: "desk:"}, "it is for no chat of this product"},
	}
	for _, tt := range tests {
		tt.v.Property, tt.v.Visitor = "acme", "desk:v1"
		if tt.v.Chat == "" {
			tt.v.Chat = "desk:a b"
		}
		plan, err := table().Calls(action.Action{ID: "x", Type: tt.kind, Data: tt.v})
		if err != nil || len(plan.Calls) > 1 || (len(plan.Calls) == 0) != (plan.Skipped != "") {
			t.Errorf("%s: got %+v, %v", tt.kind, plan, err)
			continue
		}
		got := plan.Skipped
		for _, c := range plan.Calls {
			got = fmt.Sprintf("%s %s %s", c.Method, c.Path, c.Body)
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.kind, got, tt.want)
		}
	}
	if plan, err := table().Calls(action.Action{ID: "x", Type: action.MessageSend, Data: json.RawMessage(`[]`)}); err == nil {
		t.Errorf("got %+v", plan)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	const body = `{"event":"closed"}`
	sign := func(secret string) string {
		sum := hmac.New(sha256.New, []byte(secret))
		sum.Write([]byte(body))
		return hex.EncodeToString(sum.Sum(nil))
	}
	for signature, want := range map[string]error{
		sign("s"): nil, "sha256=" + sign("s"): nil, strings.ToUpper(sign("s")): nil,
		sign("t"): rest.ErrSignature, sign(""): rest.ErrSignature, "": rest.ErrSignature, "sha256=": rest.ErrSignature, "sha1=" + sign("s"): rest.ErrSignature, sign("s")[2:]: rest.ErrSignature,
	} {
		if err := rest.Verify("s", signature, []byte(body)); !errors.Is(err, want) {
			t.Errorf("%s: %v", signature, err)
		}
	}
	if rest.Verify("", sign(""), []byte(body)) == nil {
		t.Error("without a secret, a request is believed")
	}
}

// FuzzEvents reads requests of any form.
func FuzzEvents(f *testing.F) {
	f.Add([]byte(`{"event":"message","room":{"id":12},"user":{"id":"v1","team":false},"message":{"id":345,"ts":1e300,"parts":[{"text":"Hello?"}]}}`))
	f.Add([]byte(`{"event":"closed","closing/id":null,"room":{"id":-0.5}}`))
	f.Add([]byte(`{"event":"login","session":{},"user":[[]]}`))
	of := table()
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := of.Events(adapter.Request{Body: body, At: arrival})
		if err != nil {
			return
		}
		for _, item := range got.Items {
			if len(item.Faults) > 0 {
				continue
			}
			if _, err := (event.Intake{At: arrival}).Complete(item.Event); err != nil && !errors.As(err, new(event.Faults)) {
				t.Fatal(err)
			} else if err != nil {
				t.Fatalf("%s makes an event that is refused: %v", body, err)
			}
		}
	})
}
