package definition

import "github.com/deskbell/deskbell/domain/table"

// warn warns of definitions that are allowed together and are probably a mistake. Warnings about a single value come from
// its kind, by at.Warn.
func (d *Definitions) warn(at table.Place) {
	for id, a := range sorted(d.Agents) {
		a.warn(at.Key("agents").Key(id))
	}
}

func (a *Agent) warn(at table.Place) {
	if len(a.Notify.Via) > 0 && len(a.Notify.On) == 0 {
		at.Key("notify").Key("via").Warn("", "gets no notices of hours; name them in on, such as hours_started")
	}
}
