package chat

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// mostHelpers is how many helpers are invited to a chat before it has an answer: the first ones.
const mostHelpers = 20

// helpers invites the hidden agents who help when it is slow. Each is invited so long after the first message that waits,
// and once until an agent answers, or the chat ends.
func (d *decider) helpers() {
	invited := d.invited()
	d.State.Progress.Helpers = filled(invited)
	asks := d.asks()
	if len(asks) == 0 {
		return
	}
	base := asks[0].Moment
	groups := make(map[time.Duration][]string)
	for _, c := range helpers(d.team()) {
		due := base.At.Add(c.HelpsAfter)
		switch _, known := invited[c.ID]; {
		case known || len(invited) >= mostHelpers:
		case due.After(d.at):
			d.wake(due)
		default:
			invited[c.ID] = base.At
			groups[c.HelpsAfter] = append(groups[c.HelpsAfter], c.ID)
		}
	}
	for _, after := range slices.Sorted(maps.Keys(groups)) {
		d.invite(groups[after], base, base.At.Add(after))
	}
	d.State.Progress.Helpers = filled(invited)
}

// invited are the helpers who have been invited, or too late, for the messages that wait now, or will again once the bot has
// gone.
func (d *decider) invited() map[string]time.Time {
	invited := make(map[string]time.Time)
	for id, base := range d.State.Progress.Helpers {
		if d.State.waits(Ask{Moment: Moment{At: d.askedAt(base)}}) && !d.snoozed(base) {
			invited[id] = base
		}
	}
	return invited
}

func (d *decider) invite(agents []string, base Moment, due time.Time) {
	if reason := d.helpless(due); reason != "" {
		d.skip(Helpers, reason, due)
		return
	}
	all := Effect{
		Chat: d.State.ID, At: due, Reason: Unanswered, Agents: agents,
		Cause: Cause{Rule: Helpers, Event: base.Event, Base: base.At, Step: strings.Join(agents, ":")},
	}
	call, told := all, all
	call.Do.InviteAgents = true
	told.Notice = &Notice{Department: d.department()}
	d.Effects = append(d.Effects, call, told)
}

// helpless is the reason why nobody is called to a chat; empty where somebody may be.
func (d *decider) helpless(due time.Time) Reason {
	switch {
	case d.late(due):
		return Late
	case d.scene.Widget == "offline":
		return WidgetOffline
	}
	return ""
}

// department is that of the chat, also one that the property does not define.
func (d *decider) department() string { return cmp.Or(d.scene.Department, d.State.Department.ID) }
