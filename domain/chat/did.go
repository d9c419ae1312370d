package chat

import (
	"maps"
	"time"

	"github.com/deskbell/deskbell/domain/trigger"
)

// Did notes what a trigger, or a step of the ladder, has done to the chat as of the instant at which it was due: from then on it is known
// as if the application had said it, and a later word of the application wins, also one that came together with the cause.
func (s *State) Did(a trigger.Action, at time.Time) {
	at = at.Round(0).UTC()
	switch {
	case a.AddTag != "":
		s.Tags = put(s.roomForTag(a.AddTag), Switch{a.AddTag, true, at}, trigger.MostTags)
	case a.RemoveTag != "":
		others := kept(s.Tags, func(t Switch) bool { return t.Name != a.RemoveTag || t.At.After(at) })
		s.Tags = put(others, Switch{a.RemoveTag, false, at}, trigger.MostTags)
	case a.SetDepartment != "" && !at.Before(s.Department.At):
		s.Department = Department{a.SetDepartment, at, true}
	case a.SendMessage != nil:
		sent := append(s.unanswered(), at)
		s.Progress.Sent = sent[max(0, len(sent)-trigger.MostInChat):]
	default:
		s.Progress.Notes = a.Notes(s.Progress.Notes)
	}
}

// Choose notes that the visitor has chosen a department, in an event that names no chat. It counts from then on where Deskbell had
// set the chat's; the application, which names a department together with the chat, is not contradicted.
func (s *State) Choose(department string, at time.Time) {
	if s.Department.Ours {
		s.Department = s.Department.or(Department{department, at.Round(0).UTC(), true})
	}
}

// Sent counts the messages of triggers and of the ladder that came after the last word of an agent, up to
// trigger.MostInChat.
func (s *State) Sent() int { return len(s.unanswered()) }

func (s *State) unanswered() []time.Time {
	return kept(s.Progress.Sent, func(at time.Time) bool { return at.After(s.Answered) })
}

// did notes an effect of a step, so that all that is decided after it sees it.
func (d *decider) did(e Effect) {
	d.State.Did(e.Do, e.At)
	switch a := e.Do; {
	case a.SetName != "":
		d.named = a.SetName
	case a.SetDepartment != "" && d.scene.In != nil:
		d.scene = d.scene.In(a.SetDepartment)
	}
}

// known are the values of placeholders, with what this decision has set.
func (d *decider) known() map[string]string {
	values := d.scene.values()
	if d.named != "" {
		values = maps.Clone(values)
		if values == nil {
			values = make(map[string]string)
		}
		values["visitor.name"] = d.named
	}
	return values
}
