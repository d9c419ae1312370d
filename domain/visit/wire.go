package visit

import (
	"reflect"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/wire"
)

// IsZero tells whether the State is the zero one, as encoding/json asks for it: an empty list is not.
func (s *State) IsZero() bool { return reflect.ValueOf(s).Elem().IsZero() }

// Form is the form of a State in JSON.
func (s *State) Form(c *wire.Codec) {
	c.Object(func() {
		wire.List(c, "visits", &s.Visits, (*Visit).form)
		wire.List(c, "tabs", &s.Tabs, (*Tab).form)
		c.MaybeTime("seen", &s.Seen)
		wire.MaybeValue(c, "page", &s.Page, (*Page).form)
		c.MaybeTime("elsewhere", &s.Elsewhere)
		c.MaybeTime("minimized", &s.Minimized)
		wire.MaybeValue(c, "department", &s.Department, (*Word).form)
		wire.MaybeValue(c, "said", &s.Said, (*Word).form)
		wire.Map(c, "texts", &s.Texts, (*Word).form)
		c.MaybeTime("chat_ended", &s.ChatEnded)
		wire.Map(c, "attributes", &s.Attributes, (*Attribute).form)
		wire.Map(c, "custom", &s.Custom, (*Attribute).form)
		wire.List(c, "tagged", &s.Tagged, (*Tagged).form)
		wire.MaybeInt(c, "notes", &s.Notes)
		wire.List(c, "known", &s.Known, (*Mark).form)
		wire.Map(c, "fired", &s.Fired, (*Fired).form)
		if f := &s.Proactive; c.Maybe("proactive", f.Visit != "" || f.Earlier != nil || f.At != time.Time{}) {
			c.Object(func() { firedForm(f, c) })
		}
		wire.List(c, "timers", &s.Timers, (*Timer).form)
	})
}

func (v *Visit) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "id", &v.ID)
		c.Time("arrived", &v.Arrived)
		c.MaybeTime("seen", &v.Seen)
		c.MaybeTime("left", &v.Left)
		wire.List(c, "views", &v.Views, wire.Number)
		wire.MaybeInt(c, "pages", &v.Pages)
	})
}

func (t *Tab) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "visit", &t.Visit)
		wire.MaybeText(c, "id", &t.ID)
		c.MaybeTime("seen", &t.Seen)
		c.MaybeTime("left", &t.Left)
		c.MaybeTime("minimized", &t.Minimized)
		wire.MaybeValue(c, "page", &t.Page, (*Page).form)
		wire.List(c, "views", &t.Views, (*View).form)
		wire.MaybeValue(c, "earlier", &t.Earlier, (*Earlier).form)
	})
}

func (e *Earlier) form(c *wire.Codec) {
	c.Object(func() {
		if c.Key("last") {
			e.Last.form(c)
		}
		c.Time("since", &e.Since)
		wire.Int(c, "pages", &e.Pages)
	})
}

func (v *View) form(c *wire.Codec) { c.Plain(v.append, v.UnmarshalText) }

// append writes numbers with 36 digits.
func (v *View) append(b []byte) []byte {
	b = append(strconv.AppendInt(b, v.At.Unix(), 36), '.')
	b = append(strconv.AppendInt(b, int64(v.At.Nanosecond()), 36), '.')
	b = strconv.AppendUint(b, uint64(v.URL), 36)
	if v.Page != v.URL {
		b = strconv.AppendUint(append(b, '.'), uint64(v.Page), 36)
	}
	return b
}

func (m *Mark) form(c *wire.Codec) { c.Plain(m.append, m.UnmarshalText) }

func (m *Mark) append(b []byte) []byte {
	return strconv.AppendUint(append(strconv.AppendInt(b, m.At.UnixMilli(), 36), '.'), m.ID, 36)
}

func (p *Page) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "url", &p.URL)
		wire.MaybeText(c, "title", &p.Title)
		wire.MaybeText(c, "referrer", &p.Referrer)
		c.Time("since", &p.Since)
	})
}

func (w *Word) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "text", &w.Text)
		c.Time("at", &w.At)
	})
}

func (a *Attribute) form(c *wire.Codec) {
	c.Object(func() {
		if c.Key("value") {
			wire.Raw(&a.Value, c)
		}
		c.Time("at", &a.At)
		c.MaybeBool("unverified", &a.Unverified)
	})
}

func (t *Tagged) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "name", &t.Name)
		c.MaybeBool("on", &t.On)
		c.Time("at", &t.At)
	})
}

func (f *Fired) form(c *wire.Codec) {
	c.Object(func() {
		firedForm(&f.Fired, c)
		wire.Int(c, "count", &f.Count)
	})
}

func firedForm(f *trigger.Fired, c *wire.Codec) {
	c.Time("at", &f.At)
	wire.Text(c, "visit", &f.Visit)
	wire.List(c, "earlier", &f.Earlier, wire.String)
}

func (t *Timer) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "trigger", &t.Trigger)
		wire.Int(c, "made", &t.Made)
		wire.MaybeText(c, "visit", &t.Visit)
		wire.MaybeText(c, "tab", &t.Tab)
		wire.MaybeText(c, "chat", &t.Chat)
		wire.Text(c, "event", &t.Event)
		wire.MaybeInt(c, "page", &t.Page)
		c.Time("started", &t.Started)
		c.Time("due", &t.Due)
		c.MaybeBool("waits", &t.Waits)
		wire.MaybeInt(c, "step", &t.Step)
		c.MaybeBool("silent", &t.Silent)
		c.MaybeBool("unused", &t.Unused)
		c.MaybeBool("away", &t.Away)
		wire.MaybeInt(c, "back", &t.Back)
		c.MaybeTime("from", &t.From)
		if c.Maybe("for", t.For != 0) {
			c.Other(&t.For)
		}
		c.MaybeBool("deferred", &t.Deferred)
	})
}
