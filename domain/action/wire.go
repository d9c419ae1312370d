package action

import (
	"encoding/json"
	"time"

	"github.com/deskbell/deskbell/domain/wire"
)

// MarshalJSON writes the CloudEvents 1.0 form.
func (a Action) MarshalJSON() ([]byte, error) { return a.AppendJSON(make([]byte, 0, room)) }

// room is as long as most actions are.
const room = 640

// AppendJSON appends the output of MarshalJSON.
func (a *Action) AppendJSON(b []byte) ([]byte, error) {
	e := envelope{"1.0", a.ID, a.Type, source, a.Time.UTC().Truncate(time.Millisecond), a.Context, a.Data}
	if body, ok := wire.Append(b, &e, (*envelope).form); ok {
		return body, nil
	}
	body, err := json.Marshal(e)
	return append(b, body...), err
}

// form is for writing alone: what is read has any data.
func (e *envelope) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "specversion", &e.SpecVersion)
		wire.Text(c, "id", &e.ID)
		wire.Text(c, "type", &e.Type)
		wire.Text(c, "source", &e.Source)
		c.Time("time", &e.Time)
		wire.MaybeText(c, "traceparent", &e.TraceParent)
		wire.MaybeText(c, "tracestate", &e.TraceState)
		if c.Key("data") {
			dataForm(e.Data, c)
		}
	})
}

func dataForm(data any, c *wire.Codec) {
	switch d := data.(type) {
	case State:
		d.form(c)
	case AgentStatus:
		d.form(c)
	case Notice:
		d.form(c)
	case Visitor:
		d.members(c)
	case interface{ Form(c *wire.Codec) }:
		d.Form(c)
	default:
		c.Other(data)
	}
}

func (s *State) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "property", &s.Property)
		wire.MaybeText(c, "department", &s.Department)
		wire.MaybeText(c, "previous", &s.Previous)
		wire.Text(c, "status", &s.Status)
		wire.Text(c, "mode", &s.Mode)
		c.Bool("new_chats", &s.NewChats)
		wire.MaybeText(c, "message", &s.Message)
		wire.Text(c, "reason", &s.Reason)
		c.Time("since", &s.Since)
		orNull(c, "until", &s.Until, wire.Instant)
		orNull(c, "next", &s.Next, wire.String)
		wire.MaybeText(c, "next_mode", &s.NextMode)
		orNull(c, "next_open", &s.NextOpen, wire.Instant)
		wire.Int(c, "version", &s.Version)
		s.Cause.member(c)
	})
}

func (s *AgentStatus) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "agent", &s.Agent)
		wire.MaybeText(c, "previous", &s.Previous)
		wire.Text(c, "status", &s.Status)
		wire.Text(c, "reason", &s.Reason)
		c.Time("since", &s.Since)
		orNull(c, "until", &s.Until, wire.Instant)
		orNull(c, "next", &s.Next, wire.String)
		wire.Int(c, "version", &s.Version)
		s.Cause.member(c)
		wire.List(c, "properties", &s.Properties, wire.String)
	})
}

func (n *Notice) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "agent", &n.Agent)
		wire.MaybeText(c, "name", &n.Name)
		wire.Text(c, "kind", &n.Kind)
		wire.MaybeText(c, "reason", &n.Reason)
		orNull(c, "until", &n.Until, wire.Instant)
		n.Cause.member(c)
		wire.MaybeText(c, "property", &n.Property)
		wire.MaybeText(c, "department", &n.Department)
		wire.MaybeText(c, "chat", &n.Chat)
		wire.MaybeText(c, "text", &n.Text)
		wire.List(c, "properties", &n.Properties, wire.String)
	})
}

func (v *Visitor) members(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "property", &v.Property)
		wire.Text(c, "visitor", &v.Visitor)
		wire.MaybeText(c, "visit", &v.Visit)
		wire.MaybeText(c, "chat", &v.Chat)
		wire.MaybeText(c, "trigger", &v.Trigger)
		wire.MaybeText(c, "rule", &v.Rule)
		wire.Text(c, "reason", &v.Reason)
		v.Cause.member(c)
		wire.MaybeText(c, "kind", &v.Kind)
		wire.MaybeText(c, "text", &v.Text)
		v.messageForm(c)
		wire.MaybeText(c, "tag", &v.Tag)
		wire.MaybeText(c, "name", &v.Name)
		wire.MaybeText(c, "department", &v.Department)
		wire.MaybeText(c, "agent", &v.Agent)
		wire.MaybeText(c, "previous", &v.Previous)
		wire.List(c, "agents", &v.Agents, wire.String)
		wire.MaybeText(c, "destination", &v.Destination)
		wire.MaybeText(c, "form", &v.Form)
		c.MaybeTime("until", &v.Until)
		c.MaybeTime("due", &v.Due)
		wire.MaybePointer(c, "ticket", &v.Ticket, (*Ticket).members)
		wire.List(c, "properties", &v.Properties, wire.String)
	})
}

func (v *Visitor) messageForm(c *wire.Codec) {
	wire.List(c, "attachments", &v.Attachments, AttachmentForm)
	v.Sender.Member(c)
	wire.List(c, "suggested", &v.Suggested, wire.String)
	wire.List(c, "departments", &v.Departments, (*Choice).Form)
}

// AttachmentForm is the form of an Attachment in JSON.
func AttachmentForm(a *Attachment, c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "file", &a.File)
		wire.MaybeText(c, "form", &a.Form)
		wire.MaybeText(c, "image", &a.Image)
		wire.MaybeText(c, "link", &a.Link)
		wire.MaybeText(c, "title", &a.Title)
	})
}

// Member is a member with a Sender; absent where it is zero.
func (s *Sender) Member(c *wire.Codec) {
	if c.Maybe("sender", *s != Sender{}) {
		c.Object(func() {
			wire.MaybeText(c, "name", &s.Name)
			wire.MaybeText(c, "image", &s.Image)
		})
	}
}

// Form is the form of a Choice in JSON.
func (d *Choice) Form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "id", &d.ID)
		wire.Text(c, "name", &d.Name)
	})
}

func (t *Ticket) members(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "form", &t.Form)
		if c.Maybe("fields", len(t.Fields) > 0) {
			c.Other(&t.Fields)
		}
		wire.MaybeText(c, "page", &t.Page)
		c.MaybeTime("waiting_since", &t.WaitingSince)
	})
}

func (w *Cause) member(c *wire.Codec) {
	if c.Key("cause") {
		c.Object(func() {
			c.MaybeTime("boundary", &w.Boundary)
			wire.MaybeInt(c, "edit", &w.Edit)
			wire.MaybeText(c, "event", &w.Event)
			wire.MaybeInt(c, "lost", &w.Lost)
		})
	}
}

// orNull is a member with a value that there may be.
func orNull[T any](c *wire.Codec, name string, v **T, form wire.Form[T]) {
	if c.Key(name) {
		wire.Pointer(v, c, form)
	}
}
