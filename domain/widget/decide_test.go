package widget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// wake is one decision of a story: by the clock of November 2026 in UTC, from the
// hours (and an agent, behind a bar) as they are defined by then.
type wake struct {
	clock, hours, want string
}

// outcome writes a decision on one line: "as before", or the change, its cause,
// and the state's since and until.
func outcome(d widget.Decision, department string) string {
	for _, c := range d.Changes {
		if c.Department != department {
			continue
		}
		why := "an edit"
		if !c.Boundary.IsZero() {
			why = clock(c.Boundary)
		}
		flip := string(c.State.Status)
		if c.Before != c.State.Status {
			flip = fmt.Sprintf("%s→%s", c.Before, c.State.Status)
		}
		until := "ever"
		if !c.State.Until.IsZero() {
			until = clock(c.State.Until)
		}
		return fmt.Sprintf("%s by %s: %s–%s", flip, why, clock(c.State.Since), until)
	}
	return "as before"
}

func TestWakesInARow(t *testing.T) {
	t.Parallel()
	const week, longer = "mon-fri 9-17", "mon-fri 9-19" // 20 is a Friday
	day := wake{"20 10:00", week, "→online by an edit: 20 10:00–20 17:00"}
	tests := []struct {
		name  string
		wakes []wake
	}{
		{"on time", []wake{day,
			{"20 17:00", week, "online→offline by 20 17:00: 20 17:00–23 09:00"},
			{"23 09:00", week, "offline→online by 23 09:00: 23 09:00–23 17:00"}}},
		{"twice", []wake{day,
			{"20 10:00", week, "as before"},
			{"20 17:00", week, "online→offline by 20 17:00: 20 17:00–23 09:00"},
			{"20 17:00", week, "as before"}}},
		{"late", []wake{day,
			{"20 18:30", week, "online→offline by 20 17:00: 20 17:00–23 09:00"}}},
		{"too early", []wake{day,
			{"20 16:59:59", week, "as before"}}},
		{"by a clock that is behind: the flip is not taken back", []wake{day,
			{"20 17:00", week, "online→offline by 20 17:00: 20 17:00–23 09:00"},
			{"20 16:59:30", week, "as before"},
			{"20 17:00:10", week, "as before"}}},
		{"by a clock that was wrong by hours and has been set", []wake{
			{"20 18:00", week, "→offline by an edit: 20 18:00–23 09:00"},
			{"20 10:00", week, "offline→online by an edit: 20 10:00–20 17:00"}}},
		{"down over a night", []wake{day,
			{"23 09:30", week, "online by 23 09:00: 23 09:00–23 17:00"}}},
		{"down over a week", []wake{day,
			{"27 17:30", week, "online→offline by 27 17:00: 27 17:00–30 09:00"}}},
		{"closed later, in time", []wake{day,
			{"20 16:00", longer, "online by an edit: 20 10:00–20 19:00"},
			{"20 17:00", longer, "as before"}}},
		{"closed later, as of the moment of closing: no flip", []wake{day,
			{"20 17:00", longer, "online by an edit: 20 10:00–20 19:00"}}},
		{"closed later, seen after the moment of closing: no flip", []wake{day,
			{"20 17:30", longer, "online by an edit: 20 10:00–20 19:00"}}},
		{"closed later, too late", []wake{day,
			{"20 17:00", week, "online→offline by 20 17:00: 20 17:00–23 09:00"},
			{"20 17:05", longer, "offline→online by an edit: 20 17:05–20 19:00"},
			{"20 19:00", longer, "online→offline by 20 19:00: 20 19:00–23 09:00"}}},
		{"closed later, seen after that too", []wake{day,
			{"20 19:30", longer, "online→offline by 20 19:00: 20 19:00–23 09:00"}}},
		{"closed earlier, in the past", []wake{day,
			{"20 16:00", "mon-fri 9-15", "online→offline by an edit: 20 16:00–23 09:00"}}},
		{"closed earlier, unseen: readers saw it close as foreseen", []wake{day,
			{"20 18:00", "mon-fri 9-15", "online→offline by 20 17:00: 20 17:00–23 09:00"}}},
		{"edited to and fro", []wake{day,
			{"20 11:00", "closed", "online→offline by an edit: 20 11:00–ever"},
			{"20 12:00", week, "offline→online by an edit: 20 12:00–20 17:00"}}},
		{"an edit that changes nothing to be seen", []wake{day,
			{"20 11:00", "mon-fri 9-12, 12-17", "as before"}}},
		{"round the clock, then with hours", []wake{
			{"20 10:00", "24/7", "→online by an edit: 20 10:00–ever"},
			{"20 11:00", week, "online by an edit: 20 10:00–20 17:00"}}},
		{"never, then always", []wake{
			{"20 10:00", "closed", "→offline by an edit: 20 10:00–ever"},
			{"20 11:00", "", "offline→online by an edit: 20 11:00–ever"}}},
		{"an agent leaves at noon", []wake{
			{"20 10:00", week + " | mon-fri 8-12", "→online by an edit: 20 10:00–20 12:00"},
			{"20 12:30", week + " | mon-fri 8-12", "online→away by 20 12:00: 20 12:00–20 17:00"},
			{"20 13:00", week + " | mon-fri 8-14", "away→online by an edit: 20 13:00–20 14:00"},
			{"20 17:00", week + " | mon-fri 8-14", "online→offline by 20 17:00: 20 17:00–23 09:00"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var state widget.State
			for _, w := range tt.wakes {
				open, agent, listed := strings.Cut(w.hours, " | ")
				p := widget.Property{Hours: compile(t, "UTC", open)}
				if listed {
					p.Agents = shifts(t, "UTC", agent)
				}
				d := widget.Decide(p, state, at(t, w.clock))
				if got := outcome(d, ""); got != w.want {
					t.Errorf("at %s, %s:\n got %s\nwant %s", w.clock, w.hours, got, w.want)
				}
				state = d.State
			}
		})
	}
}

// at reads the output of clock.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if len(s) == len("20 09:00") {
		s += ":00"
	}
	return instant(t, "2026-11-"+strings.Replace(s, " ", "T", 1)+"Z")
}

func TestAPolicyEditIsAChangeWithoutAFlip(t *testing.T) {
	t.Parallel()
	p := widget.Property{Hours: compile(t, "UTC", "mon-fri 9-17")}
	before := widget.Decide(p, widget.State{}, at(t, "20 18:00")).State
	p.Policy.OutsideHours = widget.Hidden
	d := widget.Decide(p, before, at(t, "20 19:00"))
	if got, want := outcome(d, ""), "offline by an edit: 20 19:00–23 09:00"; got != want || d.State.Mode != widget.Hidden {
		t.Errorf("got %s (%s), want %s", got, d.State.Mode, want)
	}
}

func TestDepartmentsComeAndGo(t *testing.T) {
	t.Parallel()
	sales, support := widget.Department{ID: "sales"}, widget.Department{ID: "support", Hours: compile(t, "UTC", "mon-fri 10-12")}
	week := compile(t, "UTC", "mon-fri 9-17")
	tests := []struct {
		name        string
		clock       string
		departments []widget.Department
		changed     string // of them, in order; "." is the property
		known       int    // departments after
		due         string
	}{
		{"two, and the earliest boundary of all is due", "20 09:30", []widget.Department{sales, support}, ". sales support", 2, "20 10:00"},
		{"twice", "20 09:30", []widget.Department{sales, support}, "", 2, "20 10:00"},
		{"one removed, the other changed", "20 10:00", []widget.Department{support}, "support", 1, "20 12:00"},
		{"one added", "20 10:30", []widget.Department{sales, support}, "sales", 2, "20 12:00"},
		{"all removed", "20 11:00", nil, "", 0, "20 17:00"},
		{"the property flips", "20 17:00", nil, ".", 0, "23 09:00"},
		{"late, for all of them", "23 10:30", []widget.Department{sales, support}, ". sales support", 2, "23 12:00"},
		{"all closed with the property", "23 17:00", []widget.Department{sales, support}, ". sales support", 2, "24 09:00"},
	}
	var state widget.State
	for _, tt := range tests {
		d := widget.Decide(widget.Property{Hours: week, Departments: tt.departments}, state, at(t, tt.clock))
		var changed []string
		for _, c := range d.Changes {
			if c.Department == "" {
				c.Department = "."
			}
			changed = append(changed, c.Department)
		}
		if got := strings.Join(changed, " "); got != tt.changed || len(d.State.Departments) != tt.known || clock(d.Due) != tt.due {
			t.Errorf("%s, at %s: changed %q, %d departments, due %s; want %q, %d, %s",
				tt.name, tt.clock, got, len(d.State.Departments), clock(d.Due), tt.changed, tt.known, tt.due)
		}
		state = d.State
	}
}

// Ten agents who relieve each other have hundreds of boundaries before the first
// that matters. It comes into sight in time, so that even a worker that was down
// for days around it finds when it was.
func TestAChangeFarAheadIsForeseen(t *testing.T) {
	t.Parallel()
	leave := "weekly: {daily: %s}, exceptions: [{on: 2028-03-01, closed: true}]"
	p := widget.Property{Agents: shifts(t, "UTC", "{"+fmt.Sprintf(leave, "0-8")+"}", "{"+fmt.Sprintf(leave, "8-16")+"}", "{"+fmt.Sprintf(leave, "16-24")+"}")}
	d := widget.Decide(p, widget.State{}, at(t, "20 10:00"))
	if !d.State.Until.IsZero() || d.Due.IsZero() {
		t.Fatalf("until %v, due %v: the case is not far ahead", d.State.Until, d.Due)
	}
	changes := 0
	for d.State.Until.IsZero() {
		d = widget.Decide(p, d.State, d.Due)
		changes += len(d.Changes)
	}
	if got, want := verdict(d.State), "online chat (always) until 2028-03-01 00:00 then away, opens 2028-03-02 00:00"; got != want || changes != 1 {
		t.Errorf("got %s after %d changes\nwant %s after 1", got, changes, want)
	}
	if ahead := d.State.Until.Sub(d.Due); d.Due != d.State.Until {
		t.Errorf("due %v, %v before it", d.Due, ahead)
	}
	d = widget.Decide(p, d.State, instant(t, "2028-03-05T00:00:00Z"))
	if got, want := outcome(d, ""), "online by 2028-03-02 00:00: 2028-03-02 00:00–ever"; got != want {
		t.Errorf("days late:\n got %s\nwant %s", got, want)
	}
}

// A reason that changes while nothing else does is no change, and is there in the state when it holds.
func TestReasonsAreThoseThatHold(t *testing.T) {
	t.Parallel()
	closed := func(from, until string) hours.Override { return hours.Override{From: at(t, from), Until: at(t, until)} }
	week := widget.Property{Hours: compile(t, "UTC", "{weekly: mon-fri 9-17, exceptions: [{on: 2026-11-22, closed: true, name: Moving}]}")}
	forced, ahead := week, week
	forced.Hours, ahead.Hours = week.Hours.With(closed("20 18:00", "21 12:00")), week.Hours.With(closed("20 20:00", "21 12:00"))
	away := widget.Property{Hours: week.Hours, Agents: shifts(t, "UTC", "mon 9-17"), Policy: widget.Policy{NoAgents: "offline"}}
	for _, tt := range []struct {
		name string
		p    widget.Property
		want string // the reason at Friday's closing, and then at each due time up to Monday's opening
	}{
		{"a closed day on a weekend", week, "20 17:00 weekly, 22 00:00 Moving, 23 00:00 weekly, 23 09:00 weekly"},
		{"an override begins while it is closed", forced, "20 17:00 weekly, 20 18:00 override, 21 12:00 weekly, 22 00:00 Moving, 23 00:00 weekly, 23 09:00 weekly"},
		{"one to come", ahead, "20 17:00 weekly, 20 20:00 override, 21 12:00 weekly, 22 00:00 Moving, 23 00:00 weekly, 23 09:00 weekly"},
		{"nobody is there, which looks as closed hours do", away, "20 10:00 no_agents, 20 17:00 weekly, 22 00:00 Moving, 23 00:00 weekly, 23 09:00 weekly"},
	} {
		begin := "20 17:00"
		if tt.p.Agents != nil {
			begin = "20 10:00"
		}
		d := widget.Decide(tt.p, widget.State{}, at(t, begin))
		got := begin + " " + d.State.Reason
		for !d.Due.After(at(t, "23 09:00")) {
			due := d.Due
			d = widget.Decide(tt.p, d.State, due)
			got += ", " + clock(due) + " " + d.State.Reason
			if news := len(d.Changes) > 0; news != (clock(due) == "23 09:00") || !d.Reasons && !news {
				t.Errorf("%s, at %s: %d changes, another reason %v", tt.name, clock(due), len(d.Changes), d.Reasons)
			}
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// Versions of one decision are those of hours.NextVersion, for each place by itself.
func TestVersionsFollowTheRecordAndTheBoundary(t *testing.T) {
	t.Parallel()
	p := widget.Property{
		Hours: compile(t, "UTC", "mon-fri 9-17"), Revision: at(t, "20 10:00").UnixMicro(),
		Departments: []widget.Department{{ID: "sales", Hours: compile(t, "UTC", "mon-fri 9-12")}},
	}
	versions := func(d widget.Decision) [2]int64 {
		return [2]int64{d.State.Version, d.State.Departments["sales"].Version}
	}
	defined := widget.Decide(p, widget.State{}, at(t, "20 10:00:03"))
	if got := versions(defined); got != [2]int64{p.Revision, p.Revision} {
		t.Errorf("as defined: %v, want the revision %d", got, p.Revision)
	}
	noon := widget.Decide(p, defined.State, at(t, "20 12:00:03"))
	if got, want := versions(noon), [2]int64{p.Revision, at(t, "20 12:00").UnixMicro()}; got != want {
		t.Errorf("when one closes: %v, want %v", got, want)
	}
	p.Revision, p.Policy.OutsideHours = at(t, "20 18:00").UnixMicro(), widget.Hidden
	edited := widget.Decide(p, noon.State, at(t, "20 18:00:03"))
	if got, want := versions(edited), [2]int64{p.Revision, p.Revision}; got != want {
		t.Errorf("when it is edited: %v, want %v", got, want)
	}
}

// TestAStateNamesTheModeThatComesNext holds that a reader can flip by itself, that an edit of what comes next is news, and that a
// state of an earlier version, which lacks it, is no change.
func TestAStateNamesTheModeThatComesNext(t *testing.T) {
	t.Parallel()
	p := widget.Property{Hours: compile(t, "UTC", "mon-fri 9-17"), Policy: widget.Policy{OutsideHours: widget.Hidden}}
	first := widget.Decide(p, widget.State{}, at(t, "20 10:00")).State
	if first.NextMode != widget.Hidden {
		t.Errorf("next is %q", first.NextMode)
	}
	older := first
	older.NextMode = ""
	if d := widget.Decide(p, older, at(t, "20 11:00")); len(d.Changes) > 0 || d.State.NextMode != widget.Hidden {
		t.Errorf("of an earlier version: %+v", d)
	}
	p.Policy.OutsideHours = widget.ContactForm
	if d := widget.Decide(p, first, at(t, "20 11:00")); len(d.Changes) != 1 || d.State.NextMode != widget.ContactForm || !d.State.Since.Equal(first.Since) {
		t.Errorf("after an edit: %+v", d)
	}
	if s := widget.Decide(p, first, at(t, "20 18:00")).State; s.Mode != widget.ContactForm || s.NextMode != widget.Chat {
		t.Errorf("in the evening: %+v", s)
	}
	if s := widget.Decide(widget.Property{}, widget.State{}, at(t, "20 10:00")).State; s.NextMode != "" {
		t.Errorf("of one that is always open: %+v", s)
	}
}
