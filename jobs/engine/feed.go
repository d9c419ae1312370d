package engine

import (
	"encoding/json"
	"slices"

	"github.com/deskbell/deskbell/domain/action"
)

// What a visitor's record keeps of what its page was told, for pages that come back.
const (
	mostTold  = 20       // actions, and fewer where they are long:
	toldBytes = 16 << 10 // in all, save that the last one is always kept
)

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
