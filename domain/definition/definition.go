package definition

import (
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/widget"
)

// Definitions is a whole deskbell.yaml, checked.
type Definitions struct {
	Schedules    map[string]*hours.Spec  `json:"schedules,omitempty"`
	Properties   map[string]*Property    `json:"properties,omitempty"`
	Agents       map[string]*Agent       `json:"agents,omitempty"`
	Destinations map[string]*Destination `json:"destinations,omitempty"`
	Cover        []Cover                 `json:"cover,omitempty"` // each also stands with its agents
}

// Property is one website or app with one chat widget.
type Property struct {
	Name         string                `json:"name,omitempty"`
	TimeZone     string                `json:"time_zone,omitempty"`
	Language     string                `json:"language,omitempty"`
	Schedule     Schedule              `json:"schedule,omitzero"`
	Widget       widget.Policy         `json:"widget,omitzero"`
	Agents       []string              `json:"agents,omitempty"`
	Departments  map[string]Department `json:"departments,omitempty"`
	Destinations []string              `json:"destinations,omitzero"` // nil: all; empty: none

	Shortcuts   map[string]trigger.Shortcut `json:"shortcuts,omitempty"`
	Triggers    []trigger.Trigger           `json:"triggers,omitzero"` // nil: trigger.Default; empty: none; see ActiveTriggers
	OnePerVisit bool                        `json:"one_proactive_message_per_visit,omitempty"`
	Rescue      []trigger.Step              `json:"rescue,omitempty"` // in the order of After
	AutoReplies AutoReplies                 `json:"auto_replies,omitzero"`
	ClosingSoon ClosingSoon                 `json:"closing_soon,omitzero"`
	SLA         SLA                         `json:"sla,omitzero"`

	ReassignAfter hours.Duration `json:"reassign_after,omitzero"` // how long a chat waits for a first answer before another agent gets it; zero: for ever
}

// AutoReplies are texts for trigger.ParseText that answer visitors. An empty one is not sent.
type AutoReplies struct {
	During  string `json:"during,omitempty"`  // to a message in hours
	Outside string `json:"outside,omitempty"` // to a message outside hours
	Handoff string `json:"handoff,omitempty"` // when a bot hands over a chat

	Form *string `json:"form,omitempty"` // to senders of a form, at any time; nil: DefaultConfirmation, see Confirmation
}

// DefaultConfirmation is the text to a visitor who has sent a form, where the property says
// nothing about it. It needs no translation.
const DefaultConfirmation = "✓"

// Confirmation is the text to a visitor who has sent a form; empty: none.
func (r AutoReplies) Confirmation() string {
	if r.Form == nil {
		return DefaultConfirmation
	}
	return *r.Form
}

// ClosingSoon is the notice before the hours end. The zero value is none.
type ClosingSoon struct {
	Before  hours.Duration `json:"before"`
	Message string         `json:"message,omitempty"` // to visitors who chat or wait, for trigger.ParseText; empty: to agents alone
}

// SLA is the promise of a property to its visitors. Its durations are open time. The zero value is no promise.
type SLA struct {
	FirstAnswer hours.Duration `json:"first_answer"` // from the chat request on
	WarnBefore  hours.Duration `json:"warn_before"`  // before that is over; shorter than FirstAnswer
}

// Department of a property.
type Department struct {
	Name     string   `json:"name,omitempty"`
	Schedule Schedule `json:"schedule,omitzero"` // zero: the property's
	Agents   []string `json:"agents,omitempty"`
}

// Agent is a person who answers chats.
type Agent struct {
	Name       string          `json:"name,omitempty"`
	TimeZone   string          `json:"time_zone,omitempty"`
	Schedule   Schedule        `json:"schedule,omitzero"` // zero: always
	Leave      []hours.Absence `json:"leave,omitempty"`
	Cover      []Cover         `json:"cover,omitempty"`       // of this agent, or by them
	OnlineWhen string          `json:"online_when,omitempty"` // one of agent.Ways; empty: the first
	Notify     Notify          `json:"notify,omitzero"`

	OnlineOutsideHours bool           `json:"online_outside_hours,omitempty"` // they may choose to be online outside their hours
	AutoOfflineAfter   hours.Duration `json:"auto_offline_after,omitzero"`    // zero: never
	Idle               Idle           `json:"idle,omitzero"`
	ReceiveWhenSlow    hours.Duration `json:"receive_when_slow,omitzero"` // how long a chat waits before they are invited; zero: they are not
	Image              string         `json:"image,omitempty"`            // the URL of their picture
	Capacity           int64          `json:"capacity,omitempty"`         // chats at once; zero: no limit
	AtShiftEnd         string         `json:"at_shift_end,omitempty"`     // one of chat.AtShiftEnd; empty: the first
}

// Idle says when an agent is idle, and what they are then. The zero value is never.
type Idle struct {
	After hours.Duration `json:"after"`
	To    string         `json:"to,omitempty"` // one of IdleStatuses; empty: the first
}

// IdleStatuses are what an idle agent may become, the default first.
func IdleStatuses() []agent.Status { return []agent.Status{agent.Away, agent.Offline} }

// Notify says which notices an agent gets, and how.
type Notify struct {
	On  []string `json:"on,omitempty"`  // agent.Kinds
	Via []string `json:"via,omitempty"` // service URLs, which are secrets; empty: agent.notify actions
}

// Destination is where actions are delivered.
type Destination struct {
	Type      string   `json:"type"`                 // log | redis_stream | webhook | chatwoot | rest
	Stream    string   `json:"stream,omitempty"`     // redis_stream: its key; empty: DefaultStream
	MaxLen    int64    `json:"max_len,omitempty"`    // redis_stream: trimmed to about so many entries; 0: DefaultMaxLen
	URL       string   `json:"url,omitempty"`        // webhook, rest: where to; it may hold a token, and is a secret. chatwoot: its address, without a path
	SecretEnv []string `json:"secret_env,omitempty"` // webhook, chatwoot, rest: the environment variables with its secrets, one or two, the newest first
	Batch     bool     `json:"batch,omitempty"`      // webhook: many actions in one request
	Actions   []string `json:"actions,omitempty"`    // only these types; empty: all

	// Of chatwoot. Keys of maps are its ids: whole numbers from 1. Tokens and agents are of rest, too, with ids of any form.
	Account       int64             `json:"account,omitempty"`
	TokenEnv      string            `json:"token_env,omitempty"`       // the environment variable with the token of its agent bot, or for its API
	AdminTokenEnv string            `json:"admin_token_env,omitempty"` // the same of an administrator; empty: there is none
	Inboxes       map[string]string `json:"inboxes,omitempty"`         // property by inbox
	Agents        map[string]string `json:"agents,omitempty"`          // agent by user

	// Of rest.
	Property        string     `json:"property,omitempty"`
	TokenHeader     string     `json:"token_header,omitempty"`     // empty: Authorization, with Bearer before the token
	SignatureHeader string     `json:"signature_header,omitempty"` // empty: DefaultSignatureHeader
	Rules           []RestRule `json:"rules,omitempty"`            // the first that fits counts
	Send            *RestCall  `json:"send,omitempty"`             // message.send; nil: none
	Note            *RestCall  `json:"note,omitempty"`             // note.add and note.replace
	Assign          *RestCall  `json:"assign,omitempty"`           // chat.reassign to an agent
	Status          *RestCall  `json:"status,omitempty"`           // chat.close and chat.snooze
}
