package jobs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
)

// TestASharedAgentTellsNoShopOfTheChatsOfAnother lets an agent answer in a chat of one shop. Where they serve another shop, too, no action
// tells of the event that changed their status, nor of the chat.
func TestASharedAgentTellsNoShopOfTheChatsOfAnother(t *testing.T) {
	t.Parallel()
	const secret = "order-4711"
	for others, isNamed := range map[string]bool{"": true, `, "beta": {"agents": ["lea"]}`: false} {
		s := simulation(t, morning(9, 30), 3)
		s.define(fmt.Sprintf(`{"properties": {"acme": {"schedule": "24/7", "agents": ["lea"], "triggers": []}%s},
			"agents": {"lea": {"auto_offline_after": "2m", "idle": {"after": "5m"}, "notify": {"on": ["auto_offline", "idle"]}}},
			"destinations": {"all": {"type": "log", "actions": ["agent.*"]}}}`, others))
		s.until(morning(9, 30))
		at := func(n, minute int, kind event.Type, d event.Data) {
			t.Helper()
			d.Property, d.Visitor, d.Chat = "acme", secret+"-visitor", secret+"-chat"
			e := event.New(kind, d)
			e.ID, e.Time = fmt.Sprint(secret, "-", n), morning(9, minute)
			s.take(e)
		}
		at(1, 31, event.ChatRequested, event.Data{})
		at(2, 32, event.ChatAssigned, event.Data{Agent: "lea"})
		s.until(morning(9, 40))
		at(3, 41, event.ChatMessage, event.Data{From: event.FromAgent, Agent: "lea", Text: "Yes?"})
		came, named := 0, 0
		ids := make(map[string]bool)
		for _, a := range s.actions {
			body, err := a.Action.MarshalJSON()
			s.must(err)
			if strings.Contains(string(body), secret) {
				named++
			}
			if a.Type == action.AgentStatusChanged && a.Data.Status == "online" && a.Data.Previous == "offline" {
				came++
			}
			if ids[a.ID] {
				t.Errorf("two actions are %s", a.ID)
			}
			ids[a.ID] = true
		}
		if came != 1 || (named > 0) != isNamed {
			t.Errorf("with%s: lea came back %d times, and %d of %d actions tell of the chat", others, came, named, len(s.actions))
		}
	}
}
