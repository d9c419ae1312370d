package visit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
)

// TestASnoozedChatPausesTriggersThatPromiseHelp has a property that is open from Monday to Friday, 9 to 17. A line
// "snooze 10:30 tue 9:00" puts the chat aside, or moves the end.
func TestASnoozedChatPausesTriggersThatPromiseHelp(t *testing.T) {
	t.Parallel()
	const (
		rescue     = `{"name":"T","type":"rescue","delay":"1h","message":"hi"}`
		open4      = `{"name":"T","type":"rescue","delay":"4h","count":"open_hours","message":"hi"}`
		unanswered = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"1h","actions":[{"add_tag":"slow"}],"frequency":"every_time"}`
		idle       = `{"name":"T","type":"advanced","on":"chat.idle","after":"1h","actions":[{"close_chat":true}]}`
		asked      = `{"name":"T","type":"advanced","on":"chat.requested","delay":"1h","actions":[{"add_tag":"x"}]}`
		snoozes    = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"1h","actions":[{"snooze":"next_opening"},{"wait":"1h"},{"add_tag":"late"}]}`
	)
	for _, tt := range []struct{ name, trigger, story, want string }{
		{"rescue begins again at the end", rescue, "10:00 ask; snooze 10:30 tue 9:00; 11:00 wake; tue 9:00 wake; tue 9:59 wake; tue 10:00 wake", "tue 10:00 T hi"},
		{"rescue by open hours", open4, "10:00 ask; snooze 12:00 tue 9:00; 14:00 wake; tue 12:59 wake; tue 13:00 wake", "tue 13:00 T hi"},
		{"chat.unanswered", unanswered, "10:00 ask; snooze 10:30 tue 9:00; 11:00 wake; tue 9:59 wake; tue 10:00 wake", "tue 10:00 T tag slow"},
		{"chat.idle", idle, "10:00 ask; snooze 10:30 tue 9:00; 11:00 wake; tue 9:59 wake; tue 10:00 wake", "tue 10:00 T close c1"},
		{"no promise", asked, "10:00 ask; snooze 10:30 tue 9:00; 11:00 wake", "11:00 T tag x"},
		{"an end that moves", rescue, "10:00 ask; snooze 10:30 tue 9:00; 11:00 wake; snooze 10:30 12:00; 11:30 wake; 13:00 wake", "13:00 T hi"},
		{"an end that moves back", rescue, "10:00 ask; snooze 10:30 12:00; 11:00 wake; snooze 10:30 tue 9:00; 13:00 wake; tue 10:00 wake", "tue 10:00 T hi"},
		{"due before it", rescue, "10:00 ask; snooze 11:00 tue 9:00; 11:01 wake", "11:01 T hi"},
		{"a question after it", unanswered, "10:00 ask; snooze 10:30 tue 9:00; 10:40 say; 11:40 wake; tue 10:00 wake", "11:40 T tag slow; tue 10:00 T tag slow"},
		{"an answer meanwhile", rescue, "10:00 ask; snooze 10:30 tue 9:00; 12:00 answer; tue 10:00 wake", "12:00 T answered"},
		{"the chat ends meanwhile", rescue, "10:00 ask; snooze 10:30 tue 9:00; 12:00 end; tue 10:00 wake", "12:00 T chat_ended"},
		{"a wait behind the snooze", snoozes, "10:00 ask; 11:00 wake; snooze 11:00 tue 9:00; 12:00 wake; tue 9:59 wake; tue 10:00 wake", "11:00 T snooze c1 until tue 9:00; tue 10:00 T tag late"},
		{"an event of before comes late", rescue, "snooze 10:30 tue 9:00; 11:00@10:00 ask; tue 10:00 wake", "tue 10:00 T hi"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, "["+tt.trigger+"]")
			for line := range strings.SplitSeq(tt.story, ";") {
				line = seconds(strings.TrimSpace(line))
				if times, ok := strings.CutPrefix(line, "snooze "); ok {
					at, until, _ := strings.Cut(times, " ")
					c := s.scene.Chats["c1"]
					c.Snoozed = visit.Snoozed{At: second(at), Until: second(until)}
					s.scene.Chats["c1"] = c
					continue
				}
				s.at(line, hours.Gate{Hours: open(t, "mon-fri 9-17")}, hours.Gate{})
				s.tell(line)
			}
			if got := strings.Join(s.done, "; "); got != seconds(tt.want) {
				t.Errorf("\n got %s\nwant %s", got, seconds(tt.want))
			}
		})
	}
}

// TestATimerOfAnEarlierVersion has no beginning of its delay, and goes on as it did.
func TestATimerOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"rescue","delay":"1h","message":"hi"}]`)
	tell := func(line string) {
		s.at(seconds(line), hours.Gate{Hours: open(t, "mon-fri 9-17")}, hours.Gate{})
		s.tell(seconds(line))
	}
	tell("10:00 ask")
	for i := range s.state.Timers {
		s.state.Timers[i].From, s.state.Timers[i].For = time.Time{}, 0
	}
	tell("11:00 wake")
	if got := strings.Join(s.done, "; "); got != seconds("11:00 T hi") {
		t.Error(got)
	}
}
