package event_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

func TestEachTypeCanBeMade(t *testing.T) {
	t.Parallel()
	const p, v, s, c, a = "acme", "v1", "s1", "c1", "lea"
	form := event.Form{Kind: event.OfflineForm}
	made := []event.Event{
		event.NewVisitorArrived(p, v, s), event.NewPageViewed(p, v, s, event.Page{URL: "https://example.com/"}), event.NewVisitorLeft(p, v, s),
		event.NewVisitorUpdated(p, v, event.Attributes{Country: "GB"}), event.NewVisitorCustom(p, v, "paid"),
		event.NewWidgetMaximized(p, v), event.NewWidgetMinimized(p, v),
		event.NewDepartmentChosen(p, v, "sales"), event.NewFormAbandoned(p, v, form), event.NewFormSubmitted(p, v, form),
		event.NewChatRequested(p, v, c), event.NewVisitorMessage(p, c, "Hello?"), event.NewAgentMessage(p, c, a, "Hello!"), event.NewBotMessage(p, c, "Beep"),
		event.NewChatQueued(p, c), event.NewChatAssigned(p, c, a), event.NewChatAgentJoined(p, c, a), event.NewChatAgentLeft(p, c, a),
		event.NewChatHandoff(p, c), event.NewChatTagged(p, c, []string{"vip"}, nil), event.NewChatEnded(p, c),
		event.NewAgentLoggedIn(a), event.NewAgentLoggedOut(a), event.NewAgentStatusSet(a, event.Away), event.NewAgentActive(a),
	}
	in := event.Intake{At: time.Now(), NewID: func() string { return "e1" }}
	left := make(map[event.Type]bool)
	for _, kind := range event.Types() {
		left[kind] = true
	}
	for _, e := range made {
		if _, err := in.Complete(e); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
		delete(left, e.Type)
	}
	for kind := range left {
		t.Errorf("there is no constructor of %s", kind)
	}
}
