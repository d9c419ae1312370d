package engine

import (
	"fmt"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/store"
)

// effect is what a trigger or a rule of a chat wants done, before it is an action.
type effect struct {
	do          trigger.Action
	attachments []trigger.Attachment
	ticket      *chat.Ticket
	data        action.Visitor // with what the domain knows
	key         string         // of its id
	at          time.Time
}

func triggered(e visit.Effect) effect {
	return effect{
		do: e.Do, attachments: e.Attachments, at: e.At,
		data: action.Visitor{Visit: e.Visit, Chat: e.Chat, Trigger: e.Cause.Trigger, Reason: e.Reason, Cause: action.Cause{Event: e.Cause.Event}},
		key:  "trigger/" + e.Cause.Trigger + "/" + e.Cause.Event + "/" + strconv.Itoa(e.Cause.Index),
	}
}

func ruled(e chat.Effect) effect {
	f := effect{
		do: e.Do, attachments: e.Attachments, ticket: e.Ticket, at: e.At,
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

// act adds the action of an effect, for the property's destinations or the one that it names, or
// for agents.
func (v *visitor) act(e effect) {
	switch n := e.do.Notify; {
	case n == nil:
		v.add(e, store.Outgoing{To: v.def.Destinations})
	case n.Destination != "":
		v.add(e, store.Outgoing{To: []string{n.Destination}})
	default:
		v.notifyAgents(e)
	}
}

// add adds the action of an effect, on its way to whom out says.
func (v *visitor) add(e effect, out store.Outgoing) {
	a := v.action(&e)
	var err error
	if out.Body, err = a.MarshalJSON(); err != nil {
		v.err = fmt.Errorf("encoding an action: %w", err)
	}
	v.out.Actions = append(v.out.Actions, out)
	v.tell(a, &e.data)
}

// action is what is delivered of an effect.
func (v *visitor) action(e *effect) action.Action {
	t := e.fill()
	e.data.Property, e.data.Visitor = v.propertyAt.id, v.id
	return action.Action{ID: action.VisitorID(t, v.propertyAt.id, v.id, e.key), Type: t, Time: e.at, Data: e.data}
}

// skip records what was decided against.
func (v *visitor) skip(s Skipped) {
	s.subject = v.record.Subject
	v.skipped = append(v.skipped, s)
}

// fill puts what is to be done into the data, and gives the type of the action.
func (e *effect) fill() action.Type {
	d, a := &e.data, &e.do
	switch {
	case e.ticket != nil:
		t := e.ticket
		d.Department = t.Department
		d.Ticket = &action.Ticket{Form: string(t.Form.Kind), Fields: t.Form.Fields, Page: t.Page.URL, WaitingSince: t.WaitingSince}
		return action.TicketCreate
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
		return action.AgentsInvite
	case a.Reassign:
		return action.ChatReassign
	case a.CloseChat:
		return action.ChatClose
	default:
		d.Kind, d.Text, d.Agents, d.Destination = action.KindTrigger, a.Notify.Text, a.Notify.Agents, a.Notify.Destination
		return action.AgentNotify
	}
}

func (e *effect) message() {
	d, m := &e.data, e.do.SendMessage
	d.Text, d.Sender, d.Suggested = m.Text, action.Sender(m.Sender), m.Suggested
	for _, a := range e.attachments {
		d.Attachments = append(d.Attachments, action.Attachment{File: a.File, Form: string(a.Form), Image: a.Image, Link: a.Link, Title: a.Title})
	}
}
