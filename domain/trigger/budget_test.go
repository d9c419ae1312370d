package trigger_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/trigger"
)

// stored reads a trigger as a store has it: nothing in it is checked again.
func stored(t *testing.T, match string, expressions ...string) *trigger.Compiled {
	t.Helper()
	var conditions []string
	for _, e := range expressions {
		conditions = append(conditions, fmt.Sprintf(`{"field":"page.url","matches":%q}`, e))
	}
	var one trigger.Trigger
	if err := json.Unmarshal(fmt.Appendf(nil, `{"name":"T","type":"advanced","match":%q,"conditions":[%s]}`, match, strings.Join(conditions, ",")), &one); err != nil {
		t.Fatal(err)
	}
	c, err := trigger.Compile(one)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	vast  = `(?:a?b?){480}x` // of an older version, which allowed 2,000 instructions
	large = `(?:a?b?){120}x` // 483 instructions
	small = `a*`
	other = `b*`
)

// Each line has the expressions of a trigger about 2,030 a, how it combines them, and the answer.
func TestExpressionsThatCostTooMuchDecideNothing(t *testing.T) {
	t.Parallel()
	spent := strings.Split(strings.Repeat(large+" ", 5), " ")[:5] // four of which fit in the budget
	for _, c := range []struct {
		match       string
		expressions []string
		want        string
	}{
		{"all", []string{vast}, "undecided " + vast},
		{"all", []string{small, vast}, "undecided " + vast},
		{"all", []string{vast, other}, "false " + other},
		{"all", []string{vast, small, vast}, "undecided " + vast},
		{"any", []string{vast, small}, "true " + small},
		{"any", []string{other, vast}, "undecided " + vast},
		{"any", []string{large}, "false"},
		{"any", spent, "undecided " + large},
		{"any", append(spent, small), "true " + small}, // which costs so little that it fits
	} {
		facts := trigger.Facts{Page: trigger.PageView{URL: strings.Repeat("a", 2030)}}
		v := stored(t, c.match, c.expressions...).Match(&facts)
		got := fmt.Sprint(v.OK)
		if v.Undecided {
			got = "undecided"
			said := "undecided, the expression is too large"
			if len(c.expressions) >= 5 { // each by itself would fit
				said = "undecided, other expressions have used up the steps that one event may take"
			}
			if v.OK || !strings.Contains(v.String(), said) {
				t.Errorf("%v: %s", c.expressions, v)
			}
		}
		if !v.Condition.IsZero() {
			var expression string
			if err := json.Unmarshal(v.Condition.Value, &expression); err != nil {
				t.Fatal(err)
			}
			got += " " + expression
		}
		if got != c.want {
			t.Errorf("%s of %.60q: got %s, want %s", c.match, c.expressions, got, c.want)
		}
	}
}

// The worst that an older version let through, and the worst that is let through now: all triggers of a property share the budget
// of an event, and are undecided once it is spent.
func TestConditionsOfOneEventAreBounded(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{vast, large} {
		expressions := make([]string, trigger.MostConditions)
		for i := range expressions {
			expressions[i] = expression
		}
		c := stored(t, "any", expressions...)
		facts := trigger.Facts{Page: trigger.PageView{URL: strings.Repeat("a", 2030)}, Budget: new(trigger.Budget)}
		for range trigger.MostTriggers {
			if v := c.Match(&facts); !v.Undecided {
				t.Errorf("%s: %s", expression, v)
			}
		}
	}
}

func TestInstructions(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]int{`""`: 0, `"a"`: 3, `"/pricing(/.*)?"`: 16} {
		c := trigger.Condition{Field: "page.url", Operator: "matches", Value: json.RawMessage(expression)}
		if got := c.Instructions(); got != want {
			t.Errorf("%s has %d instructions, want %d", expression, got, want)
		}
	}
	if got := condition(t, "page.url", "contains", `"a"`, "").Instructions(); got != 0 {
		t.Errorf("a condition without an expression has %d", got)
	}
}

// TestEventsThatAreDecidedOnTogetherShareABudget puts one expression to many events, each of which could pay for it.
func TestEventsThatAreDecidedOnTogetherShareABudget(t *testing.T) {
	t.Parallel()
	c := stored(t, "any", large, large, large, large) // all that one event has
	facts := trigger.Facts{Page: trigger.PageView{URL: strings.Repeat("a", 2030)}, Budget: new(trigger.Budget)}
	for n := range 8 {
		facts.Budget.Next()
		if v := c.Match(&facts); v.Undecided != (n >= 5) {
			t.Errorf("event %d: %s", n, v)
		}
	}
}
