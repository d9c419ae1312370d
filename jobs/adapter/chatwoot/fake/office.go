package fake

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// This file has the routes of agents, inboxes, teams and webhooks.

// of finds one of the account by the id in the path.
func of[T any](c *call, name string, list []*T, number func(*T) int) (*T, error) {
	if id, err := strconv.Atoi(c.request.PathValue(name)); err == nil {
		if one := numbered(list, id, number); one != nil {
			return one, nil
		}
	}
	return nil, ErrUnknown
}

// numbered is the one of a list that has an id; nil: there is none.
func numbered[T any](list []*T, id int, number func(*T) int) *T {
	for _, one := range list {
		if number(one) == id {
			return one
		}
	}
	return nil
}

func showProfile(c *call) (any, error) { return c.agent.profile(c.world.config.Now()), nil }

func listAgents(c *call) (any, error) { return agentsOf(c), nil }

func agentsOf(c *call) []object {
	list := make([]object, 0, len(c.account.agents))
	for _, a := range c.account.agents {
		list = append(list, a.view(c.world.config.Now()))
	}
	return list
}

// updateAgent changes what is given. Nobody is told by a webhook.
func updateAgent(c *call) (any, error) {
	a, err := of(c, "agent", c.account.agents, (*agent).number)
	if err != nil {
		return nil, err
	}
	p := c.params
	if wrapped := p.part("agent"); wrapped != nil {
		p = wrapped
	}
	role, availability := p.text("role"), p.text("availability")
	if role != "" && role != "agent" && role != "administrator" || availability != "" && !slices.Contains([]string{online, busy, offline}, availability) {
		return nil, refuse(http.StatusInternalServerError, "Internal Server Error") // an enum's value that there is not
	}
	if role != "" {
		a.Administrator = role == "administrator"
	}
	if availability != "" {
		a.Availability = availability
	}
	if p["auto_offline"] != nil {
		a.AutoOffline = p.flag("auto_offline")
	}
	return a.view(c.world.config.Now()), nil
}

func listBots(c *call) (any, error) {
	list := make([]object, 0, len(c.account.bots))
	for _, b := range c.account.bots {
		shown := b.view()
		if !c.agent.Administrator {
			delete(shown, "access_token")
		}
		list = append(list, shown)
	}
	return list, nil
}

func listInboxes(c *call) (any, error) {
	list := make([]object, 0, len(c.account.inboxes))
	for _, i := range c.account.inboxes {
		list = append(list, i.view())
	}
	return object{"payload": list}, nil
}

func inboxOf(c *call) (*inbox, error) {
	return of(c, "inbox", c.account.inboxes, func(i *inbox) int { return i.ID })
}

func showInbox(c *call) (any, error) {
	i, err := inboxOf(c)
	if err != nil {
		return nil, err
	}
	return i.view(), nil
}

func showInboxBot(c *call) (any, error) {
	i, err := inboxOf(c)
	if err != nil {
		return nil, err
	}
	shown := object{}
	if i.bot != nil {
		shown = i.bot.view()
		delete(shown, "access_token")
	}
	return object{"agent_bot": shown}, nil
}

// listMembers has all agents of the account, each of whom is in every inbox here.
func listMembers(c *call) (any, error) {
	if _, err := inboxOf(c); err != nil {
		return nil, err
	}
	return object{"payload": agentsOf(c)}, nil
}

// updateInbox changes what is given, and drops in silence what an inbox cannot have: an unknown zone, with all else but the hours, and
// each row of hours that is wrong.
func updateInbox(c *call) (any, error) {
	i, err := inboxOf(c)
	if err != nil {
		return nil, err
	}
	changed := i.Inbox
	for name, to := range map[string]*string{
		"name": &changed.Name, "timezone": &changed.TimeZone, "out_of_office_message": &changed.OutOfOffice, "greeting_message": &changed.Greeting,
	} {
		if c.params.has(name) {
			*to = c.params.text(name)
		}
	}
	if c.params.has("working_hours_enabled") {
		changed.HoursEnabled = c.params.flag("working_hours_enabled")
	}
	if _, err := c.world.config.Zone(changed.TimeZone); err == nil && changed.Name != "" {
		i.Inbox = changed
	}
	rows, _ := c.params["working_hours"].([]any)
	for _, row := range rows {
		o, _ := row.(object)
		if weekday, ok := params(o).whole("day_of_week"); ok && weekday >= 0 && weekday < len(i.Hours) {
			if day := i.Hours[weekday].with(o); day.allowed() {
				i.Hours[weekday] = day
			}
		}
	}
	c.world.tell(notice{account: c.account, event: "inbox_updated", show: i.shown, changed: []object{}})
	return i.view(), nil
}

// with is the day with what a row gives.
func (d Day) with(row params) Day {
	for name, to := range map[string]*bool{"closed_all_day": &d.Closed, "open_all_day": &d.OpenAllDay} {
		if row.has(name) {
			*to = row.flag(name)
		}
	}
	for name, to := range map[string]*int{
		"open_hour": &d.OpenHour, "open_minutes": &d.OpenMinutes, "close_hour": &d.CloseHour, "close_minutes": &d.CloseMinutes,
	} {
		if n, ok := row.whole(name); ok {
			*to = n
		} else if row.has(name) {
			*to = -1 // null, which only a closed day may have
		}
	}
	if d.OpenAllDay {
		d.OpenHour, d.OpenMinutes, d.CloseHour, d.CloseMinutes = 0, 0, 23, 59
	}
	return d
}

func listTeams(c *call) (any, error) {
	list := make([]object, 0, len(c.account.teams))
	for _, t := range c.account.teams {
		list = append(list, t.view())
	}
	return list, nil
}

// events are those that a webhook may ask for.
func events() []string {
	return []string{
		"conversation_status_changed", "conversation_updated", "conversation_created", "contact_created", "contact_updated",
		"message_created", "message_updated", "webwidget_triggered", "inbox_created", "inbox_updated", "conversation_typing_on",
		"conversation_typing_off",
	}
}

func listWebhooks(c *call) (any, error) {
	list := make([]object, 0, len(c.account.webhooks))
	for _, h := range c.account.webhooks {
		list = append(list, h.view())
	}
	return object{"payload": object{"webhooks": list}}, nil
}

// check tells what is wrong with a webhook.
func (h *webhook) check() error {
	u, err := url.Parse(h.url)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return invalid("Url is invalid", "url")
	case slices.ContainsFunc(h.account.webhooks, func(o *webhook) bool { return o.id != h.id && o.url == h.url }):
		return invalid("Url has already been taken", "url")
	}
	for _, s := range h.subscriptions {
		if !slices.Contains(events(), s) {
			return invalid("Subscriptions Invalid events", "subscriptions")
		}
	}
	return nil
}

// read takes what a caller gave of a webhook.
func (h *webhook) read(p params) {
	if wrapped := p.part("webhook"); wrapped != nil {
		p = wrapped
	}
	if p.has("url") {
		h.url = strings.TrimSpace(p.text("url"))
	}
	if p.has("name") {
		h.name = p.text("name")
	}
	if p.has("subscriptions") {
		h.subscriptions = p.texts("subscriptions")
	}
}

func createWebhook(c *call) (any, error) {
	h := &webhook{account: c.account, subscriptions: events()[:8]}
	h.read(c.params)
	if err := h.check(); err != nil {
		return nil, err
	}
	if len(c.account.webhooks) >= mostRecords {
		return nil, ErrFull
	}
	h.id, h.secret = c.world.id(0), orRandom("")
	c.account.webhooks = append(c.account.webhooks, h)
	return object{"payload": object{"webhook": h.view()}}, nil
}

func webhookOf(c *call) (*webhook, error) {
	return of(c, "webhook", c.account.webhooks, func(h *webhook) int { return h.id })
}

func updateWebhook(c *call) (any, error) {
	h, err := webhookOf(c)
	if err != nil {
		return nil, err
	}
	changed := *h
	changed.read(c.params)
	if err := changed.check(); err != nil {
		return nil, err
	}
	*h = changed
	return object{"payload": object{"webhook": h.view()}}, nil
}

func deleteWebhook(c *call) (any, error) {
	h, err := webhookOf(c)
	if err != nil {
		return nil, err
	}
	c.account.webhooks = slices.DeleteFunc(c.account.webhooks, func(o *webhook) bool { return o == h })
	return nothing{}, nil
}
