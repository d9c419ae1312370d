package definition

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// written is a condition as it stands in the file.
type written struct {
	field, letters string
	verified       bool
	operands       map[string]any // by operator
	condition      trigger.Condition
}

// conditionKind is a condition: a field, one operator with its operand, and whether case matters.
func conditionKind() table.Kind[trigger.Condition] {
	name := table.Field[written]{
		Entry: table.Entry{Key: "field", Required: true, Shape: table.Shape{Name: "field", Schema: fieldSchema()}, Doc: "What it looks at: see the fields of conditions."},
		Read:  func(at table.Place, tree any, into *written) { into.field = line(mostName).Read(at, tree) },
	}
	sure := table.Key("verified", flag(), func(w *written) *bool { return &w.verified },
		"Whether a fact of the visitor counts only if a server has said it, and not their web page. For fields that begin with `visitor.`.").ByDefault(false)
	k := conditionWith(append([]table.Field[written]{name}, operatorKeys(trigger.Operators())...), sure)
	k.Schema["allOf"] = kindsSchema()
	return k
}

// urlConditionKind is a condition on the URL of a page: an operator for texts.
func urlConditionKind() table.Kind[trigger.Condition] {
	k := conditionWith(operatorKeys(operatorsFor(trigger.KindText)))
	k.Keys = nil // the reference has them under the conditions
	return k
}

// conditionWith has the keys of one operator at least, and others that come last.
func conditionWith(fields []table.Field[written], last ...table.Field[written]) table.Kind[trigger.Condition] {
	fields = append(fields, table.Key("case", table.OneOf("a way to compare", trigger.CaseInsensitive, trigger.CaseSensitive),
		func(w *written) *string { return &w.letters },
		"Whether `A` is another letter than `a`, for operators that compare texts.").ByDefault(trigger.CaseInsensitive))
	fields = append(fields, last...)
	var one []any
	for _, f := range fields {
		if _, isOperator := trigger.OperatorNamed(f.Key); isOperator {
			one = append(one, map[string]any{"required": []any{f.Key}})
		}
	}
	k := object("a condition", fields, func(at table.Place, w *written) {
		if len(w.operands) != 1 {
			at.Fault("condition", "has not one operator", "one of them with its operand, as in {field: visitor.country, is: GB}")
			return
		}
		for operator, operand := range w.operands {
			c, err := trigger.Condition{
				Field: w.field, Operator: operator, CaseSensitive: w.letters == trigger.CaseSensitive, Verified: w.verified,
			}.Asking(plain(operand))
			if err != nil {
				at.Nested(err)
			}
			at.NestedWarnings(c.Doubts())
			w.condition = c
		}
	})
	k.Schema["type"], k.Schema["oneOf"] = "object", one
	return table.Then(k, func(_ table.Place, w written) trigger.Condition { return w.condition })
}

// plain writes numbers the one way that package trigger reads.
func plain(tree any) any {
	switch v := tree.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	case float64, int, int64, uint64:
		number, _ := asText(v)
		return json.Number(number)
	}
	return tree
}

func operatorKeys(operators []trigger.Operator) []table.Field[written] {
	var fields []table.Field[written]
	for _, o := range operators {
		fields = append(fields, table.Field[written]{
			Entry: table.Entry{Key: o.Name, Doc: o.Doc, Shape: table.Shape{Name: string(o.Takes), Schema: operandSchema(o.Takes)}},
			Read: func(_ table.Place, tree any, into *written) {
				if into.operands == nil {
					into.operands = map[string]any{}
				}
				into.operands[o.Name] = tree
			},
		})
	}
	return fields
}

func operatorsFor(k trigger.Kind) []trigger.Operator {
	var fit []trigger.Operator
	for _, o := range trigger.Operators() {
		if o.For(k) {
			fit = append(fit, o)
		}
	}
	return fit
}

// fieldSchema is the names of fields, and patterns for those that have one's own names within.
func fieldSchema() map[string]any {
	var names, any1 []any
	for _, f := range trigger.Fields() {
		if strings.Contains(f.Name, "NAME") {
			any1 = append(any1, map[string]any{"pattern": fieldPattern(f.Name)})
		} else {
			names = append(names, f.Name)
		}
	}
	return map[string]any{"type": "string", "anyOf": append([]any{map[string]any{"enum": names}}, any1...)}
}

func fieldPattern(name string) string {
	return "^" + strings.ReplaceAll(regexp.QuoteMeta(name), "NAME", ".{1,100}") + "$"
}

// kindsSchema says which operators are of no use to a field.
func kindsSchema() []any {
	patterns := map[trigger.Kind][]string{}
	var kinds []trigger.Kind
	for _, f := range trigger.Fields() {
		if patterns[f.Kind] == nil {
			kinds = append(kinds, f.Kind)
		}
		patterns[f.Kind] = append(patterns[f.Kind], fieldPattern(f.Name))
	}
	var rules []any
	for _, k := range kinds {
		none := map[string]any{}
		for _, o := range trigger.Operators() {
			if !o.For(k) {
				none[o.Name] = false
			}
		}
		field := map[string]any{"properties": map[string]any{"field": map[string]any{"pattern": strings.Join(patterns[k], "|")}}}
		rules = append(rules, map[string]any{"if": field, "then": map[string]any{"properties": none}})
	}
	return rules
}

func operandSchema(takes trigger.Takes) map[string]any {
	one := map[string]any{"type": []any{"string", "number", "boolean"}}
	list := map[string]any{"type": "array", "items": one, "minItems": 1, "maxItems": trigger.MostOperands}
	switch takes {
	case trigger.TakesTrue:
		return map[string]any{"const": true}
	case trigger.TakesTwo:
		return map[string]any{"type": "array", "items": one, "minItems": 2, "maxItems": 2}
	case trigger.TakesList:
		return list
	case trigger.TakesOneOrList:
		return map[string]any{"anyOf": []any{one, list}}
	case trigger.TakesPattern:
		return map[string]any{"type": []any{"string", "number"}, "minLength": 1, "maxLength": trigger.MostOperand, "examples": []any{"/products/[0-9]+"}}
	}
	return one
}
