package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/destination/logline"
)

// timeline writes actions to be read, day by day:
//
//	deskbell.yaml  Europe/Paris  Mon 23 Nov 2026 08:30 – Tue 24 Nov 2026 08:30
//
//	Mon 23 Nov 2026
//	  09:00:00 ▸ widget acme is online (chat, weekly) until Mon 23 Nov 17:00:00, then offline
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

// mark is before each action.
func (t *timeline) mark() string {
	if t.utf8 {
		return "▸"
	}
	return ">"
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
	at := a.Time.In(t.zone)
	if date := at.Format("Mon 2 Jan 2006"); date != t.date {
		t.date = date
		t.write("\n" + t.paint(bold, date) + "\n")
	}
	t.told++
	t.write("  " + t.paint(dim, at.Format("15:04:05")) + " " + t.paint(colourOf(a), t.mark()) + " " + text + "\n")
	return nil
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

func (t *timeline) end() {
	t.write("\n" + t.paint(dim, count(t.told, "action", "actions")) + "\n")
}
