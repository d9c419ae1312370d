package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

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
	t, _, faults := c.read(tree)
	if len(faults) > 0 {
		return test{}, faults
	}
	return t, nil
}

// Verdict is the answer of Match.
type Verdict struct {
	OK bool

	// Condition is the one that decided: the first that failed where all had to hold, or the first that held where any
	// was enough. It is zero where it took all of them.
	Condition Condition
	Found     bool   // whether its field held anything
	Value     string // the value that it held
}

// String says which condition decided, and why: visitor.country is "GB": false, it is "FR".
func (v Verdict) String() string {
	switch {
	case v.Condition.IsZero() && v.OK:
		return "every condition holds"
	case v.Condition.IsZero():
		return "no condition holds"
	case !v.Found:
		return fmt.Sprintf("%s: %t, it is absent", v.Condition, v.OK)
	}
	return fmt.Sprintf("%s: %t, it is %q", v.Condition, v.OK, v.Value)
}

// Match tells whether the conditions hold. A trigger without conditions matches, also one that asks for any.
func (c *Compiled) Match(f *Facts) Verdict {
	either := c.Trigger.Match == MatchAny && len(c.tests) > 0
	for i := range c.tests {
		if holds, found := c.tests[i].ask(f); holds == either {
			return Verdict{OK: holds, Condition: c.tests[i].Condition, Found: found.there, Value: found.text}
		}
	}
	return Verdict{OK: !either}
}

func (t *test) ask(f *Facts) (bool, value) {
	v := t.field.get(f, t.name)
	q := question{kind: t.field.Kind, folded: t.folded, value: v, operands: t.operands}
	return t.op.verdict(&q), v
}
