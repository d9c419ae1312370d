package fake

import (
	"time"
)

// object is a JSON object, as Chatwoot's views write it.
type object = map[string]any

// What can be said of agents and conversations.
const (
	online, busy, offline            = "online", "busy", "offline"
	open, resolved, pending, snoozed = "open", "resolved", "pending", "snoozed"
)

// account holds everything of one account. Ids of its conversations begin at 1; all other ids are the server's.
type account struct {
	id            int
	name          string
	agents        []*agent
	bots          []*bot
	inboxes       []*inbox
	teams         []*team
	contacts      []*contact
	conversations []*conversation // oldest first
	webhooks      []*webhook
	numbered      int // conversations so far
}

type team struct {
	id      int
	name    string
	account *account
}

// agent is a user of an account.
type agent struct {
	Agent
	account *account
	pinged  time.Time // when the agent's page was last there
}

// bot is an agent bot of an account.
type bot struct {
	Bot
	account *account
}

type inbox struct {
	Inbox
	account *account
	bot     *bot // connected; nil: none
}

// contact is a person. A link says by which browser they came to which inbox.
type contact struct {
	id                  int
	name, email, phone  string
	identifier          string
	additional, custom  object
	created, lastActive time.Time
	account             *account
	links               []*link
}

type link struct {
	id      int
	source  string // the browser's
	contact *contact
	inbox   *inbox
	browser Browser
	created time.Time
}

// conversations of the link, oldest first.
func (l *link) conversations() (list []*conversation) {
	for _, c := range l.inbox.account.conversations {
		if c.link == l {
			list = append(list, c)
		}
	}
	return list
}

// last is the newest conversation; nil: none.
func (l *link) last() *conversation {
	list := l.conversations()
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

type conversation struct {
	id                  int // its display id
	uuid                string
	account             *account
	inbox               *inbox
	link                *link
	status, priority    string // priority "": none
	snoozedUntil        time.Time
	assignee            *agent
	team                *team
	labels              []string
	additional, custom  object
	created, updated    time.Time
	active              time.Time // its last message
	waiting, firstReply time.Time // zero: not waiting, no reply
	seenByAgent         time.Time
	messages            []*message
}

// message types, as numbers in the API and as texts in webhooks.
const (
	incoming = iota
	outgoing
	activity
	template
)

type message struct {
	id           int
	conversation *conversation
	kind         int
	content      string
	contentType  string
	attributes   object // content_attributes
	private      bool
	source       string // source_id
	sender       party  // nil: Chatwoot itself
	created      time.Time
	updated      time.Time
}

// kindName is the type of a message as webhooks tell it.
func (m *message) kindName() string {
	return []string{"incoming", "outgoing", "activity", "template"}[m.kind]
}

// isChat tells whether visitors see it.
func (m *message) isChat() bool { return m.kind != activity && !m.private }

// party is somebody who can send a message: contact, agent or bot.
type party interface {
	senderType() string
	number() int
	webhook() object // as webhooks show it
	push() object    // as the API shows it
}

func (c *contact) senderType() string { return "Contact" }
func (c *contact) number() int        { return c.id }
func (a *agent) senderType() string   { return "User" }
func (a *agent) number() int          { return a.ID }
func (b *bot) senderType() string     { return "AgentBot" }
func (b *bot) number() int            { return b.ID }

// webhook is a subscription of an account.
type webhook struct {
	id            int
	account       *account
	url, name     string
	subscriptions []string
	secret        string
}

// availability is what an agent is seen as: with AutoOffline, online and busy need a page that was there within 20 seconds.
func (a *agent) availability(now time.Time) string {
	const presence = 20 * time.Second
	if a.AutoOffline && (a.pinged.IsZero() || now.Sub(a.pinged) > presence) {
		return offline
	}
	return a.Availability
}
