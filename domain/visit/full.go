package visit

import (
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// full is the reason why the record takes no more of what an action adds to the visitor, or to a chat; empty: it does.
func (r *run) full(a trigger.Action, chat string) Reason {
	tags, notes := r.visitor().Tags, r.State.Notes
	if chat != "" {
		tags, notes = r.scene.Chats[chat].Tags, r.scene.Chats[chat].Notes
	}
	switch {
	case a.AddTag != "" && len(tags) >= trigger.MostTags && !slices.Contains(tags, a.AddTag):
		return TagsFull
	case a.AddNote != "" && notes >= trigger.MostNotes:
		return NotesFull
	}
	return ""
}

// Overflows tells whether an event that is merged now makes the State forget custom attributes.
func (s *State) Overflows(e event.Event) bool {
	n := len(s.Custom)
	for name := range e.Data.Attributes.Custom {
		if _, known := s.Custom[name]; !known {
			n++
		}
	}
	return n > trigger.MostCustom
}
