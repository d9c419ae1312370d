package widget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// shop is a property with lea, who is always there, and tom, who goes at noon, and a
// department of tom's and kim's, all in UTC.
type shop struct {
	hours, sales string // sales: "" has no hours of its own
	before       time.Duration
	override     *hours.Override
}

func (s shop) property(t *testing.T) widget.Property {
	t.Helper()
	listener := func(id, text string) widget.Listener {
		return widget.Listener{ID: id, Agent: shift{compile(t, "UTC", text)}}
	}
	tom := listener("tom", "daily 9-12")
	p := widget.Property{Hours: compile(t, "UTC", s.hours), ClosingSoon: s.before, Listeners: []widget.Listener{listener("lea", "24/7"), tom}}
	if s.override != nil {
		p.Hours = p.Hours.With(*s.override)
	}
	p.Departments = []widget.Department{{ID: "sales", Hours: compile(t, "UTC", s.sales), Listeners: []widget.Listener{tom, listener("kim", "daily 9-17:30")}}}
	return p
}

// told writes a decision on one line: the notices to agents, and when to ask again.
func told(c widget.Closing) string {
	var list []string
	for _, n := range c.Notices {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s of %s %s", n.Agent, clock(n.Closes), n.Department)))
	}
	due := "never"
	if !c.Due.IsZero() {
		due = clock(c.Due)
	}
	return strings.Join(append(list, "again "+due), ", ")
}

func TestClosingSoon(t *testing.T) {
	t.Parallel()
	office := shop{hours: "mon-fri 9-17:30", before: 10 * time.Minute} // 20 is a Friday
	closing := func(clock string, o shop) shop {
		o.override = &hours.Override{From: instant(t, "2026-11-20T"+clock+"Z")}
		return o
	}
	with := func(hours, sales string, before time.Duration) shop {
		return shop{hours: hours, sales: sales, before: before}
	}
	type wake struct {
		clock string
		shop  shop
		want  string
	}
	for _, c := range []struct {
		name  string
		wakes []wake
	}{
		{"at the minute, and who is there", []wake{
			{"20 17:19:59", office, "again 20 17:20"},
			{"20 17:20:00", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
			{"20 17:30:00", office, "again 23 09:00"}, {"23 09:00:00", office, "again 23 17:20"}}},
		{"twice", []wake{
			{"20 17:20:00", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
			{"20 17:20:00", office, "again 20 17:30"}, {"20 17:25:00", office, "again 20 17:30"}}},
		{"by a clock that is behind", []wake{
			{"20 17:20:00", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
			{"20 17:19:30", office, "again 20 17:20"}, {"20 17:20:00", office, "again 20 17:30"}}},
		{"late, and before the closing", []wake{{"20 17:29:59", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"}}},
		{"after the closing", []wake{{"20 17:30:00", office, "again 23 09:00"}}},
		{"late by a quarter of an hour", []wake{
			{"20 16:45:00", with("mon-fri 9-17:30", "", time.Hour), "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"}}},
		{"too late", []wake{
			{"20 16:45:01", with("mon-fri 9-17:30", "", time.Hour), "again 20 17:30"},
			{"20 16:46:00", with("mon-fri 9-17:30", "", time.Hour), "again 20 17:30"}}},
		{"windows that touch, of one day and of two", []wake{
			{"20 11:50:00", with("mon-fri 9-12, 12-17", "", 10*time.Minute), "again 20 16:50"},
			{"20 23:50:00", with("24/7", "", 10*time.Minute), "again never"}}},
		{"a break", []wake{
			{"20 11:50:00", with("mon-fri 9-12, 13-17", "", 10*time.Minute), "lea of 20 12:00, tom of 20 12:00, kim of 20 12:00 sales, again 20 12:00"},
			{"20 12:00:00", with("mon-fri 9-12, 13-17", "", 10*time.Minute), "again 20 13:00"}}},
		{"open for less than that", []wake{{"20 09:00:00", with("mon-fri 9-9:05", "", 10*time.Minute), "again 20 09:05"}}},
		{"open for just that", []wake{{"20 09:00:00", with("mon-fri 9-9:10", "", 10*time.Minute), "lea of 20 09:10, tom of 20 09:10, kim of 20 09:10 sales, again 20 09:10"}}},
		{"a department that closes before: its agents by its hours", []wake{
			{"20 11:00:00", with("mon-fri 9-17", "mon-fri 8-12", 10*time.Minute), "again 20 11:50"},
			{"20 11:50:00", with("mon-fri 9-17", "mon-fri 8-12", 10*time.Minute), "tom of 20 12:00 sales, kim of 20 12:00 sales, again 20 12:00"},
			{"20 12:00:00", with("mon-fri 9-17", "mon-fri 8-12", 10*time.Minute), "again 20 16:50"},
			{"20 16:50:00", with("mon-fri 9-17", "mon-fri 8-12", 10*time.Minute), "lea of 20 17:00, again 20 17:00"}}},
		{"a department that closes with the property: nobody twice", []wake{
			{"20 11:50:00", with("mon-fri 9-12", "mon-fri 9-12", 10*time.Minute), "lea of 20 12:00, tom of 20 12:00, kim of 20 12:00 sales, again 20 12:00"}}},
		{"a department that would close after the property", []wake{
			{"20 11:50:00", with("mon-fri 9-12", "mon-fri 9-18", 10*time.Minute), "lea of 20 12:00, tom of 20 12:00, kim of 20 12:00 sales, again 20 12:00"}}},
		{"closed at once by a person, in half an hour and in five minutes", []wake{
			{"20 15:00:00", closing("15:30:00", office), "again 20 15:20"},
			{"20 15:20:00", closing("15:30:00", office), "lea of 20 15:30, kim of 20 15:30 sales, again 20 15:30"},
			{"20 15:21:00", closing("15:26:30", office), "again 20 15:26:30"}, // they know that it closes
			{"20 15:30:00", closing("15:00:00", office), "again never"}}},
		{"closed in five minutes: said at once", []wake{{"20 15:00:07", closing("15:05:07", office), "lea of 20 15:05:07, kim of 20 15:05:07 sales, again 20 15:05:07"}}},
		{"longer hours after it was said: said again", []wake{
			{"20 17:20:00", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
			{"20 17:25:00", with("mon-fri 9-20", "", 10*time.Minute), "again 20 19:50"},
			{"20 19:50:00", with("mon-fri 9-20", "", 10*time.Minute), "lea of 20 20:00, again 20 20:00"}}},
		{"another time before, after it was said: not again", []wake{
			{"20 17:20:00", office, "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
			{"20 17:21:00", with("mon-fri 9-17:30", "", 5*time.Minute), "again 20 17:25"},
			{"20 17:25:00", with("mon-fri 9-17:30", "", 5*time.Minute), "again 20 17:30"}}},
		{"a department and, right after it, the property", []wake{
			{"20 11:20:00", with("mon-fri 9-11:35", "mon-fri 9-11:30", 10*time.Minute), "tom of 20 11:30 sales, kim of 20 11:30 sales, again 20 11:25"},
			{"20 11:25:00", with("mon-fri 9-11:35", "mon-fri 9-11:30", 10*time.Minute), "lea of 20 11:35, tom of 20 11:35, again 20 11:30"},
			{"20 11:25:00", with("mon-fri 9-11:35", "mon-fri 9-11:30", 10*time.Minute), "again 20 11:30"}}},
		{"by part of a second", []wake{{"20 17:00:00", with("mon-fri 9-17:30", "", 90*time.Second+1), "again 20 17:28:30"}}},
		{"where it is not asked for", []wake{{"20 17:20:00", with("mon-fri 9-17:30", "", 0), "again never"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var known widget.Announced
			for _, w := range c.wakes {
				at := instant(t, "2026-11-"+strings.Replace(w.clock, " ", "T", 1)+"Z")
				got := widget.ClosingSoon(w.shop.property(t), widget.State{Version: 1}, known, at)
				if s := told(got); s != w.want {
					t.Errorf("%s: %s, want %s", w.clock, s, w.want)
				}
				known = got.Announced
			}
		})
	}
}

func TestClosingSoonOfANewProperty(t *testing.T) {
	t.Parallel()
	p := shop{hours: "mon-fri 9-17:30", before: 10 * time.Minute}.property(t)
	for _, c := range []struct{ clock, want string }{
		{"17:20:00", "lea of 20 17:30, kim of 20 17:30 sales, again 20 17:30"},
		{"17:20:01", "again 20 17:30"},
	} {
		if got := told(widget.ClosingSoon(p, widget.State{}, nil, instant(t, "2026-11-20T"+c.clock+"Z"))); got != c.want {
			t.Errorf("%s: %s, want %s", c.clock, got, c.want)
		}
	}
}

func TestClosingsLongPastAreForgotten(t *testing.T) {
	t.Parallel()
	known := widget.Announced{"removed": instant(t, "2026-11-19T12:00:00Z"), "repairs": instant(t, "2026-11-20T18:00:00Z")}
	p := shop{hours: "mon-fri 9-17:30", sales: "mon-fri 9-17", before: 10 * time.Minute}.property(t)
	got := widget.ClosingSoon(p, widget.State{Version: 1}, known, instant(t, "2026-11-20T17:20:00Z"))
	if !got.Changed || len(got.Announced) != 2 || !got.Announced["repairs"].Equal(known["repairs"]) || len(known) != 2 {
		t.Errorf("%+v", got)
	}
}

// A caller that asks when due gets every notice exactly so long before, over the days
// on which the clocks change.
func TestClosingsOfAYear(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Paris", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"} {
		schedule := compile(t, zone, "daily 22-2:30")
		p := widget.Property{
			Hours: schedule, ClosingSoon: 10 * time.Minute, Policy: widget.Policy{NoAgents: "offline"},
			Listeners: []widget.Listener{{ID: "lea", Agent: shift{schedule}}},
		}
		var known widget.Announced
		at, end := instant(t, "2026-01-01T12:00:00Z"), instant(t, "2027-01-01T12:00:00Z")
		closings := 0
		for at.Before(end) {
			c := widget.ClosingSoon(p, widget.State{Version: 1}, known, at)
			for _, n := range c.Notices {
				closings++
				if !at.Equal(n.Due) || n.Closes.Sub(at) != 10*time.Minute || schedule.At(n.Closes).Open || !schedule.At(n.Closes.Add(-1)).Open {
					t.Errorf("%s: at %s of %s", zone, at, n.Closes)
				}
			}
			if !c.Due.After(at) {
				t.Fatalf("%s: at %s again at %s", zone, at, c.Due)
			}
			at, known = c.Due, c.Announced
		}
		if closings < 365 || len(known) > 1 {
			t.Errorf("%s: %d closings, %v", zone, closings, known)
		}
	}
}
