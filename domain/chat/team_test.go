package chat_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
)

// crew are Léa and Tom, who take chats until 17:00 and 18:00, Nina, who does from 17:05 on, and Eva and Zoe, who help after one
// and two minutes.
func crew(t testing.TB) func(at time.Time) []chat.Colleague {
	return working(t, map[string]string{"lea": "mon-fri 9-17", "tom": "mon-fri 9-18", "nina": "mon-fri 17:05-22", "eva": "mon-fri 9-22", "zoe": "mon-fri 9-22"},
		map[string]time.Duration{"eva": time.Minute, "zoe": 2 * time.Minute}, nil)
}

// working are agents by their shifts. Those who help after some time are hidden; an agent's fate is that of their chats.
func working(t testing.TB, shifts map[string]string, helps map[string]time.Duration, fates map[string]string) func(at time.Time) []chat.Colleague {
	t.Helper()
	schedules := make(map[string]*hours.Schedule)
	for id, text := range shifts {
		schedules[id] = weekly(t, text)
	}
	return func(at time.Time) (team []chat.Colleague) {
		for id, s := range schedules { // in any order
			h := s.At(at)
			c := chat.Colleague{ID: id, Takes: true, OnShift: h.Open, ShiftSince: h.Since, ShiftUntil: h.Until, HelpsAfter: helps[id], AtShiftEnd: fates[id]}
			c.Hidden = h.Open && c.HelpsAfter > 0
			c.Online = h.Open && !c.Hidden
			team = append(team, c)
		}
		return team
	}
}

// who gives a change of one colleague in a scene.
func who(id string, change func(*chat.Colleague)) func(*chat.Scene) {
	return func(s *chat.Scene) {
		before := s.Team
		s.Team = func() []chat.Colleague {
			team := before()
			for i := range team {
				if team[i].ID == id {
					change(&team[i])
				}
			}
			return team
		}
	}
}

func both(one, two func(*chat.Scene)) func(*chat.Scene) {
	return func(s *chat.Scene) { one(s); two(s) }
}

func gone(c *chat.Colleague)   { c.Online, c.Hidden = false, false }
func hidden(c *chat.Colleague) { c.Online, c.Hidden = false, true }
func online(c *chat.Colleague) { c.Online, c.Hidden = true, false }

// stories plays each in a crew's property.
func stories(t *testing.T, r chat.Rules, all map[string][]step) {
	t.Helper()
	p := compile(t, r)
	for name, story := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, p, place{hours: weekly(t, "mon-fri 9-20"), team: crew(t)}, story)
		})
	}
}

func TestHelpers(t *testing.T) {
	t.Parallel()
	const eva, zoe = "helpers invites [eva]; helpers tells [eva]", "helpers invites [zoe]; helpers tells [zoe]"
	stories(t, chat.Rules{}, map[string][]step{
		"nobody answers: each helper after their own time, once": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:00:59", "", nil, "due 09:01:00"}, // never early
			{"09:01:00", "", nil, eva + "; due 09:02:00"},
			{"09:01:30", "visitor", nil, "due 09:02:00"}, // the same period
			{"09:02:00", "", nil, zoe},
			{"09:30:00", "visitor", nil, ""},
		},
		"an answer ends it, and the next message left unanswered begins anew": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:00:59", "agent", nil, ""},
			{"09:10:00", "visitor", nil, "due 09:11:00"},
			{"09:11:00", "", nil, eva + "; due 09:12:00"},
			{"09:11:30", "agent eva", nil, ""},
			{"09:20:00", "visitor", nil, "due 09:21:00"},
			{"09:21:00", "", nil, eva + "; due 09:22:00"},
		},
		"an answer at the instant wins": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:01:00", "agent", nil, ""},
		},
		"an answer that arrives after the invitation begins a new period": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:01:00", "", nil, eva + "; due 09:02:00"},
			{"09:01:10", "agent@09:00:50", nil, ""},
			{"09:01:20", "visitor", nil, "due 09:02:20"},
			{"09:02:20", "", nil, eva + "; due 09:03:20"},
		},
		"messages out of order share one period": {
			{"09:00:20", "visitor", nil, "due 09:01:20"},
			{"09:01:20", "", nil, eva + "; due 09:02:20"},
			{"09:01:21", "request@09:00:00", nil, "due 09:02:00"},
			{"09:02:00", "", nil, zoe},
		},
		"an agent who has joined has not answered": {
			{"09:00:00", "request, assign, join", nil, "due 09:01:00"},
			{"09:01:00", "", nil, eva + "; due 09:02:00"},
		},
		"while a bot answers nobody waits": {
			{"09:00:00", "request bot", nil, ""},
			{"09:05:00", "handoff", nil, "due 09:06:00"},
			{"09:06:00", "", nil, eva + "; due 09:07:00"},
		},
		"the end of the chat ends it": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:00:30", "ended", nil, ""},
		},
		"a helper who is online, or away, is not invited": {
			{"09:00:00", "request", who("eva", online), "due 09:01:00"},
			{"09:01:00", "", who("eva", gone), "due 09:02:00"},
			{"09:02:00", "", who("eva", online), zoe},
		},
		"a helper who hides in time is invited, and too late is not": {
			{"09:00:00", "request", both(who("eva", online), who("zoe", online)), "due 09:01:00"},
			{"09:01:00", "", who("zoe", online), eva + "; due 09:02:00"},
			{"09:02:00", "", who("zoe", online), ""},
			{"09:02:10", "", nil, ""},
		},
		"late by its limit, and later": {
			{"09:00:00", "request", nil, "due 09:01:00"},
			{"09:02:00", "", nil, eva + "; " + zoe},
			{"09:10:00", "agent", nil, ""},
			{"09:12:00", "visitor", nil, "due 09:13:00"},
			{"09:14:30", "", nil, zoe + "; -helpers late"}, // Eva's time is over
		},
		"two who help after the same time are invited together, in the order of choice": {
			{"09:00:00", "request", who("lea", func(c *chat.Colleague) { hidden(c); c.HelpsAfter = time.Minute; c.Chats = 2 }), "due 09:01:00"},
			{"09:01:00", "", who("lea", func(c *chat.Colleague) { hidden(c); c.HelpsAfter = time.Minute; c.Chats = 2 }),
				"helpers invites [eva lea]; helpers tells [eva lea]; due 09:02:00"},
		},
		"the widget is away, and helpers are what it needs": {
			{"09:00:00", "request", away, "due 09:01:00"},
			{"09:01:00", "", away, eva + "; due 09:02:00"},
		},
		"outside hours nobody is called, nor at the opening": {
			{"08:58:30", "request", who("eva", hidden), "due 08:59:30"},
			{"08:59:30", "", who("eva", hidden), "-helpers widget_offline; due 09:00:30"},
			{"09:00:00", "", nil, "due 09:00:30"},
			{"09:00:30", "", nil, zoe},
		},
	})
}

func TestHelpersAfterASnooze(t *testing.T) {
	t.Parallel()
	p, where := compile(t, chat.Rules{}), place{hours: weekly(t, "mon-fri 9-20"), team: crew(t)}
	s := play(t, p, where, []step{
		{"10:00:00", "request", nil, "due 10:01:00"},
		{"10:01:00", "", nil, "helpers invites [eva]; helpers tells [eva]; due 10:02:00"},
	})
	s.Snooze(clock(t, "10:01:30"), clock(t, "tue 09:00"))
	for _, tt := range []struct{ at, want string }{
		{"10:02:00", "due Tue 09:01:00"},
		{"tue 09:01:00", "helpers invites [eva]; helpers tells [eva]; due Tue 09:02:00"},
	} {
		now := clock(t, tt.at)
		d := chat.Decide(p, s, where.scene(now, ""), now)
		if got := told(d); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.at, got, tt.want)
		}
		s = d.State
	}
}

func TestReassign(t *testing.T) {
	t.Parallel()
	busy := who("tom", func(c *chat.Colleague) { c.Chats = 3 })
	third := who("nina", func(c *chat.Colleague) { online(c); c.OnShift = true })
	stories(t, chat.Rules{ReassignAfter: 30 * time.Second}, noHelpers(map[string][]step{
		"the agent does not answer": {
			{"09:00:00", "request", nil, ""},
			{"09:00:05", "assign", nil, "due 09:00:35"},
			{"09:00:20", "join", nil, "due 09:00:35"}, // no answer
			{"09:00:34", "", nil, "due 09:00:35"},
			{"09:00:35", "", nil, "reassign lea→tom; due 09:01:05"},
			{"09:00:36", "assign tom, leave", nil, "due 09:01:06"},
			{"09:01:06", "", nil, "-reassign nobody_left"}, // it stays with Tom
			{"09:05:00", "", nil, ""},
		},
		"the application says nothing: the next is due so long after the action": {
			{"09:00:00", "request, assign", third, "due 09:00:30"},
			{"09:00:30", "", both(third, busy), "reassign lea→nina; due 09:01:00"},
			{"09:01:00", "", third, "reassign nina→tom; due 09:01:30"},
			{"09:01:30", "", third, "-reassign nobody_left"},
		},
		"never back to who has been tried": {
			{"09:00:00", "request, assign tom", third, "due 09:00:30"},
			{"09:00:10", "assign", third, "due 09:00:40"}, // a person gave it on
			{"09:00:40", "", third, "reassign lea→nina; due 09:01:10"},
			{"09:00:41", "assign nina", third, "due 09:01:11"},
			{"09:01:11", "", third, "-reassign nobody_left"},
		},
		"an answer ends it": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:30", "agent", nil, ""},
			{"09:10:00", "visitor", nil, ""}, // the first answer has been given
		},
		"an answer that comes late": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:30", "", nil, "reassign lea→tom; due 09:01:00"},
			{"09:00:31", "agent@09:00:29", nil, ""},
		},
		"an answer clears the list of those who were tried": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:30", "", nil, "reassign lea→tom; due 09:01:00"},
			{"09:00:40", "assign tom, agent tom", nil, ""},
			{"09:05:00", "visitor", nil, ""},
			{"09:06:00", "assign nina", nil, "due 09:06:30"}, // who does not answer what waits
			{"09:06:30", "", nil, "reassign nina→lea; due 09:07:00"},
		},
		"assigned before the visitor asks": {
			{"09:00:00", "assign", nil, ""},
			{"09:02:00", "visitor", nil, "due 09:02:30"},
		},
		"nobody has it": {
			{"09:00:00", "request, queued", nil, ""},
		},
		"a colleague has joined": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:10", "join tom", nil, ""},
			{"09:00:20", "leave tom", nil, "due 09:00:30"},
		},
		"the agent leaves it": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:10", "leave", nil, ""},
		},
		"events out of order": {
			{"09:00:40", "assign tom@09:00:20", nil, ""},
			{"09:00:41", "assign@09:00:10", nil, ""},
			{"09:00:42", "request@09:00:00", nil, "due 09:00:50"},
			{"09:00:50", "", third, "reassign tom→nina; due 09:01:20"},
		},
		"too late": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:01:31", "", nil, "-reassign late"},
			{"09:01:32", "", nil, ""},
		},
		"it closes in between": {
			{"19:59:50", "request, assign", third, "due 20:00:20"},
			{"20:00:20", "", third, "-reassign widget_offline"},
			{"tue 09:00", "", nil, ""},
		},
		"the end of the chat": {
			{"09:00:00", "request, assign", nil, "due 09:00:30"},
			{"09:00:10", "ended", nil, ""},
			{"09:05:00", "request", nil, ""}, // a new conversation, assigned to nobody yet
			{"09:05:10", "assign", nil, "due 09:05:40"},
			{"09:05:40", "", nil, "reassign lea→tom; due 09:06:10"},
		},
		"a bot answers": {
			{"09:00:00", "request bot, assign", nil, ""},
		},
	}))
}

// noHelpers are stories without helpers.
func noHelpers(all map[string][]step) map[string][]step {
	for _, story := range all {
		for i := range story {
			next := story[i].scene
			story[i].scene = func(s *chat.Scene) {
				none := func(c *chat.Colleague) { gone(c); c.HelpsAfter = 0 }
				both(who("eva", none), who("zoe", none))(s)
				if next != nil {
					next(s)
				}
			}
		}
	}
	return all
}

func TestShiftEnd(t *testing.T) {
	t.Parallel()
	fate := func(at string) func(*chat.Scene) {
		return who("lea", func(c *chat.Colleague) { c.AtShiftEnd = at })
	}
	reassign, notify := fate(chat.AtEndReassign), fate(chat.AtEndNotify)
	left := func(s *chat.Scene) { reassign(s); s.Left = true }
	noTom := both(reassign, who("tom", gone))
	stories(t, chat.Rules{}, noHelpers(map[string][]step{
		"keep": {
			{"16:00", "request, assign, agent", nil, ""},
			{"17:00", "", nil, ""},
		},
		"it goes to who is on shift": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"16:59:59", "", reassign, "due 17:00:00"},
			{"17:00", "", reassign, "shift_end lea→tom"},
			{"17:01", "assign tom, leave", reassign, ""},
		},
		"the application says nothing: it is not offered again": {
			{"16:00", "request, assign", reassign, "due 17:00:00"},
			{"17:00", "", reassign, "shift_end lea→tom"},
			{"tue 17:00", "", reassign, ""},
		},
		"nobody is there, and somebody comes within a quarter of an hour": {
			{"16:00", "request, assign, agent", noTom, "due 17:00:00"},
			{"17:00", "", noTom, "due 17:05:00"},
			{"17:05", "", noTom, "shift_end lea→nina"},
		},
		"nobody is left": {
			{"16:00", "request, assign, agent", both(noTom, who("nina", func(c *chat.Colleague) { c.Takes = false })), "due 17:00:00"},
			{"17:00", "", both(noTom, who("nina", func(c *chat.Colleague) { c.Takes = false })), "-shift_end nobody_left"},
			{"17:01", "", reassign, ""},
		},
		"not to who has not answered before": {
			{"16:00", "request, assign tom", reassign, ""},
			{"16:10", "assign", reassign, "due 17:00:00"},
			{"17:00", "", reassign, "due 17:05:00"},
		},
		"it ends before": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"16:30", "ended", reassign, ""},
		},
		"the visitor has left, with an answer": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"16:30", "", left, ""},
			{"17:00", "", left, ""},
		},
		"the visitor has left, without one": {
			{"16:00", "request, assign", left, "due 17:00:00"},
			{"17:00", "", left, "shift_end lea→tom"},
		},
		"the visitor waits since yesterday": {
			{"16:00", "request, assign", reassign, "due 17:00:00"},
			{"16:30", "", who("lea", func(c *chat.Colleague) {
				c.AtShiftEnd, c.OnShift = chat.AtEndReassign, true
				c.ShiftUntil = clock(t, "tue 16:30")
			}), "due Tue 16:30:00"},
			{"tue 16:30", "", left, ""},
		},
		"the agent goes on: still online": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"17:00", "", both(reassign, who("lea", online)), "-shift_end still_online"},
			{"17:05", "", reassign, ""},
		},
		"the agent writes after the end": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"17:02", "agent@17:01", reassign, ""},
		},
		"it comes to them after the end": {
			{"17:01", "request, assign", reassign, ""},
		},
		"late by its limit": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"17:15", "", reassign, "shift_end lea→nina"},
		},
		"too late": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"17:15:01", "", reassign, "-shift_end late"},
		},
		"the hours are edited to an end that is past": {
			{"16:00", "request, assign, agent", reassign, "due 17:00:00"},
			{"16:30", "", who("lea", func(c *chat.Colleague) {
				c.AtShiftEnd, c.OnShift, c.Online, c.ShiftSince = chat.AtEndReassign, false, false, clock(t, "16:25")
			}), "shift_end lea→tom"},
			{"16:31", "", nil, ""},
		},
		"they are told, and those who are on shift": {
			{"16:00", "request sales, assign, agent", notify, "due 17:00:00"},
			{"17:00", "", notify, "shift_end tells [lea tom] sales"},
			{"17:01", "", notify, ""},
		},
	}))
}

// TestShiftEndGoesBeforeReassign: who has just got a chat from a colleague has their own time for an answer.
func TestShiftEndGoesBeforeReassign(t *testing.T) {
	t.Parallel()
	reassign := who("lea", func(c *chat.Colleague) { c.AtShiftEnd = chat.AtEndReassign })
	stories(t, chat.Rules{ReassignAfter: 30 * time.Second}, noHelpers(map[string][]step{
		"at one instant": {
			{"16:59:30", "request, assign", reassign, "due 17:00:00"},
			{"17:00:00", "", reassign, "shift_end lea→tom; due 17:00:30"},
			{"17:00:30", "", both(reassign, who("nina", online)), "reassign tom→nina; due 17:01:00"},
		},
		"a shift that ends after the chat has gone": {
			{"16:59:20", "request, assign", reassign, "due 16:59:50"},
			{"16:59:50", "", reassign, "reassign lea→tom; due 17:00:20"},
			{"17:00:00", "", reassign, "due 17:00:20"},
		},
	}))
}
