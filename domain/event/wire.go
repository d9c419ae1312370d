package event

import (
	"reflect"

	"github.com/deskbell/deskbell/domain/wire"
)

// Form is the form of an Event in JSON, as MarshalJSON writes it. It is that of an event with a source, and with a time in UTC.
func (e *Event) Form(c *wire.Codec) {
	c.Object(func() {
		c.Word("specversion", "1.0")
		wire.MaybeText(c, "id", &e.ID)
		wire.Text(c, "type", &e.Type)
		wire.Text(c, "source", &e.Source)
		c.MaybeTime("time", &e.Time)
		c.MaybeBool("unverified", &e.Unverified)
		wire.MaybeText(c, "traceparent", &e.TraceParent)
		wire.MaybeText(c, "tracestate", &e.TraceState)
		if c.Key("data") {
			e.Data.form(c)
		}
	})
}

func (d *Data) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "property", &d.Property)
		wire.MaybeText(c, "visitor", &d.Visitor)
		wire.MaybeText(c, "visit", &d.Visit)
		wire.MaybeText(c, "tab", &d.Tab)
		wire.MaybeText(c, "chat", &d.Chat)
		wire.MaybeText(c, "department", &d.Department)
		wire.MaybeText(c, "agent", &d.Agent)
		wire.MaybeValue(c, "page", &d.Page, (*Page).form)
		if a := &d.Attributes; c.Maybe("attributes", !reflect.ValueOf(a).Elem().IsZero()) {
			a.form(c)
		}
		wire.MaybeText(c, "name", &d.Name)
		d.Values.maybe(c, "values")
		if f := &d.Form; c.Maybe("form", f.Kind != "" || f.Fields != nil) {
			c.Object(func() {
				wire.Text(c, "kind", &f.Kind)
				f.Fields.maybe(c, "fields")
			})
		}
		d.chatForm(c)
	})
}

func (d *Data) chatForm(c *wire.Codec) {
	wire.MaybeText(c, "from", &d.From)
	wire.MaybeText(c, "text", &d.Text)
	c.MaybeBool("bot", &d.Bot)
	wire.MaybePointer(c, "queue_position", &d.QueuePosition, wire.Number)
	wire.List(c, "added", &d.Added, wire.String)
	wire.List(c, "removed", &d.Removed, wire.String)
	wire.MaybeText(c, "status", &d.Status)
	c.MaybeBool("locked", &d.Locked)
	wire.MaybeText(c, "session", &d.Session)
	wire.MaybeInt(c, "ttl", &d.TTL)
	c.MaybeBool("idle", &d.Idle)
}

func (p *Page) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "url", &p.URL)
		wire.MaybeText(c, "title", &p.Title)
		wire.MaybeText(c, "referrer", &p.Referrer)
	})
}

func (a *Attributes) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "country", &a.Country)
		wire.MaybeText(c, "region", &a.Region)
		wire.MaybeText(c, "city", &a.City)
		wire.MaybeText(c, "language", &a.Language)
		wire.MaybeText(c, "browser", &a.Browser)
		wire.MaybeText(c, "os", &a.OS)
		wire.MaybeText(c, "device", &a.Device)
		wire.MaybeText(c, "ip", &a.IP)
		wire.MaybeText(c, "name", &a.Name)
		wire.MaybeText(c, "email", &a.Email)
		wire.MaybePointer(c, "previous_visits", &a.PreviousVisits, wire.Number)
		wire.MaybePointer(c, "previous_chats", &a.PreviousChats, wire.Number)
		if c.Maybe("tags", a.Tags != nil) {
			wire.Items(&a.Tags, c, wire.String)
		}
		a.Custom.maybe(c, "custom")
	})
}

// maybe is a member with values; absent where there are none.
func (v *Values) maybe(c *wire.Codec, name string) {
	if c.Maybe(name, len(*v) > 0) {
		c.Other(v)
	}
}
