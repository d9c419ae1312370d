package engine

import (
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
)

// visitScene is the scene that the triggers of a visitor see.
func (v *visitor) visitScene(at time.Time) visit.Scene {
	s := visit.Scene{
		Zone: v.zone, WithinHours: v.hours.At(at).Open,
		Widget:       visit.Widget{Status: string(v.widget.Status), Since: v.widget.Since},
		Departments:  make(map[string]visit.Department, len(v.widget.Departments)),
		AgentsOnline: v.online, Chats: make(map[string]visit.Chat, len(v.Chats)), Property: v.name(),
		Held:     v.heldFor(at),
		Room:     v.room(),
		Door:     v.door,
		NextOpen: func(department, language string) string { return v.nextOpen(department, language, at) },
	}
	for id, d := range v.widget.Departments {
		s.Departments[id] = visit.Department{Name: v.departmentName(id), Widget: visit.Widget{Status: string(d.Status), Since: d.Since}}
	}
	for id, c := range v.Chats {
		s.Chats[id] = visit.Chat{
			Department: c.Department.ID, Began: c.Began, Agent: v.agentName(c.Agent()), Asked: c.Asked, Spoke: hours.Later(c.Request.At, c.Wrote.At), Waiting: c.WaitingSince(),
			Answered: c.Answered, Joined: c.Joined, Ended: c.Ended, QueuePosition: c.Queue.Position, Tags: c.TagNames(),
			RequestedIn: c.RequestedIn.Visit, SpokenIn: c.SpokenIn.Visit,
			Notes: c.Progress.Notes, Sent: c.Sent(), Snoozed: visit.Snoozed{At: c.Progress.Snoozed.At, Until: c.Progress.Snoozed.Until},
		}
	}
	return s
}

// department is that of a chat or form (visit.State.DepartmentOf). A department that the property does not define counts as
// none.
func (v *visitor) department(named string, began time.Time) string {
	id := v.Visit.DepartmentOf(named, began)
	if _, defined := v.def.Departments[id]; !defined {
		return ""
	}
	return id
}

// chatScene is the scene that the rules of a chat see; c is zero where there is only a form.
func (v *visitor) chatScene(department string, c *chat.State, at time.Time) chat.Scene {
	s := chat.Scene{
		Department: department, Hours: chat.Periods(at, v.gates(department)...), Door: v.door(department), PropertyOpen: v.hours.At(at).Open, Widget: string(v.widget.Status),
		Held: v.heldFor(at), Full: v.isFull() && v.woke[c.ID].IsZero(), Left: v.Visit.Left(), Silent: v.Visit.Silent(at) && at.Sub(c.Answered) >= visit.End,
	}
	if d, ok := v.widget.Departments[department]; ok {
		s.Widget = string(d.Status)
	}
	for id, d := range v.widget.Departments {
		if d.NewChats {
			s.Offered = append(s.Offered, id)
		}
	}
	if team := v.team(department); team != nil {
		s.Team = func() []chat.Colleague { return onTheWay(v, c, v.given.applied(team())) }
	}
	s.In = func(other string) chat.Scene { return v.chatScene(v.department(other, c.Began), c, at) }
	s.Values = func() map[string]string { return v.values(department, c, s.Hours, at) }
	return s
}

// home is the visit to which the rules of a chat speak; empty: to all of the visitor's, where it is not known or over.
func (v *visitor) home(c *chat.State, at time.Time) string {
	id := v.Visit.Home(c.RequestedIn.Visit, c.SpokenIn.Visit, at)
	if id == "" || v.Visit.Over(id, at) {
		return ""
	}
	return id
}

// values are the values of the placeholders in the texts of a chat.
func (v *visitor) values(department string, c *chat.State, h chat.Period, at time.Time) map[string]string {
	values := map[string]string{
		"visitor.name": v.Visit.Name(), "agent.name": v.agentName(c.Agent()), "property.name": v.name(),
		"page.title": v.Visit.Title(v.home(c, at)), "next_open": v.nextOpen(department, v.Visit.Language(), at),
	}
	if department != "" {
		values["department"] = v.departmentName(department)
	}
	if h.Open {
		values["closes_at"] = v.clock(v.Visit.Language(), h.Until)
	}
	return values
}
