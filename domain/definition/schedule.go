package definition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/foreign"
	"github.com/deskbell/deskbell/domain/table"
)

// Schedule refers to a schedule, by name or written in place. The zero value is no schedule: always open.
type Schedule struct {
	Name    string          // of a named schedule
	InPlace json.RawMessage // canonical JSON of a hours.Spec
}

// IsZero tells whether there is no schedule.
func (s Schedule) IsZero() bool { return s.Name == "" && len(s.InPlace) == 0 }

// Equal tells whether it is the same schedule, or the same text of one.
func (s Schedule) Equal(o Schedule) bool {
	return s.Name == o.Name && bytes.Equal(s.InPlace, o.InPlace)
}

// rotating is a schedule in place that has a rotation; nil where it has none.
func (s Schedule) rotating() *hours.Spec {
	if !bytes.Contains(s.InPlace, []byte(`"rotation":`)) { // of most
		return nil
	}
	spec := new(hours.Spec)
	if err := json.Unmarshal(s.InPlace, spec); err != nil || spec.Rotation == nil {
		return nil
	}
	return spec
}

// Turning are the agents who take turns in a schedule in place.
func (s Schedule) Turning() []string {
	if spec := s.rotating(); spec != nil {
		return spec.Rotation.Of
	}
	return nil
}

// MarshalJSON writes a name as a string and a schedule in place as the object that it is.
func (s Schedule) MarshalJSON() ([]byte, error) {
	switch {
	case s.Name != "":
		return json.Marshal(s.Name)
	case len(s.InPlace) > 0:
		return s.InPlace, nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads the output of MarshalJSON. It keeps the bytes and checks the first one only: stored definitions
// were checked when they were stored, and are read often.
func (s *Schedule) UnmarshalJSON(b []byte) error {
	*s = Schedule{}
	switch {
	case len(b) > 0 && b[0] == '"':
		return json.Unmarshal(b, &s.Name)
	case len(b) > 0 && b[0] == '{':
		s.InPlace = bytes.Clone(b)
		return nil
	case string(b) == "null":
		return nil
	}
	return errors.New("reading a schedule: neither a name nor an object")
}

// withoutSecrets hides the addresses of calendars in a schedule in place.
func (s Schedule) withoutSecrets() Schedule {
	hidden, err := WithoutSecrets(s.InPlace)
	if err != nil { // it is not ours to read
		return Schedule{}
	}
	s.InPlace = hidden
	return s
}

const scheduleAllowed = `the name of a schedule, hours such as "mon-fri 9-17" or "24/7", or a schedule in place`

// scheduleOf is the kind of a `schedule:` key. A text in the shape of an id is a name, unless hours reads it as a preset.
func scheduleOf() table.Kind[Schedule] {
	schema := map[string]any{"anyOf": []any{
		map[string]any{"type": []any{"string", "number"}, "minimum": 0, "examples": []any{"24/7", "mon-fri 9-17"}},
		map[string]any{"$ref": "#/$defs/schedule"},
	}}
	return table.NewKind("name, preset or schedule", schema, func(at table.Place, tree any) Schedule {
		if tree == nil {
			at.Fault("", "is empty", scheduleAllowed)
			return Schedule{}
		}
		text, isText := asText(tree)
		if isText && ValidID(text) && !isPreset(text) {
			return Schedule{Name: text}
		}
		spec := readSpec(at, tree)
		if spec == nil {
			return Schedule{}
		}
		canonical, err := json.Marshal(spec)
		if err != nil {
			at.Fault(table.Show(tree), fmt.Sprint("cannot be stored: ", err), "")
		}
		return Schedule{InPlace: canonical}
	})
}

func isPreset(text string) bool {
	_, err := hours.Parse(text)
	return err == nil
}

// namedSchedule is the kind of a schedule under `schedules:`.
func namedSchedule() table.Kind[*hours.Spec] {
	s := table.Shape{Name: "schedule", Schema: map[string]any{"$ref": "#/$defs/schedule"}, Keys: scheduleKeys()}
	return table.Kind[*hours.Spec]{Shape: s, Read: readSpec}
}

// readSpec answers nil where it found a fault. Compiling finds faults that no single key shows, such as exceptions that
// contradict each other; the zone does not matter for that.
func readSpec(at table.Place, tree any) *hours.Spec {
	spec, warnings, err := hours.Inspect(tree)
	if err == nil {
		_, err = spec.Compile(time.UTC)
	}
	if err != nil {
		if fault, found := foreignHours(tree); found {
			err = Faults{fault}
		}
		at.Nested(err)
		return nil
	}
	at.NestedWarnings(warnings)
	return spec
}

// foreignHours is the one fault of hours in the form of another product, at the place of a schedule or of its week.
func foreignHours(tree any) (Fault, bool) {
	if r, ok := foreign.Read(tree); ok {
		return r.Fault(), true
	}
	m, _ := tree.(map[string]any)
	r, ok := foreign.ReadWeek(m["weekly"])
	if !ok {
		return Fault{}, false
	}
	f := r.Fault()
	f.Path = "/weekly" + f.Path
	return f, true
}
