package definition

import (
	"fmt"
	"slices"

	"github.com/deskbell/deskbell/domain/table"
)

// warn warns of definitions that are allowed together and are probably a mistake. Warnings about a single value come from
// its kind, by at.Warn.
func (d *Definitions) warn(at table.Place) {
	for id, a := range sorted(d.Agents) {
		a.warn(at.Key("agents").Key(id))
	}
	d.warnCovers(at.Key("cover"))
}

// warnCovers warns of those who stand in while another cover has them away, as of two who stand in for each other.
func (d *Definitions) warnCovers(at table.Place) {
	for i, c := range d.Cover {
		n := slices.IndexFunc(d.Cover, func(o Cover) bool {
			return o.For == c.By && c.From.Compare(o.To) <= 0 && o.From.Compare(c.To) <= 0
		})
		if n >= 0 {
			at.Item(i).Key("by").Warn("", fmt.Sprintf("is %s, who is away on some of these dates by /cover/%d: nobody stands in for %s then", c.By, n, c.For))
		}
	}
}

func (a *Agent) warn(at table.Place) {
	if len(a.Notify.Via) > 0 && len(a.Notify.On) == 0 {
		at.Key("notify").Key("via").Warn("", "gets no notices of hours; name them in on, such as hours_started")
	}
}
