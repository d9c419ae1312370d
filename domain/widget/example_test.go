package widget_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// A day of a shop whose only agent has a break at noon. Each line is a decision,
// made when the one before said that it was due.
func ExampleDecide() {
	compile := func(preset string) *hours.Schedule {
		spec, err := hours.Parse(preset)
		if err != nil {
			panic(err)
		}
		schedule, err := spec.Compile(time.UTC)
		if err != nil {
			panic(err)
		}
		return schedule
	}
	shop := widget.Property{
		Hours:  compile("mon-fri 9-17"),
		Agents: []widget.Agent{shift{compile("mon-fri 8-12, 13-18")}},
	}
	d := widget.Decide(shop, widget.State{}, time.Date(2026, time.November, 20, 7, 30, 0, 0, time.UTC)) // a Friday
	for range 5 {
		s := d.State
		fmt.Println(s.Since.Format("Mon 15:04"), s.Status, s.Mode, "until", s.Until.Format("Mon 15:04"), "then", s.Next)
		d = widget.Decide(shop, s, d.Due)
	}
	// Output:
	// Fri 07:30 offline offline_form until Fri 09:00 then online
	// Fri 09:00 online chat until Fri 12:00 then away
	// Fri 12:00 away chat until Fri 13:00 then online
	// Fri 13:00 online chat until Fri 17:00 then offline
	// Fri 17:00 offline offline_form until Mon 09:00 then online
}
