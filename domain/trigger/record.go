package trigger

import (
	"strconv"

	"github.com/deskbell/deskbell/domain/event"
)

// Limits of the record of a visitor on a property. None is a setting: together they bound the bytes of a record. RecordLimits says what
// becomes of more.
const (
	MostTags    = event.MostTags   // of a visitor, and of each chat
	MostNotes   = 100              // that actions added to a visitor, and to each chat, since they replaced the notes last
	MostCustom  = event.MostValues // custom attributes of a visitor
	MostChats   = 10               // of a visitor
	MostVisits  = 3                // of a visitor
	MostTimers  = 32               // triggers that wait for a visitor
	MostHolders = 10               // agents of a chat
)

// RecordLimit is one of the limits of a record, in words.
type RecordLimit struct {
	What   string
	Most   int
	Beyond string // what becomes of more
}

// RecordLimits are the limits of a record, for the documentation.
func RecordLimits() []RecordLimit {
	a := strconv.Itoa
	return []RecordLimit{
		{"tags of a visitor, or of a chat", MostTags, "An event with more is refused. `add_tag` is held back, reason `tags_full`. Of tags that events add to a chat one after another the oldest goes, said with the reason `tags_full`."},
		{"notes of a visitor, or of a chat, since the last `replace_note`", MostNotes, "`add_note` is held back, reason `notes_full`."},
		{"custom attributes of a visitor", MostCustom, "An event with more is refused. Of those that events bring one after another the oldest go, said with the reason `attributes_full`."},
		{"chats of a visitor", MostChats, "The one in which something was asked longest ago is forgotten, said with the reason `chats_full`."},
		{"triggers that wait for a visitor", MostTimers, "The message is held back, reason `too_many`."},
		{"visits of a visitor", MostVisits, "The one with the oldest events is forgotten: " + a(MostVisits) + " are what `once_per_visit` knows."},
		{"agents of a chat", MostHolders, "The one who came or went longest ago is forgotten."},
	}
}

// Notes is the number of notes that count after the action, of so many before it.
func (a *Action) Notes(before int) int {
	switch {
	case a.ReplaceNote != "":
		return 1
	case a.AddNote != "":
		return before + 1
	}
	return before
}
