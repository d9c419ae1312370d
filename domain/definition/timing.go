package definition

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// mostFirstAnswer is the longest promise of a first answer, in open time.
const mostFirstAnswer = 30 * 24 * time.Hour

// timingKeys are the keys of how delays count; what names those delays, and within is their Timing.
func timingKeys[V any](what string, within func(*V) *trigger.Timing) []table.Field[V] {
	return []table.Field[V]{
		table.Key("count", table.OneOf("a way to count", trigger.CountElapsed, trigger.CountOpenHours), func(v *V) *string { return &within(v).Count },
			"How "+what+" count: all the time, or only the time in which the chat's department is open, or else the property.").ByDefault(trigger.CountElapsed),
		table.Key("when_closed", table.OneOf("what becomes of it while it is closed", trigger.ClosedDrop, trigger.ClosedDefer), func(v *V) *string { return &within(v).WhenClosed },
			"What becomes of it when it would be due while that is closed: it is dropped, or waits for the next opening and for the rest of its time after that.").
			ByDefault(trigger.ClosedDrop),
	}
}

func snoozeKind() table.Kind[trigger.Snooze] {
	return table.OneOf("an end of a snooze", trigger.NextOpening)
}

// checkSnooze faults a snooze of a trigger that belongs to no chat.
func checkSnooze(at table.Place, t *trigger.Trigger) {
	start, known := trigger.StartNamed(t.Start())
	if !known || start.Chat {
		return
	}
	for i, a := range t.Actions {
		if a.Snooze != "" {
			at.Key("actions").Item(i).Key("snooze").Fault(string(a.Snooze), "is for chats, and "+start.Name+" belongs to none",
				"a trigger that starts at an event of a chat, such as chat.unanswered, or a step of rescue")
		}
	}
}

func slaKind() table.Kind[SLA] {
	return object("an sla", []table.Field[SLA]{
		table.Key("first_answer", duration(time.Minute, mostFirstAnswer), func(s *SLA) *hours.Duration { return &s.FirstAnswer },
			"The open time in which an agent answers after a visitor has asked.").Mandatory(),
		table.Key("warn_before", duration(time.Second, mostFirstAnswer), func(s *SLA) *hours.Duration { return &s.WarnBefore },
			"How much of it is left when `chat.sla_warning` is sent. Shorter than `first_answer`.").Mandatory(),
	}, func(at table.Place, s *SLA) {
		if s.FirstAnswer > 0 && s.WarnBefore >= s.FirstAnswer {
			at.Key("warn_before").Fault(s.WarnBefore.String(), "is no shorter than first_answer", "less than "+s.FirstAnswer.String())
		}
	})
}
