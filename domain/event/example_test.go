package event_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

func ExampleIntake_Decode() {
	in := event.Intake{
		At:    time.Date(2026, 11, 23, 8, 0, 6, 0, time.UTC),
		NewID: func() string { return "new-id" },
	}
	items, err := in.Decode([]byte(`[
		{"id": "e-17", "type": "chat.requested", "time": "2026-11-23T08:00:05Z",
		 "data": {"property": "acme", "visitor": "v1", "chat": "c1", "department": "sales", "text": "Hello?"}},
		{"type": "chat.ended", "data": {"property": "acme", "chta": "c1"}},
		{"type": "agent.active", "data": {"agent": "lea"}}
	]`), event.JSON)
	if err != nil {
		fmt.Println(err)
	}
	for _, item := range items {
		if len(item.Faults) > 0 {
			fmt.Printf("%d refused:\n%v\n", item.Index, item.Faults)
			continue
		}
		fmt.Println(item.Index, item.Event.Type, item.Event.ID, item.Event.Time.Format(time.TimeOnly))
	}
	// Output:
	// 0 chat.requested e-17 08:00:05
	// 1 refused:
	// /data: "chat" is missing; allowed: id of chat
	// /data/chta: "chta" is not a key of the data of chat.ended; allowed: property, visitor, visit, chat (did you mean "chat"?)
	// 2 agent.active new-id 08:00:06
}

func ExampleNew() {
	e := event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Hello!"})
	e.ID = "m-4711"

	e, err := event.Intake{At: time.Date(2026, 11, 23, 8, 0, 6, 0, time.UTC)}.Complete(e)
	if err != nil {
		fmt.Println(err)
	}
	body, err := json.Marshal(e)
	fmt.Println(string(body), err)
	// Output:
	// {"specversion":"1.0","id":"m-4711","type":"chat.message","source":"application","time":"2026-11-23T08:00:06Z","data":{"property":"acme","chat":"c1","agent":"lea","from":"agent","text":"Hello!"}} <nil>
}
