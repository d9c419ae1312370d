// Package logline delivers actions to the log, as lines to read.
package logline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// Type is the destination's type in a definition.
const Type = "log"

// Log is one destination.
type Log struct {
	log  logrus.FieldLogger
	zone *time.Location
	seen time.Time // when the sentence is read, about
}

// Open gives the OpenDestination of Type. Times are written in a zone.
func Open(log logrus.FieldLogger, zone *time.Location) deliver.OpenDestination {
	return func(string, definition.Destination) (deliver.Destination, error) {
		return Log{log: log, zone: zone}, nil
	}
}

// Most implements deliver.Destination.
func (Log) Most() int { return 200 }

// Deliver implements deliver.Destination.
func (l Log) Deliver(_ context.Context, batch []deliver.Delivery) error {
	for _, d := range batch {
		var a action.Action
		err := json.Unmarshal(d.Body, &a)
		text := ""
		if err == nil {
			text, err = Sentence(a, l.zone)
		}
		if err != nil {
			return fmt.Errorf("reading the action %s: %w", d.Seq, err)
		}
		l.log.Info(table.OneLine(text))
	}
	return nil
}

// Sentence describes a decoded action in English, with times in a zone. For an unknown
// type it gives the JSON.
func Sentence(a action.Action, zone *time.Location) (string, error) {
	l := Log{zone: zone, seen: a.Time}
	raw, _ := a.Data.(json.RawMessage)
	switch a.Type {
	case action.WidgetStateChanged, action.DepartmentStateChanged:
		var s action.State
		err := json.Unmarshal(raw, &s)
		name := "widget "
		if s.Department != "" {
			name = "department "
		}
		name += place(s.Property, s.Department)
		return fmt.Sprintf("%s is %s (%s, %s)%s", name, s.Status, s.Mode, s.Reason, l.until(s.Until, s.Next)), err
	case action.AgentStatusChanged:
		var s action.AgentStatus
		err := json.Unmarshal(raw, &s)
		return fmt.Sprintf("agent %s is %s (%s)%s", s.Agent, s.Status, s.Reason, l.until(s.Until, s.Next)), err
	case action.AgentNotify:
		var n action.Notice
		err := json.Unmarshal(raw, &n)
		switch n.Kind {
		case action.KindTrigger, string(agent.SlowChat), string(agent.ShiftEnd):
			return visitorSentence(a)
		case string(agent.ClosingSoon):
			return fmt.Sprintf("notice to %s: %s closes soon%s", n.Agent, place(n.Property, n.Department), l.at(", ", n.Until)), err
		case string(agent.DigestOpened):
			return fmt.Sprintf("notice to %s: %s", n.Agent, n.Text), err
		case string(agent.AutoOffline):
			return fmt.Sprintf("notice to %s: you are offline, since a chat has waited for you for too long", n.Agent), err
		case string(agent.Idle):
			return fmt.Sprintf("notice to %s: you take no new chats, since nothing was heard of you", n.Agent), err
		case string(agent.HoursStarted):
			return fmt.Sprintf("notice to %s: your hours have started%s", n.Agent, l.at(", until ", n.Until)), err
		}
		return fmt.Sprintf("notice to %s: your hours have ended%s", n.Agent, l.at(", the next start ", n.Until)), err
	case action.DigestOpened:
		var d action.Digest
		err := json.Unmarshal(raw, &d)
		return fmt.Sprintf("digest of %s: %s", d.Property, d.Summary()), err
	case action.MessageSend, action.NoteAdd, action.NoteReplace, action.TagAdd, action.TagRemove, action.VisitorSetName,
		action.VisitorSetDepartment, action.WidgetHide, action.FormShow, action.AgentsInvite, action.ChatReassign,
		action.ChatClose, action.TicketCreate, action.MessageSkipped:
		return visitorSentence(a)
	case action.ChatSnooze, action.ChatSLAWarning:
		return l.chatSentence(a)
	default:
		body, err := a.MarshalJSON()
		return string(body), err
	}
}

// place names a property, or one of its departments.
func place(property, department string) string {
	if department != "" {
		return property + "/" + department
	}
	return property
}

func (l Log) until(t *time.Time, next *string) string {
	if t == nil || next == nil {
		return ", for good"
	}
	return l.at(" until ", t) + ", then " + *next
}

func (l Log) at(words string, t *time.Time) string {
	if t == nil {
		return ""
	}
	return words + Date(*t, l.seen, l.zone) + t.In(l.zone).Format(" 15:04:05")
}

// Date is the date of an instant in a zone: "Mon 2 Jan", and "Mon 2 Jan 2006" for one who reads it in another year.
func Date(t, seen time.Time, zone *time.Location) string {
	if t = t.In(zone); t.Year() != seen.In(zone).Year() {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}
