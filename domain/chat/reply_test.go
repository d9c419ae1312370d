package chat_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
)

func replies() chat.Rules {
	return chat.Rules{
		During: "One moment", Outside: "Back {{next_open}}", Handoff: "A person comes {{next_open|soon}}", HasSchedule: true,
		Departments: map[string]chat.Part{"sales": {HasSchedule: true}, "support": {Name: "Support"}},
	}
}

func TestAutoReplies(t *testing.T) {
	t.Parallel()
	const during, outside = `auto_reply.during "One moment"`, `auto_reply.outside "Back tomorrow"`
	for name, story := range map[string][]step{
		"in hours, once": {
			{"09:00:00", "request", nil, during},
			{"09:10:00", "visitor", nil, "-auto_reply.during frequency"},
		},
		"once in each open and each closed time": {
			{"16:59:00", "request", nil, during},
			{"17:00:00", "", nil, ""},
			{"17:01:00", "visitor", nil, outside},
			{"23:00:00", "visitor", nil, "-auto_reply.outside frequency"},
			{"tue 09:00:00", "visitor", nil, during},
			{"tue 18:00:00", "visitor", nil, outside},
		},
		"not to anybody but the visitor": {
			{"09:00:00", "agent", nil, ""},
			{"09:01:00", "bot", nil, ""},
			{"09:02:00", "join, assign, queued", nil, ""},
			{"09:03:00", "ended", nil, ""},
		},
		"not within five minutes of an agent's message": {
			{"09:00:00", "agent", nil, ""},
			{"09:04:59", "visitor", nil, "-auto_reply.during just_answered"},
			{"09:06:00", "", nil, ""}, // considered once
			{"09:07:00", "visitor", nil, during},
		},
		"five minutes after an agent's message": {
			{"09:00:00", "agent", nil, ""},
			{"09:05:00", "visitor", nil, during},
		},
		"an agent has answered in between": {
			{"09:00:05", "request@09:00:00, agent", nil, "-auto_reply.during answered"},
		},
		"an agent's message at the same instant": {
			{"09:00:00", "request, agent", nil, "-auto_reply.during answered"},
		},
		"a bot is answering, until an agent joins": {
			{"09:00:00", "request bot", nil, "-auto_reply.during bot"},
			{"09:00:30", "visitor", nil, "-auto_reply.during bot"},
			{"09:01:00", "join", nil, ""},
			{"09:02:00", "visitor", nil, during},
		},
		"the hand-over": {
			{"18:00:00", "request bot", nil, "-auto_reply.outside bot"},
			{"18:01:00", "handoff", nil, `auto_reply.handoff "A person comes tomorrow"`},
			{"18:01:30", "visitor", nil, outside},
		},
		"the hand-over, in one batch": {
			{"18:01:00", "request bot@18:00:00, handoff", nil, `auto_reply.handoff "A person comes tomorrow"; -auto_reply.outside bot`},
		},
		"a second hand-over": {
			{"09:00:00", "handoff", nil, `auto_reply.handoff "A person comes soon"`},
			{"09:01:00", "handoff", nil, `auto_reply.handoff "A person comes soon"`},
		},
		"a hand-over that comes late, was answered, or ended": {
			{"09:01:01", "handoff@09:00:00", nil, "-auto_reply.handoff late"},
			{"09:02:01", "handoff@09:02:00, agent", nil, "-auto_reply.handoff answered"},
			{"09:03:01", "handoff@09:03:00, ended", nil, "-auto_reply.handoff chat_ended"},
		},
		"late in hours": {
			{"09:01:01", "request@09:00:00", nil, "-auto_reply.during late"},
			{"09:02:00", "visitor@09:01:00", nil, during},
		},
		"late in the closed time": {
			{"20:00:00", "request@18:00:00", nil, outside},
		},
		"the hours have ended in between": {
			{"17:00:01", "request@16:59:59", nil, "-auto_reply.outside hours_changed"},
		},
		"the hours have begun in between": {
			{"09:00:01", "request@08:59:59", nil, "-auto_reply.during hours_changed"},
		},
		"out of order": {
			{"18:00:10", "visitor", nil, outside},
			{"18:00:11", "request@18:00:00", nil, ""},
		},
		"the chat has ended": {
			{"18:00:10", "request@18:00:00, ended", nil, "-auto_reply.outside chat_ended"},
		},
		"by a clock ahead of ours": {
			{"09:00:00", "request@09:04:00", nil, during},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, replies()), place{hours: weekly(t, "mon-fri 9-17")}, story)
		})
	}
}

func TestNoAutoReplies(t *testing.T) {
	t.Parallel()
	unscheduled := replies()
	unscheduled.HasSchedule, unscheduled.Departments = false, nil
	play(t, compile(t, unscheduled), place{}, []step{{"09:00:00", "request", nil, ""}})
	play(t, compile(t, chat.Rules{HasSchedule: true}), place{}, []step{{"09:00:00", "request", nil, ""}})
}

func TestClosedDepartment(t *testing.T) {
	t.Parallel()
	both := place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9-12")}
	for name, story := range map[string][]step{
		"is not waited for": {
			{"14:00:00", "request sales", nil, `auto_reply.outside "Back tomorrow" +Support`},
			{"14:01:00", "visitor", nil, "-auto_reply.outside frequency"},
		},
		"that is open": {
			{"10:00:00", "request sales", nil, ""}, // without a text: no message of the visitor's
		},
		"after a request without a text": {
			{"11:00:00", "request sales", nil, ""},
			{"12:00:00", "", nil, ""},
		},
		"as the property": {
			{"18:00:00", "request sales", nil, ""},
			{"18:00:10", "visitor", nil, `auto_reply.outside "Back tomorrow"`},
		},
		"since the request": {
			{"12:00:01", "request sales@11:59:59", nil, "-auto_reply.outside hours_changed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, replies()), both, story)
		})
	}
	t.Run("without a reply it offers the others all the same", func(t *testing.T) {
		t.Parallel()
		rules := replies()
		rules.Outside = ""
		play(t, compile(t, rules), both, []step{{"14:00:00", "request sales", nil, `auto_reply.outside "" +Support`}})
	})
}

func closing(atClose string) chat.Rules {
	return chat.Rules{
		ClosingBefore: 10 * time.Minute, ClosingMessage: "Until {{closes_at}}", Outside: "Back {{next_open}}",
		WaitingAtClose: atClose, HasSchedule: true,
	}
}

func left(s *chat.Scene) { s.Left = true }

func silent(s *chat.Scene) { s.Silent = true }

func TestClosingSoon(t *testing.T) {
	t.Parallel()
	const closes = `closing_soon "Until 17:00"`
	for name, story := range map[string][]step{
		"chatting, once": {
			{"16:00:00", "request, agent", nil, "due 17:20:00"},
			{"17:19:59", "", nil, "due 17:20:00"},
			{"17:20:00", "", nil, closes},
			{"17:21:00", "agent", nil, ""},
		},
		"waiting": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:20:00", "", nil, closes},
		},
		"every day that the chat goes on": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:20:00", "", nil, closes},
			{"17:30:00", "", nil, "due Tue 09:00:00"},
			{"tue 09:00:00", "", nil, "due Tue 17:20:00"},
			{"tue 17:20:00", "", nil, closes},
		},
		"ended": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:20:00", "ended", nil, ""},
		},
		"begun after": {
			{"17:20:01", "request sales", nil, ""},
		},
		"late": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:21:01", "", nil, "-closing_soon late"},
		},
		"within its limit": {
			{"17:21:00", "request sales@17:20:00", nil, closes},
		},
		"silent, and waiting since these hours began": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:20:00", "", silent, closes},
		},
		"silent, and waiting again since an answer": {
			{"16:00:00", "request, agent, visitor@16:00:01", nil, "due 17:20:00"},
			{"17:20:00", "", silent, closes},
		},
		"silent since an answer": {
			{"16:00:00", "request", nil, "due 17:20:00"},
			{"16:10:00", "agent", nil, "due 17:20:00"},
			{"17:20:00", "", silent, "-closing_soon visitor_left"},
		},
		"silent while a bot answers": {
			{"16:00:00", "request bot", nil, "due 17:20:00"},
			{"17:20:00", "", silent, "-closing_soon visitor_left"},
		},
		"silent, and waiting since it closed": {
			{"18:00:00", "visitor", silent, `auto_reply.outside "Back tomorrow"`},
		},
		"silent since the hours before": {
			{"17:20:00", "request sales@08:00:00", silent, "-closing_soon visitor_left"},
		},
		"the visitor has left": {
			{"16:00:00", "request sales", nil, "due 17:20:00"},
			{"17:20:00", "", left, "-closing_soon visitor_left"},
			{"18:00:00", "", left, ""},
		},
		"a bot chats": {
			{"17:20:00", "request bot", nil, "-closing_soon bot"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, closing("")), place{hours: weekly(t, "mon-fri 9:00-17:30")}, story)
		})
	}
}

func TestHoursShorterThanTheNotice(t *testing.T) {
	t.Parallel()
	play(t, compile(t, closing("")), place{hours: weekly(t, "mon-fri 9:00-9:05")}, []step{{"09:00:00", "request sales", nil, ""}})
}

func TestWaitingAtClose(t *testing.T) {
	t.Parallel()
	const outside = `waiting_at_close "Back tomorrow"`
	rules := func(atClose string) chat.Rules {
		r := closing(atClose)
		r.ClosingBefore = 0
		return r
	}
	office := place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9-12")}
	for name, c := range map[string]struct {
		atClose string
		story   []step
	}{
		"keep": {"keep", []step{
			{"16:00:00", "request", nil, ""},
			{"17:00:00", "", nil, ""},
		}},
		"reply, once": {"reply", []step{
			{"16:00:00", "request", nil, "due 17:00:00"},
			{"16:59:59", "", nil, "due 17:00:00"},
			{"17:00:00", "", nil, outside},
			{"17:10:00", "visitor", nil, "-auto_reply.outside frequency"},
			{"tue 17:00:00", "", nil, ""}, // not of these hours
		}},
		"message": {"message", []step{
			{"16:00:00", "request", nil, "due 17:00:00"},
			{"17:00:00", "", nil, outside + "; waiting_at_close ticket"},
		}},
		"late": {"message", []step{
			{"19:00:00", "request@16:00:00", nil, outside + "; waiting_at_close ticket; -auto_reply.outside hours_changed"},
		}},
		"late, when the closing has been looked at": {"reply", []step{
			{"17:00:00", "assign", nil, ""},
			{"17:00:20", "request@16:59:00", nil, outside + "; -auto_reply.outside hours_changed"},
		}},
		"answered in between": {"message", []step{
			{"16:00:00", "request", nil, "due 17:00:00"},
			{"16:30:00", "agent", nil, ""},
			{"16:59:00", "visitor", nil, ""}, // it runs on
			{"17:00:00", "", nil, ""},
		}},
		"an agent has joined": {"reply", []step{
			{"16:00:00", "request", nil, "due 17:00:00"},
			{"16:59:00", "join", nil, ""},
			{"17:00:00", "", nil, ""},
		}},
		"once, though the chat goes to a department that closed before": {"message", []step{
			{"11:00:00", "request sales", nil, "due 12:00:00"},
			{"12:00:00", "", nil, outside + " +support; waiting_at_close ticket"},
			{"12:10:00", "support", nil, "due 17:00:00"},
			{"17:00:00", "", nil, outside + "; waiting_at_close ticket"},
			{"17:10:00", "sales", nil, ""},
		}},
		"requested outside": {"message", []step{
			{"17:00:00", "request", nil, `auto_reply.outside "Back tomorrow"`},
			{"tue 09:00:00", "", nil, ""},
			{"tue 17:00:00", "", nil, ""},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, rules(c.atClose)), office, c.story)
		})
	}
}

// TestAnEmptyReplyIsNoReply: where nothing is left of a text, the next message may have the period's one reply.
func TestAnEmptyReplyIsNoReply(t *testing.T) {
	t.Parallel()
	rules := replies()
	rules.During, rules.Outside, rules.WaitingAtClose = "{{visitor.name}}", "{{visitor.name}}", "reply"
	named := func(s *chat.Scene) {
		s.Values = func() map[string]string { return map[string]string{"visitor.name": "Ann"} }
	}
	for name, story := range map[string][]step{
		"in hours": {
			{"09:00:00", "visitor", nil, "-auto_reply.during empty"},
			{"09:01:00", "visitor", named, `auto_reply.during "Ann"`},
			{"09:02:00", "visitor", named, "-auto_reply.during frequency"},
		},
		"outside": {
			{"18:00:00", "visitor", nil, "-auto_reply.outside empty"},
			{"18:01:00", "visitor", named, `auto_reply.outside "Ann"`},
			{"18:02:00", "visitor", named, "-auto_reply.outside frequency"},
		},
		"at the close": {
			{"16:59:00", "request", named, `auto_reply.during "Ann"; due 17:00:00`},
			{"17:00:00", "", nil, "-waiting_at_close empty"},
			{"17:01:00", "visitor", named, `auto_reply.outside "Ann"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, rules), place{hours: weekly(t, "daily 9-17")}, story)
		})
	}
}
