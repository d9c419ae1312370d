package visit_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

func ExampleDecide() {
	policy, err := visit.Compile(visit.Definition{Triggers: trigger.Default()})
	if err != nil {
		fmt.Println(err)
	}
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	scene := visit.Scene{Widget: visit.Widget{Status: "online", Since: nine}}
	arrived := event.Event{
		ID: "e1", Type: event.VisitorArrived, Time: nine.Add(time.Minute),
		Data: event.Data{Visit: "1", Attributes: event.Attributes{Name: "Ann"}},
	}

	var state visit.State
	var fresh []event.Event
	for range 2 { // the application sends it twice
		if state.Merge(arrived) {
			fresh = append(fresh, arrived)
		}
	}
	d := visit.Decide(policy, state, fresh, scene, arrived.Time)
	fmt.Println(len(d.Effects), "effects, due", d.Due.Format(time.TimeOnly))

	d = visit.Decide(policy, d.State, nil, scene, d.Due)
	for _, e := range d.Effects {
		fmt.Println(e.At.Format(time.TimeOnly), e.Do.SendMessage.Text)
	}
	// Output:
	// 0 effects, due 09:01:05
	// 09:01:05 Hello Ann, how can we help?
}
