package draw

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/table"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/engine"
)

// Trial writes a trial for people to read:
//
//	acme is online (chat, weekly) until Mon 23 Nov 17:00, then offline.
//	A visitor who comes on Mon 23 Nov 2026 at 10:00:00 (Europe/Paris) to https://acme.example/pricing:
//
//	  Welcome  10:00:05  ▸ says "Hello there, how can we help?"
//	  Pricing  10:00:00  · no: page.url contains "/plans": false, it is "https://acme.example/pricing"
//	  Rescue             · waits for chat.requested
func Trial(how Style, to io.Writer, t engine.Trial) error {
	zone, err := zones.Load(t.TimeZone)
	if err != nil {
		return fmt.Errorf("loading the zone of %s: %w", t.Property, err)
	}
	buffered := bufio.NewWriter(to)
	d := trialDrawing{NewTimeline(how, zone, buffered), t.At}
	d.write(d.Paint(bold, t.Property) + " is " + d.face(t.Widget) + ".\n")
	for _, id := range slices.Sorted(maps.Keys(t.Widget.Departments)) {
		d.write("  " + id + " is " + d.face(t.Widget.Departments[id]) + "\n")
	}
	where := ""
	if t.Page != "" {
		where = " to " + table.OneLine(t.Page)
	}
	d.write(fmt.Sprintf("A visitor who comes on %s (%s)%s:\n\n", t.At.In(zone).Format("Mon 2 Jan 2006 at 15:04:05"), zone.String(), where))
	width := 0
	for _, one := range t.Triggers {
		width = max(width, utf8.RuneCountInString(one.Trigger))
	}
	for _, one := range t.Triggers {
		d.trigger(one, width)
	}
	if len(t.Triggers) == 0 {
		d.write("  No trigger is defined.\n")
	}
	return buffered.Flush()
}

type trialDrawing struct {
	*Timeline
	began time.Time
}

// face is "online (chat, weekly) until Mon 23 Nov 17:00, then offline".
func (d *trialDrawing) face(s widget.State) string {
	text := fmt.Sprintf("%s (%s, %s)", s.Status, s.Mode, s.Reason)
	if !s.Until.IsZero() {
		text += fmt.Sprintf(" until %s, then %s", d.date(s.Until)+s.Until.In(d.zone).Format(" 15:04"), s.Next)
	}
	if !s.NextOpen.IsZero() && !s.NextOpen.Equal(s.Until) {
		text += "; online again " + d.date(s.NextOpen) + s.NextOpen.In(d.zone).Format(" 15:04")
	}
	return text
}

func (d *trialDrawing) trigger(t engine.TrialTrigger, width int) {
	name := table.OneLine(t.Trigger) + strings.Repeat(" ", width-utf8.RuneCountInString(t.Trigger))
	for _, act := range t.Actions {
		d.row(name, d.clock(act.Time), d.Paint(bold, d.sign("▸", ">")), doing(act))
	}
	if t.Reason != "" {
		d.row(name, d.clock(t.At), d.Paint(dim, d.sign("·", ".")), d.Paint(dim, table.OneLine(why(t))))
	}
}

func (d *trialDrawing) row(name, at, sign, text string) {
	d.write("  " + name + "  " + fmt.Sprintf("%-8s", at) + "  " + sign + " " + text + "\n")
}

// clock is a time of day, with its date unless the visitor arrives on that date.
func (d *trialDrawing) clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(d.zone)
	if at.Format(time.DateOnly) != d.began.In(d.zone).Format(time.DateOnly) {
		return d.date(at) + at.Format(" 15:04:05")
	}
	return at.Format("15:04:05")
}

func (d *trialDrawing) date(t time.Time) string { return logline.Date(t, d.began, d.zone) }

// why says why a trigger does nothing, or no more.
func why(t engine.TrialTrigger) string {
	start, _ := trigger.StartNamed(t.Start)
	switch t.Reason {
	case engine.NotStarted:
		switch {
		case start.Name == "page.viewed" || start.Name == "page.unchanged":
			return "waits for " + t.Start + ": say where by --page"
		case start.Chat:
			return "waits for " + t.Start + ", in a chat"
		}
		return "waits for " + t.Start
	case visit.Conditions, visit.Budget:
		return "no: " + t.Verdict
	case visit.Disabled:
		return "switched off"
	case visit.WidgetOffline:
		return "no: the widget is not online then"
	case visit.VisitorLeft:
		return "no: the visitor has not stirred for 30 minutes"
	case visit.OnePerVisit:
		return "no: the visit has had its one message"
	case visit.Frequency:
		return "no: not more often"
	}
	return "no: " + string(t.Reason)
}

// doing is the work of an action, in words.
func doing(a action.Action) string {
	v, _ := a.Data.(action.Visitor)
	text := string(a.Type)
	if a.Type == action.MessageSend {
		text = "says"
	}
	if what := cmp.Or(v.Text, v.Tag, v.Name, v.Department, v.Form); what != "" {
		text += " " + strconv.Quote(what)
	}
	if v.Sender.Name != "" {
		text += ", from " + strconv.Quote(v.Sender.Name)
	}
	for i, s := range v.Suggested {
		text += cmp.Or(map[int]string{0: ", to choose from: "}[i], ", ") + strconv.Quote(s)
	}
	if len(v.Attachments) > 0 {
		text += ", with " + Count(len(v.Attachments), "attachment", "attachments")
	}
	return text
}
