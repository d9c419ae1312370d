package definition

import "github.com/deskbell/deskbell/domain/table"

// warn warns of definitions that are allowed together and are probably a mistake. Warnings about a single value come from
// its kind, by at.Warn.
func (d *Definitions) warn(at table.Place) {
	for id, a := range sorted(d.Agents) {
		if len(a.Notify.Via) > 0 && len(a.Notify.On) == 0 {
			at.Key("agents").Key(id).Key("notify").Key("via").Warn("", "gets no notices of hours; name them in on, such as hours_started")
		}
	}
}
