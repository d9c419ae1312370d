package chatwoot_test

import (
	"encoding/json"
	"testing"

	"github.com/deskbell/deskbell/domain/action"
)

// TestABotSeesOneMessage has no token of an administrator: it looks at the conversation itself, and knows its message while that is the last.
func TestABotSeesOneMessage(t *testing.T) {
	t.Parallel()
	bot := table()
	bot.Admin = false
	all := files[actionFile](t, "calls")
	plan, err := bot.Calls(all["message.send"].Action)
	if err != nil || len(plan.Calls) != 1 {
		t.Fatalf("got %+v, %v", plan, err)
	}
	look := plan.Calls[0].Look
	if look.Path != "/api/v1/accounts/3/conversations/12" || look.Admin {
		t.Errorf("it looks at %+v", look)
	}
	for answer, want := range map[string]bool{
		`{"id":12,"messages":[{"id":346,"content_attributes":{"deskbell":"x"}}]}`:                                        true,
		`{"id":12,"messages":[{"id":347}],"last_non_activity_message":{"id":346,"content_attributes":{"deskbell":"x"}}}`: true,
		`{"id":12,"messages":[{"id":347,"content_attributes":null}],"last_non_activity_message":null}`:                   false,
		`{"id":12,"messages":[]}`: false,
	} {
		if _, done, err := look.Next([]byte(answer)); err != nil || done != want {
			t.Errorf("%s: %v, %v", answer, done, err)
		}
	}
	for _, name := range []string{"visitor.set_name", "agent.status_changed"} {
		if plan, err := bot.Calls(all[name].Action); err != nil || plan.Skipped == "" {
			t.Errorf("%s: got %+v, %v", name, plan, err)
		}
	}
}

// TestDataOfThisProgram are values, and not JSON.
func TestDataOfThisProgram(t *testing.T) {
	t.Parallel()
	plan, err := table().Calls(action.Action{ID: "x", Type: action.ChatClose, Data: action.Visitor{Property: "acme", Chat: "support:12"}})
	if err != nil || len(plan.Calls) != 1 || string(plan.Calls[0].Body) != `{"status":"resolved"}` {
		t.Errorf("got %+v, %v", plan, err)
	}
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, kind := range []action.Type{action.MessageSend, action.AgentStatusChanged} {
		if plan, err := table().Calls(action.Action{ID: "x", Type: kind, Data: json.RawMessage(`[]`)}); err == nil {
			t.Errorf("%s: got %+v", kind, plan)
		}
	}
	for _, name := range []string{"message.send", "tag.add", "agent.status_changed"} {
		plan, err := table().Calls(files[actionFile](t, "calls")[name].Action)
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range []string{``, `"a"`, `<html>`, `[{"id":15,"role":"agent"}]`} {
			if body, done, err := plan.Calls[0].Look.Next([]byte(answer)); err == nil {
				t.Errorf("%s: %s gives %s, %v", name, answer, body, done)
			}
		}
	}
}

// TestLabels turns tags into labels.
func TestLabels(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"buyer": "buyer", "Big Buyer": "big-buyer", "VIP!": "vip", "a, b": "a-b", "Größe_1": "größe_1", "-x-": "-x-", "!?": "",
	} {
		plan, err := table().Calls(action.Action{ID: "x", Type: action.TagAdd, Data: action.Visitor{Property: "acme", Chat: "support:12", Tag: tag}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(plan.Calls) > 0 {
			body, _, err := plan.Calls[0].Look.Next([]byte(`{"labels":null}`))
			if err != nil {
				t.Fatal(err)
			}
			var sent struct {
				Labels []string `json:"labels"`
			}
			if err := json.Unmarshal(body, &sent); err != nil || len(sent.Labels) != 1 {
				t.Fatalf("%s: %s, %v", tag, body, err)
			}
			got = sent.Labels[0]
		}
		if got != want {
			t.Errorf("%q is the label %q, want %q", tag, got, want)
		}
	}
}
