package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func ladder() chat.Rules {
	second := hours.Duration(time.Second)
	return chat.Rules{Rescue: []trigger.Step{
		{After: 30 * second, Actions: []trigger.Action{message("Soon")}},
		{After: 60 * second, Repeat: true, Actions: []trigger.Action{{InviteAgents: true}}},
		{After: 300 * second, Actions: []trigger.Action{{AddTag: "slow"}, {ShowForm: trigger.OfflineForm}}},
	}}
}

func offline(s *chat.Scene) { s.Widget = "offline" }
func away(s *chat.Scene)    { s.Widget = "away" }

func TestLadder(t *testing.T) {
	t.Parallel()
	const soon, invite, slow = `rescue "Soon"`, "rescue invite_agents", "rescue add_tag; rescue show_form"
	for name, story := range map[string][]step{
		"nobody answers": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:29", "", nil, "due 09:00:30"}, // never early
			{"09:00:30", "", nil, soon + "; due 09:01:00"},
			{"09:01:00", "", nil, invite + "; due 09:05:00"},
			{"09:05:00", "", nil, slow},
			{"10:00:00", "", nil, ""},
		},
		"an answer ends it, and the next message left unanswered has the steps that repeat": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:30", "", nil, soon + "; due 09:01:00"},
			{"09:00:40", "agent", nil, "-rescue 1m answered"},
			{"09:02:00", "visitor", nil, "due 09:03:00"},
			{"09:02:20", "visitor", nil, "due 09:03:00"}, // shares it
			{"09:03:00", "", nil, invite},
			{"09:04:00", "visitor", nil, "due 09:05:00"},
			{"09:05:00", "", nil, invite},
		},
		"an answer at the instant of the step wins": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:30", "agent", nil, "-rescue 30s answered"},
		},
		"an answer at the instant of the request wins": {
			{"09:00:00", "request, agent", nil, ""},
		},
		"an answer that arrives after the step": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:30", "", nil, soon + "; due 09:01:00"},
			{"09:00:31", "agent@09:00:20", nil, "-rescue 1m answered"},
		},
		"neither a bot's message nor an agent who joins is an answer": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:10", "bot, assign, join", nil, "due 09:00:30"},
			{"09:00:30", "", nil, soon + "; due 09:01:00"},
		},
		"while a bot answers nobody waits; with the hand-over it begins": {
			{"09:00:00", "request bot", nil, ""},
			{"09:00:20", "bot, visitor", nil, ""},
			{"09:10:00", "handoff", nil, "due 09:10:30"},
			{"09:10:30", "", nil, soon + "; due 09:11:00"},
			{"09:11:00", "", nil, invite + "; due 09:15:00"},
			{"09:15:00", "", nil, slow},
		},
		"the end of the chat ends it, and a message opens it again": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:10", "ended", nil, "-rescue 30s chat_ended"},
			{"09:05:00", "visitor", nil, "due 09:06:00"},
			{"09:06:00", "", nil, invite},
		},
		"late by its limit, and later": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:01:30", "", nil, soon + "; " + invite + "; due 09:05:00"},
			{"09:06:01", "", nil, "-rescue 5m late"},
		},
		"an event that comes late": {
			{"09:01:59", "request@09:00:00", nil, invite + "; -rescue 30s late; due 09:05:00"},
		},
		"messages out of order": {
			{"09:00:10", "visitor", nil, "due 09:01:10"},
			{"09:00:11", "request@09:00:00", nil, "due 09:00:30"},
			{"09:00:30", "", nil, soon + "; due 09:01:00"},
			{"09:01:00", "", nil, invite + "; due 09:05:00"},
			{"09:01:01", "visitor@09:00:05", nil, "due 09:05:00"}, // had it
		},
		"the widget is away": {
			{"09:00:00", "request", away, "due 09:00:30"},
			{"09:00:30", "", away, soon + "; due 09:01:00"},
		},
		"the widget goes offline in between": {
			{"09:00:00", "request", nil, "due 09:00:30"},
			{"09:00:30", "", offline, "-rescue 30s widget_offline; due 09:01:00"},
			{"09:01:00", "", nil, invite + "; due 09:05:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, ladder()), place{}, story)
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	rules := chat.Rules{Rescue: []trigger.Step{{After: hours.Duration(30 * time.Second), Actions: []trigger.Action{
		message("One"), {Wait: hours.Duration(10 * time.Second)}, message("Two"), {CloseChat: true},
	}}}}
	const rest = `rescue "Two"; rescue close_chat`
	for name, story := range map[string][]step{
		"nobody answers": {
			{"09:00:40", "visitor, bot, join", offline, "due 09:00:45"}, // it may be online by then
			{"09:00:45", "", nil, rest},
			{"10:00:00", "", nil, ""},
		},
		"an agent answers":                     {{"09:00:40", "agent", nil, "-rescue 30s answered"}, {"09:00:45", "", nil, ""}},
		"an agent answers at the last instant": {{"09:00:45", "agent", nil, "-rescue 30s answered"}},
		"an agent answers, and the visitor writes again": {
			{"09:00:40", "agent, visitor@09:00:41", nil, "-rescue 30s answered"},
		},
		"an answer that arrives after": {{"09:00:45", "", nil, rest}, {"09:00:46", "agent@09:00:44", nil, ""}},
		"the chat ends":                {{"09:00:40", "ended", nil, "-rescue 30s chat_ended"}},
		"a bot takes the chat":         {{"09:00:40", "request bot", nil, "-rescue 30s bot"}},
		"the chat is handed over":      {{"09:00:40", "handoff", nil, "-rescue 30s bot; due 09:01:10"}},
		"the hours end":                {{"09:00:45", "", offline, "-rescue 30s widget_offline"}},
		"nobody is available":          {{"09:00:45", "", away, rest}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, rules), place{}, append([]step{
				{"09:00:00", "request", nil, "due 09:00:30"},
				{"09:00:35", "", nil, `rescue "One"; due 09:00:45`}, // the pause is kept though it is late
			}, story...))
		})
	}
	s := play(t, compile(t, rules), place{}, []step{
		{"09:00:00", "request", nil, "due 09:00:30"},
		{"09:00:30", "", nil, `rescue "One"; due 09:00:40`},
	})
	if got := told(chat.Decide(compile(t, rules), s, chat.Scene{}, clock(t, "09:02:00"))); got != "-rescue 30s late" {
		t.Errorf("late: %s", got)
	}
	if got := told(chat.Decide(compile(t, chat.Rules{}), s, chat.Scene{}, clock(t, "09:00:40"))); got != "-rescue 30s removed" {
		t.Errorf("removed: %s", got)
	}
}

func TestAnEditedLadder(t *testing.T) {
	t.Parallel()
	s := play(t, compile(t, ladder()), place{}, []step{
		{"09:00:00", "request", nil, "due 09:00:30"},
		{"09:00:30", "", nil, `rescue "Soon"; due 09:01:00`},
	})
	edited := ladder()
	edited.Rescue[0].Actions[0] = message("Other words")
	edited.Rescue = append(edited.Rescue[:1], edited.Rescue[2])
	d := chat.Decide(compile(t, edited), s, chat.Scene{}, clock(t, "09:00:31"))
	if got := told(d); got != "-rescue 1m removed; due 09:05:00" {
		t.Error(got)
	}
}

func TestCauses(t *testing.T) {
	t.Parallel()
	rules := ladder()
	rules.Rescue[1].After = rules.Rescue[0].After
	p := compile(t, rules)
	var s chat.State
	s.Merge(said(t, "09:00:00", "request"))
	d := chat.Decide(p, s, chat.Scene{}, clock(t, "09:00:30"))
	var keys []string
	for _, e := range d.Effects {
		keys = append(keys, e.Cause.Key())
	}
	want := []string{"rescue:1795424400000000000:30s:0", "rescue:1795424400000000000:30s.2:0"}
	if len(keys) != 2 || keys[0] != want[0] || keys[1] != want[1] {
		t.Errorf("%q, want %q", keys, want)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	second := hours.Duration(time.Second)
	p := compile(t, chat.Rules{
		Shortcuts: map[string]trigger.Shortcut{"prices": {Text: "For {{visitor.name|you}}", Attachments: []trigger.Attachment{{Link: "https://a.example"}}}, "picture": {Attachments: []trigger.Attachment{{Image: "https://a.example/a.png"}}}},
		Rescue: []trigger.Step{{After: second, Actions: []trigger.Action{
			{SendMessage: &trigger.Message{Shortcut: "prices", Suggested: []string{"Yes"}}},
			message("{{visitor.name}}"),
			{AddNote: "{{visitor.name|somebody}} waits"},
			{Notify: &trigger.Notify{Text: "{{department|nobody}}"}},
			{AddNote: "{{agent.name}}"}, {ReplaceNote: "{{agent.name}} \n"}, {Notify: &trigger.Notify{Text: "{{agent.name}}"}},
			{SendMessage: &trigger.Message{Text: "{{agent.name}}", Suggested: []string{"Yes"}}},
			{SendMessage: &trigger.Message{Shortcut: "picture"}},
		}}},
	})
	var s chat.State
	s.Merge(said(t, "09:00:00", "request"))
	d := chat.Decide(p, s, chat.Scene{}, clock(t, "09:00:01"))
	if got := told(d); got != `rescue "For you"; rescue add_note; rescue notify; rescue ""; rescue ""`+strings.Repeat("; -rescue 1s empty", 4) {
		t.Fatal(got)
	}
	if e := d.Effects[0]; len(e.Attachments) != 1 || e.Do.SendMessage.Shortcut != "prices" || e.Do.SendMessage.Suggested[0] != "Yes" {
		t.Errorf("%+v", e)
	}
	if d.Effects[1].Do.AddNote != "somebody waits" || d.Effects[2].Do.Notify.Text != "nobody" {
		t.Errorf("%+v", d.Effects)
	}
	for _, bad := range []chat.Rules{
		{During: "{{closes_at}}"}, {Shortcuts: map[string]trigger.Shortcut{"a": {Text: "{{"}}}, {Rescue: []trigger.Step{{Actions: []trigger.Action{message("{{x}}")}}}},
	} {
		if _, err := chat.Compile(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// TestManyMessagesUnanswered: a visitor who goes on writing does not put off the steps.
func TestManyMessagesUnanswered(t *testing.T) {
	t.Parallel()
	var s chat.State
	s.Merge(said(t, "08:59:00", "agent"))
	for i := range 40 {
		e := said(t, "09:00:00", "visitor")
		e.ID, e.Time = fmt.Sprint("e", i), e.Time.Add(time.Duration(i)*time.Second)
		s.Merge(e)
	}
	d := chat.Decide(compile(t, ladder()), s, chat.Scene{}, clock(t, "09:00:45"))
	if got := told(d); got != "due 09:01:00" {
		t.Error(got)
	}
}
