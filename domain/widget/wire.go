package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/wire"
)

// StoredForm is the form of a State as encoding/json would have it without MarshalJSON, of its departments with it.
func (s *State) StoredForm(c *wire.Codec) {
	c.Object(func() {
		s.faceForm(c)
		c.Time("since", &s.Since)
		c.Time("until", &s.Until)
		wire.Text(c, "next", &s.Next)
		wire.MaybeText(c, "next_mode", &s.NextMode)
		c.Time("next_open", &s.NextOpen)
		s.restForm(c)
	})
}

// form is that of MarshalJSON.
func (s *State) form(c *wire.Codec) {
	c.Object(func() {
		s.faceForm(c)
		c.Time("since", &s.Since)
		wire.MaybeText(c, "next_mode", &s.NextMode)
		s.restForm(c)
		c.TimeOrNull("until", &s.Until)
		wire.TextOrNull(c, "next", &s.Next)
		c.TimeOrNull("next_open", &s.NextOpen)
	})
}

func (s *State) faceForm(c *wire.Codec) {
	wire.Text(c, "status", &s.Status)
	wire.Text(c, "mode", &s.Mode)
	c.Bool("new_chats", &s.NewChats)
	wire.MaybeText(c, "message", &s.Message)
	wire.Text(c, "reason", &s.Reason)
}

func (s *State) restForm(c *wire.Codec) {
	wire.Int(c, "version", &s.Version)
	wire.Map(c, "departments", &s.Departments, (*State).form)
}

// Form is the form of an Announced.
func (a *Announced) Form(c *wire.Codec) { wire.Members((*map[string]time.Time)(a), c, wire.Instant) }
