package definition

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/deskbell/deskbell/domain/wire"
)

// Form is the form of a Property in JSON. Parts that few properties have, and that are read once for all of their visitors, are left
// to encoding/json.
func (p *Property) Form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "name", &p.Name)
		wire.MaybeText(c, "time_zone", &p.TimeZone)
		wire.MaybeText(c, "language", &p.Language)
		p.Schedule.maybe(c)
		if w := &p.Widget; c.Maybe("widget", *w != zero(w)) {
			c.Object(func() {
				wire.MaybeText(c, "outside_hours", &w.OutsideHours)
				wire.MaybeText(c, "no_agents", &w.NoAgents)
				wire.MaybeText(c, "message", &w.Message)
				wire.MaybeText(c, "waiting_at_close", &w.WaitingAtClose)
			})
		}
		wire.List(c, "agents", &p.Agents, wire.String)
		wire.Map(c, "departments", &p.Departments, (*Department).form)
		if c.Maybe("destinations", p.Destinations != nil) {
			wire.Items(&p.Destinations, c, wire.String)
		}
		other(c, "shortcuts", &p.Shortcuts, len(p.Shortcuts) > 0)
		other(c, "triggers", &p.Triggers, p.Triggers != nil)
		c.MaybeBool("one_proactive_message_per_visit", &p.OnePerVisit)
		other(c, "rescue", &p.Rescue, len(p.Rescue) > 0)
		maybe(c, "auto_replies", &p.AutoReplies)
		maybe(c, "closing_soon", &p.ClosingSoon)
		maybe(c, "sla", &p.SLA)
		maybe(c, "reassign_after", &p.ReassignAfter)
	})
}

// Form is the form of an Agent in JSON.
func (a *Agent) Form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "name", &a.Name)
		wire.MaybeText(c, "time_zone", &a.TimeZone)
		a.Schedule.maybe(c)
		other(c, "leave", &a.Leave, len(a.Leave) > 0)
		other(c, "cover", &a.Cover, len(a.Cover) > 0)
		wire.MaybeText(c, "online_when", &a.OnlineWhen)
		if n := &a.Notify; c.Maybe("notify", !reflect.ValueOf(n).Elem().IsZero()) {
			c.Object(func() {
				wire.List(c, "on", &n.On, wire.String)
				wire.List(c, "via", &n.Via, wire.String)
			})
		}
		c.MaybeBool("online_outside_hours", &a.OnlineOutsideHours)
		maybe(c, "auto_offline_after", &a.AutoOfflineAfter)
		maybe(c, "idle", &a.Idle)
		maybe(c, "receive_when_slow", &a.ReceiveWhenSlow)
		wire.MaybeText(c, "image", &a.Image)
		wire.MaybeInt(c, "capacity", &a.Capacity)
		wire.MaybeText(c, "at_shift_end", &a.AtShiftEnd)
	})
}

func (d *Department) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "name", &d.Name)
		d.Schedule.maybe(c)
		wire.List(c, "agents", &d.Agents, wire.String)
	})
}

// maybe is a member with a schedule. To write one is left to encoding/json.
func (s *Schedule) maybe(c *wire.Codec) {
	if !c.Maybe("schedule", !s.IsZero()) {
		return
	}
	if !c.Reads() {
		c.Other(s)
		return
	}
	var body json.RawMessage
	if wire.Raw(&body, c); bytes.HasPrefix(body, []byte("{")) {
		s.InPlace = body
	} else {
		c.Must(s.UnmarshalJSON(body))
	}
}

// maybe is a member that encoding/json writes and reads; absent where it is zero.
func maybe[T comparable](c *wire.Codec, name string, v *T) { other(c, name, v, *v != zero(v)) }

func other[T any](c *wire.Codec, name string, v *T, there bool) {
	if c.Maybe(name, there) {
		c.Other(v)
	}
}

func zero[T any](*T) (v T) { return v }
