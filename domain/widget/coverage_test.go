package widget_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

func TestCover(t *testing.T) {
	t.Parallel()
	p := widget.Property{
		Hours: compile(t, "UTC", "mon-fri 9-17"), Agents: shifts(t, "UTC", "mon-fri 10-12"),
		Departments: []widget.Department{
			{ID: "sales", Hours: compile(t, "UTC", "mon-fri 9-13"), Agents: shifts(t, "UTC", "mon-fri 12-16")},
			{ID: "help"},
		},
	}
	var got []string
	for _, c := range widget.Cover(p, at(t, "20 09:30"), at(t, "23 10:30")) {
		for _, gap := range c.Gaps() {
			got = append(got, fmt.Sprintf("%s %s–%s", c.Department, clock(gap.From), clock(gap.To)))
		}
		open, uncovered := c.Open()
		got = append(got, fmt.Sprintf("%s %s of %s", c.Department, uncovered, open))
	}
	want := strings.Join([]string{
		" 20 09:30–20 10:00", " 20 13:00–20 17:00", " 23 09:00–23 10:00", " 5h30m0s of 9h0m0s",
		"sales 20 09:30–20 12:00", "sales 23 09:00–23 10:30", "sales 4h0m0s of 5h0m0s", "help 0s of 9h0m0s",
	}, "\n")
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestCoverMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := drawProperty(r)
		p.Policy.NoAgents = "away"
		from := drawInstant(r, "from").Truncate(time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 2*24*60).Draw(r, "minutes")) * time.Minute)
		for _, c := range widget.Cover(p, from, to) {
			if !c.Until.Equal(to) {
				r.Errorf("until %v, want %v", c.Until, to)
			}
			next := 0
			for t := from; t.Before(to); t = t.Add(time.Minute) {
				for next < len(c.Stretches) && !t.Before(c.Stretches[next].To) {
					next++
				}
				status := widget.Offline
				if next < len(c.Stretches) && !t.Before(c.Stretches[next].From) {
					if status = widget.Away; c.Stretches[next].Covered {
						status = widget.Online
					}
				}
				if want := truth(staffed(p, c.Department), c.Department, t); status != want {
					r.Fatalf("%q at %v: %s, want %s", c.Department, t, status, want)
				}
			}
		}
	})
}

// staffed is a property without the departments that list no agents: nobody of them is on shift, though they are online.
func staffed(p widget.Property, unit string) widget.Property {
	none := func(d widget.Department) bool { return len(d.Agents) == 0 }
	if unit == "" && (len(p.Agents) > 0 || slices.ContainsFunc(p.Departments, func(d widget.Department) bool { return !none(d) })) {
		p.Departments = slices.DeleteFunc(slices.Clone(p.Departments), none)
	}
	return p
}

func TestCoverIsBounded(t *testing.T) {
	t.Parallel()
	var spec hours.Spec
	for day := range spec.Weekly {
		for i := range 48 {
			spec.Weekly[day] = append(spec.Weekly[day], hours.Window{Opens: 30 * i, Closes: 30*i + 1})
		}
	}
	busy, err := spec.Compile(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	from := at(t, "20 09:00")
	c := widget.Cover(widget.Property{Hours: busy, Agents: []widget.Agent{gone{}}}, from, from.AddDate(2, 0, 0))[0]
	if len(c.Stretches) != 5000 || !c.Until.Before(from.AddDate(0, 4, 0)) || c.Until.Before(c.Stretches[4999].To) {
		t.Errorf("%d stretches until %v", len(c.Stretches), c.Until)
	}
}
