package agent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

// story is what happened to one agent.
type story struct {
	agent agent.Agent
	said  []func(agent.Presence) agent.Presence
}

// say reads one line of a story: "20 10:00 set away locked", "20 10:00 in phone 120" (seconds), "20 10:00 out phone",
// "20 10:00 active phone" (or "open", which is idle), or "20 10:00 chat c1 asked answered" of a chat that the agent has then. Its id is its place, so
// that of two at one time the later counts.
func (s *story) say(t testing.TB, i int, line string) func(agent.Presence) agent.Presence {
	t.Helper()
	words := strings.Fields(line)
	when, words := at(t, words[0]+" "+words[1]), words[2:]
	sign := agent.Sign{ID: fmt.Sprintf("e%02d", i), At: when}
	switch what := words[0]; what {
	case "chat":
		return s.hold(when, words[1], words[2:])
	case "set":
		sign.Kind, sign.Status, sign.Locked = event.AgentStatusSet, agent.Status(words[1]), len(words) > 2
		words = nil
	default:
		sign.Kind = map[string]event.Type{"in": event.AgentLoggedIn, "out": event.AgentLoggedOut, "active": event.AgentActive, "open": event.AgentActive}[what]
		sign.Idle = what == "open"
	}
	if len(words) > 1 {
		sign.Session = words[1]
	}
	if len(words) > 2 {
		ttl, err := time.ParseDuration(words[2] + "s")
		if err != nil {
			t.Fatal(err)
		}
		sign.TTL = ttl
	}
	return func(p agent.Presence) agent.Presence { return p.With(s.agent, sign) }
}

func (s *story) hold(when time.Time, chat string, facts []string) func(agent.Presence) agent.Presence {
	var h agent.Held
	for _, fact := range facts {
		switch fact {
		case "assigned":
			h.Assigned = when
		case "asked":
			h.Asked = when
		case "answered":
			h.Answered = when
		case "left":
			h.Left = when
		}
	}
	return func(p agent.Presence) agent.Presence { return p.Hold(s.agent.Rules, "acme/"+chat, h) }
}

func tell(t testing.TB, a agent.Agent, lines ...string) *story {
	t.Helper()
	s := &story{agent: a}
	for i, line := range lines {
		s.said = append(s.said, s.say(t, i, line))
	}
	return s
}

// presence is that of the story, told in some order.
func (s *story) presence(order []int) agent.Presence {
	var p agent.Presence
	for _, i := range order {
		p = s.said[i](p)
	}
	return p
}

func (s *story) standing(p agent.Presence, now time.Time) string {
	a := s.agent
	a.Presence, a.AsOf = p, now
	st := a.At(now)
	text := fmt.Sprintf("%s (%s) since %s until %s", st.Status, st.Reason, clock(st.Since), clock(st.Until))
	if st.Next != "" {
		text += " → " + string(st.Next)
	}
	return text
}

// orders are those in which so many lines may come: as they are, backwards, each twice, and turned.
func orders(n int) [][]int {
	var forth, back, twice, turned []int
	for i := range n {
		forth = append(forth, i)
		back = append(back, n-1-i)
		twice = append(twice, i, n-1-i)
		turned = append(turned, (i+n/2)%n)
	}
	return [][]int{forth, back, twice, turned}
}

const minute = time.Minute

func TestPresence(t *testing.T) {
	t.Parallel()
	const week = "mon-fri 9-17" // 20 is a Friday; all in UTC
	leave := func(a agent.Agent, days ...int) agent.Agent {
		var dates []hours.DateRange
		for _, d := range days {
			on := hours.Date{Year: 2026, Month: time.November, Day: d}
			dates = append(dates, hours.DateRange{From: on, To: on})
		}
		a.Hours = a.Hours.WithLeave(dates)
		return a
	}
	plain := agent.Agent{Hours: compile(t, "UTC", week)}
	with := func(r agent.Rules) agent.Agent { return agent.Agent{Hours: plain.Hours, Rules: r} }
	both := with(agent.Rules{OnlineWhen: agent.WhenScheduledAndLoggedIn})
	login := with(agent.Rules{OnlineWhen: agent.WhenLoggedIn})
	outside := with(agent.Rules{OnlineOutsideHours: true})
	idle := with(agent.Rules{IdleAfter: 15 * minute})
	idleOff := with(agent.Rules{IdleAfter: 15 * minute, IdleTo: agent.Offline})
	auto := with(agent.Rules{AutoOfflineAfter: 10 * minute})
	careless := with(agent.Rules{AutoOfflineAfter: 10 * minute, IdleAfter: 15 * minute})
	tests := []struct {
		name  string
		agent agent.Agent
		said  []string
		clock string
		want  string
	}{
		{"nothing said", plain, nil, "20 10:00", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"logins do not count", plain, []string{"20 09:30 in", "20 09:40 out"}, "20 10:00", "online (weekly) since 20 09:00 until 20 17:00 → offline"},

		{"a choice", plain, []string{"20 10:00 set away"}, "20 10:00", "away (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"before it was made", plain, []string{"20 10:00 set away"}, "20 09:59:59", "online (weekly) since 20 09:00 until 20 10:00 → away"},
		{"up to the boundary", plain, []string{"20 10:00 set away"}, "20 16:59:59", "away (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"and no longer", plain, []string{"20 10:00 set away"}, "20 17:00", "offline (weekly) since 20 17:00 until 23 09:00 → online"},
		{"nor on the next day", plain, []string{"20 10:00 set away"}, "23 10:00", "online (weekly) since 23 09:00 until 23 17:00 → offline"},
		{"offline until the next start", plain, []string{"20 10:00 set offline"}, "20 11:00", "offline (chosen) since 20 10:00 until 23 09:00 → online"},
		{"at the boundary itself", plain, []string{"20 17:00 set invisible"}, "20 18:00", "invisible (chosen) since 20 17:00 until 23 09:00 → online"},
		{"a fraction of a second before it", plain, []string{"20 16:59:59.9 set invisible"}, "20 18:00", "offline (weekly) since 20 17:00 until 23 09:00 → online"},
		{"the later of two", plain, []string{"20 10:00 set away", "20 10:05 set invisible"}, "20 11:00", "invisible (chosen) since 20 10:05 until 20 17:00 → offline"},
		{"at one time, the later id", plain, []string{"20 10:00 set away", "20 10:00 set invisible"}, "20 11:00", "invisible (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"within one second, the later time", plain, []string{"20 10:00:00.9 set away", "20 10:00:00.1 set invisible"}, "20 11:00", "away (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"undone", plain, []string{"20 10:00 set away", "20 10:30 set scheduled"}, "20 11:00", "online (weekly) since 20 10:30 until 20 17:00 → offline"},
		{"a boundary in between", plain, []string{"20 16:00 set away", "20 17:30 set invisible"}, "20 18:00", "invisible (chosen) since 20 17:30 until 23 09:00 → online"},
		{"always on duty", agent.Agent{}, []string{"20 10:00 set away"}, "27 10:00", "away (chosen) since 20 10:00 until ever"},

		{"online outside hours is refused", plain, []string{"20 18:00 set online"}, "20 18:00", "offline (weekly) since 20 17:00 until 23 09:00 → online"},
		{"and replaces nothing", plain, []string{"20 17:10 set invisible", "20 18:00 set online"}, "20 18:00", "invisible (chosen) since 20 17:10 until 23 09:00 → online"},
		{"unless it is allowed", outside, []string{"20 18:00 set online"}, "20 18:00", "online (chosen) since 20 18:00 until 23 17:00 → offline"},
		{"also locked", plain, []string{"20 18:00 set online locked"}, "20 18:00", "offline (weekly) since 20 17:00 until 23 09:00 → online"},
		{"away outside hours is not", plain, []string{"20 18:00 set away"}, "20 18:00", "away (chosen) since 20 18:00 until 23 09:00 → online"},
		{"where a login alone counts, hours refuse nothing", login, []string{"20 18:00 in", "20 18:30 set away", "20 19:00 set online"}, "20 20:00", "online (chosen) since 20 19:00 until ever"},

		{"locked beyond boundaries", plain, []string{"20 10:00 set away locked"}, "23 10:00", "away (locked) since 20 10:00 until ever"},
		{"locked online beyond hours", plain, []string{"20 10:00 set online locked"}, "20 20:00", "online (locked) since 20 10:00 until ever"},
		{"undone by scheduled", plain, []string{"20 10:00 set away locked", "23 10:00 set scheduled"}, "23 11:00", "online (weekly) since 23 10:00 until 23 17:00 → offline"},
		{"undone by a choice", plain, []string{"20 10:00 set away locked", "23 10:00 set online"}, "24 11:00", "online (weekly) since 24 09:00 until 24 17:00 → offline"},
		{"scheduled is never locked", plain, []string{"20 10:00 set scheduled locked"}, "23 11:00", "online (weekly) since 23 09:00 until 23 17:00 → offline"},

		{"leave beats a lock", leave(plain, 23), []string{"20 10:00 set invisible locked"}, "23 11:00", "offline (leave) since 20 17:00 until 24 00:00 → invisible"},
		{"which is foreseen", leave(plain, 23), []string{"20 10:00 set invisible locked"}, "20 11:00", "invisible (locked) since 20 10:00 until 23 00:00 → offline"},
		{"leave beats a choice", leave(plain, 23), []string{"23 10:00 set away"}, "23 11:00", "offline (leave) since 20 17:00 until 24 00:00 → away"},
		{"online on leave is refused", leave(outside, 23), []string{"23 10:00 set online"}, "23 11:00", "offline (leave) since 20 17:00 until 24 09:00 → online"},

		{"not logged in", both, nil, "20 10:00", "offline (not_logged_in) since 20 09:00 until ever"},
		{"logged in before the start", both, []string{"20 08:50 in"}, "20 10:00", "online (logged_in) since 20 09:00 until 20 17:00 → offline"},
		{"and after it", both, []string{"20 09:20 in"}, "20 10:00", "online (logged_in) since 20 09:20 until 20 17:00 → offline"},
		{"after the end", both, []string{"20 09:20 in"}, "20 18:00", "offline (weekly) since 20 17:00 until 23 09:00 → online"},
		{"logged out", both, []string{"20 09:20 in", "20 12:00 out"}, "20 18:00", "offline (weekly) since 20 17:00 until ever"},
		{"logged out in hours", both, []string{"20 09:20 in", "20 12:00 out"}, "20 13:00", "offline (not_logged_in) since 20 12:00 until ever"},
		{"logged in again", both, []string{"20 09:20 in", "20 12:00 out", "20 13:00 in"}, "20 14:00", "online (logged_in) since 20 13:00 until 20 17:00 → offline"},
		{"a reload is no other session", both, []string{"20 09:20 in", "20 12:00 in", "20 12:30 in"}, "20 14:00", "online (logged_in) since 20 09:20 until 20 17:00 → offline"},
		{"by a login alone", login, []string{"20 20:00 in"}, "20 21:00", "online (logged_in) since 20 20:00 until ever"},
		{"and a logout", login, []string{"20 20:00 in", "20 22:00 out"}, "20 23:00", "offline (not_logged_in) since 20 22:00 until ever"},
		{"never logged in", login, nil, "20 10:00", "offline (not_logged_in) since ever until ever"},
		{"leave beats a login", leave(login, 23), []string{"20 10:00 in"}, "23 10:00", "offline (leave) since 20 17:00 until 24 00:00 → online"},

		{"two browsers, one leaves", both, []string{"20 09:10 in a", "20 09:20 in b", "20 10:00 out a"}, "20 11:00", "online (logged_in) since 20 09:10 until 20 17:00 → offline"},
		{"both have left", both, []string{"20 09:10 in a", "20 09:20 in b", "20 10:00 out a", "20 10:30 out b"}, "20 11:00", "offline (not_logged_in) since 20 10:30 until ever"},
		{"one relieves the other in the same second", both, []string{"20 09:10 in a", "20 10:00:00.7 out a", "20 10:00:00.2 in b"}, "20 11:00", "online (logged_in) since 20 09:10 until 20 17:00 → offline"},
		{"in and out within a second", both, []string{"20 09:10:00.1 in", "20 09:10:00.2 out"}, "20 11:00", "offline (not_logged_in) since 20 09:10 until ever"},
		{"a logout without a login", both, []string{"20 10:00 out"}, "20 11:00", "offline (not_logged_in) since 20 10:00 until ever"},
		{"a ttl that has not passed", both, []string{"20 10:00 in a 120"}, "20 10:01:59", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"and one that has", both, []string{"20 10:00 in a 120"}, "20 10:02", "offline (not_logged_in) since 20 10:02 until ever"},
		{"a sign of life", both, []string{"20 10:00 in a 120", "20 10:01 active a"}, "20 10:02:59", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"of another session", both, []string{"20 10:00 in a 120", "20 10:01 active b"}, "20 10:02", "offline (not_logged_in) since 20 10:02 until ever"},
		{"a sign that comes later brings it back", both, []string{"20 10:00 in a 120", "20 10:10 active a"}, "20 10:11", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"a login past it begins anew", both, []string{"20 10:00 in a 120", "20 10:10 in a 120"}, "20 10:11", "online (logged_in) since 20 10:10 until 20 17:00 → offline"},
		{"also after signs of life", both, []string{"20 10:00 in a 120", "20 10:01 active a", "20 10:03:01 in a"}, "20 10:11", "online (logged_in) since 20 10:03:01 until 20 17:00 → offline"},
		{"and one before it goes on", both, []string{"20 10:00 in a 120", "20 10:01 active a", "20 10:02:59 in a 120", "20 10:04 active a"}, "20 10:05", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"another browser was there", both, []string{"20 09:50 in b", "20 10:00 in a 120", "20 10:10 in a 120"}, "20 10:11", "online (logged_in) since 20 09:50 until 20 17:00 → offline"},
		{"a logout past it ends nothing", both, []string{"20 10:00 in a 120", "20 10:10 out a"}, "20 10:11", "offline (not_logged_in) since 20 10:02 until ever"},
		{"a choice ends with a ttl", both, []string{"20 10:00 in a 120", "20 10:01 set away", "20 10:10 in a"}, "20 10:11", "online (logged_in) since 20 10:10 until 20 17:00 → offline"},
		{"that a page is open keeps its session", both, []string{"20 10:00 in a 120", "20 10:01 open a"}, "20 10:02:59", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"also one without a name", both, []string{"20 10:00 in", "20 10:01 open"}, "20 10:02:59", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},
		{"and is no sign of life", idle, []string{"20 09:10 active", "20 09:24 open a"}, "20 09:25", "away (idle) since 20 09:25 until 20 17:00 → offline"},
		{"and brings nobody back", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:11 open a"}, "20 11:00", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"but not after a logout", both, []string{"20 10:00 in a 120", "20 10:01 out a", "20 10:10 active a"}, "20 10:11", "offline (not_logged_in) since 20 10:01 until ever"},
		{"without a name, any sign of life counts", both, []string{"20 10:00 in", "20 11:00 active b"}, "20 12:00", "online (logged_in) since 20 10:00 until 20 17:00 → offline"},

		{"a choice ends when they leave", both, []string{"20 09:10 in", "20 10:00 set away", "20 12:00 out", "20 13:00 in"}, "20 14:00", "online (logged_in) since 20 13:00 until 20 17:00 → offline"},
		{"and they are offline meanwhile", both, []string{"20 09:10 in", "20 10:00 set away", "20 12:00 out"}, "20 12:30", "offline (not_logged_in) since 20 12:00 until ever"},
		{"not while another browser is there", both, []string{"20 09:10 in a", "20 10:00 set away", "20 11:00 in b", "20 12:00 out a", "20 13:00 in a"}, "20 14:00", "away (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"a chain of browsers", both, []string{"20 09:10 in y", "20 09:30 in x", "20 09:45 set away", "20 10:00 out y", "20 10:30 in z", "20 11:00 out x", "20 12:00 in x"}, "20 14:00", "away (chosen) since 20 09:45 until 20 17:00 → offline"},
		{"a choice without any session", both, []string{"20 10:00 set away"}, "20 14:00", "away (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"leaving does not end a lock", both, []string{"20 09:10 in", "20 10:00 set away locked", "20 12:00 out"}, "20 14:00", "away (locked) since 20 10:00 until ever"},
		{"where logins do not count, leaving ends nothing", plain, []string{"20 09:10 in", "20 10:00 set away", "20 12:00 out"}, "20 14:00", "away (chosen) since 20 10:00 until 20 17:00 → offline"},

		{"idle after the start of hours", idle, nil, "20 09:15", "away (idle) since 20 09:15 until 20 17:00 → offline"},
		{"not yet", idle, nil, "20 09:14:59", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"a sign of life", idle, []string{"20 09:10 active"}, "20 09:24:59", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"and its end", idle, []string{"20 09:10 active"}, "20 09:25", "away (idle) since 20 09:25 until 20 17:00 → offline"},
		{"back by their own sign", idle, []string{"20 09:10 active", "20 10:00 active", "20 10:12 active"}, "20 10:20", "online (weekly) since 20 10:00 until 20 17:00 → offline"},
		{"a logout brings nobody back", idle, []string{"20 10:00 out"}, "20 10:01", "away (idle) since 20 09:15 until 20 17:00 → offline"},
		{"invisible is not raised", idle, []string{"20 10:00 set invisible"}, "20 12:00", "invisible (chosen) since 20 10:00 until 20 17:00 → offline"},
		{"to offline", idleOff, []string{"20 10:00 set invisible"}, "20 12:00", "offline (idle) since 20 10:15 until 23 09:00 → online"},
		{"also a locked choice", idle, []string{"20 10:00 set online locked"}, "20 12:00", "away (idle) since 20 10:15 until 23 09:00 → online"},
		{"always on duty and never heard of", agent.Agent{Rules: agent.Rules{IdleAfter: minute}}, nil, "20 12:00", "online (always) since ever until ever"},

		{"a chat in time", auto, []string{"20 10:00 chat c1 assigned asked"}, "20 10:09:59", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"a chat not answered", auto, []string{"20 10:00 chat c1 assigned asked"}, "20 10:10", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"counted from the assignment", auto, []string{"20 09:55 chat c1 asked", "20 10:00 chat c1 assigned"}, "20 10:09:59", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"answered", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:05 chat c1 answered", "20 10:05 active"}, "20 11:00", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"answered too late: back by it", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:15 active", "20 10:15 chat c1 answered"}, "20 11:00", "online (weekly) since 20 10:15 until 20 17:00 → offline"},
		{"active, and not answering", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:09 active"}, "20 10:10", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"left before", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:05 chat c1 left"}, "20 10:10", "online (weekly) since 20 09:00 until 20 17:00 → offline"},
		{"somebody else's since", auto, []string{"20 10:00 chat c1 assigned asked", "20 10:11 chat c1 left"}, "20 11:00", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"until the next start of hours", auto, []string{"20 10:00 chat c1 assigned asked"}, "23 09:00", "online (weekly) since 23 09:00 until 23 17:00 → offline"},
		{"of two chats, the first", auto, []string{"20 10:02 chat c1 assigned asked", "20 10:00 chat c2 assigned asked"}, "20 11:00", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"away is lowered as well", auto, []string{"20 09:30 set away", "20 10:00 chat c1 assigned asked"}, "20 11:00", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
		{"offline is the lowest", careless, []string{"20 09:58 active", "20 10:00 chat c1 assigned asked"}, "20 11:00", "offline (auto_offline) since 20 10:10 until 23 09:00 → online"},
	}
	for _, tt := range tests {
		s := tell(t, tt.agent, tt.said...)
		first := s.presence(orders(len(tt.said))[0])
		for _, order := range orders(len(tt.said)) {
			p := s.presence(order)
			if isChat := strings.Contains(strings.Join(tt.said, ";"), "chat"); !isChat { // a chat has one teller, who keeps its order
				if diff := cmp.Diff(first, p); diff != "" {
					t.Errorf("%s, in the order %v (-as said +in this order):\n%s", tt.name, order, diff)
				}
			} else if order[0] != 0 || len(order) > len(tt.said) && len(tt.said) > 1 {
				continue
			}
			if got := s.standing(p, at(t, tt.clock)); got != tt.want {
				t.Errorf("%s, at %s, in the order %v:\n got %s\nwant %s", tt.name, tt.clock, order, got, tt.want)
			}
		}
	}
}

// TestNoPropertyMakesAChatOfAnotherBeForgotten gives an agent of two properties more chats of one of them than are kept.
func TestNoPropertyMakesAChatOfAnotherBeForgotten(t *testing.T) {
	t.Parallel()
	var p agent.Presence
	old := start()
	for i := range 3 {
		p = p.Hold(agent.Rules{}, fmt.Sprint("beta/c", i), agent.Held{Assigned: old})
	}
	for i := range 500 {
		p = p.Hold(agent.Rules{}, fmt.Sprint("acme/c", i), agent.Held{Assigned: old.Add(time.Duration(i+1) * time.Minute)})
	}
	for i := range 3 {
		if id := fmt.Sprint("beta/c", i); !p.Chats[id].Holds() {
			t.Errorf("%s is forgotten", id)
		}
	}
	if _, known := p.Chats["acme/c499"]; len(p.Chats) != 200 || !known {
		t.Errorf("%d chats are kept", len(p.Chats))
	}
}
