package definition_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/deskbell/deskbell/domain/definition"
)

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func TestScheduleIsANameOrHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, name, inPlace string }{
		{`"office"`, "office", ""},
		{`"9"`, "9", ""},
		{`9`, "9", ""},
		{`"a.b-c_d"`, "a.b-c_d", ""},
		{`"mon-fri"`, "mon-fri", ""}, // days alone are no hours
		{`"24/7"`, "", `{"weekly":"24/7"}`},
		{`"closed"`, "", `{"weekly":"closed"}`}, // looks like a name, reads as hours
		{`"weekdays 9-17; sat 10-14"`, "", `{"weekly":{"mon-fri":"09:00-17:00","sat":"10:00-14:00"}}`},
		{`{"weekly": {"sat,mon": "9-17"}, "time_zone": "UTC"}`, "", `{"time_zone":"UTC","weekly":{"mon,sat":"09:00-17:00"}}`},
	} {
		p, err := definition.ParseProperty(tree(t, `{"schedule": `+c.in+`}`))
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if p.Schedule.Name != c.name || string(p.Schedule.InPlace) != c.inPlace || p.Schedule.IsZero() {
			t.Errorf("%s: got %q %s", c.in, p.Schedule.Name, p.Schedule.InPlace)
		}
	}
}

func TestScheduleJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    definition.Schedule
		json string
	}{
		{definition.Schedule{}, `null`},
		{definition.Schedule{Name: "office"}, `"office"`},
		{definition.Schedule{InPlace: json.RawMessage(`{"weekly":"24/7"}`)}, `{"weekly":"24/7"}`},
	} {
		b, err := json.Marshal(c.s)
		if err != nil || string(b) != c.json {
			t.Errorf("%+v: %s, %v", c.s, b, err)
		}
		back := definition.Schedule{Name: "stale"}
		if err := back.UnmarshalJSON(b); err != nil || back.Name != c.s.Name || string(back.InPlace) != string(c.s.InPlace) {
			t.Errorf("%s: %+v, %v", b, back, err)
		}
		if back.IsZero() != (c.json == "null") {
			t.Errorf("%s: IsZero is %t", b, back.IsZero())
		}
		clear(b)
		if string(back.InPlace) != string(c.s.InPlace) {
			t.Errorf("%s: shares memory with its decoder", c.json)
		}
	}
	for _, bad := range []string{``, `1`, `[]`, `true`} {
		if err := new(definition.Schedule).UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
}
