package chatwoot

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/adapter"
)

// outgoingAction is an action on a conversation.
type outgoingAction struct {
	t    *Table
	id   string // of the action
	chat int64
}

// message sends what the visitor is to read: links and files as their addresses, since Chatwoot takes files alone as uploads, and
// what there is to choose as items. Chatwoot shows its bot as the sender.
func (o outgoingAction) message(v action.Visitor) adapter.Plan {
	text := adapter.TextOf(v)
	if text == "" {
		return skipped("it has nothing that Chatwoot can show")
	}
	var items []any
	for _, choice := range v.Departments {
		items = append(items, map[string]any{"title": choice.Name, "value": departmentItem + choice.ID})
	}
	for _, reply := range v.Suggested {
		items = append(items, map[string]any{"title": reply, "value": reply})
	}
	return calls(o.send(text, items, false))
}

// note writes for agents alone. A bot has no other way to them.
func (o outgoingAction) note(text string) adapter.Plan {
	if text == "" {
		return skipped("it has no text")
	}
	return calls(o.send(text, nil, true))
}

// send posts a message once: the answer to a post may be lost, and Chatwoot knows no key by which a repeat is one. So it looks for its mark
// first. An administrator sees the last twenty messages; a bot sees the last one alone, so that a repeat after somebody else's message
// is not known to it.
func (o outgoingAction) send(content string, items []any, private bool) adapter.Call {
	attributes := map[string]any{mark: o.id}
	body := map[string]any{"content": content, "message_type": outgoing, "private": private, "content_type": "text", "content_attributes": attributes}
	if len(items) > 0 {
		body["content_type"], attributes["items"] = "input_select", items
	}
	look := &adapter.Look{Path: o.t.conversation(o.chat), Next: func(answer []byte) (json.RawMessage, bool, error) {
		stands, err := o.stands(answer)
		return object(body), stands, err
	}}
	if o.t.Admin {
		look.Path, look.Admin = o.t.conversation(o.chat, "messages"), true
	}
	return adapter.Call{Method: http.MethodPost, Path: o.t.conversation(o.chat, "messages"), Look: look}
}

// stands tells whether a conversation, or a list of its messages, shows the message of this action.
func (o outgoingAction) stands(answer []byte) (bool, error) {
	var shown struct {
		Messages []message `json:"messages"`
		Payload  []message `json:"payload"` // of the list
		Last     *message  `json:"last_non_activity_message"`
	}
	if err := json.Unmarshal(answer, &shown); err != nil {
		return false, fmt.Errorf("reading the messages of the conversation %d: %w", o.chat, err)
	}
	list := slices.Concat(shown.Messages, shown.Payload)
	if shown.Last != nil {
		list = append(list, *shown.Last)
	}
	return slices.ContainsFunc(list, func(m message) bool { return m.Attributes.text(mark) == o.id }), nil
}

// labels adds a label to those of the conversation, or takes it off them: a call sets all of them.
func (o outgoingAction) labels(label string, on bool) adapter.Plan {
	if label == "" {
		return skipped("its tag has no character that a label may have")
	}
	return calls(adapter.Call{Method: http.MethodPost, Path: o.t.conversation(o.chat, "labels"), Look: &adapter.Look{
		Path: o.t.conversation(o.chat),
		Next: func(answer []byte) (json.RawMessage, bool, error) {
			var c struct {
				Labels []string `json:"labels"`
			}
			if err := json.Unmarshal(answer, &c); err != nil {
				return nil, false, fmt.Errorf("reading the labels of the conversation %d: %w", o.chat, err)
			}
			if slices.Contains(c.Labels, label) == on {
				return nil, true, nil
			}
			rest := slices.DeleteFunc(c.Labels, func(l string) bool { return l == label })
			if on {
				rest = append(rest, label)
			}
			if rest == nil {
				rest = []string{}
			}
			return object(map[string]any{"labels": rest}), false, nil
		},
	}})
}

// labelOf is a tag as Chatwoot names labels: small letters, digits, _ and -.
func labelOf(tag string) string {
	parts := strings.FieldsFunc(strings.ToLower(tag), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
	})
	return strings.Join(parts, "-")
}

// assign gives the conversation to an agent, or to nobody where anybody may take it.
func (o outgoingAction) assign(v action.Visitor) adapter.Plan {
	user := int64(0)
	if v.Agent != "" {
		var ok bool
		if user, ok = adapter.UserOf(o.t.Agents, v.Agent); !ok {
			return skipped("the agent " + v.Agent + " is not among the agents of the destination")
		}
	}
	return calls(adapter.Call{Method: http.MethodPost, Path: o.t.conversation(o.chat, "assignments"), Body: object(map[string]any{"assignee_id": user})})
}

// status sets the status. It is always named: without it, Chatwoot goes from the one to the other.
func (o outgoingAction) status(body map[string]any) adapter.Plan {
	return calls(adapter.Call{Method: http.MethodPost, Path: o.t.conversation(o.chat, "toggle_status"), Body: object(body)})
}

// ticket leaves the conversation as the ticket that it is, open, with a note of what is asked.
func (o outgoingAction) ticket(v action.Visitor) adapter.Plan {
	lines := []string{"A person is to answer this."}
	if ticket := v.Ticket; ticket != nil {
		if !ticket.WaitingSince.IsZero() {
			lines = append(lines, "The visitor has waited since "+ticket.WaitingSince.UTC().Format("15:04 UTC on 2 January")+".")
		}
		for _, name := range slices.Sorted(maps.Keys(ticket.Fields)) {
			lines = append(lines, fmt.Sprintf("%s: %v", name, ticket.Fields[name]))
		}
		if ticket.Page != "" {
			lines = append(lines, ticket.Page)
		}
	}
	open := o.status(map[string]any{"status": "open"})
	return calls(append(o.note(strings.Join(lines, "\n")).Calls, open.Calls...)...)
}
