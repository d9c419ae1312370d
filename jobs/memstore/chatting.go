package memstore

import (
	"context"
	"slices"

	"github.com/deskbell/deskbell/jobs/store"
)

func (s *Store) noteChats(sh *shard, c *store.Change) {
	switch property, _, visitor := c.Subject.Visitor(); {
	case !visitor:
	case c.ChatsEnd || c.Remove:
		delete(sh.chatting, c.Subject)
	case c.ChatsBegin:
		sh.chatting[c.Subject] = true
		by := store.PropertySubject(property)
		add(s, s.of(by).served, by, store.ChattersSubject(property))
	}
}

// Chatting implements store.Store. Its cursor is the last visitor of a page.
func (s *Store) Chatting(_ context.Context, property, cursor string, limit int) ([]store.Subject, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var visitors []store.Subject
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
