package view

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/action"
)

// FeedItem is an action as the visitor's page gets it. It leaves out what only the team may see:
// the names of triggers and rules, and reasons.
type FeedItem struct {
	ID   string // of the action
	JSON []byte // CloudEvents
}

// feedRecord is the part of a visitor's state that pages get actions from.
type feedRecord struct {
	Visit struct {
		Visits []struct {
			ID      string    `json:"id"`
			Arrived time.Time `json:"arrived"`
		} `json:"visits"`
	} `json:"visit"`
	ForPages []json.RawMessage `json:"told"`
}

// of gives the actions for a page of a visit, in order: those for its visitor since the visit
// began. There are none for a visit that the visitor does not have.
func (s *feedRecord) of(visit string) ([]FeedItem, error) {
	var list []FeedItem
	for _, v := range s.Visit.Visits {
		if v.ID != visit {
			continue
		}
		for _, body := range s.ForPages {
			var a action.Action
			d := struct {
				Visit string `json:"visit"`
			}{}
			if err := json.Unmarshal(body, &a); err != nil {
				return nil, fmt.Errorf("decoding what a visitor was told: %w", err)
			}
			raw, _ := a.Data.(json.RawMessage)
			if err := json.Unmarshal(raw, &d); err != nil {
				return nil, fmt.Errorf("decoding what a visitor was told: %w", err)
			}
			if (d.Visit == "" || d.Visit == visit) && !a.Time.Before(v.Arrived.Truncate(time.Millisecond)) {
				list = append(list, FeedItem{ID: a.ID, JSON: body})
			}
		}
	}
	return list, nil
}

// after leaves out the action with this id and those before it, which the page has had. If that
// action is no longer kept, nothing is left out.
func after(list []FeedItem, id string) []FeedItem {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].ID == id {
			return list[i+1:]
		}
	}
	return list
}
