package chatwoot

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/adapter"
)

// Calls implements adapter.Out. The data of an action are those of package action, or json.RawMessage as they are decoded.
func (t *Table) Calls(a action.Action) (adapter.Plan, error) {
	switch a.Type {
	case action.WidgetStateChanged, action.DepartmentStateChanged:
		return skipped("the hours of an inbox are written from the schedule, see Hours"), nil
	case action.DigestOpened:
		return skipped("Chatwoot shows what has come in"), nil
	case action.AgentStatusChanged:
		var s action.AgentStatus
		if err := adapter.ReadData(a, &s); err != nil {
			return adapter.Plan{}, err
		}
		return t.availability(s), nil
	}
	var v action.Visitor
	if err := adapter.ReadData(a, &v); err != nil {
		return adapter.Plan{}, err
	}
	if a.Type == action.VisitorSetName {
		return t.rename(v), nil
	}
	chat, ok := t.theirs(v.Chat)
	if !ok {
		return skipped("it is for no conversation of this Chatwoot"), nil
	}
	o := outgoingAction{t, a.ID, chat}
	switch a.Type {
	case action.MessageSend:
		return o.message(v), nil
	case action.NoteAdd, action.NoteReplace: // a bot cannot remove notes
		return o.note(v.Text), nil
	case action.TagAdd:
		return o.labels(labelOf(v.Tag), true), nil
	case action.TagRemove:
		return o.labels(labelOf(v.Tag), false), nil
	case action.ChatReassign:
		return o.assign(v), nil
	case action.ChatSnooze:
		return o.status(map[string]any{"status": "snoozed", "snoozed_until": v.Until.Unix()}), nil
	case action.ChatClose:
		return o.status(map[string]any{"status": "resolved"}), nil
	case action.TicketCreate:
		return o.ticket(v), nil
	case action.AgentsInvite:
		return o.note(strings.TrimSpace("Nobody has answered yet. " + t.mentions(v.Agents))), nil
	case action.AgentNotify:
		return o.note(strings.TrimSpace(cmp.Or(v.Text, noticeOf(v.Kind)) + " " + t.mentions(v.Agents))), nil
	case action.ChatSLAWarning:
		return o.note("There is no first answer yet. It is late at " + v.Due.UTC().Format("15:04 UTC on 2 January") + "."), nil
	}
	return skipped("Chatwoot has nothing like it"), nil
}

func skipped(why string) adapter.Plan { return adapter.Plan{Skipped: why} }

// object is the body of a call. Its values can always be written.
func object(fields map[string]any) json.RawMessage {
	body, _ := json.Marshal(fields)
	return body
}

func calls(list ...adapter.Call) adapter.Plan { return adapter.Plan{Calls: list} }

// mentions are agents in a note, whom Chatwoot tells of it.
func (t *Table) mentions(agents []string) string {
	var list []string
	for _, agent := range agents {
		if user, ok := adapter.UserOf(t.Agents, agent); ok {
			list = append(list, fmt.Sprintf("[@%s](mention://user/%d/%s)", agent, user, agent))
		}
	}
	return strings.Join(list, " ")
}

// noticeOf is the text of a notice that has none of its own.
func noticeOf(kind string) string {
	switch kind {
	case "slow_chat":
		return "Nobody has answered yet."
	case "shift_end":
		return "The shift of the agent who has this chat has ended."
	}
	return ""
}

// rename gives a contact a name.
func (t *Table) rename(v action.Visitor) adapter.Plan {
	contact, ok := t.theirs(v.Visitor)
	switch {
	case !ok:
		return skipped("it is for no contact of this Chatwoot")
	case !t.Admin:
		return skipped("a bot cannot name contacts, and the destination has no admin_token_env")
	}
	return calls(adapter.Call{Method: http.MethodPut, Path: t.path("contacts", number(contact)), Body: object(map[string]any{"name": v.Name}), Admin: true})
}

// availabilityOf is the status of an agent as Chatwoot has it; empty for one that it does not have.
func availabilityOf(status string) string {
	switch status {
	case "online":
		return "online"
	case "away":
		return "busy"
	case "invisible", "offline":
		return "offline"
	}
	return ""
}

var errNoUser = errors.New("it has no such agent")

// availability sets an agent's own. With auto_offline, Chatwoot would have an agent offline whose browser is closed, whatever their hours say.
// The role must be in the body, and stays as it is: so it is read first.
func (t *Table) availability(s action.AgentStatus) adapter.Plan {
	user, known := adapter.UserOf(t.Agents, s.Agent)
	availability := availabilityOf(s.Status)
	switch {
	case !known:
		return skipped("the agent " + s.Agent + " is not among the agents of the destination")
	case availability == "":
		return skipped("Chatwoot has no status " + s.Status)
	case !t.Admin:
		return skipped("a bot cannot set the availability of agents, and the destination has no admin_token_env")
	}
	return calls(adapter.Call{Method: http.MethodPatch, Path: t.path("agents", number(user)), Admin: true, Look: &adapter.Look{
		Path: t.path("agents"), Admin: true,
		Next: func(answer []byte) (json.RawMessage, bool, error) {
			var agents []struct {
				ID   int64  `json:"id"`
				Role string `json:"role"`
			}
			if err := json.Unmarshal(answer, &agents); err != nil {
				return nil, false, fmt.Errorf("reading the agents of Chatwoot: %w", err)
			}
			for _, a := range agents {
				if a.ID == user && a.Role != "" {
					return object(map[string]any{"availability": availability, "auto_offline": false, "role": a.Role}), false, nil
				}
			}
			return nil, false, fmt.Errorf("reading the agent %d of Chatwoot: %w", user, errNoUser)
		},
	}})
}

// Hours is the call that gives an inbox its hours. Chatwoot leaves out rows that it does not like, and answers with 200: so its answer is
// compared.
func (t *Table) Hours(inbox int64, zone string, rows []Row) adapter.Call {
	return adapter.Call{
		Method: http.MethodPatch, Path: t.path("inboxes", number(inbox)), Admin: true,
		Body: object(map[string]any{"working_hours_enabled": true, "timezone": zone, "working_hours": rows}),
		Stands: func(answer []byte) error {
			var kept struct {
				Enabled bool   `json:"working_hours_enabled"`
				Zone    string `json:"timezone"`
				Rows    []Row  `json:"working_hours"`
			}
			if err := json.Unmarshal(answer, &kept); err != nil {
				return fmt.Errorf("reading the hours of the inbox %d: %w", inbox, err)
			}
			slices.SortFunc(kept.Rows, func(a, b Row) int { return a.Day - b.Day })
			if !kept.Enabled || kept.Zone != zone || !slices.EqualFunc(kept.Rows, rows, Row.same) {
				return fmt.Errorf("giving hours to the inbox %d: %w", inbox, errOtherHours)
			}
			return nil
		},
	}
}
