package fake

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Errors of what people do.
var (
	// ErrUnknown is of an account, inbox, agent, visitor, conversation or message that is not there.
	ErrUnknown = errors.New("no such record")
	// ErrFull is of a record over the bounds of what is kept.
	ErrFull = errors.New("too many records")
	// ErrFlood is of a message over the limit of its conversation.
	ErrFlood = errors.New("Validation failed: Too many messages") //nolint:staticcheck // Chatwoot's words
)

// world is the state of all accounts. mu is held while it is read or changed.
type world struct {
	config Config
	tell   func(notice) // takes an event whose webhooks are to be sent

	mu       sync.Mutex
	accounts []*account
	next     int // the next id
}

// A notice is an event of an account. What it shows is read when it is sent.
type notice struct {
	account *account
	event   string
	show    func(now time.Time) object
	changed []object // changed_attributes; nil: the event has none
}

// id is the one that was asked for, or the next one that is free.
func (w *world) id(asked int) int {
	if asked > 0 {
		w.next = max(w.next, asked)
		return asked
	}
	w.next++
	return w.next
}

func (w *world) account(id int) (*account, error) {
	for _, a := range w.accounts {
		if a.id == id {
			return a, nil
		}
	}
	return nil, fmt.Errorf("account %d: %w", id, ErrUnknown)
}

// find looks in a list of every account.
func find[T any](w *world, what string, id int, list func(*account) []*T, number func(*T) int) (*T, error) {
	for _, a := range w.accounts {
		for _, one := range list(a) {
			if number(one) == id {
				return one, nil
			}
		}
	}
	return nil, fmt.Errorf("%s %d: %w", what, id, ErrUnknown)
}

func (w *world) agent(id int) (*agent, error) {
	return find(w, "agent", id, func(a *account) []*agent { return a.agents }, (*agent).number)
}

func (w *world) bot(id int) (*bot, error) {
	return find(w, "bot", id, func(a *account) []*bot { return a.bots }, (*bot).number)
}

func (w *world) inbox(id int) (*inbox, error) {
	return find(w, "inbox", id, func(a *account) []*inbox { return a.inboxes }, func(i *inbox) int { return i.ID })
}

// link finds a visitor by the browser's source.
func (w *world) link(source string) (*link, error) {
	for _, a := range w.accounts {
		for _, c := range a.contacts {
			for _, l := range c.links {
				if l.source == source {
					return l, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("visitor %s: %w", source, ErrUnknown)
}

// conversation finds one of an account by its display id.
func (a *account) conversation(id int) (*conversation, error) {
	i, ok := slices.BinarySearchFunc(a.conversations, id, func(c *conversation, id int) int { return c.id - id })
	if !ok {
		return nil, fmt.Errorf("conversation %d: %w", id, ErrUnknown)
	}
	return a.conversations[i], nil
}

// addContact makes a person who comes to an inbox, if any, by a browser.
func (w *world) addContact(a *account, c contact) (*contact, error) {
	if len(a.contacts) >= mostContacts {
		return nil, fmt.Errorf("adding a contact: %w", ErrFull)
	}
	added := &c
	added.id, added.account, added.created = w.id(0), a, w.config.Now()
	for _, o := range []*object{&added.additional, &added.custom} {
		if *o == nil {
			*o = object{}
		}
	}
	a.contacts = append(a.contacts, added)
	w.tell(notice{account: a, event: "contact_created", show: func(time.Time) object { return added.webhook() }})
	return added, nil
}

// nameContact gives a person a name and an address.
func (w *world) nameContact(c *contact, name, email string) {
	var changed []object
	set := func(what string, of *string, to string) {
		if *of != to {
			changed = append(changed, object{what: object{"previous_value": orNull(*of), "current_value": orNull(to)}})
			*of = to
		}
	}
	set("name", &c.name, name)
	set("email", &c.email, email)
	if changed != nil {
		w.tell(notice{account: c.account, event: "contact_updated", show: func(time.Time) object { return c.webhook() }, changed: changed})
	}
}

// connect links a person to an inbox.
func (w *world) connect(c *contact, to *inbox, source string, b Browser) *link {
	l := &link{id: w.id(0), source: orRandom(source), contact: c, inbox: to, browser: b, created: w.config.Now()}
	c.links = append(c.links, l)
	return l
}

// outOfOffice tells whether the inbox's hours say that it is closed now.
func (w *world) outOfOffice(i *inbox) bool {
	zone, err := w.config.Zone(i.TimeZone)
	if !i.HoursEnabled || err != nil {
		return false
	}
	local := w.config.Now().In(zone)
	return !i.Hours[local.Weekday()].open(local)
}
