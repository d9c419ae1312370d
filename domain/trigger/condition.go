package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// Condition compares a field with something: {"field":"visitor.country","is":"GB"}. NewCondition makes one.
type Condition struct {
	Field         string          // empty in the `url` of a page trigger, which is about page.url
	Operator      string          // its key in JSON
	Value         json.RawMessage // canonical JSON of its operand
	CaseSensitive bool            // "case":"sensitive"
	Verified      bool            // "verified":true: a fact of the visitor that a web page says is absent
}

// The values of a condition's `case`.
const (
	CaseSensitive   = "sensitive"
	CaseInsensitive = "insensitive"
)

// IsZero tells whether there is no condition.
func (c Condition) IsZero() bool { return c.Operator == "" }

// NewCondition checks a condition. operand is a string, a bool, a json.Number, or a []any of these. The error is of type
// table.Faults, with paths such as "/field" and "/between/1".
func NewCondition(field, operator string, operand any, caseSensitive bool) (Condition, error) {
	return Condition{Field: field, Operator: operator, CaseSensitive: caseSensitive}.Asking(operand)
}

// Asking is NewCondition of a condition that lacks its operand alone.
func (c Condition) Asking(operand any) (Condition, error) {
	_, canonical, faults := c.read(operand, false)
	if len(faults) > 0 {
		return Condition{}, faults
	}
	value, err := json.Marshal(canonical)
	c.Value = value
	return c, err
}

// MarshalJSON writes the field, the operator with its operand, and case where it matters.
func (c Condition) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if c.Field != "" {
		field, err := json.Marshal(c.Field)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `"field":%s,`, field)
	}
	fmt.Fprintf(&b, "%q:%s", c.Operator, c.Value)
	if c.CaseSensitive {
		fmt.Fprintf(&b, `,"case":%q`, CaseSensitive)
	}
	if c.Verified {
		b.WriteString(`,"verified":true`)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads the output of MarshalJSON. Compile checks that the operator is for the field.
func (c *Condition) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	*c = Condition{}
	for key, raw := range members {
		var err error
		switch {
		case key == "field":
			err = json.Unmarshal(raw, &c.Field)
		case key == "case":
			c.CaseSensitive = string(raw) == `"`+CaseSensitive+`"`
		case key == "verified":
			err = json.Unmarshal(raw, &c.Verified)
		case c.Operator != "":
			err = errors.New("reading a condition: it has two operators")
		default:
			c.Operator, c.Value = key, raw
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// String writes the condition for people: visitor.country is "GB", or verified visitor.country is "GB".
func (c Condition) String() string {
	value := string(c.Value)
	var plain any
	if json.Unmarshal(c.Value, &plain) == nil && strings.Contains(value, `\u`) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(plain) == nil {
			value = strings.TrimSpace(b.String())
		}
	}
	if c.Verified {
		return fmt.Sprintf("verified %s %s %s", c.fieldName(), c.Operator, value)
	}
	return fmt.Sprintf("%s %s %s", c.fieldName(), c.Operator, value)
}

func (c Condition) fieldName() string {
	if c.Field == "" {
		return "page.url"
	}
	return c.Field
}

// asksFragment tells whether it asks about the fragment of a page's URL.
func (c Condition) asksFragment() bool {
	return c.fieldName() == "page.url" && bytes.ContainsRune(c.Value, '#')
}

// test is a condition that can be asked.
type test struct {
	Condition
	field    Field
	name     string // the value of NAME
	op       Operator
	folded   bool
	operands []operand
}

// Instructions counts those of the compiled regular expression, with one more for each 32 ranges of its classes of characters; 0: the
// condition has none. See MostPrograms.
func (c Condition) Instructions() (n int) {
	t, err := c.compile()
	if err != nil {
		return 0
	}
	return t.program().weight()
}

// program is the size of its regular expression.
func (t *test) program() program {
	if t.op.Takes != TakesPattern || len(t.operands) == 0 {
		return program{}
	}
	return t.operands[0].program
}

// read makes a test, and answers the stored form of its operand. stored tells whether it was checked before.
func (c Condition) read(tree any, stored bool) (t test, canonical any, faults table.Faults) {
	field, name, ok := FieldNamed(c.fieldName())
	if !ok {
		faults = append(faults, table.Fault{Path: "/field", Value: table.Clip(c.Field), Problem: "is not a field", Allowed: fieldNames(c.Field)})
	}
	op, known := OperatorNamed(c.Operator)
	path := "/" + c.Operator
	switch {
	case !known:
		faults = append(faults, table.Fault{Path: path, Value: table.Clip(c.Operator), Problem: "is not an operator", Allowed: operatorNames(c.Operator, Operator.always)})
		return t, nil, faults
	case !ok:
		return t, nil, faults
	case !op.For(field.Kind):
		allowed := operatorNames("", func(o Operator) bool { return o.For(field.Kind) })
		faults = append(faults, table.Fault{Path: path, Value: c.Operator, Problem: "is not for " + c.fieldName() + ", which is of the kind " + string(field.Kind), Allowed: allowed})
		return t, nil, faults
	}
	letters := op.caseMatters(field.Kind)
	if c.CaseSensitive && !letters {
		faults = append(faults, table.Fault{Path: "/case", Value: CaseSensitive, Problem: "is of no use here", Allowed: "with operators that compare texts"})
	}
	if c.Verified && !isOfVisitor(field.Name) {
		faults = append(faults, table.Fault{Path: "/verified", Value: "true", Problem: "is of no use here", Allowed: "with fields that begin with visitor."})
	}
	r := operandReader{field: field, op: op, folded: letters && !c.CaseSensitive, stored: stored}
	t = test{Condition: c, field: field, name: name, op: op, folded: r.folded}
	t.operands, canonical = r.read(path, tree)
	return t, canonical, append(faults, r.faults...)
}

// isOfVisitor tells whether a field is a fact of the visitor, which a server may say or a page.
func isOfVisitor(field string) bool { return strings.HasPrefix(field, "visitor.") }

func (Operator) always() bool { return true }

func fieldNames(written string) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return table.Choices(written, names)
}

func operatorNames(written string, fits func(Operator) bool) string {
	var names []string
	for _, o := range operators {
		if fits(o) {
			names = append(names, o.Name)
		}
	}
	return table.Choices(written, names)
}
