package rest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/adapter"
)

// Calls implements adapter.Out.
func (t *Table) Calls(a action.Action) (adapter.Plan, error) {
	template := t.template(a.Type)
	if template == nil {
		return adapter.Plan{Skipped: "no template is for it"}, nil
	}
	var v action.Visitor
	if err := adapter.ReadData(a, &v); err != nil {
		return adapter.Plan{}, err
	}
	room, ok := strings.CutPrefix(v.Chat, t.c.Name+":")
	if !ok || room == "" {
		return adapter.Plan{Skipped: "it is for no chat of this product"}, nil
	}
	who, _ := strings.CutPrefix(v.Visitor, t.c.Name+":")
	values := map[string]string{id: a.ID, chat: room, visitor: who, text: adapter.TextOf(v)}
	switch a.Type {
	case action.MessageSend, action.NoteAdd, action.NoteReplace:
		if values[text] == "" {
			return adapter.Plan{Skipped: "it has no text"}, nil
		}
	case action.ChatReassign:
		if values[agent], ok = adapter.UserOf(t.c.Agents, v.Agent); !ok {
			return adapter.Plan{Skipped: fmt.Sprintf("the agent %q is not among the agents of the destination", v.Agent)}, nil
		}
	case action.ChatSnooze:
		values[status], values[until] = "snoozed", v.Until.UTC().Format(time.RFC3339)
	case action.ChatClose:
		values[status] = "closed"
	}
	call, err := template.call(values)
	if err != nil {
		return adapter.Plan{}, err
	}
	return adapter.Plan{Calls: []adapter.Call{call}}, nil
}

func (t *Table) template(kind action.Type) *Template {
	switch kind {
	case action.MessageSend:
		return t.c.Send
	case action.NoteAdd, action.NoteReplace:
		return t.c.Note
	case action.ChatReassign:
		return t.c.Assign
	case action.ChatSnooze, action.ChatClose:
		return t.c.Status
	}
	return nil
}

func (t *Template) call(values map[string]string) (adapter.Call, error) {
	call := adapter.Call{Method: cmp.Or(t.Method, http.MethodPost), Path: filled(t.Path, values, url.PathEscape)}
	if t.Body == nil {
		return call, nil
	}
	var err error
	if call.Body, err = json.Marshal(fill(t.Body, values)); err != nil {
		return adapter.Call{}, fmt.Errorf("writing the body of %s: %w", call.Path, err)
	}
	return call, nil
}

// fill is a body with its placeholders replaced.
func fill(v any, values map[string]string) any {
	switch v := v.(type) {
	case string:
		return filled(v, values, func(s string) string { return s })
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = fill(item, values)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[key] = fill(item, values)
		}
		return m
	}
	return v
}

// filled is a text with its placeholders replaced, once: what stands in a value is no placeholder.
func filled(s string, values map[string]string, escape func(string) string) string {
	var pairs []string
	for _, name := range placeholders(s) {
		pairs = append(pairs, "{"+name+"}", escape(values[name]))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
