package jobs

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deskbell/deskbell/jobs/enqueue"
)

// shown lists the fields that a monitor may show of the payload of each kind of task: ids and
// times, never texts nor addresses. Of other kinds it shows nothing.
func shown() map[string][]string {
	return map[string][]string{
		SweepArgs{}.Kind():          {"shard", "nominal"},
		ReconcileArgs{}.Kind():      {"shard"},
		SpreadArgs{}.Kind():         {"schedule", "count"},
		DeliverArgs{}.Kind():        {"shard", "destination"},
		TrimArgs{}.Kind():           {},
		NotifyArgs{}.Kind():         {"agent", "notice", "boundary", "until", "via", "push"},
		enqueue.EventsArgs{}.Kind(): {},
		WakeArgs{}.Kind():           {"subject", "due"},
		ReplayArgs{}.Kind():         {"shard", "destination", "seq", "id"},
		CalendarArgs{}.Kind():       {"calendar"},
		TendArgs{}.Kind():           {"destination"},
		PingArgs{}.Kind():           {"destination", "asked"},
	}
}

// ShownPayload is a task's payload for people to look at, with all other fields redacted.
func ShownPayload(kind string, payload []byte) string {
	allowed, ok := shown()[kind]
	var fields map[string]json.RawMessage
	if !ok || json.Unmarshal(payload, &fields) != nil {
		return redacted(payload)
	}
	out := make(map[string]any, len(allowed))
	hidden := 0
	for name, value := range fields {
		if slices.Contains(allowed, name) && isShort(value) {
			out[name] = value
			continue
		}
		hidden += len(value)
	}
	if hidden > 0 {
		out["…"] = fmt.Sprintf("redacted, %d bytes", hidden)
	}
	text, err := json.Marshal(out)
	if err != nil {
		return redacted(payload)
	}
	return string(text)
}

// isShort leaves out lists, objects, and values that are too long to be an id or a time.
func isShort(value json.RawMessage) bool {
	return len(value) <= 300 && value[0] != '{' && value[0] != '['
}

func redacted(payload []byte) string { return fmt.Sprintf("redacted, %d bytes", len(payload)) }
