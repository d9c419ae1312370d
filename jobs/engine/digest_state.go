package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/jobs/store"
)

// Forms, messages and requests that come in while a property is closed go into one message at the opening: the digest.
// Until then they are in a record of their own, since with the property's they would be read with every event. The record
// is there only while there is something in it, and in open hours no step asks for it.
//
// It is written before the records of the visitors whose events these are, so that none is lost. An item that is added
// again is known by its id: a worker died in between, or another one wrote the visitor first. The property wakes its digest
// when its hours are edited or overridden (Serve), as an agent wakes properties.

// digestState is the state of a digest in a store.
type digestState struct {
	chat.Digest
	Due time.Time `json:"due"` // the last that was decided
}

func (s *digestState) encode() ([]byte, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding a digest: %w", err)
	}
	return body, nil
}

// eventsIn are the ids of the events among items. They stay known for longer than their digest is there.
func eventsIn(all []chat.Arrivals) []string {
	var ids []string
	for _, a := range all {
		for _, item := range a.Items {
			if item.Kind != chat.ChatItem {
				ids = append(ids, item.ID)
			}
		}
	}
	return ids
}

// digestAfter is the change that adds arrivals to a digest, except events that were seen before; nil: there is nothing new.
// A new digest is due at once: the decision sees the hours as they are then, and a later edit wakes the digest.
func digestAfter(r *store.Record, came []chat.Arrivals, seen map[string]bool, at time.Time) (*Change, error) {
	var s digestState
	if DecodeState(r.State, &s) != nil {
		s = digestState{} // an unreadable state cannot be sent
	}
	if s.Due.IsZero() || r.Woken {
		s.Due = at.UTC()
	}
	news := false
	c := changeOf(r)
	c.NewRev, c.At, c.Due = at.UnixMicro(), at, s.Due
	for _, a := range came {
		var fresh []chat.Item
		for _, item := range a.Items {
			if item.Kind != chat.ChatItem {
				if seen[item.ID] {
					continue
				}
				c.Seen = append(c.Seen, item.ID)
			}
			fresh = append(fresh, item)
		}
		if len(fresh) > 0 {
			s.Add(chat.Arrivals{After: a.After, Items: fresh})
			news = true
		}
	}
	if !news {
		return nil, nil
	}
	var err error
	c.State, err = s.encode()
	return &c, err
}
