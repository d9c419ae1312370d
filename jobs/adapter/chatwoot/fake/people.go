package fake

import (
	"fmt"
	"slices"
	"time"
)

// An Actor is an agent at work. It is made by [Chatwoot.As].
type Actor struct {
	world *world
	id    int
}

// As is the agent of an id. What they do fails with [ErrUnknown] where there is no such agent, or conversation in their account.
func (f *Chatwoot) As(agent int) Actor { return Actor{f.world, agent} }

// do runs one thing that an agent does.
func (a Actor) do(what func(*agent) error) error {
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	a.world.wake()
	who, err := a.world.agent(a.id)
	if err != nil {
		return err
	}
	return what(who)
}

// in runs one thing that an agent does in a conversation, which they have seen then.
func (a Actor) in(id int, what func(*agent, *conversation) error) error {
	return a.do(func(who *agent) error {
		c, err := who.account.conversation(id)
		if err != nil {
			return err
		}
		c.seenByAgent = a.world.config.Now()
		return what(who, c)
	})
}

// Answer writes to the visitor.
func (a Actor) Answer(id int, text string) error {
	return a.in(id, func(who *agent, c *conversation) error {
		_, err := a.world.add(c, message{kind: outgoing, content: text, sender: who})
		return err
	})
}

// Note writes what only agents see.
func (a Actor) Note(id int, text string) error {
	return a.in(id, func(who *agent, c *conversation) error {
		_, err := a.world.add(c, message{kind: outgoing, private: true, content: text, sender: who})
		return err
	})
}

// Assign assigns a conversation to an agent; 0: to nobody.
func (a Actor) Assign(id, to int) error {
	return a.in(id, func(who *agent, c *conversation) error {
		i := slices.IndexFunc(who.account.agents, func(o *agent) bool { return o.ID == to })
		if to != 0 && i < 0 {
			return fmt.Errorf("agent %d: %w", to, ErrUnknown)
		}
		a.world.change(c, who, func() {
			c.assignee = nil
			if i >= 0 {
				c.assignee = who.account.agents[i]
			}
		})
		return nil
	})
}

// Resolve ends a conversation.
func (a Actor) Resolve(id int) error {
	return a.in(id, func(who *agent, c *conversation) error {
		a.world.setStatus(c, who, resolved, time.Time{})
		return nil
	})
}

// Reopen opens a conversation again.
func (a Actor) Reopen(id int) error {
	return a.in(id, func(who *agent, c *conversation) error {
		a.world.setStatus(c, who, open, time.Time{})
		return nil
	})
}

// Snooze puts a conversation away until an instant; zero: until the visitor writes.
func (a Actor) Snooze(id int, until time.Time) error {
	return a.in(id, func(who *agent, c *conversation) error {
		a.world.setStatus(c, who, snoozed, until)
		return nil
	})
}

// Label sets the labels of a conversation.
func (a Actor) Label(id int, labels ...string) error {
	return a.in(id, func(who *agent, c *conversation) error {
		a.world.change(c, who, func() { c.labels = slices.Concat([]string{}, labels) })
		return nil
	})
}

// SetAvailability makes the agent online, busy or offline. Nobody is told by a webhook.
func (a Actor) SetAvailability(availability string) error {
	return a.do(func(who *agent) error {
		if !slices.Contains([]string{online, busy, offline}, availability) {
			return fmt.Errorf("availability %q: %w", availability, ErrUnknown)
		}
		who.Availability = availability
		return nil
	})
}

// Ping says that the agent's page is there. It counts for 20 seconds.
func (a Actor) Ping() error {
	return a.do(func(who *agent) error {
		who.pinged = a.world.config.Now()
		return nil
	})
}

// Say lets a bot write to a visitor.
func (f *Chatwoot) Say(botID, conversation int, text string) error {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	b, err := f.world.bot(botID)
	if err != nil {
		return err
	}
	c, err := b.account.conversation(conversation)
	if err != nil {
		return err
	}
	_, err = f.world.add(c, message{kind: outgoing, content: text, sender: b})
	return err
}

// Tick does what Chatwoot does by itself in time: it opens conversations whose snooze is over. Every request does so, too.
func (f *Chatwoot) Tick() {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.world.wake()
}
