package definition

import (
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

const (
	mostEntries     = 1_000_000 // schedules, properties, agents of a file; a bound on the work, out of reach
	mostDepartments = 100       // of a property
	mostAgents      = 1000      // of a property or department
	mostDays        = 1000      // leaves of an agent
	mostVia         = 20        // service URLs of an agent
)

func definitionsKind() kind[Definitions] {
	return object("a definitions file", []field[Definitions]{
		key("schedules", mapOf("schedules", mostEntries, namedSchedule()), schedulesOf,
			"Opening hours by name, shared by whoever names them."),
		key("properties", mapOf("properties", mostEntries, pointer(propertyKind())), propertiesOf,
			"The websites and apps, each with one chat widget."),
		key("agents", mapOf("agents", mostEntries, pointer(agentKind())), agentsOf,
			"The people who answer chats."),
		key("destinations", mapOf("destinations", mostEntries, pointer(destinationKind())), destinationsOf,
			"Where actions are delivered."),
	}, nil)
}

func propertyKind() kind[Property] {
	return object("a property", append([]field[Property]{
		key("name", text(mostName), func(p *Property) *string { return &p.Name },
			"What people call it; its id where there is none."),
		key("time_zone", timeZone(), func(p *Property) *string { return &p.TimeZone },
			"The zone of its schedules that name none, of conditions on time, and of times in texts. Where there is none, the machine's (`DESKBELL_TIME_ZONE`), and its schedule's for conditions and texts."),
		key("language", language(), func(p *Property) *string { return &p.Language },
			"The language of its visitors."),
		key("schedule", scheduleOf(), func(p *Property) *Schedule { return &p.Schedule },
			"When its chat is open: the name of a schedule, a preset, or a schedule in place. Always open where there is none."),
		key("widget", policyKind(), func(p *Property) *widget.Policy { return &p.Widget },
			"What its widget shows when nobody can chat."),
		key("agents", agentIDs(), func(p *Property) *[]string { return &p.Agents },
			"Who answers its chats. With none listed, the schedule alone decides."),
		key("departments", mapOf("departments", mostDepartments, departmentKind()),
			func(p *Property) *map[string]Department { return &p.Departments },
			"Its departments, closed whenever the property is."),
		key("destinations", explicit(setOf("destinations", mostAgents, id("destination"), clip)),
			func(p *Property) *[]string { return &p.Destinations },
			"Where its actions go. All destinations where there is no list; nowhere with an empty one."),
	}, triggerKeys()...), nil)
}

func policyKind() kind[widget.Policy] {
	return object("a widget", []field[widget.Policy]{
		key("outside_hours", oneOf("what a widget shows outside hours", widget.OutsideHoursModes()...),
			func(p *widget.Policy) *widget.Mode { return &p.OutsideHours },
			"What it shows outside hours.").byDefault("offline_form"),
		key("no_agents", oneOf("what a widget shows without agents", widget.NoAgentsPolicies()...),
			func(p *widget.Policy) *string { return &p.NoAgents },
			"What it shows in hours while no agent is available. `offline` is as outside hours.").byDefault("away"),
		key("message", text(mostText), func(p *widget.Policy) *string { return &p.Message },
			"The text for `outside_hours: message`."),
		key("waiting_at_close", oneOf("what becomes of who waits at close", widget.WaitingAtClosePolicies()...),
			func(p *widget.Policy) *string { return &p.WaitingAtClose },
			"What becomes of a chat that still waits when the hours end: it waits on, gets the reply for outside hours, or is turned into a message.").
			byDefault("keep"),
	}, func(at place, p *widget.Policy) {
		if p.OutsideHours == widget.Message && p.Message == "" {
			at.fault("message", "is missing", "the text to show, as `outside_hours: message` asks for")
		}
	})
}

func departmentKind() kind[Department] {
	return object("a department", []field[Department]{
		key("name", text(mostName), func(d *Department) *string { return &d.Name },
			"What people call it; its id where there is none."),
		key("schedule", scheduleOf(), func(d *Department) *Schedule { return &d.Schedule },
			"When it is open; as the property where there is none."),
		key("agents", agentIDs(), func(d *Department) *[]string { return &d.Agents },
			"Who answers its chats. With none listed, the schedule alone decides."),
	}, nil)
}

func agentKind() kind[Agent] {
	return object("an agent", []field[Agent]{
		key("name", text(mostName), func(a *Agent) *string { return &a.Name },
			"What people call them; their id where there is none."),
		key("time_zone", timeZone(), func(a *Agent) *string { return &a.TimeZone },
			"The zone of their schedule and leave; the machine's (`DESKBELL_TIME_ZONE`) where there is none."),
		key("schedule", scheduleOf(), func(a *Agent) *Schedule { return &a.Schedule },
			"When they work: the name of a schedule, a preset, or a schedule in place. Always where there is none."),
		key("leave", listOf("leaves", mostDays, leave()), leaveOf,
			"When they are away, whatever the schedule says."),
		key("online_when", oneOf("a way to come online", "scheduled"), func(a *Agent) *string { return &a.OnlineWhen },
			"What puts them online.").byDefault("scheduled"),
		key("notify", notifyKind(), func(a *Agent) *Notify { return &a.Notify },
			"Which notices they get, and how. None where there is none."),
	}, nil)
}

func notifyKind() kind[Notify] {
	return object("notify", []field[Notify]{
		key("on", setOf("notices", mostVia, oneOf("a notice", "hours_started", "hours_ended", "closing_soon", "digest_opened"), clip),
			func(n *Notify) *[]string { return &n.On },
			"The notices they asked for: of their own hours, and of the closing of properties and departments that they serve."),
		key("via", setOf("service URLs", mostVia, serviceURL(), hideURL), func(n *Notify) *[]string { return &n.Via },
			"Services that reach them, also with what triggers tell them. Secret. Without any, all goes to the destinations as `agent.notify`."),
	}, nil)
}

func agentIDs() kind[[]string] { return setOf("agents", mostAgents, id("agent"), clip) }

func schedulesOf(d *Definitions) *map[string]*hours.Spec     { return &d.Schedules }
func propertiesOf(d *Definitions) *map[string]*Property      { return &d.Properties }
func agentsOf(d *Definitions) *map[string]*Agent             { return &d.Agents }
func destinationsOf(d *Definitions) *map[string]*Destination { return &d.Destinations }
func leaveOf(a *Agent) *[]hours.DateRange                    { return &a.Leave }
