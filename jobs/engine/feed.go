package engine

import (
	"encoding/json"
	"slices"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/trace"
	"github.com/deskbell/deskbell/domain/wire"
)

// A visitor's record keeps the last actions that its page showed, for pages that come back.
const (
	mostTold  = 20       // actions, and fewer where they are long:
	toldBytes = 16 << 10 // in all, but the last one is always kept
)

// toldData are the data of an action that is kept.
type toldData struct {
	Visit       string              `json:"visit,omitempty"` // empty: all of the visitor's
	Chat        string              `json:"chat,omitempty"`
	Text        string              `json:"text,omitempty"`
	Attachments []action.Attachment `json:"attachments,omitempty"`
	Sender      action.Sender       `json:"sender,omitzero"`
	Suggested   []string            `json:"suggested,omitempty"`
	Departments []action.Choice     `json:"departments,omitempty"`
	Department  string              `json:"department,omitempty"`
	FormName    string              `json:"form,omitempty"`
}

// Form is the form of toldData in JSON.
func (d *toldData) Form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "visit", &d.Visit)
		wire.MaybeText(c, "chat", &d.Chat)
		wire.MaybeText(c, "text", &d.Text)
		wire.List(c, "attachments", &d.Attachments, action.AttachmentForm)
		d.Sender.Member(c)
		wire.List(c, "suggested", &d.Suggested, wire.String)
		wire.List(c, "departments", &d.Departments, (*action.Choice).Form)
		wire.MaybeText(c, "department", &d.Department)
		wire.MaybeText(c, "form", &d.FormName)
	})
}

// PageTypes are the actions that a visitor's page carries out.
func PageTypes() []action.Type {
	return []action.Type{action.MessageSend, action.FormShow, action.WidgetHide, action.ChatClose, action.VisitorSetDepartment}
}

// keepForPages adds an action to the bodies of those kept for pages, when it is of one of the PageTypes.
func keepForPages(kept []json.RawMessage, a action.Action, d *action.Visitor) ([]json.RawMessage, error) {
	if !slices.Contains(PageTypes(), a.Type) {
		return kept, nil
	}
	a.Context = trace.Context{} // not for pages, and the record is to stay small
	a.Data = &toldData{
		Visit: d.Visit, Chat: d.Chat, Text: d.Text, Attachments: d.Attachments, Sender: d.Sender, Suggested: d.Suggested,
		Departments: d.Departments, Department: d.Department, FormName: d.Form,
	}
	body, err := a.AppendJSON(nil)
	if err != nil {
		return kept, err
	}
	kept = append(kept, body)
	size := 0
	for i := len(kept) - 1; i >= 0; i-- {
		if size += len(kept[i]); i < len(kept)-1 && (size > toldBytes || len(kept)-i > mostTold) {
			return kept[i+1:], nil
		}
	}
	return kept, nil
}
