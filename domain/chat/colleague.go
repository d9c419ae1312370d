package chat

import (
	"cmp"
	"slices"
	"time"
)

// Colleague is an agent of the property, as a chat sees them at an instant.
type Colleague struct {
	ID string

	Takes  bool // chats like this one are theirs: they serve its department, or the property where it has none
	Online bool // they take new chats
	Hidden bool // they are there, and visitors do not see them

	HelpsAfter time.Duration // after how long without an answer they are invited while they are hidden; zero: never

	OnShift    bool
	ShiftSince time.Time // since when they have been on shift, or off it; zero: always
	ShiftUntil time.Time // when that ends; zero: not in sight
	AtShiftEnd string    // the fate of their chats: AtEndKeep (default), AtEndReassign or AtEndNotify

	Given    bool      // this chat is on its way to them: a decision gave it to them, and was not written to its end
	Chats    int       // that they have, without that
	Capacity int       // how many they can have; zero: no limit
	Busy     time.Time // when they last got, answered or left a chat; zero: not lately
}

// The fates of the open chats of an agent whose shift ends.
const (
	AtEndKeep     = "keep"     // nothing happens
	AtEndReassign = "reassign" // they go to agents who are on shift
	AtEndNotify   = "notify"   // the agent and those who are on shift are told
)

// AtShiftEnd are all fates of the open chats of an agent whose shift ends, the default first.
func AtShiftEnd() []string { return []string{AtEndKeep, AtEndReassign, AtEndNotify} }

// free tells whether a colleague can be given a chat.
func (c *Colleague) free() bool {
	return c.Takes && c.Online && (c.Capacity <= 0 || c.Chats < c.Capacity)
}

// compare is the order of choice: whom a chat is on its way to comes first, so that it is given once. Then colleagues on shift come before those who are online in their free time, then the fewest
// chats count, then the longest time without a stir in any, then the id.
func (c *Colleague) compare(o *Colleague) int {
	if c.Given != o.Given {
		if c.Given {
			return -1
		}
		return 1
	}
	if c.OnShift != o.OnShift {
		if c.OnShift {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(c.Chats, o.Chats), c.Busy.Compare(o.Busy), cmp.Compare(c.ID, o.ID))
}

// Next is the colleague to whom a chat is given: the first in the order of choice of those who can have it. Those whom
// passed names are passed over. It is nil where nobody is left.
func Next(team []Colleague, passed func(id string) bool) *Colleague {
	var first *Colleague
	for i := range team {
		c := &team[i]
		if c.free() && !passed(c.ID) && (first == nil || c.compare(first) < 0) {
			first = c
		}
	}
	return first
}

// team are the colleagues, as the scene knows them.
func (d *decider) team() []Colleague {
	if d.scene.Team == nil {
		return nil
	}
	return d.scene.Team()
}

// colleague is one of the team; nil where there is none of that id.
func (d *decider) colleague(id string) *Colleague {
	team := d.team()
	if i := slices.IndexFunc(team, func(c Colleague) bool { return c.ID == id }); i >= 0 {
		return &team[i]
	}
	return nil
}
