package definition

import (
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/widget"
)

const (
	mostEntries     = 1_000_000 // schedules, properties, agents of a file; a bound on the work, out of reach
	mostDepartments = 100       // of a property
	mostAgents      = 1000      // of a property or department
	mostDays        = 1000      // leaves of an agent
	mostCovers      = 1000      // in a file, or of an agent
	mostVia         = 20        // service URLs of an agent
)

func definitionsKind() table.Kind[Definitions] {
	return object("a definitions file", []table.Field[Definitions]{
		table.Key("schedules", mapOf("schedules", mostEntries, namedSchedule()), schedulesOf,
			"Opening hours by name, shared by whoever names them."),
		table.Key("properties", mapOf("properties", mostEntries, table.Pointer(propertyKind())), propertiesOf,
			"The websites and apps, each with one chat widget."),
		table.Key("agents", mapOf("agents", mostEntries, table.Pointer(agentKind())), agentsOf,
			"The people who answer chats."),
		table.Key("destinations", mapOf("destinations", mostEntries, table.Pointer(destinationKind())), destinationsOf,
			"Where actions are delivered."),
		table.Key("cover", listOf("covers", mostCovers, coverKind()), func(d *Definitions) *[]Cover { return &d.Cover },
			"Who stands in for whom, and when."),
	}, nil)
}

func propertyKind() table.Kind[Property] {
	return object("a property", append([]table.Field[Property]{
		table.Key("name", line(mostName), func(p *Property) *string { return &p.Name },
			"What people call it; its id where there is none."),
		table.Key("time_zone", timeZone(), func(p *Property) *string { return &p.TimeZone },
			"The zone of its schedules that name none, of conditions on time, and of times in texts. Where there is none, that of its schedule, or else the machine's (`DESKBELL_TIME_ZONE`)."),
		table.Key("language", language(), func(p *Property) *string { return &p.Language },
			"The language of its visitors."),
		table.Key("schedule", scheduleOf(), func(p *Property) *Schedule { return &p.Schedule },
			"When its chat is open: the name of a schedule, a preset, or a schedule in place. Always open where there is none."),
		table.Key("widget", policyKind(), func(p *Property) *widget.Policy { return &p.Widget },
			"What its widget shows when nobody can chat."),
		table.Key("agents", agentIDs(), func(p *Property) *[]string { return &p.Agents },
			"Who answers its chats, with its departments that are online. With no agents listed in either, the schedule alone decides."),
		table.Key("departments", mapOf("departments", mostDepartments, departmentKind()),
			func(p *Property) *map[string]Department { return &p.Departments },
			"Its departments, closed whenever the property is."),
		table.Key("destinations", explicit(setOf("destinations", mostAgents, id("destination"), table.Clip)),
			func(p *Property) *[]string { return &p.Destinations },
			"Where its actions go. All destinations where there is no list; nowhere with an empty one."),
	}, triggerKeys()...), nil)
}

func policyKind() table.Kind[widget.Policy] {
	return object("a widget", []table.Field[widget.Policy]{
		table.Key("outside_hours", shownForm("what a widget shows outside hours", widget.OutsideHoursModes()...),
			func(p *widget.Policy) *widget.Mode { return &p.OutsideHours },
			"What it shows outside hours. `offline` is `offline_form`, and `contact` is `contact_form`.").ByDefault("offline_form"),
		table.Key("no_agents", table.OneOf("what a widget shows without agents", widget.NoAgentsPolicies()...),
			func(p *widget.Policy) *string { return &p.NoAgents },
			"What it shows in hours while no agent is available. `offline` is as outside hours.").ByDefault("away"),
		table.Key("message", text(mostText), func(p *widget.Policy) *string { return &p.Message },
			"The text for `outside_hours: message`."),
		table.Key("waiting_at_close", table.OneOf("what becomes of who waits at close", widget.WaitingAtClosePolicies()...),
			func(p *widget.Policy) *string { return &p.WaitingAtClose },
			"What becomes of a chat that still waits when the hours end: it waits on, gets the reply for outside hours, or is turned into a message.").
			ByDefault("keep"),
	}, func(at table.Place, p *widget.Policy) {
		if p.OutsideHours == widget.Message && p.Message == "" {
			at.Fault("message", "is missing", "the text to show, as `outside_hours: message` asks for")
		}
	})
}

func departmentKind() table.Kind[Department] {
	return object("a department", []table.Field[Department]{
		table.Key("name", line(mostName), func(d *Department) *string { return &d.Name },
			"What people call it; its id where there is none."),
		table.Key("schedule", scheduleOf(), func(d *Department) *Schedule { return &d.Schedule },
			"When it is open; as the property where there is none."),
		table.Key("agents", agentIDs(), func(d *Department) *[]string { return &d.Agents },
			"Who answers its chats. With none listed, the schedule alone decides."),
	}, nil)
}

func agentKind() table.Kind[Agent] {
	return object("an agent", append([]table.Field[Agent]{
		table.Key("name", line(mostName), func(a *Agent) *string { return &a.Name },
			"What people call them; their id where there is none."),
		table.Key("time_zone", timeZone(), func(a *Agent) *string { return &a.TimeZone },
			"The zone of their leave and notices, and of their schedule where that names none. Without it, that of their schedule, or else the machine's (`DESKBELL_TIME_ZONE`)."),
		table.Key("schedule", scheduleOf(), func(a *Agent) *Schedule { return &a.Schedule },
			"When they work: the name of a schedule, a preset, or a schedule in place. Always where there is none."),
		table.Key("leave", listOf("leaves", mostDays, leave()), leaveOf,
			"When they are away, whatever the schedule says."),
		table.Key("cover", listOf("covers", mostCovers, coverKind()), func(a *Agent) *[]Cover { return &a.Cover },
			"Covers of which they are a part, `for` or `by`. A file needs each only once, here or under `cover`; over HTTP it stands with both agents."),
		table.Key("notify", notifyKind(), func(a *Agent) *Notify { return &a.Notify },
			"Which notices they get, and how. None where there is none."),
	}, presenceKeys()...), nil)
}

func notifyKind() table.Kind[Notify] {
	return object("notify", []table.Field[Notify]{
		table.Key("on", setOf("notices", mostVia, table.Then(table.OneOf("a notice", agent.Kinds()...), func(_ table.Place, k agent.Kind) string { return string(k) }), table.Clip),
			func(n *Notify) *[]string { return &n.On },
			"The notices they asked for: of their own hours, of the closing of properties and departments that they serve, that they were set offline or away and why, and of chats that need them."),
		table.Key("via", setOf("service URLs", mostVia, serviceURL(), hideURL), func(n *Notify) *[]string { return &n.Via },
			"Services that reach them, also with what triggers tell them. Secret. Without any, all goes to the destinations as `agent.notify`."),
	}, nil)
}

func agentIDs() table.Kind[[]string] { return setOf("agents", mostAgents, id("agent"), table.Clip) }

func schedulesOf(d *Definitions) *map[string]*hours.Spec     { return &d.Schedules }
func propertiesOf(d *Definitions) *map[string]*Property      { return &d.Properties }
func agentsOf(d *Definitions) *map[string]*Agent             { return &d.Agents }
func destinationsOf(d *Definitions) *map[string]*Destination { return &d.Destinations }
func leaveOf(a *Agent) *[]hours.Absence                      { return &a.Leave }
