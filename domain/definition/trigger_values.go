package definition

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// duration is a length of time between two bounds. A plain 0 is one too.
func duration(least, most time.Duration) table.Kind[hours.Duration] {
	allowed := fmt.Sprintf("%s to %s", hours.Duration(least), hours.Duration(most))
	schema := map[string]any{
		"type": []any{"string", "integer"}, "pattern": `^(0|([0-9]+d)?([0-9.]+(h|m|s|ms))*)$`, "minLength": 1, "minimum": 0, "maximum": 0,
		"examples": []any{"30s", "10m", "2d"},
	}
	return table.NewKind("duration", schema, func(at table.Place, tree any) hours.Duration {
		s, _ := asText(tree)
		d, err := hours.ParseDuration(s)
		switch {
		case err != nil && s == "":
			at.Fault(table.Show(tree), "is not a duration", "30s, 10m, 2d")
		case err != nil:
			at.Nested(err)
		case time.Duration(d) < least || time.Duration(d) > most:
			at.Fault(table.Clip(s), "does not fit here", allowed)
		}
		return d
	})
}

// message is a text with placeholders.
func message(where trigger.Place) table.Kind[string] {
	return table.Then(raw(trigger.MostText), func(at table.Place, s string) string {
		if _, err := trigger.ParseText(s, where); err != nil {
			at.Nested(err)
		}
		return s
	})
}

// filled is a text that is not empty.
func filled(k table.Kind[string]) table.Kind[string] {
	k.Schema["minLength"] = 1
	read := k.Read
	k.Read = func(at table.Place, tree any) string {
		if tree == "" {
			at.Fault("", "is empty", "a text")
			return ""
		}
		return read(at, tree)
	}
	return k
}

// link is the URL of something that browsers show.
func link() table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostURL, "pattern": `^https?://[^\s]+$`, "examples": []any{"https://example.com/prices"}}
	return textual("URL", "a URL of the web", "a URL such as https://example.com/prices", schema, func(_ table.Place, s string) bool {
		return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && trigger.IsURL(s) && len(s) <= mostURL && !strings.ContainsFunc(s, blank)
	})
}

// on is a switch that is on by default.
func on() table.Kind[trigger.Off] {
	return table.Then(flag(), func(_ table.Place, on bool) trigger.Off { return trigger.Off(!on) })
}

// yes is a key that says something by being there.
func yes() table.Kind[bool] {
	return table.NewKind("`true`", map[string]any{"const": true}, func(at table.Place, tree any) bool {
		if yes, ok := tree.(bool); !ok || !yes {
			at.Fault(table.Show(tree), "says nothing", "true, or no such key")
		}
		return true
	})
}

// either is the full form of something, an object, or its short form.
func either[V any](short, full table.Kind[V]) table.Kind[V] {
	s := table.Shape{Name: short.Name + ", or " + full.Name, Schema: map[string]any{"anyOf": []any{short.Schema, full.Schema}}, Below: full.Below, Keys: full.Keys}
	return table.Kind[V]{Shape: s, Read: func(at table.Place, tree any) V {
		if _, isMap := tree.(map[string]any); isMap {
			return full.Read(at, tree)
		}
		return short.Read(at, tree)
	}}
}
