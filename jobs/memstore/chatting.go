package memstore

import (
	"context"
	"slices"

	"github.com/deskbell/deskbell/jobs"
)

func (s *Store) noteChats(sh *shard, c *jobs.Change) {
	switch property, _, visitor := c.Subject.Visitor(); {
	case !visitor:
	case c.ChatsEnd || c.Remove:
		delete(sh.chatting, c.Subject)
	case c.ChatsBegin:
		sh.chatting[c.Subject] = true
		by := jobs.PropertySubject(property)
		add(s, s.of(by).served, by, jobs.ChattersSubject(property))
	}
}

// Chatting implements jobs.Store. Its cursor is the last visitor of a page.
func (s *Store) Chatting(_ context.Context, property, cursor string, limit int) ([]jobs.Subject, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var visitors []jobs.Subject
	for _, sh := range s.shards {
		for subject := range sh.chatting {
			if p, id, _ := subject.Visitor(); p == property && id > cursor {
				visitors = append(visitors, subject)
			}
		}
	}
	slices.Sort(visitors)
	if len(visitors) <= limit {
		return visitors, "", nil
	}
	_, next, _ := visitors[limit-1].Visitor()
	return visitors[:limit], next, nil
}
