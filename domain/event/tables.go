package event

import (
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// The bounds of one event's parts, in characters unless it says otherwise. The whole event has MaxEvent bytes.
const (
	mostURL      = 8192   // of a page, cut
	mostTitle    = 500    // of a page, cut
	mostLine     = 200    // of an attribute, cut
	mostName     = 100    // of a custom event, of a tag
	mostKey      = 64     // of a value's name
	mostValue    = 1024   // of a text among custom values
	mostField    = 32_768 // of a text in a form, which is a customer's letter
	mostDepth    = 4      // levels of custom values, the outermost included
	mostPosition = 1_000_000
	mostVisits   = 1_000_000_000
	leastTTL     = 10     // seconds of a session: shorter, it would end between two signs of life
	mostTTL      = 86_400 // seconds of a session
)

const (
	// MostText is how many characters a message has at most. Beyond them it is cut.
	MostText = 8192
	// MostTags is how many tags an event has at most.
	MostTags = 50
	// MostValues is how many values a map or a list of the application's own has at most.
	MostValues = 100
)

// spec is one type of event: the keys of its data, by their names in dataFields, and its purpose.
type spec struct {
	kind     Type
	required string
	optional string
	doc      string
	check    func(at table.Place, d *Data) // checks keys together, on faultless data; may be nil
}

// catalogue is every type of event. It is never written to.
var catalogue = []spec{
	{kind: VisitorArrived, required: "property visitor visit", optional: "tab page attributes",
		doc: "A visitor has come to the site. It begins a visit."},
	{kind: PageViewed, required: "property visitor visit page", optional: "tab attributes",
		doc: "A visitor has opened a page."},
	{kind: VisitorLeft, required: "property visitor visit", optional: "tab",
		doc: "A visitor has gone. It ends the visit, or with `tab` only that tab of it."},
	{kind: VisitorUpdated, required: "property visitor attributes", optional: "visit tab",
		doc: "More is known about a visitor. Attributes that are not given stay as they were."},
	{kind: VisitorCustom, required: "property visitor name", optional: "visit tab chat page values",
		doc: "Something of the application's own has happened to a visitor: `name` says what."},
	{kind: WidgetMaximized, required: "property visitor", optional: "visit tab page",
		doc: "A visitor has opened the widget."},
	{kind: WidgetMinimized, required: "property visitor", optional: "visit tab page",
		doc: "A visitor has closed the widget."},

	{kind: DepartmentChosen, required: "property visitor department", optional: "visit tab chat",
		doc: "A visitor has chosen a department."},
	{kind: FormAbandoned, required: "property visitor form", optional: "visit tab chat department page",
		doc: "A visitor has begun a form and not sent it."},
	{kind: FormSubmitted, required: "property visitor form", optional: "visit tab chat department page attributes",
		doc: "A visitor has sent a form."},

	{kind: ChatRequested, required: "property visitor chat", optional: "visit tab department text bot page attributes",
		doc: "A visitor asks for a chat and waits from now on."},
	{kind: ChatMessage, required: "property chat from", optional: "visitor visit tab agent text bot", check: onlyAgentsAreAgents,
		doc: "Somebody has written in a chat."},
	{kind: ChatQueued, required: "property chat", optional: "visitor visit department queue_position",
		doc: "A chat waits in a queue, or has moved on in it."},
	{kind: ChatAssigned, required: "property chat agent", optional: "visitor visit department",
		doc: "A chat has been given to an agent."},
	{kind: ChatAgentJoined, required: "property chat agent", optional: "visitor visit",
		doc: "An agent has joined a chat."},
	{kind: ChatAgentLeft, required: "property chat agent", optional: "visitor visit",
		doc: "An agent has left a chat."},
	{kind: ChatHandoff, required: "property chat", optional: "visitor visit department",
		doc: "A bot hands a chat over to people."},
	{kind: ChatTagged, required: "property chat", optional: "visitor visit added removed", check: someTags,
		doc: "The tags of a chat have changed: `added`, `removed` or both."},
	{kind: ChatEnded, required: "property chat", optional: "visitor visit",
		doc: "A chat is over."},

	{kind: AgentLoggedIn, required: "agent", optional: "property session ttl",
		doc: "An agent has logged in: a session of theirs begins."},
	{kind: AgentLoggedOut, required: "agent", optional: "property session",
		doc: "An agent has logged out: that session of theirs ends."},
	{kind: AgentStatusSet, required: "agent status", optional: "property locked session",
		doc: "An agent has chosen a status themselves. It holds until their next boundary; with `locked`, until undone. `scheduled` undoes it."},
	{kind: AgentActive, required: "agent", optional: "property session idle",
		doc: "An agent is doing something, and so is not idle; or, with `idle`, a session of theirs is open, and no more."},
}

// dataFields are all keys of the data, in the order of the reference.
var dataFields = []table.Field[Data]{
	table.Key("property", definedID("property"), func(d *Data) *string { return &d.Property },
		"The property on which it happened. Agents are the same on all of them."),
	table.Key("visitor", ownID("visitor"), func(d *Data) *string { return &d.Visitor },
		"The application's id of the visitor. In events of a chat the visitor who requested it, where it is absent."),
	table.Key("visit", ownID("visit"), func(d *Data) *string { return &d.Visit },
		"The application's id of this visit of the visitor; their latest, where it is absent."),
	table.Key("tab", ownID("tab"), func(d *Data) *string { return &d.Tab },
		"The application's id of the browser tab, where a visit may have several: each has its own page, and is left by itself."),
	table.Key("chat", ownID("chat"), func(d *Data) *string { return &d.Chat },
		"The application's id of the chat."),
	table.Key("department", definedID("department"), func(d *Data) *string { return &d.Department },
		"The department that it is for."),
	table.Key("agent", definedID("agent"), func(d *Data) *string { return &d.Agent },
		"The agent. In a message: who wrote it, with `from: agent` only."),
	table.Key("from", table.OneOf("an author", FromVisitor, FromAgent, FromBot), func(d *Data) *Author { return &d.From },
		"Who wrote the message."),
	table.Key("text", cut(MostText), func(d *Data) *string { return &d.Text },
		"What was written."),
	table.Key("bot", flag(), func(d *Data) *bool { return &d.Bot },
		"Whether a bot is answering: then there are no auto-replies."),
	table.Key("queue_position", count(mostPosition), func(d *Data) **int { return &d.QueuePosition },
		"The place in the queue."),
	table.Key("added", tags(), func(d *Data) *[]string { return &d.Added },
		"Tags that the chat did not have before."),
	table.Key("removed", tags(), func(d *Data) *[]string { return &d.Removed },
		"Tags that it has no longer."),
	table.Key("name", name(), func(d *Data) *string { return &d.Name },
		"What happened, in the application's own words."),
	table.Key("values", values(mostValue), func(d *Data) *Values { return &d.Values },
		"More about it: values of the application's own, by name."),
	table.Key("form", object("a form", formFields), func(d *Data) *Form { return &d.Form },
		"The form."),
	table.Key("page", object("a page", pageFields), func(d *Data) *Page { return &d.Page },
		"The page on which the visitor is."),
	table.Key("attributes", object("the attributes of a visitor", attributeFields), func(d *Data) *Attributes { return &d.Attributes },
		"What is known of the visitor."),
	table.Key("status", table.OneOf("a status", Online, Away, Invisible, Offline, Scheduled), func(d *Data) *Status { return &d.Status },
		"What the agent has chosen to be. `scheduled` is as their hours say, and undoes a choice."),
	table.Key("locked", flag(), func(d *Data) *bool { return &d.Locked },
		"Whether the choice holds until it is undone."),
	table.Key("session", ownID("session"), func(d *Data) *string { return &d.Session },
		"The application's id of the agent's session, where they may have several at once: they have left when the last one ends."),
	table.Key("ttl", seconds(leastTTL, mostTTL), func(d *Data) *int { return &d.TTL },
		"The seconds after which the session has ended without a sign of life in it, from 10 to 86400. Without it, the session lasts until it logs out."),
	table.Key("idle", flag(), func(d *Data) *bool { return &d.Idle },
		"Whether the agent does nothing: the event keeps a session with a `ttl` open, and is no sign of life of the agent."),
}

var formFields = []table.Field[Form]{
	table.Key("kind", formKind(), func(f *Form) *FormKind { return &f.Kind },
		"Which form it is. `offline_form`, as definitions and `form.show` have it, is the same form, and so on.").Mandatory(),
	table.Key("fields", values(mostField), func(f *Form) *Values { return &f.Fields },
		"What stands in it, by the names of its fields."),
}

var pageFields = []table.Field[Page]{
	table.Key("url", cut(mostURL), func(p *Page) *string { return &p.URL },
		"Its address, as the browser shows it.").Mandatory(),
	table.Key("title", cut(mostTitle), func(p *Page) *string { return &p.Title },
		"Its title."),
	table.Key("referrer", cut(mostURL), func(p *Page) *string { return &p.Referrer },
		"The page from which the visitor came."),
}

var attributeFields = []table.Field[Attributes]{
	table.Key("country", cut(mostLine), func(a *Attributes) *string { return &a.Country },
		"Their country, as in `GB` (ISO 3166-1)."),
	table.Key("region", cut(mostLine), func(a *Attributes) *string { return &a.Region },
		"Their region."),
	table.Key("city", cut(mostLine), func(a *Attributes) *string { return &a.City },
		"Their city."),
	table.Key("language", cut(mostLine), func(a *Attributes) *string { return &a.Language },
		"Their language, as in `fr` or `pt-BR`."),
	table.Key("browser", cut(mostLine), func(a *Attributes) *string { return &a.Browser },
		"Their browser."),
	table.Key("os", cut(mostLine), func(a *Attributes) *string { return &a.OS },
		"Their operating system."),
	table.Key("device", cut(mostLine), func(a *Attributes) *string { return &a.Device },
		"Their device, as in `desktop` or `mobile`."),
	table.Key("ip", address(), func(a *Attributes) *string { return &a.IP },
		"Their IP address. A port and a zone are left out: `203.0.113.7:80` is `203.0.113.7`."),
	table.Key("name", cut(mostLine), func(a *Attributes) *string { return &a.Name },
		"Their name."),
	table.Key("email", cut(mostLine), func(a *Attributes) *string { return &a.Email },
		"Their e-mail address."),
	table.Key("previous_visits", count(mostVisits), func(a *Attributes) **int { return &a.PreviousVisits },
		"How often they have been here before."),
	table.Key("previous_chats", count(mostVisits), func(a *Attributes) **int { return &a.PreviousChats },
		"How many chats they have had before."),
	table.Key("tags", tags(), func(a *Attributes) *[]string { return &a.Tags },
		"All their tags. An empty list takes them away."),
	table.Key("custom", values(mostValue), func(a *Attributes) *Values { return &a.Custom },
		"Values of the application's own, by name. A null takes one away."),
}

// onlyAgentsAreAgents is of a message.
func onlyAgentsAreAgents(at table.Place, d *Data) {
	if d.Agent != "" && d.From != FromAgent {
		at.Key("agent").Fault(d.Agent, "did not write a message that is from: "+string(d.From), "an agent with from: agent only")
	}
}

// someTags is of the tags of a chat.
func someTags(at table.Place, d *Data) {
	if len(d.Added) == 0 && len(d.Removed) == 0 {
		at.Fault("added", "is missing", "`added`, `removed` or both, with at least one tag")
	}
	for i, tag := range d.Removed {
		if slices.Contains(d.Added, tag) {
			at.Key("removed").Item(i).Fault(table.Clip(tag), "is added as well", "either of both")
		}
	}
}

// dataOf is the object that a type's data are.
func dataOf(s spec) table.Kind[Data] {
	required, optional := strings.Fields(s.required), strings.Fields(s.optional)
	var fields []table.Field[Data]
	for _, f := range dataFields {
		switch {
		case slices.Contains(required, f.Key):
			fields = append(fields, f.Mandatory())
		case slices.Contains(optional, f.Key):
			fields = append(fields, f)
		}
	}
	return table.Object[Data]{Noun: "the data of " + string(s.kind), Fields: fields, Check: s.check, ByProgram: true}.Kind()
}

// typed is a spec with the decoder of its data.
type typed struct {
	spec
	data table.Kind[Data]
}

// specs are those of the catalogue, by type. It is never written to.
var specs = func() map[Type]typed {
	all := make(map[Type]typed, len(catalogue))
	for _, s := range catalogue {
		all[s.kind] = typed{s, dataOf(s)}
	}
	return all
}()
