package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

// A count of open time over the last days has to know of the overrides that were in force then, also once they have
// run out. So they are kept for a while.
const (
	pastKept = 31 * 24 * time.Hour
	mostPast = 20 // of a property, or of a department
)

// Overrule is Set at an instant. The override before ends with the second in which that lies, as boundaries are whole seconds.
func (s *PropertyState) Overrule(department string, o *hours.Override, at time.Time) {
	end := at.Truncate(time.Second).UTC()
	if o != nil {
		end = hours.Earliest(end, o.From)
	}
	s.end(department, end)
	s.Set(department, o)
}

// Keep drops all overrides except some, at an instant.
func (s *PropertyState) Keep(kept Overrides, at time.Time) {
	for _, department := range s.forced() {
		if kept.of(department) == nil {
			s.end(department, at)
		}
	}
	s.Overrides = kept
}

// end adds the override that there is, as far as it was in force before an instant, to those of before.
func (s *PropertyState) end(department string, at time.Time) {
	o := s.of(department)
	if o == nil {
		return
	}
	last := hours.Override{Open: o.Open, From: o.From, Until: o.Until} // nobody reads notes of the past
	if last.Until = hours.Earliest(last.Until, at); !last.Until.After(last.From) {
		return
	}
	past := slices.DeleteFunc(slices.Clone(s.Past[department]), func(o hours.Override) bool { return at.Sub(o.Until) > pastKept })
	past = append(past, last)
	if s.Past == nil {
		s.Past = make(map[string][]hours.Override)
	}
	s.Past[department] = past[max(0, len(past)-mostPast):]
}

// ever are the overrides of a department, or of the property (""), those of before and the one that there is.
func (s *PropertyState) ever(department string) []hours.Override {
	all := slices.Clone(s.Past[department])
	if o := s.of(department); o != nil {
		all = append(all, *o)
	}
	return all
}

// ever is the schedule of a property under all its overrides, also those that are over.
func (b *Batch) ever(def *definition.Property, s *PropertyState) (*hours.Schedule, error) {
	schedule, err := b.schedule(def.Schedule, def.TimeZone)
	if err != nil {
		return nil, err
	}
	for _, o := range s.ever("") {
		schedule = schedule.Over(o)
	}
	return schedule, nil
}

func (o *Overrides) of(department string) *hours.Override {
	if department == "" {
		return o.Override
	}
	return o.Departments[department]
}

// forced are the departments that have an override, and "" where the property has one.
func (o *Overrides) forced() []string {
	var all []string
	if o.Override != nil {
		all = append(all, "")
	}
	return append(all, slices.Sorted(maps.Keys(o.Departments))...)
}
