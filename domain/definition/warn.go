package definition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/table"
)

// warn warns of definitions that are allowed together and are probably a mistake. Warnings about a single value come from
// its kind, by at.Warn.
func (d *Definitions) warn(at table.Place) {
	for id, a := range sorted(d.Agents) {
		a.warn(at.Key("agents").Key(id))
	}
	for id, p := range sorted(d.Properties) {
		p.warnReassign(at.Key("properties").Key(id))
	}
	d.warnShiftEnds(at.Key("agents"))
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
		if places := d.withoutStandIn(c); places != "" {
			at.Item(i).Key("by").Warn("", fmt.Sprintf("is %s, who is not listed in %s: they list %s, and count neither on these dates", c.By, places, c.For))
		}
	}
}

// withoutStandIn names the properties and departments that list an agent, and not who stands in for them: each counts those whom it
// lists.
func (d *Definitions) withoutStandIn(c Cover) string {
	var places []string
	lacks := func(agents []string) bool { return slices.Contains(agents, c.For) && !slices.Contains(agents, c.By) }
	for id, p := range sorted(d.Properties) {
		if lacks(p.Agents) {
			places = append(places, id)
		}
		for _, department := range p.DepartmentIDs() {
			if lacks(p.Departments[department].Agents) {
				places = append(places, id+"/"+department)
			}
		}
	}
	return fewOf(places)
}

// fewOf names the first of some places.
func fewOf(places []string) string {
	if more := len(places) - 3; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(places[:3], ", "), more)
	}
	return strings.Join(places, ", ")
}

// warnReassign warns of chats that are to be given to somebody else where there is nobody else.
func (p *Property) warnReassign(at table.Place) {
	if n := len(p.AllAgents()); p.ReassignAfter > 0 && n < 2 {
		at.Key("reassign_after").Warn(p.ReassignAfter.String(), fmt.Sprintf("finds nobody else: %d agents serve this property", n))
	}
}

// warnShiftEnds warns of chats that are to go to colleagues at the end of a shift where there are none.
func (d *Definitions) warnShiftEnds(at table.Place) {
	for id, a := range sorted(d.Agents) {
		if a.AtShiftEnd == "" || a.AtShiftEnd == chat.AtEndKeep {
			continue
		}
		var alone []string
		for property, p := range sorted(d.Properties) {
			if all := p.AllAgents(); slices.Contains(all, id) && !slices.ContainsFunc(all, func(other string) bool { return other != id }) {
				alone = append(alone, property)
			}
		}
		if len(alone) > 0 {
			at.Key(id).Key("at_shift_end").Warn(a.AtShiftEnd, "finds nobody else in "+fewOf(alone)+": this agent alone serves there")
		}
	}
}

func (a *Agent) warn(at table.Place) {
	if len(a.Notify.Via) > 0 && len(a.Notify.On) == 0 {
		at.Key("notify").Key("via").Warn("", "gets no notices of hours; name them in on, such as hours_started")
	}
	for i, kind := range a.Notify.On {
		if key := a.lacks(agent.Kind(kind)); key != "" {
			at.Key("notify").Key("on").Item(i).Warn(kind, "never comes: this agent has no "+key)
		}
	}
	if a.OnlineOutsideHours && (a.Schedule.IsZero() || a.OnlineWhen == agent.WhenLoggedIn) {
		at.Key("online_outside_hours").Warn("true", "changes nothing: "+a.whyNeverOutside())
	}
}

// lacks is the key without which notices of a kind are never sent; empty: none is missing.
func (a *Agent) lacks(kind agent.Kind) string {
	switch {
	case kind == agent.AutoOffline && a.AutoOfflineAfter == 0:
		return "auto_offline_after"
	case kind == agent.Idle && a.Idle.After == 0:
		return "idle"
	case kind == agent.SlowChat && a.ReceiveWhenSlow == 0:
		return "receive_when_slow"
	}
	return ""
}

func (a *Agent) whyNeverOutside() string {
	if a.OnlineWhen == agent.WhenLoggedIn {
		return "with online_when: logged_in their hours decide nothing"
	}
	return "they have no schedule, and so no time outside it"
}
