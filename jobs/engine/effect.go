package engine

import (
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// effect is something that a trigger or a rule of a chat wants done, before it is an action.
type effect struct {
	do          trigger.Action
	attachments []trigger.Attachment
	ticket      *chat.Ticket
	warning     *chat.Warning
	notice      *chat.Notice   // about a chat, to agents
	agents      []string       // who are invited, or told
	agent, from string         // who is to get the chat, and who has it
	until       time.Time      // of a snooze
	data        action.Visitor // as far as the domain knows them
	key         string         // of its id
	at          time.Time
}

func triggered(e visit.Effect) effect {
	return effect{
		do: e.Do, attachments: e.Attachments, until: e.Until, at: e.At,
		data: action.Visitor{Visit: e.Visit, Chat: e.Chat, Trigger: e.Cause.Trigger, Reason: e.Reason, Cause: action.Cause{Event: e.Cause.Event}},
		key:  "trigger/" + e.Cause.Trigger + "/" + e.Cause.Event + "/" + strconv.Itoa(e.Cause.Index),
	}
}

func ruled(e chat.Effect) effect {
	f := effect{
		do: e.Do, attachments: e.Attachments, ticket: e.Ticket, warning: e.Warning, until: e.Until, at: e.At,
		notice: e.Notice, agents: e.Agents, agent: e.Agent, from: e.From,
		data: action.Visitor{Chat: e.Chat, Rule: string(e.Cause.Rule), Reason: string(e.Reason), Cause: action.Cause{Event: e.Cause.Event}},
		key:  "rule/" + e.Chat + "/" + e.Cause.Key(),
	}
	if e.Cause.Event == "" {
		f.data.Cause.Boundary = e.Cause.Base
	}
	for _, o := range e.Offered {
		f.data.Departments = append(f.data.Departments, action.Choice(o))
	}
	return f
}

// fill puts the texts and names of the action into the data, and gives its type.
func (e *effect) fill() action.Type {
	d, a := &e.data, &e.do
	switch {
	case e.ticket != nil:
		t := e.ticket
		d.Department = t.Department
		d.Ticket = &action.Ticket{Form: t.Form.Kind.Shown(), Fields: t.Form.Fields, Page: t.Page.URL, WaitingSince: t.WaitingSince}
		return action.TicketCreate
	case e.warning != nil:
		d.Department, d.Due = e.warning.Department, e.warning.Due
		return action.ChatSLAWarning
	case e.notice != nil:
		d.Kind, d.Department, d.Agents, d.Previous = string(e.noticeKind()), e.notice.Department, e.agents, e.from
		return action.AgentNotify
	case a.SendMessage != nil:
		e.message()
		return action.MessageSend
	case a.AddNote != "":
		d.Text = a.AddNote
		return action.NoteAdd
	case a.ReplaceNote != "":
		d.Text = a.ReplaceNote
		return action.NoteReplace
	case a.AddTag != "":
		d.Tag = a.AddTag
		return action.TagAdd
	case a.RemoveTag != "":
		d.Tag = a.RemoveTag
		return action.TagRemove
	case a.SetName != "":
		d.Name = a.SetName
		return action.VisitorSetName
	case a.SetDepartment != "":
		d.Department = a.SetDepartment
		return action.VisitorSetDepartment
	case a.HideWidget:
		return action.WidgetHide
	case a.ShowForm != "":
		d.Form = string(a.ShowForm)
		return action.FormShow
	case a.InviteAgents:
		d.Agents = e.agents
		return action.AgentsInvite
	case a.Reassign:
		d.Agent, d.Previous = e.agent, e.from
		return action.ChatReassign
	case a.Snooze != "":
		d.Until = e.until
		return action.ChatSnooze
	case a.CloseChat:
		return action.ChatClose
	default:
		d.Kind, d.Text, d.Agents, d.Destination = action.KindTrigger, a.Notify.Text, a.Notify.Agents, a.Notify.Destination
		return action.AgentNotify
	}
}

func (e *effect) message() {
	d, m := &e.data, e.do.SendMessage
	d.Text, d.Suggested = m.Text, m.Suggested
	for _, a := range e.attachments {
		d.Attachments = append(d.Attachments, action.Attachment{File: a.File, Form: string(a.Form), Image: a.Image, Link: a.Link, Title: a.Title})
	}
}

// to is the same for some agents.
func (e *effect) to(agents ...string) effect {
	own := *e
	if own.agents = agents; e.notice == nil {
		own.do.Notify = &trigger.Notify{Text: e.do.Notify.Text, Agents: agents}
	}
	return own
}

// noticeKind is the kind of a notice about a chat.
func (e *effect) noticeKind() agent.Kind {
	if e.data.Rule == string(chat.ShiftEnd) {
		return agent.ShiftEnd
	}
	return agent.SlowChat
}
