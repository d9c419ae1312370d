package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

// TestOverridesOfBeforeAreKept gives a property and a department overrides that are replaced, undone, and run out.
func TestOverridesOfBeforeAreKept(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC) }
	def := &definition.Property{Departments: map[string]definition.Department{"sales": {}}}
	var s PropertyState
	s.Overrule("", &hours.Override{From: at(9)}, at(9))
	s.Overrule("", &hours.Override{Open: true, From: at(10), Until: at(11)}, at(10)) // replaced
	s.Overrule("sales", &hours.Override{From: at(10)}, at(10))
	s.Keep(s.At(def, at(12)), at(12)) // the property's has run out, unnoticed for an hour
	s.Overrule("sales", nil, at(13))  // undone
	s.Overrule("sales", &hours.Override{From: at(20)}, at(14))
	s.Overrule("sales", nil, at(15)) // before it came
	want := map[string][]hours.Override{
		"":      {{From: at(9), Until: at(10)}, {Open: true, From: at(10), Until: at(11)}},
		"sales": {{From: at(10), Until: at(13)}},
	}
	if diff := cmp.Diff(want, s.Past); diff != "" || len(s.All()) > 0 {
		t.Errorf("%s, and there are %d", diff, len(s.All()))
	}
	for i := range 100 {
		s.Overrule("", &hours.Override{From: at(30 + i)}, at(30+i))
	}
	if n := len(s.Past[""]); n != mostPast {
		t.Errorf("%d of before", n)
	}
	s.Overrule("", nil, at(30+40*24))
	if all := s.ever(""); len(all) != 1 {
		t.Errorf("after 40 days there are %+v", all)
	}
}
