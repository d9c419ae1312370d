package chatwoot

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Inbox is an inbox of an account, as far as Deskbell has the same.
type Inbox struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	HasHours    bool   `json:"working_hours_enabled"` // else it is always open
	TimeZone    string `json:"timezone"`
	Hours       []any  `json:"working_hours"` // rows, as Chatwoot writes them
	OutOfOffice string `json:"out_of_office_message"`
}

// User is an agent of an account.
type User struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// InboxesOf reads the answer to InboxesPath.
func InboxesOf(answer []byte) ([]Inbox, error) {
	var list struct {
		Payload []Inbox `json:"payload"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("reading the inboxes of Chatwoot: %w", err)
	}
	return list.Payload, nil
}

// UsersOf reads the answer to AgentsPath.
func UsersOf(answer []byte) (list []User, err error) {
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("reading the agents of Chatwoot: %w", err)
	}
	return list, nil
}

// MembersOf reads the answer to MembersPath.
func MembersOf(answer []byte) ([]User, error) {
	var list struct {
		Payload []User `json:"payload"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("reading the agents of an inbox of Chatwoot: %w", err)
	}
	return list.Payload, nil
}

// TextOf is a text of Chatwoot with the placeholders of Deskbell. unknown are those that Deskbell does not have: they are left out.
func TextOf(text string) (same string, unknown []string) {
	ours := map[string]string{
		"contact.name": "{{visitor.name}}", "contact.first_name": "{{visitor.name}}", "agent.name": "{{agent.name}}", "agent.first_name": "{{agent.name}}",
		"inbox.name": "{{property.name}}",
	}
	same = regexp.MustCompile(`\{\{[^{}]*\}\}|\{%[^%]*%\}|\{\{|\}\}`).ReplaceAllStringFunc(text, func(found string) string {
		if placeholder := ours[strings.TrimSpace(strings.Trim(found, "{}"))]; placeholder != "" {
			return placeholder
		}
		unknown = append(unknown, found)
		return ""
	})
	return strings.TrimSpace(same), unknown
}
