package trigger

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// Compiled is a trigger whose conditions can be asked. It never changes, so that any number of goroutines may share it.
type Compiled struct {
	Trigger
	tests []test
}

// Compile prepares the conditions of a trigger: the URL of a page trigger, or those of an advanced one. The error is of
// type table.Faults, with paths below the trigger such as "/conditions/2/field".
func Compile(t Trigger) (*Compiled, error) {
	c := &Compiled{Trigger: t}
	var faults table.Faults
	add := func(path string, condition Condition) {
		test, err := condition.compile()
		var found table.Faults
		if errors.As(err, &found) {
			for _, f := range found {
				f.Path = path + f.Path
				faults = append(faults, f)
			}
		}
		c.tests = append(c.tests, test)
	}
	if !t.URL.IsZero() {
		add("/url", t.URL)
	}
	for i, condition := range t.Conditions {
		add(fmt.Sprint("/conditions/", i), condition)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

func (c Condition) compile() (test, error) {
	d := json.NewDecoder(bytes.NewReader(c.Value))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return test{}, table.Faults{{Path: "/" + c.Operator, Value: table.Clip(string(c.Value)), Problem: "is not JSON"}}
	}
	t, _, faults := c.read(tree, true)
	if len(faults) > 0 {
		return test{}, faults
	}
	return t, nil
}

// Bytes is how much memory its regular expressions take, about.
func (c *Compiled) Bytes() (n int) {
	for i := range c.tests {
		if p := c.tests[i].program(); p.instructions <= MostProgram { // a larger one is not kept
			n += p.bytes()
		}
	}
	return n
}

// Verdict is the answer of Match.
type Verdict struct {
	OK bool

	// Condition is the one that decided: the first that failed where all had to hold, or the first that held where any
	// was enough. It is zero where it took all of them.
	Condition Condition
	Found     bool   // whether its field held anything
	Value     string // the value that it held

	// Undecided tells whether Condition costs more than the budget still held, and no other condition decided: then OK is
	// false. Outspent tells whether it would have fit by itself, so that others had spent the budget before.
	Undecided, Outspent bool
}

// String says which condition decided, and why: visitor.country is "GB": false, it is "FR".
func (v Verdict) String() string {
	switch {
	case v.Condition.IsZero() && v.OK:
		return "every condition holds"
	case v.Condition.IsZero():
		return "no condition holds"
	case v.Outspent:
		return fmt.Sprintf("%s: undecided, other expressions have used up the steps that one event may take", v.Condition)
	case v.Undecided:
		return fmt.Sprintf("%s: undecided, the expression is too large for so long a text", v.Condition)
	case !v.Found && v.Condition.Verified:
		return fmt.Sprintf("%s: %t, nothing verified is known", v.Condition, v.OK)
	case !v.Found:
		return fmt.Sprintf("%s: %t, it is absent", v.Condition, v.OK)
	}
	return fmt.Sprintf("%s: %t, it is %q", v.Condition, v.OK, shown(v.Value))
}

// shown is a value for people to read.
func shown(value string) string {
	if short := table.First(value, mostShown); short != value {
		return short + "…"
	}
	return value
}

// Match tells whether the conditions hold. A trigger without conditions matches, also one that asks for any. A condition that
// costs more than is left of the budget is undecided; where the others do not decide, so is the trigger.
func (c *Compiled) Match(f *Facts) (v Verdict) {
	budget := cmp.Or(f.Budget, new(Budget))
	either := c.Trigger.Match == MatchAny && len(c.tests) > 0
	for i := range c.tests {
		t := &c.tests[i]
		value := t.value(f)
		if cost := t.cost(value); !budget.spend(cost) {
			if !v.Undecided {
				v = Verdict{Undecided: true, Outspent: cost <= mostCost, Condition: t.Condition}
			}
			continue
		}
		if holds := t.holds(value); holds == either {
			return Verdict{OK: holds, Condition: t.Condition, Found: value.there, Value: value.text}
		}
	}
	if !v.Undecided {
		v.OK = !either
	}
	return v
}

// value is that of the field. To a condition that does not ask about the fragment, a page is its URL without it, too.
func (t *test) value(f *Facts) value {
	if t.Verified && f.Verified != nil {
		sure := *f
		sure.Visitor = *f.Verified
		f = &sure
	}
	v := t.field.get(f, t.name)
	if page, _, ok := strings.Cut(v.text, "#"); ok && t.fieldName() == "page.url" && !t.asksFragment() {
		v.texts = []string{v.text, page}
	}
	return v
}

func (t *test) holds(v value) bool {
	q := question{kind: t.field.Kind, folded: t.folded, value: v, operands: t.operands}
	return t.op.verdict(&q)
}

// cost is how many steps a match may take, at most. It is known before: of an expression that is too large, it is more than
// any budget.
func (t *test) cost(v value) int {
	switch program := t.program().instructions; {
	case program == 0 || !v.there:
		return 0
	case program > MostProgram:
		return mostCost + 1
	default:
		return program * (utf8.RuneCountInString(cmp.Or(strings.Join(v.texts, ","), v.text)) + 1)
	}
}

// Budget is how many steps of regular expressions are left for one event, and for all that are decided on together. The zero
// value has all of them.
type Budget struct{ spent, together int }

// Next is for the next of the events that are decided on together.
func (b *Budget) Next() { b.spent = 0 }

// Spent is how many steps were taken for all events.
func (b *Budget) Spent() int { return b.together }

// spend takes steps from the budget; false: there are not so many left, and none is taken.
func (b *Budget) spend(steps int) bool {
	if steps > mostCost-b.spent || steps > mostTogether-b.together {
		return false
	}
	b.spent += steps
	b.together += steps
	return true
}
