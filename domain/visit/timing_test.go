package visit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
)

func open(t *testing.T, text string) *hours.Schedule {
	t.Helper()
	spec, err := hours.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seconds writes "16:30" of Monday and "tue 9:00" as second reads it.
func seconds(story string) string {
	return regexp.MustCompile(`(tue |wed )?\b(\d+):(\d\d)\b`).ReplaceAllStringFunc(story, func(clock string) string {
		day, rest, named := strings.Cut(clock, " ")
		if !named {
			day, rest = "mon", clock
		}
		var hour, minute int
		if _, err := fmt.Sscanf(rest, "%d:%d", &hour, &minute); err != nil {
			panic(err)
		}
		return fmt.Sprint((strings.Index("montuewed", day)/3*24+hour-12)*3600 + minute*60)
	})
}

// at gives a story the hours as they are, and the widget that follows them, at an instant of a line.
func (s *story) at(line string, property, department hours.Gate) {
	now := second(strings.Split(strings.Fields(line)[0], "@")[0])
	s.scene.Door = func(id string) hours.Door {
		if id == "sales" {
			return hours.Door{property, department}
		}
		return hours.Door{property}
	}
	shown := func(id string) visit.Widget {
		w := visit.Widget{Status: "offline"}
		if s.scene.Door(id).Open(now) {
			w.Status = "online"
		}
		for _, g := range s.scene.Door(id) {
			if since := g.Hours.At(now).Since; since.After(w.Since) {
				w.Since = since
			}
		}
		return w
	}
	s.scene.Widget = shown("")
	s.scene.Departments = map[string]visit.Department{"sales": {Name: "Sales", Widget: shown("sales")}}
}

// TestTriggersWithinHours has a property that is open from Monday to Friday, 9 to 17, and sales until noon. Chats are of
// the property unless a line says "sales".
func TestTriggersWithinHours(t *testing.T) {
	t.Parallel()
	const (
		rescue = `{"name":"T","type":"rescue","delay":"4h","count":"open_hours","message":"hi"}`
		wait   = `{"name":"T","type":"rescue","delay":"2h","when_closed":"defer","message":"hi"}`
		open4  = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"4h","count":"open_hours","actions":[{"add_tag":"slow"}],"frequency":"every_time"}`
		defer4 = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"4h","when_closed":"defer","actions":[{"add_tag":"slow"}]}`
		both   = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"2h","delay":"1h","when_closed":"defer","actions":[{"add_tag":"slow"}]}`
		site   = `{"name":"T","type":"site","delay":"1m","when_closed":"defer","message":"hi"}`
		custom = `{"name":"T","type":"advanced","on":"visitor.custom","event":"won","delay":"2h","when_closed":"defer","actions":[{"add_tag":"won"}]}`
		steps  = `{"name":"T","type":"advanced","on":"chat.requested","when_closed":"defer","actions":[{"add_tag":"a"},{"wait":"2h"},{"add_tag":"b"}]}`
		counts = `{"name":"T","type":"advanced","on":"chat.requested","count":"open_hours","actions":[{"add_tag":"a"},{"wait":"2h"},{"add_tag":"b"}]}`
		snooze = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"1h","actions":[{"snooze":"next_opening"}]}`
	)
	for _, tt := range []struct{ name, trigger, story, want string }{
		{"open hours within the day", rescue, "10:00 ask; 13:59 wake; 14:00 wake", "14:00 T hi"},
		{"open hours over night", rescue, "16:00 ask; 20:00 wake; tue 11:59 wake; tue 12:00 wake", "tue 12:00 T hi"},
		{"open hours at the department's door", rescue, "10:00 ask sales; 14:00 wake; tue 10:59 wake; tue 11:00 wake", "tue 11:00 T hi"},
		{"answered between", rescue, "16:00 ask; 18:00 answer; tue 12:00 wake", "18:00 T answered"},
		{"ended between", rescue, "16:00 ask; tue 9:30 end; tue 12:00 wake", "tue 9:30 T chat_ended"},
		{"late by the hours alone", rescue, "16:00 ask; tue 12:01 wake", "tue 12:01 T hi"},
		{"later", rescue, "16:00 ask; tue 12:02 wake", "tue 12:02 T late"},
		{"open hours, asked while it is closed", rescue, "20:00 ask; tue 12:59 wake; tue 13:00 wake", "tue 13:00 T hi"},
		{"open hours, asked while it is closed, and answered", rescue, "20:00 ask; 21:00 answer; tue 13:00 wake", "21:00 T answered"},
		{"asked while it is closed, with real time", `{"name":"T","type":"rescue","delay":"4h","message":"hi"}`, "20:00 ask; tue 13:00 wake", "20:00 T widget_offline"},
		{"unanswered for so long, asked while it is closed", open4, "20:00 ask; tue 12:59 wake; tue 13:00 wake", "tue 13:00 T tag slow"},
		{"unanswered, and superseded", open4, "16:00 ask; 16:30 answer; 16:40 say; tue 12:39 wake; tue 12:40 wake", "16:30 T answered; tue 12:40 T tag slow"},
		{"full at the closing", open4, "13:00 ask; 17:00 wake; tue 9:00 wake", "tue 9:00 T tag slow"},

		{"not deferred", wait, "10:00 ask; 12:00 wake", "12:00 T hi"},
		{"deferred, and said once", wait, "16:00 ask; 18:00 wake; 19:00 wake; 20:00 wake; tue 10:00 wake", "18:00 T deferred; tue 10:00 T hi"},
		{"deferred, and nobody was awake", wait, "16:00 ask; tue 10:00 wake", "tue 10:00 T hi"},
		{"deferred, and awake at the opening alone", wait, "16:00 ask; tue 9:00 wake; tue 10:00 wake", "tue 9:00 T deferred; tue 10:00 T hi"},
		{"asked while it is closed", wait, "20:00 ask; 22:00 wake; tue 10:59 wake; tue 11:00 wake", "22:00 T deferred; tue 11:00 T hi"},
		{"deferred, and answered", wait, "16:00 ask; 18:00 wake; 20:00 answer; tue 10:00 wake", "18:00 T deferred; 20:00 T answered"},
		{"deferred, and late", wait, "16:00 ask; 18:00 wake; tue 10:02 wake", "18:00 T deferred; tue 10:02 T late"},
		{"unanswered for so long is deferred", defer4, "16:00 ask; 20:00 wake; tue 12:00 wake", "20:00 T deferred; tue 12:00 T tag slow"},
		{"so long, and a delay", both, "16:00 ask; 18:00 wake; tue 10:00 wake; tue 11:00 wake", "18:00 T deferred; tue 11:00 T tag slow"},
		{"the visitor has left by then", site, "16:59 arrive; 17:00 wake; tue 9:00 wake", "17:00 T deferred; tue 9:00 T visitor_left"},
		{"the visitor comes while it is closed, and stays", site, "8:45 arrive; 8:46 wake; 8:50 max; 9:00 wake; 9:01 wake", "8:46 T deferred; 9:01 T hi"},
		{"nobody is spoken to", custom, "16:00 custom won; 18:00 wake; tue 10:00 wake", "18:00 T deferred; tue 10:00 T tag won"},
		{"a wait is deferred", steps, "16:00 ask; 18:00 wake; tue 10:00 wake", "16:00 T tag a; 18:00 T deferred; tue 10:00 T tag b"},
		{"the start is deferred, and then a wait", steps, "20:00 ask; tue 9:00 wake; tue 11:00 wake", "20:00 T deferred; tue 9:00 T tag a; tue 11:00 T tag b"},
		{"the start waits for the opening, and then a wait counts open hours", counts, "20:00 ask; tue 9:00 wake; tue 11:00 wake", "tue 9:00 T tag a; tue 11:00 T tag b"},
		{"a wait counts open hours", counts, "16:00 ask; 18:00 wake; tue 10:00 wake", "16:00 T tag a; tue 10:00 T tag b"},

		{"snooze", snooze, "10:00 ask; 11:00 wake", "11:00 T snooze c1 until tue 9:00"},
		{"snooze at the department's door", snooze, "10:00 ask sales; 11:00 wake", "11:00 T snooze c1 until tue 9:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, "["+tt.trigger+"]")
			sales := hours.Gate{Hours: open(t, "mon-fri 9-12")}
			for line := range strings.SplitSeq(seconds(tt.story), ";") {
				line, inSales := strings.CutSuffix(strings.TrimSpace(line), " sales")
				if strings.Contains(line, " ask") {
					s.scene.Chats["c1"] = visit.Chat{Department: map[bool]string{true: "sales"}[inSales]}
				}
				s.at(line, hours.Gate{Hours: open(t, "mon-fri 9-17")}, sales)
				s.tell(line)
			}
			if got := strings.Join(s.done, "; "); got != seconds(tt.want) {
				t.Errorf("\n got %s\nwant %s", got, seconds(tt.want))
			}
		})
	}
}

// TestAnEditOfTheHoursMovesATimer has hours and overrides that change while a trigger counts them.
func TestAnEditOfTheHoursMovesATimer(t *testing.T) {
	t.Parallel()
	office := open(t, "mon-fri 9-17")
	clock := func(text string) time.Time { return second(seconds(text)) }
	closed := hours.Override{From: clock("11:00"), Until: clock("13:00")}
	for name, c := range map[string]struct {
		trigger string
		lines   []string
		gates   []hours.Gate
		want    string
	}{
		"longer hours": {
			`{"name":"T","type":"rescue","delay":"4h","count":"open_hours","message":"hi"}`,
			[]string{"16:00 ask", "16:30 wake", "20:00 wake"},
			[]hours.Gate{{Hours: office}, {Hours: open(t, "mon-fri 9-21")}, {Hours: open(t, "mon-fri 9-21")}}, "20:00 T hi",
		},
		"shorter hours": {
			`{"name":"T","type":"rescue","delay":"4h","count":"open_hours","message":"hi"}`,
			[]string{"10:00 ask", "11:00 wake", "14:00 wake", "tue 11:00 wake"},
			[]hours.Gate{{Hours: office}, {Hours: open(t, "mon-fri 9-12")}, {Hours: open(t, "mon-fri 9-12")}, {Hours: open(t, "mon-fri 9-12")}}, "tue 11:00 T hi",
		},
		"an override in the middle of it": {
			`{"name":"T","type":"rescue","delay":"4h","count":"open_hours","message":"hi"}`,
			[]string{"10:00 ask", "11:00 wake", "13:00 wake", "14:00 wake", "16:00 wake"},
			[]hours.Gate{
				{Hours: office}, {Hours: office, Overrides: []hours.Override{closed}}, {Hours: office, Overrides: []hours.Override{closed}},
				{Hours: office, Overrides: []hours.Override{closed}}, {Hours: office, Overrides: []hours.Override{closed}},
			}, "16:00 T hi",
		},
		"deferred, and opened by an override": {
			`{"name":"T","type":"rescue","delay":"2h","when_closed":"defer","message":"hi"}`,
			[]string{"16:00 ask", "18:00 wake", "18:30 wake", "19:30 wake"},
			[]hours.Gate{
				{Hours: office}, {Hours: office}, {Hours: office, Overrides: []hours.Override{{Open: true, From: clock("18:30")}}},
				{Hours: office, Overrides: []hours.Override{{Open: true, From: clock("18:30")}}},
			}, "18:00 T deferred; 19:30 T hi",
		},
		"closed for good, and opened after all": {
			`{"name":"T","type":"rescue","delay":"2h","count":"open_hours","message":"hi"}`,
			[]string{"10:00 ask", "11:00 wake", "12:00 wake", "13:00 wake"},
			[]hours.Gate{
				{Hours: office}, {Hours: office, Overrides: []hours.Override{{From: clock("11:00")}}},
				{Hours: office, Overrides: []hours.Override{{From: clock("11:00"), Until: clock("12:00")}}},
				{Hours: office, Overrides: []hours.Override{{From: clock("11:00"), Until: clock("12:00")}}},
			}, "13:00 T hi",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, "["+c.trigger+"]")
			for i, line := range c.lines {
				line := seconds(line)
				s.at(line, c.gates[i], hours.Gate{})
				s.tell(line)
			}
			if got := strings.Join(s.done, "; "); got != seconds(c.want) {
				t.Errorf("\n got %s\nwant %s", got, seconds(c.want))
			}
		})
	}
}
