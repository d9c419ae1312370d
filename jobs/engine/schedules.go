package engine

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
)

// compiledLimit bounds the memory of schedules: at some 2 KB each, 40 MB. A
// million properties share far fewer hours than that. compiledText bounds the bytes from which they are made: a calendar may have
// a megabyte, and another one with each change.
const (
	compiledLimit = 20_000
	compiledText  = 32 << 20
)

// schedules compiles schedules, each distinct one once: properties with the same
// hours share them, whether they name a schedule or write it in place.
type schedules struct {
	fallback *time.Location // for a schedule and a subject that name no zone

	mu       sync.Mutex
	compiled map[scheduleKey]*hours.Schedule
	text     int // the bytes from which they are made
}

type scheduleKey struct{ zone, body, calendars string }

// compile gives the schedule of a JSON definition; zone (IANA, may be empty) is
// that of the subject, and said has the calendars. It does no I/O but for the first use of a zone.
func (s *schedules) compile(body []byte, zone string, said calendars) (*hours.Schedule, error) {
	urls := definition.Calendars(body)
	key := scheduleKey{zone, string(body), said.of(urls)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if schedule, ok := s.compiled[key]; ok {
		return schedule, nil
	}
	schedule, err := s.compileNew(body, zone, urls, said)
	if err != nil {
		return nil, err
	}
	size := len(body) + said.size(urls)
	if s.text += size; s.compiled == nil || len(s.compiled) >= compiledLimit || s.text > compiledText {
		s.compiled, s.text = make(map[scheduleKey]*hours.Schedule), size
	}
	s.compiled[key] = schedule
	return schedule, nil
}

func (s *schedules) compileNew(body []byte, zone string, urls []string, said calendars) (*hours.Schedule, error) {
	location := s.fallback
	if zone != "" {
		var err error
		if location, err = zones.Load(zone); err != nil {
			return nil, fmt.Errorf("loading the time zone: %w", err)
		}
	}
	if body == nil {
		return hours.Always(location), nil
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("decoding a schedule: %w", err)
	}
	spec, err := hours.Parse(tree)
	if err != nil {
		return nil, fmt.Errorf("reading a schedule: %w", err)
	}
	feeds, err := said.feeds(urls)
	if err != nil {
		return nil, err
	}
	return spec.CompileWith(location, feeds)
}
