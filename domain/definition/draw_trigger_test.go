package definition_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/trigger"
)

func drawTrigger(r *rapid.T) any {
	conditions := []any{}
	for range rapid.IntRange(0, trigger.MostConditions).Draw(r, "conditions") {
		conditions = append(conditions, drawCondition(r))
	}
	t := drawOptional(r, map[string]any{
		"type": "advanced", "actions": drawActions(r), "enabled": rapid.Bool().Draw(r, "enabled"),
		"recheck": rapid.Bool().Draw(r, "recheck"), "conditions": conditions, "delay": drawDuration(r), "match": rapid.SampledFrom([]any{"all", "any"}).Draw(r, "match"),
		"count": rapid.SampledFrom([]any{"elapsed", "open_hours"}).Draw(r, "count"), "when_closed": rapid.SampledFrom([]any{"drop", "defer"}).Draw(r, "when_closed"),
		"frequency": rapid.SampledFrom([]any{"once_per_visitor", "every_time", map[string]any{"every": "36h"}}).Draw(r, "frequency"),
	}).(map[string]any)
	t["name"], t["on"] = "x", "chat.ended" // agents have keys of these names, which may be missing
	return t
}

func drawDuration(r *rapid.T) any {
	return fmt.Sprintf("%dms", rapid.Int64Range(1000, 24*3600*1000).Draw(r, "ms"))
}

func drawMessage(r *rapid.T) any {
	text := strings.NewReplacer("{{", "", "}}", "").Replace(rapid.StringN(0, 100, -1).Draw(r, "message"))
	return rapid.SampledFrom([]string{"", "{{visitor.name}}", "{{ next_open | soon }}"}).Draw(r, "placeholder") + "-" + text
}

func drawActions(r *rapid.T) any {
	return rapid.SliceOfN(rapid.SampledFrom([]any{
		map[string]any{"send_message": "Hello {{visitor.name|<there>}}"}, map[string]any{"wait": "90m"}, map[string]any{"add_note": "&"}, map[string]any{"add_tag": "x"},
		map[string]any{"send_message": map[string]any{"text": "x", "sender": map[string]any{"name": "Léa"}, "suggested": []any{"a", json.Number("7")}}},
		map[string]any{"show_form": "callback_form"}, map[string]any{"close_chat": true}, map[string]any{"snooze": "next_opening"}, map[string]any{"notify": map[string]any{"text": "x"}},
	}), 1, trigger.MostActions).Draw(r, "actions")
}

// drawCondition draws a condition of any field, with any operator that is for it.
func drawCondition(r *rapid.T) any {
	field := rapid.SampledFrom(trigger.Fields()).Draw(r, "field")
	operator := rapid.SampledFrom(trigger.Operators()).Filter(func(o trigger.Operator) bool { return o.For(field.Kind) }).Draw(r, "operator")
	if strings.HasPrefix(field.Name, "triggered.") || strings.HasPrefix(field.Name, "department.") || field.Name == "chat.department" {
		field, _, _ = trigger.FieldNamed("message.text") // of the property's own names there are none here
		operator, _ = trigger.OperatorNamed("starts_with")
	}
	value := drawOperand(r, field, operator)
	switch operator.Takes {
	case trigger.TakesTwo:
		value = []any{value, value}
	case trigger.TakesList:
		value = []any{value, drawOperand(r, field, operator)}
	case trigger.TakesTrue:
		value = true
	}
	return map[string]any{"field": strings.ReplaceAll(field.Name, "NAME", "a.é"), operator.Name: value}
}

func drawOperand(r *rapid.T, field trigger.Field, operator trigger.Operator) any {
	number := rapid.SampledFrom([]any{json.Number("0"), json.Number("-2.50"), json.Number("1e3"), 7, 0.1, int64(-1)}).Draw(r, "number")
	text := rapid.StringN(1, 100, -1).Draw(r, "text")
	switch field.Kind {
	case trigger.KindNumber:
		return number
	case trigger.KindHour:
		return rapid.IntRange(0, 23).Draw(r, "hour")
	case trigger.KindTime:
		return rapid.SampledFrom([]any{"9:00", "23:59", "00:00"}).Draw(r, "time")
	case trigger.KindWeekday:
		return rapid.SampledFrom([]any{"mon", "Tue-Fri", "weekend"}).Draw(r, "day")
	case trigger.KindDate:
		return "2026-12-24"
	case trigger.KindTruth:
		return rapid.Bool().Draw(r, "truth")
	case trigger.KindWord:
		return "away"
	case trigger.KindAddress:
		return "::ffff:192.0.2.1"
	}
	if operator.Takes == trigger.TakesPattern {
		return "(a|b)*<"
	}
	if field.Kind == trigger.KindAny {
		if operator.Name[0] == '<' || operator.Name[0] == '>' || operator.Takes == trigger.TakesTwo {
			return number
		}
		return rapid.SampledFrom([]any{number, text, true}).Draw(r, "any")
	}
	return text
}
