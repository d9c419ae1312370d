package fake

import (
	"fmt"
	"strconv"
)

// Visit loads the widget of an inbox into a new visitor's page, and returns the source by which the browser is known from then on.
func (f *Chatwoot) Visit(inbox int, b Browser) (source string, err error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	to, err := f.world.inbox(inbox)
	if err != nil {
		return "", err
	}
	c, err := f.world.addContact(to.account, contact{})
	if err != nil {
		return "", err
	}
	c.name = "visitor-" + strconv.Itoa(c.id)
	return f.world.connect(c, to, "", b).source, nil
}

// as lets a visitor do something.
func (f *Chatwoot) as(source string, do func(*link) error) error {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	l, err := f.world.link(source)
	if err != nil {
		return err
	}
	return do(l)
}

// Open lets a visitor open the bubble.
func (f *Chatwoot) Open(source string) error {
	return f.as(source, func(l *link) error {
		info := l.browser.info(f.world.config.Now(), l.inbox)
		f.world.tell(notice{account: l.inbox.account, event: "webwidget_triggered", show: l.triggered(info)})
		return nil
	})
}

// Write lets a visitor write in their last conversation, or else in a new one, whose id it returns. [ErrFlood]: it is one too many.
func (f *Chatwoot) Write(source, text string) (conversation int, err error) {
	err = f.as(source, func(l *link) error {
		c := l.last()
		if c == nil {
			c = f.world.begin(l)
		}
		conversation = c.id
		_, err := f.world.add(c, message{kind: incoming, content: text, sender: l.contact})
		return err
	})
	return conversation, err
}

// WriteAnew lets a visitor begin another conversation.
func (f *Chatwoot) WriteAnew(source, text string) (conversation int, err error) {
	err = f.as(source, func(l *link) error {
		c := f.world.begin(l)
		conversation = c.id
		_, err := f.world.add(c, message{kind: incoming, content: text, sender: l.contact})
		return err
	})
	return conversation, err
}

// Pick lets a visitor pick a suggestion of a message. That changes the message, and makes no new one.
func (f *Chatwoot) Pick(source string, message int, title, value string) error {
	return f.as(source, func(l *link) error {
		for _, c := range l.conversations() {
			for _, m := range c.messages {
				if m.id != message || m.contentType != "input_select" {
					continue
				}
				changed := object{"submitted_values": []object{{"title": title, "value": value}}}
				for name, v := range m.attributes {
					if name != "submitted_values" {
						changed[name] = v
					}
				}
				m.attributes, m.updated = changed, f.world.config.Now()
				f.world.tell(notice{account: c.account, event: "message_updated", show: m.webhook})
				return nil
			}
		}
		return fmt.Errorf("message %d with suggestions: %w", message, ErrUnknown)
	})
}

// Introduce lets a visitor say who they are.
func (f *Chatwoot) Introduce(source, name, email string) error {
	return f.as(source, func(l *link) error {
		f.world.nameContact(l.contact, name, email)
		return nil
	})
}

// Merge makes one person of two: the contact of the second browser becomes that of the first. Nobody is told by a webhook.
func (f *Chatwoot) Merge(source, other string) error {
	return f.as(source, func(l *link) error {
		o, err := f.world.link(other)
		if err != nil || o.contact == l.contact {
			return err
		}
		base, gone := l.contact, o.contact
		for _, moved := range gone.links {
			moved.contact = base
		}
		base.links = append(base.links, gone.links...)
		gone.links = nil
		return nil
	})
}
