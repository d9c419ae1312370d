package chatwoot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
)

const (
	// idsKnown is for how long after the beginning of a conversation its messages tell of the request again. The ids of events are known
	// for no less, so that none of them is a second request.
	idsKnown = 24 * time.Hour
	// reopens is how long before the change of a conversation's status a message may have been written that has reopened it.
	reopens = time.Minute
	// resolved is the status of a conversation that has ended.
	resolved = "resolved"
	// mostLabel is how many bytes a label has that an event may name.
	mostLabel = 100
)

// Subscriptions are the webhook events that say something here. The others are not asked for: those of contacts name no inbox, and so
// no property.
func Subscriptions() []string {
	return []string{"conversation_created", "conversation_status_changed", "conversation_updated", "message_created", "message_updated", "webwidget_triggered"}
}

// Events implements adapter.In: the body is that of a webhook.
func (t *Table) Events(r adapter.Request) (adapter.Received, error) {
	var p payload
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return adapter.Received{}, fmt.Errorf("reading the body of a webhook of Chatwoot: %w", err)
	}
	if !slices.Contains(Subscriptions(), p.Event) {
		return ignored("it is of an event that says nothing to Deskbell"), nil
	}
	if account := p.account(); account != 0 && account != t.Account {
		return ignored("it is of account %d, and the destination %s is of account %d", account, t.Name, t.Account), nil
	}
	in := incomingOf(t, &p, r.At)
	if in.property == "" {
		return ignored("the inbox %d is not among the inboxes of the destination %s", p.inbox(), t.Name), nil
	}
	var events []event.Event
	var why string
	switch p.Event {
	case "conversation_created":
		events, why = in.created()
	case "conversation_status_changed":
		events, why = in.statusChanged()
	case "conversation_updated":
		events, why = in.updated()
	case "message_created":
		events, why = in.messageCreated()
	case "message_updated":
		events, why = in.messageUpdated()
	case "webwidget_triggered":
		events, why = in.opened()
	}
	if len(events) == 0 {
		return ignored("%s", why), nil
	}
	return adapter.Received{Items: in.judged(events)}, nil
}

func ignored(format string, args ...any) adapter.Received {
	return adapter.Received{Ignored: fmt.Sprintf(format, args...)}
}

func (in *reading) created() (events []event.Event, why string) {
	if last := in.chat.last(); last == nil || last.Kind != incoming {
		return nil, "the visitor has not written: their first message will tell"
	}
	if in.contact <= 0 || in.chat.ID <= 0 {
		return nil, "it does not tell whose conversation it is"
	}
	return []event.Event{in.request()}, ""
}

func (in *reading) messageCreated() (events []event.Event, why string) {
	if in.chat == nil || in.chat.ID <= 0 || in.ID <= 0 {
		return nil, "it names no conversation"
	}
	id, at := "message-"+number(in.ID), in.Created.or(in.at)
	agent, isUser := in.writer()
	switch {
	case in.isOwn():
		return nil, "it is a message of Deskbell's own"
	case in.Private && agent != "":
		return []event.Event{{ID: id, Type: event.AgentActive, Time: at, Data: event.Data{Property: in.property, Agent: agent}}}, ""
	case in.Private:
		return nil, "it is a private note"
	case in.Kind == incoming && in.contact > 0:
		said := in.of(event.ChatMessage, id, at, event.Data{From: event.FromVisitor, Visit: in.visit(at), Text: in.Content, Bot: in.bot()})
		if began := in.chat.Created; !began.IsZero() && at.Sub(began.Time) < idsKnown {
			return []event.Event{in.request(), said}, ""
		}
		return []event.Event{said}, ""
	case in.Kind == outgoing && isUser:
		return []event.Event{in.of(event.ChatMessage, id, at, event.Data{From: event.FromAgent, Agent: agent, Text: in.Content})}, ""
	case in.Kind == outgoing: // another bot, a campaign, an automation or a macro: the last three have no sender
		return []event.Event{in.of(event.ChatMessage, id, at, event.Data{From: event.FromBot, Text: in.Content})}, ""
	}
	return nil, "neither a visitor nor the team has written it"
}

// writer is the agent who has written a message; empty where they are not known. isUser tells whether a person of the team has written it.
func (in *reading) writer() (agent string, isUser bool) {
	if in.Sender == nil || in.Sender.Type != "user" {
		return "", false
	}
	return in.t.Agents[in.Sender.ID], true
}

// isOwn tells whether Deskbell has sent a message. What a visitor writes never is, whatever its attributes say.
func (in *reading) isOwn() bool {
	byBot := in.t.Bot != 0 && in.Sender != nil && in.Sender.Type == "agent_bot" && in.Sender.ID == in.t.Bot
	return in.Kind == outgoing && (byBot || in.Attributes.text(mark) != "")
}

// messageUpdated tells what a visitor has chosen. A message is updated for other reasons, too, and then shows the choice again.
func (in *reading) messageUpdated() (events []event.Event, why string) {
	title, value := in.chosen()
	if title == "" || in.chat == nil || in.chat.ID <= 0 || in.ID <= 0 || in.contact <= 0 {
		return nil, "the visitor has chosen nothing"
	}
	id := "message-" + number(in.ID) + "-chosen"
	if department, ok := strings.CutPrefix(value, departmentItem); ok && in.Attributes.text(mark) != "" {
		chosen := in.of(event.DepartmentChosen, id+"-department", in.at, event.Data{Visit: in.visit(in.at), Department: department})
		events = append(events, chosen)
	}
	return append(events, in.of(event.ChatMessage, id, in.at, event.Data{From: event.FromVisitor, Visit: in.visit(in.at), Text: title, Bot: in.bot()})), ""
}

// chosen is the item that the visitor has chosen.
func (in *reading) chosen() (title, value string) {
	list, _ := in.Attributes["submitted_values"].([]any)
	if len(list) != 1 {
		return "", ""
	}
	item, _ := list[0].(map[string]any)
	title, value = open(item).text("title"), open(item).text("value")
	return cmp.Or(title, value), value
}

func (in *reading) statusChanged() (events []event.Event, why string) {
	c := in.Changed["status"]
	previous, _ := c.Previous.(string)
	current, _ := c.Current.(string)
	id, at := "conversation-"+number(in.chat.ID), in.chat.Updated.or(in.at)
	last := in.chat.last()
	switch {
	case in.chat.ID <= 0:
		return nil, "it names no conversation"
	case current == resolved:
		return []event.Event{in.ended()}, ""
	case previous == "pending" && current == "open":
		return []event.Event{in.of(event.ChatHandoff, id+"-handoff"+in.after(at), at, event.Data{})}, ""
	case previous == resolved && last != nil && last.Kind == incoming && in.contact > 0 && !last.Created.IsZero() && at.Sub(last.Created.Time) <= reopens:
		again := in.request()
		again.ID, again.Time, again.Data.Visit = "message-"+number(last.ID)+"-requested", last.Created.Time, in.visit(last.Created.Time)
		return []event.Event{again}, ""
	}
	return nil, "the chat goes on as it was"
}

// ended says that the conversation is resolved.
func (in *reading) ended() event.Event {
	at := in.chat.Updated.or(in.at)
	return in.of(event.ChatEnded, "conversation-"+number(in.chat.ID)+"-ended"+in.after(at), at, event.Data{})
}

// after is the end of the id of a change that has none: the last message before it, or else its time.
func (in *reading) after(at time.Time) string {
	if last := in.chat.last(); last != nil && last.ID > 0 {
		return "-after-" + number(last.ID)
	}
	return "-at-" + number(at.Unix())
}

func (in *reading) updated() (events []event.Event, why string) {
	if in.chat.ID <= 0 {
		return nil, "it names no conversation"
	}
	id, at := "conversation-"+number(in.chat.ID)+"-", in.chat.Updated.or(in.at)
	if c, ok := in.Changed["assignee_id"]; ok {
		previous, current := in.t.Agents[whole(c.Previous)], in.t.Agents[whole(c.Current)]
		switch {
		case current != "":
			events = append(events, in.of(event.ChatAssigned, id+"assigned-"+number(at.UnixMilli()), at, event.Data{Agent: current}))
		case previous != "":
			events = append(events, in.of(event.ChatAgentLeft, id+"left-"+number(at.UnixMilli()), at, event.Data{Agent: previous}))
		}
	}
	if c, ok := in.Changed["label_list"]; ok {
		previous, current := labelsOf(c.Previous), labelsOf(c.Current)
		added, removed := without(current, previous), without(previous, current)
		if len(added)+len(removed) > 0 {
			events = append(events, in.of(event.ChatTagged, id+"tagged-"+number(at.UnixMilli()), at, event.Data{Added: added, Removed: removed}))
		}
	}
	return events, "nothing has changed that Deskbell knows of"
}

func whole(v any) int64 {
	n, _ := v.(json.Number)
	id, _ := n.Int64() // 0 for what is no id
	return id
}

// labelsOf reads a list of labels, or a text of them with commas.
func labelsOf(v any) (labels []string) {
	list, _ := v.([]any)
	if s, ok := v.(string); ok {
		for label := range strings.SplitSeq(s, ",") {
			list = append(list, label)
		}
	}
	for _, item := range list {
		label, _ := item.(string)
		if label = strings.TrimSpace(label); isPlain(label, mostLabel) {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// without are the labels of a list that are not in another, as many as an event may have.
func without(list, other []string) (rest []string) {
	for _, label := range list {
		if !slices.Contains(other, label) && len(rest) < event.MostTags {
			rest = append(rest, label)
		}
	}
	return rest
}

// opened is of a bubble that the visitor has opened. Its only time is a text that the visitor's browser has made: it tells one opening
// from another, and is not believed as a time.
func (in *reading) opened() (events []event.Event, why string) {
	visit := in.visit(in.at)
	if in.contact <= 0 || visit == "" {
		return nil, "it does not tell whose browser it is"
	}
	began := cmp.Or(in.Info.text("initiated_at", "timestamp"), number(in.at.Unix()))
	d := event.Data{Property: in.property, Visitor: in.t.own(in.contact), Visit: visit, Page: pageOf(in.Info)}
	arrived := d
	arrived.Attributes = attributesOf(in.person, in.Info)
	return []event.Event{
		{ID: "visit-" + visit, Type: event.VisitorArrived, Time: in.at, Data: arrived},
		{ID: "opened-" + short(in.source) + "-" + short(began), Type: event.WidgetMaximized, Time: in.at, Data: d},
	}, ""
}
