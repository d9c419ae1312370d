package main

import (
	"errors"
	"fmt"

	"deskbell.example/contract/api"
)

// read reads the data of an action, and says of which type it is.
func read(a api.Action) (kind string, err error) {
	value, err := a.ValueByDiscriminator()
	if err != nil {
		return "", err
	}
	about := ""
	switch a := value.(type) {
	case api.ActionWidgetStateChanged:
		kind, about = string(a.Type), a.Data.Property
	case api.ActionDepartmentStateChanged:
		kind, about = string(a.Type), a.Data.Property
	case api.ActionAgentStatusChanged:
		kind, about = string(a.Type), a.Data.Agent
	case api.ActionAgentNotify:
		notice, err := a.Data.AsActionNotice()
		if err != nil {
			return "", err
		}
		kind, about = string(a.Type), fmt.Sprint(notice.Kind)
	case api.ActionDigestOpened:
		kind, about = string(a.Type), a.Data.Property
	case api.ActionNoteAdd:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionNoteReplace:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionTagAdd:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionTagRemove:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionVisitorSetName:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionVisitorSetDepartment:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionWidgetHide:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionFormShow:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionAgentsInvite:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionChatReassign:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionChatSnooze:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionChatClose:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionTicketCreate:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionChatSlaWarning:
		kind, about = string(a.Type), a.Data.Visitor
	case api.ActionMessageSend:
		kind, about = string(a.Type), a.Data.Visitor
	default:
		return "", fmt.Errorf("an action is a %T", value)
	}
	if about == "" {
		return "", errors.New(kind + " says nothing")
	}
	return kind, nil
}
