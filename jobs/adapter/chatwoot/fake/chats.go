package fake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// This file has the routes of conversations.

func (c *call) conversation() (*conversation, error) {
	id, err := strconv.Atoi(c.request.PathValue("conversation"))
	if err != nil {
		return nil, ErrUnknown
	}
	return c.account.conversation(id)
}

// filtered are the conversations that the query asks for, the newest activity first, without regard to whose they are.
func (c *call) filtered() (list []*conversation) {
	status := cmp.Or(c.params.text("status"), open)
	inbox, inboxGiven := c.params.whole("inbox_id")
	team, teamGiven := c.params.whole("team_id")
	labels := c.request.URL.Query()["labels[]"]
	for _, one := range c.account.conversations {
		switch {
		case status != "all" && one.status != status,
			inboxGiven && one.inbox.ID != inbox,
			teamGiven && (one.team == nil || one.team.id != team),
			len(labels) > 0 && !slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(one.labels, l) }):
			continue
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b *conversation) int { return b.active.Compare(a.active) })
	return list
}

// counts are those of the query's conversations by whose they are.
func (c *call) counts(list []*conversation) object {
	mine, unassigned := 0, 0
	for _, one := range list {
		switch one.assignee {
		case nil:
			unassigned++
		case c.agent:
			mine++
		}
	}
	return object{"mine_count": mine, "unassigned_count": unassigned, "assigned_count": len(list) - unassigned, "all_count": len(list)}
}

func countConversations(c *call) (any, error) { return object{"meta": c.counts(c.filtered())}, nil }

// listConversations lists a page of 25, or, with updated_within, all that changed within so many seconds.
func listConversations(c *call) (any, error) {
	const perPage = 25
	list := c.filtered()
	counts := c.counts(list)
	list = slices.DeleteFunc(list, func(one *conversation) bool {
		switch c.params.text("assignee_type") {
		case "me":
			return one.assignee != c.agent
		case "unassigned":
			return one.assignee != nil
		case "assigned":
			return one.assignee == nil
		}
		return false
	})
	now := c.world.config.Now()
	if seconds, ok := c.params.whole("updated_within"); ok {
		since := now.Add(-time.Duration(seconds) * time.Second)
		list = slices.DeleteFunc(list, func(one *conversation) bool { return !one.updated.After(since) })
	} else {
		page, _ := c.params.whole("page")
		from := min((max(page, 1)-1)*perPage, len(list))
		list = list[from:min(from+perPage, len(list))]
	}
	shown := make([]object, 0, len(list))
	for _, one := range list {
		shown = append(shown, one.view(now))
	}
	return object{"data": object{"meta": counts, "payload": shown}}, nil
}

func showConversation(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	return one.view(c.world.config.Now()), nil
}

// createConversation begins one of a contact in an inbox, by a browser's source or a new one, with a message or without.
func createConversation(c *call) (any, error) {
	l, err := c.link()
	if err != nil {
		return nil, err
	}
	status := c.params.text("status")
	if status != "" && !slices.Contains(statuses(), status) {
		return nil, refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	one := c.world.begin(l)
	one.status = cmp.Or(status, one.status)
	if given := c.params.part("additional_attributes"); given != nil {
		one.additional = object(given)
	}
	if given := c.params.part("custom_attributes"); given != nil {
		one.custom = object(given)
	}
	one.snoozedUntil = c.params.instant("snoozed_until")
	one.assignee = c.assignee("assignee_id")
	one.team = c.team("team_id")
	if m := c.params.part("message"); m != nil {
		if _, err := addAs(c, one, m); err != nil {
			return nil, err
		}
	}
	return one.view(c.world.config.Now()), nil
}

// link finds or makes the contact's link to the inbox.
func (c *call) link() (*link, error) {
	source := c.params.text("source_id")
	contactID, contactGiven := c.params.whole("contact_id")
	inboxID, inboxGiven := c.params.whole("inbox_id")
	if !contactGiven || !inboxGiven {
		l, err := c.world.link(source)
		if err == nil && l.inbox.account != c.account {
			err = ErrUnknown
		}
		return l, err
	}
	person := slices.IndexFunc(c.account.contacts, func(p *contact) bool { return p.id == contactID })
	to := slices.IndexFunc(c.account.inboxes, func(i *inbox) bool { return i.ID == inboxID })
	if person < 0 || to < 0 {
		return nil, ErrUnknown
	}
	contact, inbox := c.account.contacts[person], c.account.inboxes[to]
	for _, l := range contact.links {
		if l.inbox == inbox && (source == "" || l.source == source) {
			return l, nil
		}
	}
	if _, err := c.world.link(source); err == nil {
		return nil, refuse(http.StatusUnprocessableEntity, "source_id should be unique")
	}
	return c.world.connect(contact, inbox, source, Browser{}), nil
}

// assignee is the agent of a parameter; nil: there is no such agent.
func (c *call) assignee(name string) *agent {
	id, _ := c.params.whole(name)
	return numbered(c.account.agents, id, func(a *agent) int { return a.ID })
}

// team is the team of a parameter; nil: there is no such team.
func (c *call) team(name string) *team {
	id, _ := c.params.whole(name)
	return numbered(c.account.teams, id, func(t *team) int { return t.id })
}

func statuses() []string { return []string{open, resolved, pending, snoozed} }

// toggleStatus sets the status that is given; without one it changes open to resolved, and all else to open. An agent whose token opens
// a conversation is assigned to it.
func toggleStatus(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	status := c.params.text("status")
	switch {
	case status == "" && one.status == open:
		status = resolved
	case status == "":
		status = open
	case !slices.Contains(statuses(), status):
		return nil, refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	until := c.params.instant("snoozed_until")
	c.world.setStatus(one, c.who(), status, until)
	if c.agent != nil && !c.agent.Administrator && status == open {
		c.world.change(one, c.who(), func() { one.assignee = c.agent })
	}
	return object{"meta": object{}, "payload": object{
		"success": true, "conversation_id": one.id, "current_status": one.status, "snoozed_until": iso(one.snoozedUntil),
	}}, nil
}

func togglePriority(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	priority := c.params.text("priority")
	if priority == "none" {
		priority = ""
	}
	if !slices.Contains([]string{"", "low", "medium", "high", "urgent"}, priority) {
		return nil, refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	c.world.change(one, c.who(), func() { one.priority = priority })
	if c.request.Method == http.MethodPatch {
		return one.view(c.world.config.Now()), nil
	}
	return nothing{}, nil
}

// toggleTyping shows that somebody types, which nobody sees here.
func toggleTyping(c *call) (any, error) {
	_, err := c.conversation()
	return nothing{}, err
}

// setCustomAttributes replaces all of them.
func setCustomAttributes(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	custom := c.params.part("custom_attributes")
	if custom == nil {
		custom = params{}
	}
	c.world.change(one, c.who(), func() { one.custom = object(custom) })
	return object{"custom_attributes": one.custom}, nil
}

// assign assigns to an agent or a team. An agent that there is not unassigns.
func assign(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	switch {
	case c.params.has("assignee_id"):
		to := c.assignee("assignee_id")
		c.world.change(one, c.who(), func() { one.assignee = to })
		if to != nil {
			return to.view(c.world.config.Now()), nil
		}
	case c.params.has("team_id"):
		to := c.team("team_id")
		c.world.change(one, c.who(), func() { one.team = to })
		if to != nil {
			return to.view(), nil
		}
	}
	return nil, nil
}

func listLabels(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	return object{"payload": slices.Clone(one.labels)}, nil
}

// setLabels replaces all of them.
func setLabels(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	labels := c.params.texts("labels")
	c.world.change(one, c.who(), func() { one.labels = labels })
	return object{"payload": slices.Clone(labels)}, nil
}
