package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/simulate"
)

// timeline writes actions to be read, day by day:
//
//	deskbell.yaml  Europe/Paris  Mon 23 Nov 2026 08:30 – Tue 24 Nov 2026 08:30
//
//	Mon 23 Nov 2026
//	  09:00:00 ▸ widget acme is online (chat, weekly) until Mon 23 Nov 17:00:00, then offline
//	  09:04:10 · chat.requested acme/v1 c1: Hello?
//	  09:05:10 ▸ message to acme/v1 (rescue): We are nearly with you
type timeline struct {
	ink
	utf8 bool
	zone *time.Location
	out  *bufio.Writer
	date string // the last that was written
	told int    // actions
}

// write leaves its errors to the Flush of what it writes to.
func (t *timeline) write(text string) {
	if !t.utf8 && strings.ContainsFunc(text, func(r rune) bool { return r > 126 }) {
		text = plain(text)
	}
	_, _ = t.out.WriteString(text)
}

func (t *timeline) begin(name string, from, to time.Time) {
	const minute = "Mon 2 Jan 2006 15:04"
	t.write(fmt.Sprintf("%s  %s  %s – %s\n", t.paint(bold, name), zoneName(t.zone), from.In(t.zone).Format(minute), to.In(t.zone).Format(minute)))
}

func (t *timeline) action(body []byte) error {
	var a action.Action
	if err := json.Unmarshal(body, &a); err != nil {
		return fmt.Errorf("reading an action: %w", err)
	}
	text, err := logline.Sentence(a, t.zone)
	if err != nil {
		return fmt.Errorf("reading the action %s: %w", a.ID, err)
	}
	if a.Type != action.MessageSkipped {
		t.told++
	}
	t.line(a.Time, t.paint(colourOf(a), t.sign("▸", ">")), oneLine(text))
	return nil
}

// event writes what happens from outside.
func (t *timeline) event(e event.Event) {
	d := &e.Data
	text := strings.TrimSpace(string(e.Type) + " " + strings.Trim(d.Property+"/"+d.Visitor, "/") + " " + d.Chat)
	if said := cmp.Or(d.Text, d.Page.URL, d.Name); said != "" {
		text += ": " + said
	}
	t.line(e.Time, t.paint(dim, t.sign("·", ".")), t.paint(dim, oneLine(text)))
}

func (t *timeline) line(at time.Time, sign, text string) {
	at = at.In(t.zone)
	if date := at.Format("Mon 2 Jan 2006"); date != t.date {
		t.date = date
		t.write("\n" + t.paint(bold, date) + "\n")
	}
	t.write("  " + t.paint(dim, at.Format("15:04:05")) + " " + sign + " " + text + "\n")
}

// oneLine is a text without what would begin another line, or move a terminal's cursor: visitors write it, too.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// sign is one of two, of which the second is for a terminal without UTF-8.
func (t *timeline) sign(utf8, ascii string) string {
	if t.utf8 {
		return utf8
	}
	return ascii
}

// colourOf is that of the status which an action tells, as far as it tells one.
func colourOf(a action.Action) string {
	var data struct{ Status string }
	raw, _ := a.Data.(json.RawMessage)
	_ = json.Unmarshal(raw, &data) // no status
	switch data.Status {
	case "online":
		return green
	case "away":
		return yellow
	case "offline":
		return dim
	}
	return bold
}

func (t *timeline) end(parked []simulate.ParkedChat) {
	t.write("\n" + t.paint(dim, count(t.told, "action", "actions")) + "\n")
	for _, p := range parked {
		text := count(p.Events, "event", "events") + " of the chat " + p.Property + "/" + p.Chat + " came to nothing so far: none has named its visitor, as chat.requested does"
		t.write(t.paint(dim, oneLine(text)) + "\n")
	}
}
