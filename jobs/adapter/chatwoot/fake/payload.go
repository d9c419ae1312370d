package fake

import (
	"maps"
	"slices"
	"time"
)

// This file has what webhooks show.

func (a *account) webhook() object { return object{"id": a.id, "name": a.name} }
func (i *inbox) webhook() object   { return object{"id": i.ID, "name": i.Name} }

// shown is an inbox in a webhook of its own.
func (i *inbox) shown(time.Time) object {
	shown := i.webhook()
	shown["account"] = i.account.webhook()
	return shown
}

func (b *bot) webhook() object { return object{"id": b.ID, "name": b.Name, "type": "agent_bot"} }
func (b *bot) push() object    { return b.webhook() }

func (a *agent) webhook() object {
	return object{"id": a.ID, "name": a.Name, "email": a.Email, "type": "user"}
}

func (a *agent) push() object {
	return object{
		"id": a.ID, "name": a.Name, "available_name": a.Name, "avatar_url": "", "type": "user", "availability_status": a.Availability,
		"thumbnail": "",
	}
}

func (c *contact) webhook() object {
	return object{
		"account": c.account.webhook(), "additional_attributes": c.additional, "avatar": "", "custom_attributes": c.custom,
		"email": orNull(c.email), "id": c.id, "identifier": orNull(c.identifier), "name": c.name, "phone_number": orNull(c.phone),
		"thumbnail": "", "blocked": false,
	}
}

func (c *contact) push() object {
	shown := c.webhook()
	delete(shown, "account")
	delete(shown, "avatar")
	shown["type"] = "contact"
	return shown
}

func (l *link) push() object {
	return object{
		"id": l.id, "contact_id": l.contact.id, "inbox_id": l.inbox.ID, "source_id": l.source, "hmac_verified": false,
		"pubsub_token": "", "created_at": iso(l.created), "updated_at": iso(l.created),
	}
}

// triggered is what webwidget_triggered shows: a visitor opened the bubble.
func (l *link) triggered(event object) func(time.Time) object {
	return func(now time.Time) object {
		var current any
		if c := l.last(); c != nil {
			current = c.webhook(now)
		}
		return object{
			"id": l.id, "contact": l.contact.webhook(), "inbox": l.inbox.webhook(), "account": l.inbox.account.webhook(),
			"current_conversation": current, "source_id": l.source, "event_info": event,
		}
	}
}

// webhook is a conversation as it is now: an event may show a message that came after it.
func (c *conversation) webhook(time.Time) object {
	var messages []object
	if m := c.lastMessage((*message).isChat); m != nil {
		messages = append(messages, m.push())
	}
	meta := object{"sender": c.link.contact.push(), "assignee": nil, "assignee_type": nil, "team": nil, "hmac_verified": false}
	if c.assignee != nil {
		meta["assignee"], meta["assignee_type"] = c.assignee.push(), "User"
	}
	if c.team != nil {
		meta["team"] = object{"id": c.team.id, "name": c.team.name}
	}
	return object{
		"additional_attributes": c.additional, "can_reply": true, "channel": webWidget, "contact_inbox": c.link.push(), "id": c.id,
		"inbox_id": c.inbox.ID, "messages": slices.Concat([]object{}, messages), "labels": slices.Clone(c.labels), "meta": meta,
		"status": c.status, "custom_attributes": c.custom, "snoozed_until": iso(c.snoozedUntil), "unread_count": c.unread(),
		"first_reply_created_at": iso(c.firstReply), "priority": orNull(c.priority), "waiting_since": unix(c.waiting),
		"agent_last_seen_at": unix(c.seenByAgent), "contact_last_seen_at": 0, "last_activity_at": unix(c.active),
		"timestamp": unix(c.active), "created_at": unix(c.created), "updated_at": float64(c.updated.UnixMilli()) / 1000,
	}
}

// lastMessage is the newest one of a kind; nil: there is none.
func (c *conversation) lastMessage(is func(*message) bool) *message {
	for _, m := range slices.Backward(c.messages) {
		if is(m) {
			return m
		}
	}
	return nil
}

// unread counts visitors' messages that no agent has seen; ten at most.
func (c *conversation) unread() (n int) {
	for _, m := range c.messages {
		if m.kind == incoming && m.created.After(c.seenByAgent) {
			n++
		}
	}
	return min(n, 10)
}

func (m *message) webhook(now time.Time) object {
	c := m.conversation
	var sender any
	if m.sender != nil {
		sender = m.sender.webhook()
	}
	return object{
		"account": c.account.webhook(), "additional_attributes": object{}, "content_attributes": maps.Clone(m.attributes),
		"content_type": m.contentType, "content": m.content, "conversation": c.webhook(now), "created_at": iso(m.created), "id": m.id,
		"inbox": c.inbox.webhook(), "message_type": m.kindName(), "private": m.private, "sender": sender, "source_id": orNull(m.source),
	}
}

// push is a message as it stands in a conversation.
func (m *message) push() object {
	c := m.conversation
	var assignee any
	if c.assignee != nil {
		assignee = c.assignee.ID
	}
	shown := object{
		"id": m.id, "content": m.content, "account_id": c.account.id, "inbox_id": c.inbox.ID, "conversation_id": c.id,
		"message_type": m.kind, "created_at": unix(m.created), "updated_at": iso(m.updated), "private": m.private, "status": "sent",
		"source_id": orNull(m.source), "content_type": m.contentType, "content_attributes": maps.Clone(m.attributes),
		"sender_type": nil, "sender_id": nil, "external_source_ids": object{}, "additional_attributes": object{},
		"processed_message_content": m.content, "sentiment": object{},
		"conversation": object{
			"assignee_id": assignee, "unread_count": c.unread(), "last_activity_at": unix(c.active),
			"contact_inbox": object{"source_id": c.link.source},
		},
	}
	if m.sender != nil {
		shown["sender_type"], shown["sender_id"], shown["sender"] = m.sender.senderType(), m.sender.number(), m.sender.push()
	}
	return shown
}

// webWidget is the channel of a website's inbox.
const webWidget = "Channel::WebWidget"

// attributes are those that a browser gives to its conversations.
func (b Browser) attributes(now time.Time, to *inbox) object {
	info := b.info(now, to)
	return object{
		"browser_language": info["browser_language"], "browser": info["browser"], "initiated_at": info["initiated_at"],
		"referer": info["referer"],
	}
}

// info is what webwidget_triggered tells of a browser.
func (b Browser) info(now time.Time, to *inbox) object {
	or := func(given, usual string) string {
		if given == "" {
			return usual
		}
		return given
	}
	return object{
		"initiated_at": object{"timestamp": browserTime(now)}, "referer": or(b.Page, to.Website),
		"widget_language": or(b.Language, "en"), "browser_language": or(b.Language, "en"),
		"browser": object{
			"browser_name": or(b.Name, "Firefox"), "browser_version": or(b.Version, "145.0"), "device_name": or(b.Device, "Unknown"),
			"platform_name": or(b.Platform, "Generic Linux"), "platform_version": or(b.PlatformVersion, "0"),
		},
	}
}
