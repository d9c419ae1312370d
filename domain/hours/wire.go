package hours

import "github.com/deskbell/deskbell/domain/wire"

// Form is the form of an Override in JSON.
func (o *Override) Form(c *wire.Codec) {
	c.Object(func() {
		c.Bool("open", &o.Open)
		c.Time("from", &o.From)
		c.MaybeTime("until", &o.Until)
		wire.MaybeText(c, "note", &o.Note)
		wire.MaybeText(c, "by", &o.By)
	})
}
