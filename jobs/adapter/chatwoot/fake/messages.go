package fake

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// This file has the routes of messages and contacts.

// listMessages lists the last 20, those before an id, up to 100 after one, or those between two.
func listMessages(c *call) (any, error) {
	const latest, mostAfter, mostBetween = 20, 100, 1000
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	after, afterGiven := c.params.whole("after")
	before, beforeGiven := c.params.whole("before")
	list := slices.DeleteFunc(slices.Clone(one.messages), func(m *message) bool {
		return beforeGiven && m.id >= before || afterGiven && (m.id < after || m.id == after && !beforeGiven)
	})
	switch {
	case afterGiven && beforeGiven:
		list = list[:min(len(list), mostBetween)]
	case afterGiven:
		list = list[:min(len(list), mostAfter)]
	default:
		list = list[max(0, len(list)-latest):]
	}
	shown := make([]object, 0, len(list))
	for _, m := range list {
		shown = append(shown, m.view())
	}
	meta := object{
		"labels": slices.Clone(one.labels), "additional_attributes": one.additional, "contact": one.link.contact.push(),
		"agent_last_seen_at": iso(one.seenByAgent), "assignee_last_seen_at": iso(one.seenByAgent),
	}
	if one.assignee != nil {
		meta["assignee"] = one.assignee.push()
	}
	return object{"meta": meta, "payload": shown}, nil
}

func createMessage(c *call) (any, error) {
	one, err := c.conversation()
	if err != nil {
		return nil, err
	}
	m, err := addAs(c, one, c.params)
	if err != nil {
		return nil, err
	}
	shown := m.view()
	if echo := c.params.text("echo_id"); echo != "" {
		shown["echo_id"] = echo
	}
	return shown, nil
}

// addAs sends a message as the caller.
func addAs(c *call, to *conversation, p params) (*message, error) {
	const mostText = 150_000
	kind, contentType := cmp.Or(p.text("message_type"), "outgoing"), cmp.Or(p.text("content_type"), "text")
	attributes := p.part("content_attributes")
	known := []string{"text", "input_text", "input_textarea", "input_email", "input_select", "cards", "form", "article", "input_csat"}
	switch {
	case kind == "incoming":
		return nil, refuse(http.StatusUnprocessableEntity, "Incoming messages are only allowed in Api inboxes")
	case kind != "outgoing":
		return nil, refuse(http.StatusUnprocessableEntity, "'"+kind+"' is not a valid message_type")
	case !slices.Contains(known, contentType):
		return nil, refuse(http.StatusUnprocessableEntity, "'"+contentType+"' is not a valid content_type")
	case len(p.text("content")) > mostText:
		return nil, refuse(http.StatusUnprocessableEntity, "Validation failed: Content is too long (maximum is 150000 characters)")
	case contentType == "input_select":
		if err := checkItems(attributes); err != nil {
			return nil, err
		}
	}
	return c.world.add(to, message{
		kind: outgoing, content: p.text("content"), contentType: contentType, attributes: maps.Clone(object(attributes)),
		private: p.flag("private"), source: p.text("source_id"), sender: c.who(),
	})
}

// checkItems tells what is wrong with the suggestions of a message.
func checkItems(attributes params) error {
	items, _ := attributes["items"].([]any)
	if len(items) == 0 {
		return refuse(http.StatusUnprocessableEntity, "Validation failed: Content attributes At least one item is required.")
	}
	for _, item := range items {
		o, ok := item.(object)
		if !ok {
			return refuse(http.StatusUnprocessableEntity, "Validation failed: Content attributes Items should be a hash.")
		}
		for name := range o {
			if name != "title" && name != "value" {
				return refuse(http.StatusUnprocessableEntity,
					"Validation failed: Content attributes contains invalid keys for items : [:"+name+"]")
			}
		}
	}
	return nil
}

// searchContacts lists a page of 15 of those whose name, e-mail address, phone number or identifier has the text.
func searchContacts(c *call) (any, error) {
	const perPage = 15
	q := strings.ToLower(strings.TrimSpace(c.params.text("q")))
	if q == "" {
		return nil, refuse(http.StatusUnprocessableEntity, "Specify search string with parameter q")
	}
	found := []object{}
	for _, p := range c.account.contacts {
		if strings.Contains(strings.ToLower(p.name+"\n"+p.email+"\n"+p.phone+"\n"+p.identifier), q) {
			found = append(found, p.view())
		}
	}
	page, _ := c.params.whole("page")
	page = max(page, 1)
	from := min((page-1)*perPage, len(found))
	return object{
		"meta": object{"count": len(found), "current_page": page}, "payload": found[from:min(from+perPage, len(found))],
	}, nil
}

func showContact(c *call) (any, error) {
	p, err := of(c, "contact", c.account.contacts, (*contact).number)
	if err != nil {
		return nil, err
	}
	return object{"payload": p.view()}, nil
}

// createContact makes a contact and, where an inbox is given, a link to it.
func createContact(c *call) (any, error) {
	given := contact{
		name: c.params.text("name"), email: c.params.text("email"), phone: c.params.text("phone_number"),
		identifier: c.params.text("identifier"), additional: object(c.params.part("additional_attributes")),
		custom: object(c.params.part("custom_attributes")),
	}
	for _, o := range c.account.contacts {
		switch {
		case given.email != "" && strings.EqualFold(o.email, given.email):
			return nil, invalid("Email has already been taken", "email")
		case given.identifier != "" && o.identifier == given.identifier:
			return nil, invalid("Identifier has already been taken", "identifier")
		}
	}
	to := slices.IndexFunc(c.account.inboxes, func(i *inbox) bool { id, _ := c.params.whole("inbox_id"); return i.ID == id })
	if c.params.has("inbox_id") && to < 0 {
		return nil, ErrUnknown
	}
	p, err := c.world.addContact(c.account, given)
	if err != nil {
		return nil, err
	}
	shown := object{"contact": p.view(), "contact_inbox": object{"inbox": nil, "source_id": nil}}
	if to >= 0 {
		l := c.world.connect(p, c.account.inboxes[to], c.params.text("source_id"), Browser{})
		shown["contact"], shown["contact_inbox"] = p.view(), object{"inbox": l.inbox.brief(), "source_id": l.source}
	}
	return object{"payload": shown}, nil
}

// updateContact changes the name and the address, where they are given.
func updateContact(c *call) (any, error) {
	p, err := of(c, "contact", c.account.contacts, (*contact).number)
	if err != nil {
		return nil, err
	}
	name, email := p.name, p.email
	if c.params.has("name") {
		name = c.params.text("name")
	}
	if c.params.has("email") {
		email = c.params.text("email")
	}
	c.world.nameContact(p, name, email)
	return object{"payload": p.view()}, nil
}
