package rest

import (
	"bytes"
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
	room, ok := strings.CutPrefix(v.Chat, t.Name+":")
	if !ok || room == "" {
		return adapter.Plan{Skipped: "it is for no chat of this product"}, nil
	}
	who, _ := strings.CutPrefix(v.Visitor, t.Name+":")
	values := map[string]string{id: a.ID, chat: room, visitor: who, text: adapter.TextOf(v)}
	switch a.Type {
	case action.MessageSend, action.NoteAdd, action.NoteReplace:
		if values[text] == "" {
			return adapter.Plan{Skipped: "it has no text"}, nil
		}
	case action.ChatReassign:
		if values[agent], ok = adapter.UserOf(t.Agents, v.Agent); !ok {
			return adapter.Plan{Skipped: fmt.Sprintf("the agent %q is not among the agents of the destination", v.Agent)}, nil
		}
	case action.ChatSnooze:
		values[status], values[until] = "snoozed", v.Until.UTC().Format(time.RFC3339)
	case action.ChatClose:
		values[status], values[until] = "closed", ""
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
		return t.Send
	case action.NoteAdd, action.NoteReplace:
		return t.Note
	case action.ChatReassign:
		return t.Assign
	case action.ChatSnooze, action.ChatClose:
		return t.Status
	}
	return nil
}

func (t *Template) call(values map[string]string) (adapter.Call, error) {
	path, query, asks := strings.Cut(t.Path, "?")
	call := adapter.Call{Method: cmp.Or(t.Method, http.MethodPost), Path: filler(values, url.PathEscape).Replace(path)}
	if asks {
		call.Path += "?" + filler(values, url.QueryEscape).Replace(query)
	}
	if len(t.Body) == 0 {
		return call, nil
	}
	d := json.NewDecoder(bytes.NewReader(t.Body))
	d.UseNumber()
	var body any
	err := d.Decode(&body)
	if err == nil {
		call.Body, err = json.Marshal(fill(body, filler(values, func(s string) string { return s })))
	}
	if err != nil {
		return adapter.Call{}, fmt.Errorf("writing the body of %s: %w", call.Path, err)
	}
	return call, nil
}

// filler replaces placeholders, once: what stands in a value is no placeholder.
func filler(values map[string]string, escape func(string) string) *strings.Replacer {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", escape(value))
	}
	return strings.NewReplacer(pairs...)
}

// fill is a body with its placeholders replaced.
func fill(v any, by *strings.Replacer) any {
	switch v := v.(type) {
	case string:
		return by.Replace(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = fill(item, by)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[key] = fill(item, by)
		}
		return m
	}
	return v
}
