package chat_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func Example() {
	policy, err := chat.Compile(chat.Rules{Rescue: []trigger.Step{
		{After: hours.Duration(30 * time.Second), Actions: []trigger.Action{{SendMessage: &trigger.Message{Text: "Nearly with you, {{visitor.name|thanks for waiting}}"}}}},
	}})
	if err != nil {
		fmt.Println(err)
	}
	eight := time.Date(2026, 11, 23, 8, 0, 5, 0, time.UTC)
	var state chat.State
	state.Merge(event.Event{ID: "e-17", Type: event.ChatRequested, Time: eight, Data: event.Data{Chat: "c1", Text: "Hello?"}})

	scene := chat.Scene{Widget: "online", Values: func() map[string]string { return map[string]string{"visitor.name": "Ann"} }}
	decision := chat.Decide(policy, state, scene, eight)
	fmt.Println("look again at", decision.Due.Format(time.TimeOnly))

	decision = chat.Decide(policy, decision.State, scene, decision.Due)
	for _, effect := range decision.Effects {
		fmt.Println(effect.Reason, effect.Do.SendMessage.Text)
	}
	// Output:
	// look again at 08:00:35
	// unanswered Nearly with you, Ann
}
