package chat

import (
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// full is the reason why the chat takes no more of what an action adds to it; empty: it does.
func (s *State) full(a trigger.Action) Reason {
	switch tags := s.TagNames(); {
	case a.AddTag != "" && len(tags) >= trigger.MostTags && !slices.Contains(tags, a.AddTag):
		return TagsFull
	case a.AddNote != "" && s.Progress.Notes >= trigger.MostNotes:
		return NotesFull
	}
	return ""
}

// roomForTag is the list of tags, with a place for one more: a tag that was taken off makes it, where there is one.
func (s *State) roomForTag(name string) []Switch {
	is := func(t Switch) bool { return t.Name == name }
	if len(s.Tags) < trigger.MostTags || slices.ContainsFunc(s.Tags, is) {
		return s.Tags
	}
	list := slices.Clone(s.Tags)
	if i := slices.IndexFunc(list, func(t Switch) bool { return !t.On }); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	return list
}

// LostTags tells whether the State forgot a tag of the application's when an event was merged before which it had some tags.
func (s *State) LostTags(before []string, e event.Event) bool {
	if e.Type != event.ChatTagged {
		return false
	}
	return slices.ContainsFunc(slices.Concat(before, e.Data.Added), func(name string) bool {
		return !slices.ContainsFunc(s.Tags, func(t Switch) bool { return t.Name == name })
	})
}
