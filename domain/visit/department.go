package visit

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// choiceKept is for how long the department that a visitor chose counts for the next chat. No event says when a choice is
// over, and a choice of last week must not keep a visitor from agents who are there.
const choiceKept = 24 * time.Hour

// DepartmentOf is the department of a chat: the one that its events name, or else the one that the visitor chose last, also
// after the chat began. It may be one that the property does not define.
func (s *State) DepartmentOf(named string, began time.Time) string {
	if named == "" && began.Sub(s.Department.At) < choiceKept {
		return s.Department.Text
	}
	return named
}

// department is that of a chat; without a chat, the one for a chat that would begin now.
func (r *run) department(c Chat) string {
	began := c.Began
	if began.IsZero() {
		began = r.at
	}
	return r.State.DepartmentOf(c.Department, began)
}

// defined is the department of a chat, one that the property defines; empty: none.
func (r *run) defined(id string) string {
	chat, known := r.scene.Chats[id]
	if !known {
		return ""
	}
	department := r.department(chat)
	if _, defined := r.scene.Departments[department]; !defined {
		return ""
	}
	return department
}

// door is the one at which the time of a chat is counted: that of its department, else the property's.
func (r *run) door(chat string) hours.Door {
	if r.scene.Door == nil {
		return nil
	}
	return r.scene.Door(r.defined(chat))
}

// widget is the one that has to be online for a trigger. A promise of help in a chat is kept, or not, by the chat's
// department.
func (r *run) widget(c *compiled, t Timer) Widget {
	if d, defined := r.scene.Departments[r.defined(t.Chat)]; defined && c.promises() {
		return d.Widget
	}
	return r.scene.Widget
}

// promises tells whether a trigger speaks to a visitor who waits in a chat for somebody.
func (c *compiled) promises() bool {
	return c.Type == trigger.Rescue || c.Start() == "chat.unanswered" || c.Start() == "chat.idle"
}

// statuses are those of the departments, by id.
func (r *run) statuses() map[string]string {
	if r.status == nil && len(r.scene.Departments) > 0 {
		r.status = make(map[string]string, len(r.scene.Departments))
		for id, d := range r.scene.Departments {
			r.status[id] = d.Widget.Status
		}
	}
	return r.status
}
