package logline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/action"
)

// visitorSentence describes an action for a visitor.
func visitorSentence(a action.Action) (string, error) {
	raw, _ := a.Data.(json.RawMessage)
	var v action.Visitor
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	who, by := v.Property+"/"+v.Visitor, cmp.Or(v.Trigger, v.Rule)
	switch a.Type {
	case action.MessageSend:
		return fmt.Sprintf("message to %s (%s): %s", who, by, said(&v)), nil
	case action.MessageSkipped:
		return strings.TrimSuffix(fmt.Sprintf("held back from %s (%s): %s: %s", who, by, v.Reason, v.Text), ": "), nil
	case action.AgentNotify:
		to := cmp.Or(strings.Join(v.Agents, ", "), v.Destination)
		if to != "" {
			to = "to " + to + " "
		}
		return fmt.Sprintf("notice %sabout %s (%s): %s", to, who, by, v.Text), nil
	}
	what := cmp.Or(v.Text, v.Tag, v.Name, v.Department, v.Form, v.Agent, strings.Join(v.Agents, ", "))
	if what != "" {
		what = ": " + strconv.Quote(what)
	}
	return fmt.Sprintf("%s of %s (%s)%s", a.Type, who, by, what), nil
}

// said is a message in short: its text, and in brackets its additions.
func said(v *action.Visitor) string {
	var with []string
	for _, a := range v.Attachments {
		switch {
		case a.File != "":
			with = append(with, "file "+cmp.Or(a.Title, a.File))
		case a.Image != "":
			with = append(with, "image "+cmp.Or(a.Title, a.Image))
		case a.Link != "":
			with = append(with, "link "+cmp.Or(a.Title, a.Link))
		default:
			with = append(with, cmp.Or(a.Title, a.Form))
		}
	}
	if len(v.Suggested) > 0 {
		with = append(with, "replies "+strings.Join(v.Suggested, " | "))
	}
	if len(v.Departments) > 0 {
		names := make([]string, len(v.Departments))
		for i, d := range v.Departments {
			names[i] = cmp.Or(d.Name, d.ID)
		}
		with = append(with, "departments "+strings.Join(names, " | "))
	}
	text := v.Text
	if len(with) > 0 {
		text = strings.TrimSpace(text + " [" + strings.Join(with, "; ") + "]")
	}
	return cmp.Or(text, "without a text")
}

// chatSentence is that of an action with an instant of a chat.
func (l Log) chatSentence(a action.Action) (string, error) {
	raw, _ := a.Data.(json.RawMessage)
	var v action.Visitor
	err := json.Unmarshal(raw, &v)
	chat := fmt.Sprintf("chat %s of %s/%s (%s)", v.Chat, v.Property, v.Visitor, cmp.Or(v.Trigger, v.Rule))
	if a.Type == action.ChatSnooze {
		return chat + " is put aside" + l.at(" until ", &v.Until), err
	}
	if v.Department != "" {
		chat = v.Department + ": " + chat
	}
	return chat + " has no answer yet" + l.at(", and is to have one before ", &v.Due), err
}
