package definition

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

const (
	// DefaultSlow is how long a chat waits for a first answer before agents are invited who receive when it is slow.
	DefaultSlow = hours.Duration(time.Minute)

	mostPatience = 24 * time.Hour // with agents: auto-offline, idle, slow, reassigned
	mostCapacity = 1000           // chats of an agent
)

// presenceKeys are the keys of an agent about what puts them online and takes them off, and about their chats.
func presenceKeys() []table.Field[Agent] {
	return []table.Field[Agent]{
		table.Key("online_when", onlineWhen(), func(a *Agent) *string { return &a.OnlineWhen },
			"What puts them online: their hours, their hours while they are logged in, or a login alone.").ByDefault(agent.WhenScheduled),
		table.Key("online_outside_hours", flag(), func(a *Agent) *bool { return &a.OnlineOutsideHours },
			"Whether they may choose to be online outside their hours.").ByDefault(false),
		table.Key("auto_offline_after", duration(time.Minute, mostPatience), func(a *Agent) *hours.Duration { return &a.AutoOfflineAfter },
			"How long a chat that they have waits for their answer before they are set offline. Never where there is none."),
		table.Key("idle", idleKind(), func(a *Agent) *Idle { return &a.Idle },
			"When they are idle, and what they are then. Never where there is none."),
		table.Key("receive_when_slow", slow(), func(a *Agent) *hours.Duration { return &a.ReceiveWhenSlow },
			"Whether they are invited, while invisible, to chats that nobody has answered for a minute, or for so long.").ByDefault(false),
		table.Key("image", link(), func(a *Agent) *string { return &a.Image },
			"The URL of their picture, for messages whose `sender` they are."),
		table.Key("capacity", whole(0, mostCapacity), func(a *Agent) *int64 { return &a.Capacity },
			"How many chats they have at once before others are chosen. 0 is any number.").ByDefault(0),
		table.Key("at_shift_end", table.OneOf("what becomes of open chats", chat.AtShiftEnd()...), func(a *Agent) *string { return &a.AtShiftEnd },
			"What becomes of their open chats when their hours end: they keep them, others get them, or others are told.").ByDefault(chat.AtEndKeep),
	}
}

// onlineWhen is a way to come online. Words that people take for one of them are refused with its name.
func onlineWhen() table.Kind[string] {
	k := table.OneOf("a way to come online", agent.Ways()...)
	read := k.Read
	k.Read = func(at table.Place, tree any) string {
		s, _ := tree.(string)
		if meant := wayMeant(s); meant != "" {
			at.Fault(table.Show(tree), "is not a way to come online", strings.Join(agent.Ways(), ", ")+table.DidYouMean(meant))
			return ""
		}
		return read(at, tree)
	}
	return k
}

// wayMeant is the way that a word means that is too far from its name to be a slip; empty: none.
func wayMeant(word string) string {
	switch strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(word)) {
	case "login", "log_in", "logged", "logged-in", "signed_in", "session", "present", "manual":
		return agent.WhenLoggedIn
	case "hours", "schedule_only", "shift", "on_shift", "always", "in_hours":
		return agent.WhenScheduled
	case "both", "scheduled_and_login", "scheduled_and_logged", "schedule_and_login", "hours_and_login", "logged_in_and_scheduled":
		return agent.WhenScheduledAndLoggedIn
	}
	return ""
}

func idleKind() table.Kind[Idle] {
	return object("an idle", []table.Field[Idle]{
		table.Key("after", duration(time.Minute, mostPatience), func(i *Idle) *hours.Duration { return &i.After },
			"How long nothing is heard of them, in their hours or after a sign of life.").Mandatory(),
		table.Key("to", table.Then(table.OneOf("a status of idle agents", IdleStatuses()...), func(_ table.Place, s agent.Status) string { return string(s) }),
			func(i *Idle) *string { return &i.To },
			"What they are then, if that is less than they were.").ByDefault(string(IdleStatuses()[0])),
	}, nil)
}

// slow is a duration, or yes for the usual one.
func slow() table.Kind[hours.Duration] {
	d, yesOrNo := duration(time.Second, mostPatience), flag()
	schema := map[string]any{"anyOf": []any{yesOrNo.Schema, d.Schema}}
	return table.NewKind(yesOrNo.Name+", or "+d.Name, schema, func(at table.Place, tree any) hours.Duration {
		switch on, isFlag := tree.(bool); {
		case !isFlag:
			return d.Read(at, tree)
		case on:
			return DefaultSlow
		}
		return 0
	})
}

// Rules are an agent's rules, as package agent decides by them.
func (a *Agent) Rules() agent.Rules {
	return agent.Rules{
		OnlineWhen: a.OnlineWhen, OnlineOutsideHours: a.OnlineOutsideHours,
		AutoOfflineAfter: time.Duration(a.AutoOfflineAfter), IdleAfter: time.Duration(a.Idle.After), IdleTo: agent.Status(a.Idle.To),
	}
}

// checkSender faults a sender who is no agent of the property.
func (p *Property) checkSender(at table.Place, s trigger.Sender) {
	if s.Agent != "" {
		p.among(at.Key("sender").Key("agent"), "an agent of the property", s.Agent, p.AllAgents())
	}
}
