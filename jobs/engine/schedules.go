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

// schedulesBytes bounds the memory of schedules, at some 2 KB each and the bytes from which they are made: a calendar may have a
// megabyte, and another one with each change. A million properties share far fewer hours than fit.
const (
	schedulesBytes = 64 << 20
	scheduleBytes  = 2 << 10
)

// schedules compiles schedules, each distinct one once: properties with the same
// hours share them, whether they name a schedule or write it in place.
type schedules struct {
	fallback *time.Location // for a schedule and a subject that name no zone

	mu       sync.Mutex
	compiled kept[scheduleKey, *hours.Schedule]
}

func newSchedules(fallback *time.Location) *schedules {
	s := &schedules{fallback: fallback}
	s.compiled.most = schedulesBytes
	return s
}

type scheduleKey struct{ zone, body, calendars string }

// compile gives the schedule of a JSON definition; zone (IANA, may be empty) is
// that of the subject, and said has the calendars. It does no I/O but for the first use of a zone.
func (s *schedules) compile(body []byte, zone string, said calendars) (*hours.Schedule, error) {
	urls := definition.Calendars(body)
	key := scheduleKey{zone, string(body), said.of(urls)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if schedule, ok := s.compiled.get(key); ok {
		return schedule, nil
	}
	schedule, err := s.compileNew(body, zone, urls, said)
	if err != nil {
		return nil, err
	}
	s.compiled.put(key, schedule, scheduleBytes+len(body)+2*said.size(urls))
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
