package chat

import (
	"reflect"

	"github.com/deskbell/deskbell/domain/wire"
)

// Form is the form of a State in JSON.
func (s *State) Form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "id", &s.ID)
		wire.MaybeValue(c, "department", &s.Department, (*Department).form)
		wire.MaybeValue(c, "queue", &s.Queue, (*Queue).form)
		wire.List(c, "agents", &s.Agents, (*Switch).form)
		wire.List(c, "tags", &s.Tags, (*Switch).form)
		wire.MaybeValue(c, "assigned", &s.Assigned, (*Holder).form)
		c.MaybeTime("began", &s.Began)
		c.MaybeTime("requested", &s.Requested)
		c.MaybeTime("asked", &s.Asked)
		c.MaybeTime("answered", &s.Answered)
		c.MaybeTime("joined", &s.Joined)
		c.MaybeTime("bot", &s.Bot)
		c.MaybeTime("ended", &s.Ended)
		wire.MaybeValue(c, "request", &s.Request, (*Moment).form)
		wire.MaybeValue(c, "wrote", &s.Wrote, (*Moment).form)
		wire.MaybeValue(c, "handoff", &s.Handoff, (*Moment).form)
		wire.List(c, "waiting", &s.Waiting, (*Ask).form)
		wire.MaybeValue(c, "requested_in", &s.RequestedIn, (*Place).form)
		wire.MaybeValue(c, "spoken_in", &s.SpokenIn, (*Place).form)
		if c.Maybe("told", !reflect.ValueOf(&s.Progress).Elem().IsZero()) {
			s.Progress.form(c)
		}
	})
}

func (p *Progress) form(c *wire.Codec) {
	c.Object(func() {
		wire.Map(c, "steps", &p.Steps, wire.Instant)
		wire.MaybeValue(c, "next", &p.Next, (*Rung).form)
		wire.List(c, "rests", &p.Rests, (*Rest).form)
		c.MaybeTime("heard", &p.Considered)
		c.MaybeTime("handoff", &p.Handoff)
		c.MaybeTime("during", &p.During)
		c.MaybeTime("outside", &p.Outside)
		c.MaybeTime("closing", &p.Closing)
		c.MaybeTime("closed", &p.Closed)
		c.MaybeTime("digest", &p.Digest)
		c.MaybeTime("warned", &p.Warned)
		wire.List(c, "sent", &p.Sent, wire.Instant)
		wire.MaybeInt(c, "notes", &p.Notes)
		wire.Map(c, "deferred", &p.Deferred, wire.Instant)
		wire.MaybeValue(c, "snoozed", &p.Snoozed, (*Snoozed).form)
		wire.MaybeValue(c, "called", &p.Called, (*Called).form)
		wire.MaybeValue(c, "given", &p.Given, (*Holder).form)
		wire.List(c, "tried", &p.Tried, (*Holder).form)
		c.MaybeTime("passed", &p.Passed)
		c.MaybeTime("shift_end", &p.ShiftEnd)
	})
}

func (d *Department) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "id", &d.ID)
		c.Time("at", &d.At)
		c.MaybeBool("ours", &d.Ours)
	})
}

func (q *Queue) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybePointer(c, "position", &q.Position, wire.Number)
		c.Time("at", &q.At)
	})
}

func (s *Switch) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "name", &s.Name)
		c.MaybeBool("on", &s.On)
		c.Time("at", &s.At)
	})
}

func (h *Holder) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "agent", &h.Agent)
		c.Time("at", &h.At)
		wire.MaybeText(c, "event", &h.Event)
	})
}

func (m *Moment) form(c *wire.Codec) { c.Object(func() { m.members(c) }) }

func (m *Moment) members(c *wire.Codec) {
	c.Time("at", &m.At)
	wire.MaybeText(c, "event", &m.Event)
}

func (a *Ask) form(c *wire.Codec) {
	c.Object(func() {
		a.members(c)
		c.MaybeBool("request", &a.Request)
	})
}

func (p *Place) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "visit", &p.Visit)
		c.Time("at", &p.At)
	})
}

func (r *Rung) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "step", &r.Step)
		c.Time("base", &r.Base)
		c.Time("due", &r.Due)
	})
}

func (r *Rest) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "step", &r.Step)
		if c.Key("base") {
			r.Base.form(c)
		}
		wire.Int(c, "action", &r.Action)
		c.Time("due", &r.Due)
		c.MaybeTime("from", &r.From)
		if c.Maybe("for", r.For != 0) {
			c.Other(&r.For)
		}
		c.MaybeBool("deferred", &r.Deferred)
	})
}

func (z *Snoozed) form(c *wire.Codec) {
	c.Object(func() {
		c.Time("at", &z.At)
		c.Time("until", &z.Until)
		wire.MaybeInt(c, "moved", &z.Moved)
	})
}

func (h *Called) form(c *wire.Codec) {
	c.Object(func() {
		c.Time("base", &h.Base)
		if c.Key("after") {
			c.Other(&h.After)
		}
	})
}
