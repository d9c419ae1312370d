package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// What agents do in chats is news of them: it is a sign of life, and it says which chats they have and who waits for them. The
// record of an agent is written before that of the visitor, so that nothing is lost. A worker that dies in between, or loses the
// visitor's commit, says the same again, which changes nothing. Only what changes something is written.

// agentNews are what events and chats say of an agent.
type agentNews struct {
	events []event.Event
	chats  map[string]agent.Held // by "property/chat"
	signs  []agent.Sign          // of life, in chats
}

// apply gives the presence of an agent after the news.
func (n *agentNews) apply(a agent.Agent, p agent.Presence) agent.Presence {
	for _, e := range n.events {
		if _, sign, ok := agent.SignOf(e); ok {
			p = p.With(a, sign)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(n.chats)) {
		p = p.Hold(id, n.chats[id])
	}
	for _, sign := range n.signs {
		p = p.With(a, sign)
	}
	return p
}

func (n *agentNews) isNone() bool { return len(n.events)+len(n.chats)+len(n.signs) == 0 }

// add adds the news from another change.
func (n *agentNews) add(more *agentNews) {
	if n.chats == nil {
		n.chats = make(map[string]agent.Held)
	}
	maps.Copy(n.chats, more.chats)
	n.signs = append(n.signs, more.signs...)
}

// tellAgents writes the news of agents in the changes of visitors, and gives the changes of the agents. Without any, nothing is
// read or written.
func (in intake) tellAgents(ctx context.Context, changes []Change, at time.Time) (told []Change, err error) {
	news := make(map[store.Subject]*agentNews)
	for i := range changes {
		for id, n := range changes[i].agents {
			s := store.AgentSubject(id)
			if news[s] == nil {
				news[s] = new(agentNews)
			}
			news[s].add(n)
		}
	}
	for range intakeTries {
		if len(news) == 0 {
			return told, nil
		}
		some, err := in.tellOnce(ctx, news, at)
		if err != nil {
			return told, err
		}
		told = append(told, some...)
	}
	return told, fmt.Errorf("telling %d agents of their chats: %w", len(news), errRecordsBusy)
}

// tellOnce writes what it can, and leaves the news of agents whose records another worker wrote first.
func (in intake) tellOnce(ctx context.Context, news map[store.Subject]*agentNews, at time.Time) ([]Change, error) {
	records, err := in.store.Load(ctx, slices.Sorted(maps.Keys(news)))
	if err != nil {
		return nil, err
	}
	var out Outcome
	if err := in.decider.decideAgents(ctx, &out, records, news, at); err != nil {
		return nil, err
	}
	changes := slices.DeleteFunc(out.Changes, func(c Change) bool { return c.State == nil })
	lost, err := in.commit(ctx, changes)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(news, func(s store.Subject, _ *agentNews) bool { return !lost[s] })
	return slices.DeleteFunc(changes, func(c Change) bool { return lost[c.Subject] }), nil
}
