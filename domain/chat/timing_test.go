package chat_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func opening(after time.Duration, t trigger.Timing, actions ...trigger.Action) trigger.Step {
	return trigger.Step{After: hours.Duration(after), Timing: t, Actions: actions}
}

func countsOpen() trigger.Timing { return trigger.Timing{Count: trigger.CountOpenHours} }
func deferred() trigger.Timing   { return trigger.Timing{WhenClosed: trigger.ClosedDefer} }
func snoozes() trigger.Action    { return trigger.Action{Snooze: trigger.NextOpening} }

// TestStepsWithinHours has a property that is open from Monday to Friday, 9 to 17, and sales until noon.
func TestStepsWithinHours(t *testing.T) {
	t.Parallel()
	tag, wait := trigger.Action{AddTag: "x"}, trigger.Action{Wait: hours.Duration(time.Hour)}
	const tagged = "rescue add_tag"
	for name, c := range map[string]struct {
		step  trigger.Step
		story []step
	}{
		"open hours within the day": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"10:00:00", "request", nil, "due 14:00:00"}, {"14:00:00", "", nil, tagged},
		}},
		"open hours over night": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"16:00:00", "request", nil, "due Tue 12:00:00"},
			{"tue 11:59", "", nil, "due Tue 12:00:00"}, // never early
			{"tue 12:00", "", nil, tagged},
		}},
		"open hours over the weekend": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"fri 16:00", "request", nil, "due Mon 12:00:00"},
		}},
		"open hours of the department": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"10:00:00", "request sales", nil, "due Tue 11:00:00"}, {"tue 11:00", "", nil, tagged},
		}},
		"the chat goes to another department": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"10:00:00", "request sales", nil, "due Tue 11:00:00"}, {"11:00:00", "support", nil, "due 14:00:00"}, {"14:00:00", "", nil, tagged},
		}},
		"an agent answers between": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"16:00:00", "request", nil, "due Tue 12:00:00"}, {"tue 09:30", "agent", nil, "-rescue 4h answered"},
		}},
		"the chat ends between": {opening(4*time.Hour, countsOpen(), tag), []step{
			{"16:00:00", "request", nil, "due Tue 12:00:00"}, {"18:00:00", "ended", nil, "-rescue 4h chat_ended"},
		}},
		"late by the hours, and not since the request": {opening(time.Hour, countsOpen(), tag), []step{
			{"16:30:00", "request", nil, "due Tue 09:30:00"}, {"tue 09:32", "", nil, "-rescue 1h late"},
		}},
		"full at the closing": {opening(time.Hour, countsOpen(), tag), []step{
			{"16:00:00", "request", nil, "due Tue 09:00:00"}, {"17:00:00", "", nil, "due Tue 09:00:00"}, {"tue 09:00", "", nil, tagged},
		}},
		"dropped, as ever": {opening(2*time.Hour, trigger.Timing{}, tag), []step{
			{"16:00:00", "request", nil, "due 18:00:00"}, {"18:00:00", "", nil, "-rescue 2h widget_offline"},
		}},
		"deferred by its rest, and said once": {opening(2*time.Hour, deferred(), tag), []step{
			{"16:00:00", "request", nil, "due 18:00:00"},
			{"18:00:00", "", nil, "-rescue 2h deferred; due Tue 10:00:00"},
			{"20:00:00", "visitor", nil, "due Tue 10:00:00"},
			{"tue 10:00", "", nil, tagged},
		}},
		"deferred, and not looked at in between": {opening(2*time.Hour, deferred(), tag), []step{
			{"16:00:00", "request", nil, "due 18:00:00"}, {"tue 10:00", "", nil, tagged},
		}},
		"asked outside hours": {opening(30*time.Second, deferred(), tag), []step{
			{"20:00:00", "request", nil, "due 20:00:30"},
			{"20:00:30", "", nil, "-rescue 30s deferred; due Tue 09:00:30"},
			{"tue 09:00", "", nil, "due Tue 09:00:30"},
			{"tue 09:00:30", "", nil, tagged},
		}},
		"deferred, and answered at night": {opening(30*time.Second, deferred(), tag), []step{
			{"20:00:00", "request", nil, "due 20:00:30"},
			{"20:00:30", "", nil, "-rescue 30s deferred; due Tue 09:00:30"},
			{"22:00:00", "agent", nil, "-rescue 30s answered"},
			{"tue 09:00:30", "", nil, ""},
		}},
		"not deferred where nobody is there in hours": {opening(30*time.Second, deferred(), tag), []step{
			{"10:00:00", "request", nil, "due 10:00:30"}, {"10:00:30", "", offline, "-rescue 30s widget_offline"},
		}},
		"a wait within the step is deferred": {opening(30*time.Minute, deferred(), tag, wait, tag), []step{
			{"16:00:00", "request", nil, "due 16:30:00"},
			{"16:30:00", "", nil, tagged + "; due 17:30:00"},
			{"17:30:00", "", nil, "-rescue 30m deferred; due Tue 09:30:00"},
			{"18:00:00", "", nil, "due Tue 09:30:00"},
			{"tue 09:30", "", nil, tagged},
		}},
		"a wait within the step counts open hours": {opening(30*time.Minute, countsOpen(), tag, wait, tag), []step{
			{"16:00:00", "request", nil, "due 16:30:00"},
			{"16:30:00", "", nil, tagged + "; due Tue 09:30:00"},
			{"17:30:00", "", nil, "due Tue 09:30:00"},
			{"tue 09:30", "", nil, tagged},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, chat.Rules{Rescue: []trigger.Step{c.step}}), place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9-12")}, c.story)
		})
	}
}

// TestAnEditMovesTheDueTime has hours that change while a step counts them, and overrides that begin and end.
func TestAnEditMovesTheDueTime(t *testing.T) {
	t.Parallel()
	p := compile(t, chat.Rules{Rescue: []trigger.Step{opening(4*time.Hour, countsOpen(), trigger.Action{AddTag: "x"})}})
	office := weekly(t, "mon-fri 9-17")
	closed := hours.Override{From: clock(t, "11:00:00"), Until: clock(t, "13:00:00")}
	var s chat.State
	s.Merge(said(t, "10:00:00", "request"))
	for _, c := range []struct {
		at   string
		door hours.Gate
		want string
	}{
		{"10:00:00", hours.Gate{Hours: office}, "due 14:00:00"},
		{"10:30:00", hours.Gate{Hours: weekly(t, "mon-fri 9-12")}, "due Tue 11:00:00"},
		{"10:31:00", hours.Gate{Hours: weekly(t, "mon-fri 9-13:30")}, "due Tue 09:30:00"},
		{"10:32:00", hours.Gate{Hours: office}, "due 14:00:00"},
		{"11:00:01", hours.Gate{Hours: office, Overrides: []hours.Override{closed}}, "due 16:00:00"},
		{"13:00:01", hours.Gate{Hours: office, Overrides: []hours.Override{closed}}, "due 16:00:00"}, // it was closed, and that counts
		{"14:00:00", hours.Gate{Hours: office, Overrides: []hours.Override{closed}}, "due 16:00:00"},
		{"15:00:00", hours.Gate{Hours: office, Overrides: []hours.Override{closed, {From: clock(t, "15:00:00")}}}, "due wed"},
		{"15:30:00", hours.Gate{Hours: office, Overrides: []hours.Override{closed, {From: clock(t, "15:00:00"), Until: clock(t, "15:30:00")}}}, "due 16:30:00"},
		{"16:30:00", hours.Gate{Hours: office, Overrides: []hours.Override{closed, {From: clock(t, "15:00:00"), Until: clock(t, "15:30:00")}}}, "rescue add_tag"},
	} {
		at := clock(t, c.at)
		d := chat.Decide(p, s, chat.Scene{Widget: "online", Door: hours.Door{c.door}}, at)
		s = d.State
		if c.want == "due wed" { // closed for good: it looks again some day
			if want := clock(t, "14:00:00").Add(trigger.OutOfSight); !d.Due.Equal(want) {
				t.Errorf("%s: due %v, want %v", c.at, d.Due, want)
			}
			continue
		}
		if got := told(d); got != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
	}
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	rules := chat.Rules{Rescue: []trigger.Step{
		opening(30*time.Second, trigger.Timing{}, message("Soon")),
		opening(5*time.Minute, trigger.Timing{}, snoozes(), trigger.Action{AddTag: "put aside"}),
		opening(10*time.Minute, trigger.Timing{}, trigger.Action{InviteAgents: true}),
	}}
	const soon, aside, noted = `rescue "Soon"`, "rescue snooze until Tue 09:00", "rescue add_tag"
	begins := []step{
		{"10:00:00", "request", nil, "due 10:00:30"},
		{"10:00:30", "", nil, soon + "; due 10:05:00"},
		{"10:05:00", "", nil, aside + "; " + noted + "; due Tue 09:00:30"},
	}
	for name, story := range map[string][]step{
		"the ladder begins again at the opening, and puts it aside once": {
			{"10:10:00", "", nil, "due Tue 09:00:30"},
			{"tue 09:00", "", nil, "due Tue 09:00:30"},
			{"tue 09:00:30", "", nil, soon + "; due Tue 09:05:00"},
			{"tue 09:05", "", nil, noted + "; -rescue 5m snoozed; due Tue 09:10:00"},
			{"tue 09:10", "", nil, "rescue invite_agents"},
			{"wed 09:10", "", nil, ""},
		},
		"an agent answers":                 {{"11:00:00", "agent", nil, "-rescue 30s answered"}, {"tue 09:00:30", "", nil, ""}},
		"the chat ends":                    {{"11:00:00", "ended", nil, "-rescue 30s chat_ended"}, {"tue 09:00:30", "", nil, ""}},
		"an agent answers at the opening":  {{"tue 09:00", "agent", nil, "-rescue 30s answered"}},
		"an agent answers after it":        {{"tue 09:00:10", "agent", nil, "-rescue 30s answered"}},
		"the visitor asks for a chat anew": {{"11:00:00", "request", nil, "due 11:00:30"}, {"11:00:30", "", nil, soon + "; due 11:05:00"}},
		"the visitor writes":               {{"11:00:00", "visitor", nil, "due Tue 09:00:30"}},
		"an event of before comes late":    {{"10:06:00", "visitor@10:04:00", nil, "due Tue 09:00:30"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, compile(t, rules), place{hours: weekly(t, "mon-fri 9-17")}, append(begins[:len(begins):len(begins)], story...))
		})
	}
	t.Run("while it is closed, by a step that is deferred", func(t *testing.T) {
		t.Parallel()
		p := compile(t, chat.Rules{Rescue: []trigger.Step{opening(5*time.Minute, deferred(), snoozes())}})
		play(t, p, place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9-12")}, []step{
			{"12:00:00", "request sales", nil, "due 12:05:00"},
			{"12:05:00", "", nil, "-rescue 5m deferred; due Tue 09:05:00"},
			{"tue 09:05", "", nil, "rescue snooze until Wed 09:00; due Wed 09:05:00"},
			{"wed 09:05", "", nil, "-rescue 5m snoozed"},
		})
	})
	t.Run("a rest of before", func(t *testing.T) {
		t.Parallel()
		p := compile(t, chat.Rules{Rescue: []trigger.Step{
			opening(time.Minute, trigger.Timing{}, message("One"), trigger.Action{Wait: hours.Duration(time.Hour)}, message("Two")),
			opening(2*time.Minute, trigger.Timing{}, snoozes()),
		}})
		play(t, p, place{hours: weekly(t, "mon-fri 9-17")}, []step{
			{"10:00:00", "request", nil, "due 10:01:00"},
			{"10:01:00", "", nil, `rescue "One"; due 10:02:00`},
			{"10:02:00", "", nil, aside + "; -rescue 1m snoozed; due Tue 09:01:00"},
		})
	})
	t.Run("always open", func(t *testing.T) {
		t.Parallel()
		play(t, compile(t, rules), place{}, []step{
			{"10:00:00", "request", nil, "due 10:00:30"},
			{"10:05:00", "", nil, noted + "; -rescue 30s late; -rescue 5m no_opening; due 10:10:00"},
		})
	})
}

// TestTheEndOfASnoozeFollowsTheHours edits hours from Monday to Friday, 9 to 17, while a chat is put aside until Tuesday.
func TestTheEndOfASnoozeFollowsTheHours(t *testing.T) {
	t.Parallel()
	p := compile(t, chat.Rules{Rescue: []trigger.Step{
		opening(30*time.Second, trigger.Timing{}, message("Soon")), opening(5*time.Minute, trigger.Timing{}, snoozes()),
	}})
	by := func(at, week string) func(*chat.Scene) {
		return func(s *chat.Scene) { *s = place{hours: weekly(t, week)}.scene(clock(t, at), "") }
	}
	moved := string(chat.Moved) + " snooze until"
	begins := []step{
		{"10:00:00", "request", nil, "due 10:00:30"},
		{"10:00:30", "", nil, `rescue "Soon"; due 10:05:00`},
		{"10:05:00", "", nil, "rescue snooze until Tue 09:00; due Tue 09:00:30"},
	}
	for name, story := range map[string][]step{
		"an opening that is earlier": {
			{"11:00:00", "", by("11:00:00", "mon-fri 14-17"), moved + " Mon 14:00; due 14:00:30"},
			{"14:00:30", "", by("14:00:30", "mon-fri 14-17"), `rescue "Soon"; due 14:05:00`},
			{"14:05:00", "", by("14:05:00", "mon-fri 14-17"), "-rescue 5m snoozed"},
		},
		"an opening that is later, and the first again": {
			{"11:00:00", "", by("11:00:00", "mon-fri 10-17"), moved + " Tue 10:00; due Tue 10:00:30"},
			{"12:00:00", "", nil, moved + " Tue 09:00; due Tue 09:00:30"},
			{"13:00:00", "", by("13:00:00", "mon-fri 10-17"), moved + " Tue 10:00; due Tue 10:00:30"},
		},
		"no other opening":              {{"11:00:00", "", by("11:00:00", "mon-fri 9-18"), "due Tue 09:00:30"}},
		"open for good":                 {{"11:00:00", "", by("11:00:00", "daily 0-24"), moved + " Mon 11:00; due 11:00:30"}},
		"an opening that has passed":    {{"16:00:00", "", by("16:00:00", "mon-fri 14-17"), moved + " Mon 16:00; due 16:00:30"}},
		"an opening and a closing have": {{"16:00:00", "", by("16:00:00", "mon-fri 14-15"), moved + " Tue 14:00; due Tue 14:00:30"}},
		"closed for good, and opened after all": {
			{"11:00:00", "", by("11:00:00", "closed"), "due 10:05:30"}, // in 30 days
			{"12:00:00", "", nil, moved + " Tue 09:00; due Tue 09:00:30"},
		},
		"after its end":           {{"tue 09:00:10", "", by("tue 09:00:10", "mon-fri 14-17"), "due Tue 09:00:30"}},
		"a chat that has ended":   {{"11:00:00", "ended", by("11:00:00", "mon-fri 14-17"), "-rescue 30s chat_ended"}},
		"an edit and an agent":    {{"11:00:00", "agent", by("11:00:00", "mon-fri 14-17"), moved + " Mon 14:00; -rescue 30s answered"}},
		"hours of before, anew":   {{"11:00:00", "", nil, "due Tue 09:00:30"}, {"12:00:00", "", nil, "due Tue 09:00:30"}},
		"the visitor writes then": {{"11:00:00", "visitor", by("11:00:00", "mon-fri 14-17"), moved + " Mon 14:00; due 14:00:30"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, p, place{hours: weekly(t, "mon-fri 9-17")}, append(begins[:len(begins):len(begins)], story...))
		})
	}
}

func TestSLA(t *testing.T) {
	t.Parallel()
	p := compile(t, chat.Rules{FirstAnswer: 30 * time.Minute, WarnBefore: 10 * time.Minute})
	for name, story := range map[string][]step{
		"nobody answers": {
			{"10:00:00", "request", nil, "due 10:20:00"},
			{"10:19:59", "", nil, "due 10:20:00"}, // never early
			{"10:20:00", "", nil, "sla Mon 10:30"},
			{"11:00:00", "visitor", nil, ""},
		},
		"over night":           {{"16:50:00", "request", nil, "due Tue 09:10:00"}, {"tue 09:10", "", nil, "sla Tue 09:20"}},
		"over the weekend":     {{"fri 16:50", "request", nil, "due Mon 09:10:00"}},
		"asked outside hours":  {{"20:00:00", "request", nil, "due Tue 09:20:00"}, {"tue 09:20", "", nil, "sla Tue 09:30"}},
		"in a department":      {{"11:50:00", "request sales", nil, "due Tue 09:10:00"}, {"tue 09:10", "", nil, "sla Tue 09:20 sales"}},
		"at the closing":       {{"16:40:00", "request", nil, "due 17:00:00"}, {"17:00:00", "", nil, "sla Tue 09:10"}},
		"answered":             {{"10:00:00", "request", nil, "due 10:20:00"}, {"10:19:00", "agent", nil, ""}, {"10:20:00", "", nil, ""}},
		"answered at the time": {{"10:00:00", "request", nil, "due 10:20:00"}, {"10:20:00", "agent", nil, ""}},
		"joined is no answer":  {{"10:00:00", "request", nil, "due 10:20:00"}, {"10:01:00", "join, bot", nil, "due 10:20:00"}},
		"answered, and asked again": {
			{"10:00:00", "request", nil, "due 10:20:00"}, {"10:10:00", "agent", nil, ""}, {"10:15:00", "visitor", nil, ""},
		},
		"an agent had written before": {{"09:50:00", "agent", nil, ""}, {"10:00:00", "visitor", nil, "due 10:20:00"}},
		"a bot answers, and hands over": {
			{"10:00:00", "request bot", nil, ""}, {"10:30:00", "handoff", nil, "due 10:50:00"}, {"10:50:00", "", nil, "sla Mon 11:00"},
		},
		"ended, and asked again": {
			{"10:00:00", "request", nil, "due 10:20:00"}, {"10:20:00", "", nil, "sla Mon 10:30"},
			{"10:40:00", "agent", nil, ""}, {"10:50:00", "ended", nil, ""},
			{"11:00:00", "request", nil, "due 11:20:00"}, {"11:20:00", "", nil, "sla Mon 11:30"},
		},
		"late, and still of use": {{"10:00:00", "request", nil, "due 10:20:00"}, {"10:29:59", "", nil, "sla Mon 10:30"}},
		"too late":               {{"10:30:00", "request@10:00:00", nil, "-sla late"}, {"10:31:00", "visitor", nil, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, p, place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9-12")}, story)
		})
	}
	closed := place{hours: weekly(t, "closed")}
	play(t, p, closed, []step{{"10:00:00", "request", nil, ""}})
}
