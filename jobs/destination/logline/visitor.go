package logline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/action"
)

// visitorSentence says what is done to or for a visitor.
func visitorSentence(a action.Action) (string, error) {
	raw, _ := a.Data.(json.RawMessage)
	var v action.Visitor
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	who, by := v.Property+"/"+v.Visitor, cmp.Or(v.Trigger, v.Rule)
	switch a.Type {
	case action.MessageSend:
		return fmt.Sprintf("message to %s (%s): %s", who, by, cmp.Or(v.Text, "without a text")), nil
	case action.MessageSkipped:
		return strings.TrimSuffix(fmt.Sprintf("held back from %s (%s): %s: %s", who, by, v.Reason, v.Text), ": "), nil
	case action.AgentNotify:
		to := cmp.Or(strings.Join(v.Agents, ", "), v.Destination)
		if to != "" {
			to = "to " + to + " "
		}
		return fmt.Sprintf("notice %sabout %s (%s): %s", to, who, by, v.Text), nil
	}
	what := cmp.Or(v.Text, v.Tag, v.Name, v.Department, v.Form)
	if what != "" {
		what = ": " + strconv.Quote(what)
	}
	return fmt.Sprintf("%s of %s (%s)%s", a.Type, who, by, what), nil
}
