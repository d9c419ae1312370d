// Package chatwoot joins Chatwoot to Deskbell, by two tables: one from the name of a webhook event to Deskbell's events (events.go),
// one from the type of an action to calls of Chatwoot's API (calls.go). Both are pure. recent.go finds what webhooks have lost, probes.go
// whether all is as it should be; hours.go has the hours of an inbox, verify.go the signature of a webhook. The facts are those of
// Chatwoot 4.14.
//
// # Who is who
//
// Ids of Chatwoot count within an installation, and a property may have several. So the name of the destination stands before them:
// the contact 881 is the visitor "support:881", the conversation 12 the chat "support:12". A chat that has another name before it is
// not of this Chatwoot, and gets nothing from here. To rename a destination is to begin anew.
//
// A contact is a person, and so the visitor. Its source_id is a browser, which keeps it for months: it is no visit. Chatwoot has none,
// so a visit is one browser on one day (UTC).
//
// # Why ids say nothing of deliveries
//
// Webhooks are lost, since an account's are never tried again, and come twice, each time with a delivery id of their own. Those that
// were lost are found by polling. So the id of an event is that of the message or the change: "message-345".
//
// A payload is made when it is sent. conversation_created may already show the second message, so that a text is taken from
// message_created alone, and a request has the time at which its conversation began. Every message of a visitor in the first day
// of a conversation tells of the request again: it is known by its id, and a lost conversation_created is made up for.
//
// # Deskbell's own messages
//
// They come back as all others do. They are known by the id of the bot whose token sends them, and by their mark: the id of the action
// in content_attributes, which Chatwoot keeps as it is.
package chatwoot

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Table is one Chatwoot, as far as its events and calls depend on it. It is never written to while it is used.
type Table struct {
	Name    string           // of the destination
	Account int64            // at Chatwoot
	Bot     int64            // the agent bot whose token is used; zero: its messages are known by their mark alone
	Inboxes map[int64]string // property by inbox. Others are not Deskbell's, and their events are ignored
	Agents  map[int64]string // agent by user of Chatwoot. What others write is an agent's, who has no name
	Admin   bool             // there is a token of an administrator, too
}

// mark is the key of content_attributes that has the id of the action that sent a message.
const mark = "deskbell"

// departmentItem begins the value of an item by which a visitor chooses a department.
const departmentItem = "department:"

// own is the id of something at Chatwoot as Deskbell has it.
func (t *Table) own(id int64) string { return t.Name + ":" + strconv.FormatInt(id, 10) }

// theirs is the id at Chatwoot of something that own has named. ok is false for what is not of this Chatwoot.
func (t *Table) theirs(id string) (n int64, ok bool) {
	digits, ok := strings.CutPrefix(id, t.Name+":")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && n > 0
}

// path is one below the account.
func (t *Table) path(parts ...string) string {
	return "/api/v1/accounts/" + strconv.FormatInt(t.Account, 10) + "/" + strings.Join(parts, "/")
}

func (t *Table) conversation(id int64, rest ...string) string {
	return t.path(append([]string{"conversations", strconv.FormatInt(id, 10)}, rest...)...)
}

// RecentPath is where the conversations are that were changed within a time, all of them at once. It needs the token of an administrator.
func (t *Table) RecentPath(within time.Duration) string {
	return t.path("conversations") + "?status=all&updated_within=" + number(int64(math.Ceil(within.Seconds())))
}

// MessagesPath is where the last messages of a conversation before one of them are; 0: the last of all. It needs the token of an administrator.
func (t *Table) MessagesPath(conversation, before int64) string {
	path := t.conversation(conversation, "messages")
	if before > 0 {
		path += "?before=" + number(before)
	}
	return path
}

// WebhooksPath is where the webhooks of the account are. It needs the token of an administrator, as all that follow do.
func (t *Table) WebhooksPath() string { return t.path("webhooks") }

// InboxesPath is where the inboxes of the account are.
func (t *Table) InboxesPath() string { return t.path("inboxes") }

// AgentsPath is where the agents of the account are.
func (t *Table) AgentsPath() string { return t.path("agents") }

// MembersPath is where the agents of an inbox are.
func (t *Table) MembersPath(inbox int64) string { return t.path("inbox_members", number(inbox)) }
