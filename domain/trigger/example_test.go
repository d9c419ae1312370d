package trigger_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/trigger"
)

func Example() {
	abroad, err := trigger.NewCondition("visitor.country", "not_in", []any{"FR", "BE"}, false)
	if err != nil {
		fmt.Println(err)
	}
	late, err := trigger.NewCondition("time_of_day", "between", []any{"22:00", "6:00"}, false)
	if err != nil {
		fmt.Println(err)
	}
	nights, err := trigger.Compile(trigger.Trigger{Type: trigger.Advanced, Conditions: []trigger.Condition{abroad, late}})
	if err != nil {
		fmt.Println(err)
	}
	facts := trigger.Facts{At: time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)}
	fmt.Println(nights.Match(&facts)) // the visitor's country is not known, and so is not France
	facts.Visitor.Country = "be"
	fmt.Println(nights.Match(&facts))
	// Output:
	// every condition holds
	// visitor.country not_in ["FR","BE"]: false, it is "be"
}

func ExampleText_Render() {
	text, err := trigger.ParseText("Hello {{visitor.name|there}}, we are back {{next_open}}.", trigger.InMessage)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(text.Render(map[string]string{"next_open": "tomorrow at 9:00"}))
	// Output: Hello there, we are back tomorrow at 9:00.
}
