package definition

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/deskbell/deskbell/domain/trigger"
)

// written is a condition as it stands in the file.
type written struct {
	field, letters string
	operands       map[string]any // by operator
	condition      trigger.Condition
}

// conditionKind is a condition: a field, one operator with its operand, and whether case matters.
func conditionKind() kind[trigger.Condition] {
	name := field[written]{
		entry: entry{key: "field", required: true, shape: shape{name: "field", schema: fieldSchema()}, doc: "What it looks at: see the fields of conditions."},
		read:  func(at place, tree any, into *written) { into.field = text(mostName).read(at, tree) },
	}
	k := conditionWith(append([]field[written]{name}, operatorKeys(trigger.Operators())...))
	k.schema["allOf"] = kindsSchema()
	return k
}

// urlConditionKind is a condition on the URL of a page: an operator for texts.
func urlConditionKind() kind[trigger.Condition] {
	k := conditionWith(operatorKeys(operatorsFor(trigger.KindText)))
	k.keys = nil // the reference has them under the conditions
	return k
}

func conditionWith(fields []field[written]) kind[trigger.Condition] {
	fields = append(fields, key("case", oneOf("a way to compare", trigger.CaseInsensitive, trigger.CaseSensitive),
		func(w *written) *string { return &w.letters },
		"Whether `A` is another letter than `a`, for operators that compare texts.").byDefault(trigger.CaseInsensitive))
	var one []any
	for _, f := range fields {
		if _, isOperator := trigger.OperatorNamed(f.key); isOperator {
			one = append(one, map[string]any{"required": []any{f.key}})
		}
	}
	k := object("a condition", fields, func(at place, w *written) {
		if len(w.operands) != 1 {
			at.fault("condition", "has not one operator", "one of them with its operand, as in {field: visitor.country, is: GB}")
			return
		}
		for operator, operand := range w.operands {
			c, err := trigger.NewCondition(w.field, operator, plain(operand), w.letters == trigger.CaseSensitive)
			if err != nil {
				at.nested(err)
			}
			w.condition = c
		}
	})
	k.schema["type"], k.schema["oneOf"] = "object", one
	return then(k, func(_ place, w written) trigger.Condition { return w.condition })
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

func operatorKeys(operators []trigger.Operator) []field[written] {
	var fields []field[written]
	for _, o := range operators {
		fields = append(fields, field[written]{
			entry: entry{key: o.Name, doc: o.Doc, shape: shape{name: string(o.Takes), schema: operandSchema(o.Takes)}},
			read: func(_ place, tree any, into *written) {
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
