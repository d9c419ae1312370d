package engine

import (
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/domain/wire"
)

// form is the form of a property's state in JSON.
func (s *PropertyState) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybePointer(c, "override", &s.Override, (*hours.Override).Form)
		wire.Map(c, "departments", &s.Departments, overrideForm)
		wire.Map(c, "past", &s.Past, pastForm)
		if c.Key("widget") {
			(*widget.State)(&s.Widget).StoredForm(c)
		}
		if c.Maybe("closing", len(s.Closing) > 0) {
			s.Closing.Form(c)
		}
	})
}

func overrideForm(o **hours.Override, c *wire.Codec) { wire.Pointer(o, c, (*hours.Override).Form) }

func pastForm(v *[]hours.Override, c *wire.Codec) { wire.Items(v, c, (*hours.Override).Form) }
