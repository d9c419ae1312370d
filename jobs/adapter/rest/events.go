package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
)

var errMore = errors.New("there is more after its end")

// Events implements adapter.In.
func (t *Table) Events(r adapter.Request) (adapter.Received, error) {
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	var body any
	err := d.Decode(&body)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errMore
		}
	}
	if err != nil {
		return adapter.Received{}, fmt.Errorf("reading the body of a request: %w", err)
	}
	for _, rule := range t.Rules {
		if !rule.fits(body) {
			continue
		}
		if rule.Type == "" {
			return adapter.Received{Ignored: "its rule says that it tells nothing"}, nil
		}
		return adapter.Received{Items: []event.Item{t.item(rule, body, r)}}, nil
	}
	return adapter.Received{Ignored: "no rule fits it"}, nil
}

func (r Rule) fits(body any) bool {
	for pointer, want := range r.When {
		if v, ok := at(body, pointer); !ok || written(v) != want {
			return false
		}
	}
	return true
}

// item is an event, judged as those of all senders are.
func (t *Table) item(rule Rule, body any, r adapter.Request) event.Item {
	data := map[string]any{}
	if !isOfAgent(rule.Type) {
		data["property"] = t.Property
	}
	for key, from := range rule.Data {
		if v, ok := t.value(key, from, body); ok {
			data[key] = v
		}
	}
	tree := map[string]any{"type": string(rule.Type), "source": "rest:" + t.Name, "data": data}
	if v, ok := at(body, rule.ID); ok {
		tree["id"] = v
	}
	if v, ok := at(body, rule.Time); ok && rule.Time != "" {
		tree["time"] = instant(v)
	}
	e, err := event.Intake{At: r.At}.Parse(tree)
	item := event.Item{Event: e}
	if err != nil && !errors.As(err, &item.Faults) {
		item.Faults = event.Faults{{Problem: err.Error()}}
	}
	return item
}

// instant is a time as events have it: Unix seconds and milliseconds become a text, and all else stays.
func instant(v any) any {
	const milliseconds = 100_000_000_000 // as seconds, far beyond the year 5000
	n, _ := v.(json.Number)
	f, err := n.Float64()
	switch {
	case err != nil:
		return v
	case f < milliseconds:
		f *= 1000
	}
	return time.UnixMilli(int64(f)).UTC().Format(time.RFC3339Nano)
}

func isOfAgent(kind event.Type) bool { return strings.HasPrefix(string(kind), "agent.") }

// value is what an event has under a key. ok is false where the request tells nothing of it, and for an agent who is not known.
func (t *Table) value(key, from string, body any) (v any, ok bool) {
	if fixed, isFixed := strings.CutPrefix(from, "="); isFixed {
		v, ok = fixed, true
	} else {
		v, ok = at(body, from)
	}
	switch {
	case !ok || v == nil:
		return nil, false
	case key == agent:
		known, ok := t.Agents[written(v)]
		return known, ok
	case key == chat, key == visitor, key == "visit":
		return t.Name + ":" + written(v), written(v) != ""
	}
	return v, true
}

// at is the value at a pointer.
func at(v any, pointer string) (any, bool) {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch in := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = in[token]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// written is a text, a number or a flag as JSON writes it, without quotes; empty for anything else.
func written(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
