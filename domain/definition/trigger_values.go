package definition

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// duration is a length of time between two bounds. A plain 0 is one too.
func duration(least, most time.Duration) kind[hours.Duration] {
	allowed := fmt.Sprintf("%s to %s", hours.Duration(least), hours.Duration(most))
	schema := map[string]any{
		"type": []any{"string", "integer"}, "pattern": `^(0|([0-9]+d)?([0-9.]+(h|m|s|ms))*)$`, "minLength": 1, "minimum": 0, "maximum": 0,
		"examples": []any{"30s", "10m", "2d"},
	}
	return kind[hours.Duration]{shape{name: "duration", schema: schema}, func(at place, tree any) hours.Duration {
		s, _ := asText(tree)
		d, err := hours.ParseDuration(s)
		switch {
		case err != nil && s == "":
			at.fault(show(tree), "is not a duration", "30s, 10m, 2d")
		case err != nil:
			at.nested(err)
		case time.Duration(d) < least || time.Duration(d) > most:
			at.fault(clip(s), "does not fit here", allowed)
		}
		return d
	}}
}

// message is a text with placeholders.
func message(where trigger.Place) kind[string] {
	return then(raw(trigger.MostText), func(at place, s string) string {
		if _, err := trigger.ParseText(s, where); err != nil {
			at.nested(err)
		}
		return s
	})
}

// filled is a text that is not empty.
func filled(k kind[string]) kind[string] {
	k.schema["minLength"] = 1
	read := k.read
	k.read = func(at place, tree any) string {
		if tree == "" {
			at.fault("", "is empty", "a text")
			return ""
		}
		return read(at, tree)
	}
	return k
}

// link is the URL of something that browsers show.
func link() kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostURL, "pattern": `^https?://[^\s]+$`, "examples": []any{"https://example.com/prices"}}
	return textual("URL", "a URL of the web", "a URL such as https://example.com/prices", schema, func(_ place, s string) bool {
		u, err := url.Parse(s)
		return err == nil && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && u.Host != "" && len(s) <= mostURL && !strings.ContainsFunc(s, blank)
	})
}

// on is a switch that is on where nobody says otherwise.
func on() kind[trigger.Off] {
	return then(flag(), func(_ place, on bool) trigger.Off { return trigger.Off(!on) })
}

// yes is a key that says something by being there.
func yes() kind[bool] {
	return kind[bool]{shape{name: "`true`", schema: map[string]any{"const": true}}, func(at place, tree any) bool {
		if yes, ok := tree.(bool); !ok || !yes {
			at.fault(show(tree), "says nothing", "true, or no such key")
		}
		return true
	}}
}

// either is the full form of something, an object, or its short form.
func either[V any](short, full kind[V]) kind[V] {
	s := shape{name: short.name + ", or " + full.name, schema: map[string]any{"anyOf": []any{short.schema, full.schema}}, below: full.below, keys: full.keys}
	return kind[V]{s, func(at place, tree any) V {
		if _, isMap := tree.(map[string]any); isMap {
			return full.read(at, tree)
		}
		return short.read(at, tree)
	}}
}
