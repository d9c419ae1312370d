package logline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/logline"
)

func ptr[T any](v T) *T { return &v }

func TestSentences(t *testing.T) {
	t.Parallel()
	five := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC) // in Paris
	zone, err := zones.Load("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind action.Type
		data any
		want string
	}{
		{action.WidgetStateChanged, action.State{Property: "acme", Status: "online", Mode: "chat", Reason: "weekly", Until: &five, Next: ptr("offline")},
			"widget acme is online (chat, weekly) until Mon 23 Nov 17:00:00, then offline"},
		{action.WidgetStateChanged, action.State{Property: "acme", Status: "offline", Mode: "offline_form", Reason: "override"},
			"widget acme is offline (offline_form, override), for good"},
		{action.DepartmentStateChanged, action.State{Property: "acme", Department: "sales", Status: "away", Mode: "chat", Reason: "no_agents", Until: &five, Next: ptr("online")},
			"department acme/sales is away (chat, no_agents) until Mon 23 Nov 17:00:00, then online"},
		{action.AgentStatusChanged, action.AgentStatus{Agent: "lea", Status: "online", Reason: "weekly", Until: &five, Next: ptr("offline")},
			"agent lea is online (weekly) until Mon 23 Nov 17:00:00, then offline"},
		{action.AgentStatusChanged, action.AgentStatus{Agent: "lea", Status: "offline", Reason: "leave", Until: ptr(five.AddDate(3, 0, 0)), Next: ptr("online")},
			"agent lea is offline (leave) until Fri 23 Nov 2029 17:00:00, then online"},
		{action.AgentStatusChanged, action.AgentStatus{Agent: "lea", Status: "online", Reason: "always"},
			"agent lea is online (always), for good"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "hours_started", Until: &five},
			"notice to lea: your hours have started, until Mon 23 Nov 17:00:00"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "auto_offline"}, "notice to lea: you are offline, since a chat has waited for you for too long"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "idle"}, "notice to lea: you take no new chats, since nothing was heard of you"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "hours_ended", Until: &five},
			"notice to lea: your hours have ended, the next start Mon 23 Nov 17:00:00"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "hours_ended"},
			"notice to lea: your hours have ended"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "closing_soon", Property: "acme", Until: &five},
			"notice to lea: acme closes soon, Mon 23 Nov 17:00:00"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "closing_soon", Property: "acme", Department: "sales", Until: &five},
			"notice to lea: acme/sales closes soon, Mon 23 Nov 17:00:00"},
		{action.AgentNotify, action.Notice{Agent: "lea", Kind: "digest_opened", Text: "While ACME was closed: 1 form"},
			"notice to lea: While ACME was closed: 1 form"},
		{action.DigestOpened, action.Digest{Property: "acme", Forms: action.Items{Count: 2}, Chats: action.Items{Count: 1}, Messages: action.Items{Count: 30}},
			"digest of acme: 2 forms, 1 chat waiting, 30 messages"},
		{action.DigestOpened, action.Digest{Property: "acme", Messages: action.Items{Count: 1}}, "digest of acme: 1 message"},
		{action.MessageSend, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "Welcome", Text: "Hello"},
			"message to acme/v1 (Welcome): Hello"},
		{action.MessageSend, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "Prices", Text: "Look", Suggested: []string{"Yes", "No"}, Attachments: []action.Attachment{
			{Link: "https://acme.example/prices", Title: "Prices"}, {Image: "https://acme.example/a.png"}, {File: "https://acme.example/a.pdf"}, {Form: "contact_form"}}},
			"message to acme/v1 (Prices): Look [link Prices; image https://acme.example/a.png; file https://acme.example/a.pdf; contact_form; replies Yes | No]"},
		{action.MessageSend, action.Visitor{Property: "acme", Visitor: "v1", Rule: "rescue", Departments: []action.Choice{{ID: "sales", Name: "Sales"}, {ID: "help"}}},
			"message to acme/v1 (rescue): [departments Sales | help]"},
		{action.MessageSend, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "Empty"}, "message to acme/v1 (Empty): without a text"},
		{action.MessageSkipped, action.Visitor{Property: "acme", Visitor: "v1", Rule: "rescue", Reason: "answered"},
			"held back from acme/v1 (rescue): answered"},
		{action.AgentNotify, action.Visitor{Property: "acme", Visitor: "v1", Rule: "rescue", Kind: action.KindTrigger, Text: "Who is there?"},
			"notice about acme/v1 (rescue): Who is there?"},
		{action.AgentNotify, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "VIP", Kind: action.KindTrigger, Agents: []string{"lea", "tom"}, Text: "Look!"},
			"notice to lea, tom about acme/v1 (VIP): Look!"},
		{action.AgentNotify, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "VIP", Kind: action.KindTrigger, Destination: "crm", Text: "Look!"},
			"notice to crm about acme/v1 (VIP): Look!"},
		{action.AgentNotify, action.Visitor{Property: "acme", Visitor: "v1", Rule: "helpers", Kind: "slow_chat", Agents: []string{"eva"}, Text: "A visitor waits"},
			"notice to eva about acme/v1 (helpers): A visitor waits"},
		{action.AgentsInvite, action.Visitor{Property: "acme", Visitor: "v1", Rule: "helpers", Agents: []string{"eva", "zoe"}},
			`agents.invite of acme/v1 (helpers): "eva, zoe"`},
		{action.ChatReassign, action.Visitor{Property: "acme", Visitor: "v1", Rule: "reassign", Agent: "tom", Previous: "lea"},
			`chat.reassign of acme/v1 (reassign): "tom"`},
		{action.TagAdd, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "VIP", Tag: "vip"},
			`tag.add of acme/v1 (VIP): "vip"`},
		{action.ChatClose, action.Visitor{Property: "acme", Visitor: "v1", Trigger: "Bye"}, "chat.close of acme/v1 (Bye)"},
		{action.ChatSnooze, action.Visitor{Property: "acme", Visitor: "v1", Chat: "c1", Rule: "rescue", Until: five},
			"chat c1 of acme/v1 (rescue) is put aside until Mon 23 Nov 17:00:00"},
		{action.ChatSLAWarning, action.Visitor{Property: "acme", Visitor: "v1", Chat: "c1", Rule: "sla", Department: "sales", Due: five},
			"sales: chat c1 of acme/v1 (sla) has no answer yet, and is to have one before Mon 23 Nov 17:00:00"},
		{"widget.paint", map[string]int{"n": 1}, // of a newer version
			`{"specversion":"1.0","id":"i","type":"widget.paint","source":"deskbell","time":"2026-11-23T16:00:00Z","data":{"n":1}}`},
	} {
		log, logged := logtest.NewNullLogger()
		out, err := logline.Open(log, zone)("out", definition.Destination{Type: logline.Type})
		if err != nil {
			t.Fatal(err)
		}
		body, err := action.Action{ID: "i", Type: c.kind, Time: five, Data: c.data}.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Deliver(t.Context(), []deliver.Delivery{{Seq: "1-1", Body: body}}); err != nil {
			t.Error(err)
		}
		if lines := logged.AllEntries(); len(lines) != 1 || lines[0].Message != c.want {
			t.Errorf("\n got %v\nwant %s", lines, c.want)
		}
	}
}

func TestWhatIsNoActionIsAnError(t *testing.T) {
	t.Parallel()
	log, _ := logtest.NewNullLogger()
	out, err := logline.Open(log, time.UTC)("out", definition.Destination{})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"{", `{"type":"agent.notify","data":7}`} {
		if err := out.Deliver(t.Context(), []deliver.Delivery{{Seq: "1-7", Body: []byte(body)}}); err == nil || !strings.HasPrefix(err.Error(), "reading the action 1-7: ") {
			t.Errorf("%s: %v", body, err)
		}
	}
}
