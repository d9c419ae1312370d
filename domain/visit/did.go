package visit

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// mostTagged bounds what Deskbell has done to the tags of a visitor since the application gave them: as many tags as there may be were
// added, and as many of the application's taken away.
const mostTagged = 2 * trigger.MostTags

// Tagged is a tag that Deskbell last added to a visitor, or took away, at an instant.
type Tagged struct {
	Name string    `json:"name"`
	On   bool      `json:"on,omitempty"`
	At   time.Time `json:"at"`
}

// Did notes what a trigger, or a step in a chat, has done to the visitor as of the instant at which it was due: from then on it is known
// as if the application had said it, and a later word of the application wins, also one that came together with the cause. A tag belongs to the chat of the action, where it has
// one, and is not noted here.
func (s *State) Did(a trigger.Action, chat string, at time.Time) {
	at = at.UTC()
	switch {
	case a.SetName != "":
		s.rename(a.SetName, at)
	case a.AddTag != "" && chat == "":
		s.tag(Tagged{a.AddTag, true, at})
	case a.RemoveTag != "" && chat == "":
		s.tag(Tagged{a.RemoveTag, false, at})
	case a.SetDepartment != "" && !at.Before(s.Department.At):
		s.Department = Word{a.SetDepartment, at}
	case chat == "":
		s.Notes = a.Notes(s.Notes)
	}
}

func (s *State) rename(name string, at time.Time) {
	body, err := json.Marshal(name)
	before := s.Attributes["name"]
	if err != nil || !before.Unverified && at.Before(before.At) { // a text can always be written
		return
	}
	s.Attributes = maps.Clone(s.Attributes)
	if s.Attributes == nil {
		s.Attributes = make(map[string]Attribute)
	}
	s.Attributes["name"] = Attribute{Value: body, At: at}
}

// tagsGiven is when the application last gave all tags; zero: never. A page that gives them takes away none of Deskbell's.
func (s *State) tagsGiven() time.Time {
	if all := s.Attributes[tags]; !all.Unverified {
		return all.At
	}
	return time.Time{}
}

// tag keeps the tags that were set since the application last gave all tags.
func (s *State) tag(t Tagged) {
	given := s.tagsGiven()
	var list []Tagged
	for _, o := range s.Tagged {
		if o.Name != t.Name && !o.At.Before(given) {
			list = append(list, o)
		}
	}
	list = append(list, t)
	if len(list) > mostTagged {
		theirs := s.known().Tags
		idle := func(o Tagged) bool { return !o.On && !slices.Contains(theirs, o.Name) }
		if i := slices.IndexFunc(list, idle); i >= 0 {
			list = slices.Delete(list, i, i+1)
		}
	}
	s.Tagged = list[max(0, len(list)-mostTagged):]
}

// tags are those that the application gave last, with what Deskbell has done to them since.
func (s *State) tags(given []string) []string {
	tags := slices.Clone(given)
	for _, t := range s.Tagged {
		if !t.At.Before(s.tagsGiven()) {
			tags = tagged(tags, t.Name, t.On)
		}
	}
	return tags
}

// tagged is a list of tags with one added or removed, in memory of its own.
func tagged(tags []string, name string, on bool) []string {
	tags = slices.DeleteFunc(slices.Clone(tags), func(o string) bool { return o == name })
	if on {
		tags = append(tags, name)
	}
	return tags
}

// did notes an effect, so that all that is decided after it sees it.
func (r *run) did(e Effect) {
	r.State.Did(e.Do, e.Chat, e.Since)
	r.read = nil
	c, known := r.scene.Chats[e.Chat]
	if !known {
		return
	}
	switch a := e.Do; {
	case a.AddTag != "":
		c.Tags = tagged(c.Tags, a.AddTag, true)
	case a.RemoveTag != "":
		c.Tags = tagged(c.Tags, a.RemoveTag, false)
	case a.SetDepartment != "":
		c.Department = a.SetDepartment
		r.set = append(r.set, e.Chat)
	case a.SendMessage != nil:
		c.Sent++
	case a.Notes(c.Notes) != c.Notes:
		c.Notes = a.Notes(c.Notes)
	default:
		return
	}
	r.scene.Chats = maps.Clone(r.scene.Chats)
	r.scene.Chats[e.Chat] = c
}

// choose gives the chats whose department this decision has set the one that the visitor chose after that.
func (r *run) choose(e event.Event) {
	if e.Type != event.DepartmentChosen || e.Data.Chat != "" || len(r.set) == 0 {
		return
	}
	r.scene.Chats = maps.Clone(r.scene.Chats)
	for _, id := range r.set {
		c := r.scene.Chats[id]
		c.Department = e.Data.Department
		r.scene.Chats[id] = c
	}
}
