package chat

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// mostHelpers is how many helpers are called to a chat at one time: the first ones in the order of choice.
const mostHelpers = 20

// Called is how far helpers have been called to a chat since its last answer.
type Called struct {
	Base  time.Time      `json:"base"`  // the ask from which their time counted
	After hours.Duration `json:"after"` // those who help after so long, or sooner, have had their time
}

// helpers invites agents who help when it is slow, as far as they are hidden then. The time of each counts from the first
// message that waits, and comes once before an agent answers, or the chat ends.
func (d *decider) helpers() {
	c := &d.State.Progress.Called
	if !d.State.waits(Ask{Moment: Moment{At: d.askedAt(c.Base)}}) || d.snoozed(c.Base) {
		*c = Called{}
	}
	asks := d.asks()
	if len(asks) == 0 {
		return
	}
	base := asks[0].Moment
	for {
		after, some := nextHelpers(d.team(), time.Duration(c.After))
		if after == 0 {
			return
		}
		due := base.At.Add(after)
		if due.After(d.at) {
			d.wake(due)
			return
		}
		*c = Called{base.At, hours.Duration(after)}
		d.invite(some, base, due)
	}
}

// nextHelpers are the hidden ones of those who help first after some time, in the order of choice, and after how long they
// do; zero: nobody helps after that.
func nextHelpers(team []Colleague, than time.Duration) (after time.Duration, hidden []*Colleague) {
	for i := range team {
		c := &team[i]
		if c.HelpsAfter <= than || after > 0 && c.HelpsAfter > after {
			continue
		}
		if c.HelpsAfter != after {
			after, hidden = c.HelpsAfter, nil
		}
		if c.Hidden {
			hidden = append(hidden, c)
		}
	}
	slices.SortFunc(hidden, (*Colleague).compare)
	return after, hidden[:min(len(hidden), mostHelpers)]
}

// invite invites helpers, and tells each.
func (d *decider) invite(helpers []*Colleague, base Moment, due time.Time) {
	if len(helpers) == 0 {
		return
	}
	if reason := d.helpless(due); reason != "" {
		d.skip(Helpers, reason, due)
		return
	}
	var agents []string
	for _, c := range helpers {
		agents = append(agents, c.ID)
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
