package fake

import (
	"slices"
	"time"
)

// This file has what the API shows, where it is not what webhooks show.

// view is an agent. The token is shown to nobody.
func (a *agent) view(now time.Time) object {
	return object{
		"id": a.ID, "account_id": a.account.id, "availability_status": a.availability(now), "auto_offline": a.AutoOffline,
		"confirmed": true, "email": a.Email, "provider": "email", "available_name": a.Name, "name": a.Name, "role": a.role(),
		"thumbnail": "", "custom_role_id": nil,
	}
}

// profile is what agents read of themselves.
func (a *agent) profile(now time.Time) object {
	return object{
		"id": a.ID, "access_token": a.Token, "account_id": a.account.id, "available_name": a.Name, "avatar_url": "", "confirmed": true,
		"display_name": nil, "message_signature": nil, "email": a.Email, "hmac_identifier": "", "inviter_id": nil, "name": a.Name,
		"provider": "email", "pubsub_token": "", "role": a.role(), "ui_settings": object{}, "uid": a.Email, "type": nil,
		"accounts": []object{{
			"id": a.account.id, "name": a.account.name, "status": "active", "active_at": iso(now), "role": a.role(),
			"permissions": []string{a.role()}, "availability": a.Availability, "availability_status": a.availability(now),
			"auto_offline": a.AutoOffline, "custom_role_id": nil, "custom_role": nil,
		}},
	}
}

func (b *bot) view() object {
	return object{
		"id": b.ID, "name": b.Name, "description": "", "thumbnail": "", "outgoing_url": "", "bot_type": "webhook", "bot_config": object{},
		"account_id": b.account.id, "access_token": b.Token, "system_bot": false,
	}
}

func (d Day) view(weekday int) object {
	shown := object{
		"day_of_week": weekday, "closed_all_day": d.Closed, "open_all_day": d.OpenAllDay,
		"open_hour": nil, "open_minutes": nil, "close_hour": nil, "close_minutes": nil,
	}
	if !d.Closed {
		shown["open_hour"], shown["open_minutes"] = d.OpenHour, d.OpenMinutes
		shown["close_hour"], shown["close_minutes"] = d.CloseHour, d.CloseMinutes
	}
	return shown
}

func (i *inbox) view() object {
	hours := make([]object, 0, len(i.Hours))
	for day, row := range i.Hours {
		hours = append(hours, row.view(day))
	}
	return object{
		"id": i.ID, "avatar_url": "", "channel_id": i.ID, "name": i.Name, "channel_type": webWidget, "greeting_enabled": i.Greeting != "",
		"greeting_message": orNull(i.Greeting), "working_hours_enabled": i.HoursEnabled, "enable_email_collect": true,
		"csat_survey_enabled": false, "enable_auto_assignment": false, "auto_assignment_config": object{},
		"out_of_office_message": orNull(i.OutOfOffice), "working_hours": hours, "timezone": i.TimeZone, "callback_webhook_url": nil,
		"allow_messages_after_resolved": true, "lock_to_single_conversation": false, "sender_name_type": "friendly",
		"business_name": nil, "widget_color": "#1f93ff", "website_url": i.Website, "hmac_mandatory": false, "welcome_title": nil,
		"welcome_tagline": nil, "web_widget_script": "", "website_token": "", "selected_feature_flags": []string{"attachments"},
		"reply_time": "in_a_few_minutes", "messaging_service_sid": nil, "phone_number": nil, "provider": nil,
	}
}

// brief is an inbox within a contact.
func (i *inbox) brief() object {
	return object{
		"id": i.ID, "avatar_url": "", "channel_id": i.ID, "name": i.Name, "channel_type": webWidget, "provider": "",
	}
}

func (c *contact) view() object {
	links := make([]object, 0, len(c.links))
	for _, l := range c.links {
		links = append(links, object{"source_id": l.source, "inbox": l.inbox.brief()})
	}
	shown := c.sender()
	shown["contact_inboxes"] = links
	return shown
}

// sender is a contact within a conversation.
func (c *contact) sender() object {
	return object{
		"additional_attributes": c.additional, "availability_status": offline, "email": orNull(c.email), "id": c.id, "name": c.name,
		"phone_number": orNull(c.phone), "blocked": false, "identifier": orNull(c.identifier), "thumbnail": "",
		"custom_attributes": c.custom, "last_activity_at": unix(c.lastActive), "created_at": unix(c.created),
	}
}

func (c *conversation) view(now time.Time) object {
	meta := object{"sender": c.link.contact.sender(), "channel": webWidget, "hmac_verified": false}
	if c.assignee != nil {
		meta["assignee"] = c.assignee.view(now)
	}
	if c.team != nil {
		meta["team"] = c.team.view()
	}
	messages, last := []object{}, any(nil)
	if m := c.lastMessage(func(*message) bool { return true }); m != nil {
		messages = append(messages, m.push())
	}
	if m := c.lastMessage(func(m *message) bool { return m.kind != activity }); m != nil {
		last = m.push()
	}
	return object{
		"meta": meta, "id": c.id, "messages": messages, "account_id": c.account.id, "uuid": c.uuid,
		"additional_attributes": c.additional, "agent_last_seen_at": unix(c.seenByAgent), "assignee_last_seen_at": unix(c.seenByAgent),
		"can_reply": true, "contact_last_seen_at": 0, "custom_attributes": c.custom, "inbox_id": c.inbox.ID,
		"labels": slices.Clone(c.labels), "muted": false, "snoozed_until": iso(c.snoozedUntil), "status": c.status,
		"created_at": unix(c.created), "updated_at": float64(c.updated.UnixMilli()) / 1000, "timestamp": unix(c.active),
		"first_reply_created_at": unix(c.firstReply), "unread_count": c.unread(), "last_non_activity_message": last,
		"last_activity_at": unix(c.active), "priority": orNull(c.priority), "waiting_since": unix(c.waiting), "sla_policy_id": nil,
	}
}

func (t *team) view() object {
	return object{
		"id": t.id, "name": t.name, "description": nil, "allow_auto_assign": false, "account_id": t.account.id, "is_member": false,
	}
}

// view is a message as the API shows it.
func (m *message) view() object {
	shown := object{
		"id": m.id, "content": m.content, "inbox_id": m.conversation.inbox.ID, "conversation_id": m.conversation.id,
		"message_type": m.kind, "content_type": m.contentType, "status": "sent", "content_attributes": m.attributes,
		"created_at": unix(m.created), "private": m.private, "source_id": orNull(m.source),
	}
	if m.sender != nil {
		shown["sender"] = m.sender.push()
	}
	return shown
}

func (h *webhook) view() object {
	return object{
		"id": h.id, "name": h.name, "url": h.url, "account_id": h.account.id, "subscriptions": slices.Clone(h.subscriptions),
		"secret": h.secret,
	}
}
