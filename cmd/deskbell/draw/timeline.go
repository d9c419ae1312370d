package draw

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/simulate"
)

// Timeline writes actions to be read, day by day, in the order of their times. It writes at the End: an action may bear the
// time of an event that came late.
//
//	deskbell.yaml  Europe/Paris  Mon 23 Nov 2026 08:30 – Tue 24 Nov 2026 08:30
//
//	Mon 23 Nov 2026
//	  09:00:00 ▸ widget acme is online (chat, weekly) until Mon 23 Nov 17:00:00, then offline
//	  09:04:10 · chat.requested acme/v1 c1: Hello?
//	  09:05:10 ▸ message to acme/v1 (rescue): We are nearly with you
type Timeline struct {
	Style
	zone    *time.Location
	out     *bufio.Writer
	lines   []line // in the order in which they were given
	actions int
}

// line is something that happened.
type line struct {
	at   time.Time
	text string // with its sign
}

// NewTimeline gives an empty one, whose clock is that of a zone.
func NewTimeline(how Style, zone *time.Location, out *bufio.Writer) *Timeline {
	return &Timeline{Style: how, zone: zone, out: out}
}

// write leaves its errors to the Flush of its writer.
func (t *Timeline) write(text string) {
	_, _ = t.out.WriteString(t.text(text))
}

// Begin writes a title.
func (t *Timeline) Begin(name string, from, to time.Time) {
	const minute = "Mon 2 Jan 2006 15:04"
	t.write(fmt.Sprintf("%s  %s  %s – %s\n", t.Paint(bold, name), t.zone.String(), from.In(t.zone).Format(minute), to.In(t.zone).Format(minute)))
}

// Action writes an action, given as CloudEvents JSON.
func (t *Timeline) Action(body []byte) error {
	var a action.Action
	if err := json.Unmarshal(body, &a); err != nil {
		return fmt.Errorf("reading an action: %w", err)
	}
	text, err := logline.Sentence(a, t.zone)
	if err != nil {
		return fmt.Errorf("reading the action %s: %w", a.ID, err)
	}
	if a.Type != action.MessageSkipped {
		t.actions++
	}
	t.line(a.Time, t.Paint(colourOf(a), t.sign("▸", ">")), table.OneLine(text))
	return nil
}

// Event writes an event.
func (t *Timeline) Event(e event.Event) {
	d := &e.Data
	words := []string{string(e.Type), strings.Trim(d.Property+"/"+d.Visitor, "/"), d.Chat, d.Agent, d.Session}
	text := strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
	status := string(d.Status)
	if d.Locked {
		status += ", locked"
	}
	if said := cmp.Or(d.Text, d.Page.URL, d.Name, status); said != "" {
		text += ": " + said
	}
	t.line(e.Time, t.Paint(dim, t.sign("·", ".")), t.Paint(dim, table.OneLine(text)))
}

// Override writes that a property, or a department of it, is opened or closed.
func (t *Timeline) Override(at time.Time, name, words string) {
	t.line(at, t.Paint(dim, t.sign("·", ".")), t.Paint(dim, table.OneLine("override "+name+": "+words)))
}

func (t *Timeline) line(at time.Time, sign, text string) {
	t.lines = append(t.lines, line{at.In(t.zone), sign + " " + text})
}

// days writes the lines below their dates. Those of one instant stay as they were given.
func (t *Timeline) days() {
	slices.SortStableFunc(t.lines, func(a, b line) int { return a.at.Compare(b.at) })
	written := ""
	for _, l := range t.lines {
		if date := l.at.Format("Mon 2 Jan 2006"); date != written {
			written = date
			t.write("\n" + t.Paint(bold, date) + "\n")
		}
		t.write("  " + t.Paint(dim, l.at.Format("15:04:05")) + " " + l.text + "\n")
	}
}

// sign picks one of two: the second is for a terminal without UTF-8.
func (t *Timeline) sign(utf8, ascii string) string {
	if t.utf8 {
		return utf8
	}
	return ascii
}

// colourOf is the colour of the status that an action reports; bold for an action that reports none.
func colourOf(a action.Action) string {
	var data struct{ Status string }
	raw, _ := a.Data.(json.RawMessage)
	_ = json.Unmarshal(raw, &data) // no status
	switch data.Status {
	case "online":
		return Green
	case "away":
		return Yellow
	case "offline":
		return dim
	}
	return bold
}

// End writes everything, how many actions there were, and which chats still wait for their visitor.
func (t *Timeline) End(parked []simulate.ParkedChat) {
	t.days()
	t.write("\n" + t.Paint(dim, Count(t.actions, "action", "actions")) + "\n")
	for _, p := range parked {
		text := Count(p.Events, "event", "events") + " of the chat " + p.Property + "/" + p.Chat + " came to nothing so far: none has named its visitor, as chat.requested does"
		t.write(t.Paint(dim, table.OneLine(text)) + "\n")
	}
}
