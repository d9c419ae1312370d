package jobs

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
)

// What a visitor's record keeps of what its page was told, for pages that come back.
const (
	mostTold  = 20       // actions, and fewer where they are long:
	toldBytes = 16 << 10 // in all, save that the last one is always kept
)

// Told is an action as the visitor's page hears of it. What is the team's own is not in it: the
// names of triggers and rules, and reasons.
type Told struct {
	ID   string // of the action
	JSON []byte // CloudEvents
}

// toldData are the data of an action that is told.
type toldData struct {
	Visit       string              `json:"visit,omitempty"` // empty: all of the visitor's
	Chat        string              `json:"chat,omitempty"`
	Text        string              `json:"text,omitempty"`
	Attachments []action.Attachment `json:"attachments,omitempty"`
	Sender      action.Sender       `json:"sender,omitzero"`
	Suggested   []string            `json:"suggested,omitempty"`
	Departments []action.Choice     `json:"departments,omitempty"`
	Department  string              `json:"department,omitempty"`
	Form        string              `json:"form,omitempty"`
}

// ToldTypes are the actions about which a visitor's page is to do something.
func ToldTypes() []action.Type {
	return []action.Type{action.MessageSend, action.FormShow, action.WidgetHide, action.ChatClose, action.VisitorSetDepartment}
}

// tell keeps an action to be told.
func (v *visitor) tell(a action.Action, d *action.Visitor) {
	if !slices.Contains(ToldTypes(), a.Type) {
		return
	}
	a.Data = toldData{
		Visit: d.Visit, Chat: d.Chat, Text: d.Text, Attachments: d.Attachments, Sender: d.Sender, Suggested: d.Suggested,
		Departments: d.Departments, Department: d.Department, Form: d.Form,
	}
	body, err := json.Marshal(a)
	if err != nil {
		v.err = err
		return
	}
	v.Told = append(v.Told, body)
	size := 0
	for i := len(v.Told) - 1; i >= 0; i-- {
		if size += len(v.Told[i]); i < len(v.Told)-1 && (size > toldBytes || len(v.Told)-i > mostTold) {
			v.Told = v.Told[i+1:]
			return
		}
	}
}

// toldState is the part of a visitorState from which pages are told.
type toldState struct {
	Visit struct {
		Visits []struct {
			ID      string    `json:"id"`
			Arrived time.Time `json:"arrived"`
		} `json:"visits"`
	} `json:"visit"`
	Told []json.RawMessage `json:"told"`
}

// of gives what a visit is told, in order: what was said to its visitor since it began. Nothing is
// told of a visit that the visitor does not have.
func (s *toldState) of(visit string) ([]Told, error) {
	var list []Told
	for _, v := range s.Visit.Visits {
		if v.ID != visit {
			continue
		}
		for _, body := range s.Told {
			var a action.Action
			d := struct {
				Visit string `json:"visit"`
			}{}
			if err := json.Unmarshal(body, &a); err != nil {
				return nil, fmt.Errorf("decoding what a visitor was told: %w", err)
			}
			raw, _ := a.Data.(json.RawMessage)
			if err := json.Unmarshal(raw, &d); err != nil {
				return nil, fmt.Errorf("decoding what a visitor was told: %w", err)
			}
			if (d.Visit == "" || d.Visit == visit) && !a.Time.Before(v.Arrived.Truncate(time.Millisecond)) {
				list = append(list, Told{ID: a.ID, JSON: body})
			}
		}
	}
	return list, nil
}

// after leaves out what was told before, up to an action with this id. Without such an action, it
// was so long ago that nothing is left out.
func after(list []Told, id string) []Told {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].ID == id {
			return list[i+1:]
		}
	}
	return list
}
