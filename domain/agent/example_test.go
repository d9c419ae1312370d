package agent_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
)

// A day of an agent who gets a notice when hours start. The second decision is
// ten minutes late, and in time; the third an hour, too late for a notice.
func ExampleDecide() {
	spec, err := hours.Parse("mon-fri 9-12, 13-17")
	if err != nil {
		panic(err)
	}
	schedule, err := spec.Compile(time.UTC)
	if err != nil {
		panic(err)
	}
	lea := agent.Agent{Hours: schedule, NotifyOn: []agent.Kind{agent.HoursStarted}}
	var state agent.State
	for _, clock := range []string{"08:00", "09:10", "14:00", "17:00"} {
		at, err := time.Parse(time.DateTime, "2026-11-20 "+clock+":00") // a Friday
		if err != nil {
			panic(err)
		}
		d := agent.Decide(lea, state, at)
		fmt.Println(clock, d.State.Status, "since", d.State.Since.Format("15:04"), "until", d.State.Until.Format("Mon 15:04"))
		for _, n := range d.Notices {
			fmt.Println("      tell", n.Kind, n.Boundary.Format("15:04"), "until", n.Until.Format("15:04"))
		}
		state = d.State
	}
	// Output:
	// 08:00 offline since 08:00 until Fri 09:00
	// 09:10 online since 09:00 until Fri 12:00
	//       tell hours_started 09:00 until 12:00
	// 14:00 online since 13:00 until Fri 17:00
	// 17:00 offline since 17:00 until Mon 09:00
}
