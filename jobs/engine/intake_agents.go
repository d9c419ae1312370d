package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// What agents do in chats is news of them: it is a sign of life, and it says which chats they have and who waits for them. The
// record of an agent is written before that of the visitor, so that nothing is lost. A worker that dies in between, or loses the
// visitor's commit, says the same again, which changes nothing. Only what changes something is written.

// farewell are the news of agents when a visitor goes with their property: none of them has the visitor's chats any longer.
func farewell(property string, r *store.Record, at time.Time) map[string]*agentNews {
	var state visitorState
	if DecodeState(r.State, &state) != nil {
		return nil // an unreadable state names nobody
	}
	all := make(map[string]*agentNews)
	for id, c := range state.Chats {
		for who, h := range c.Held() {
			if !h.Left.IsZero() {
				continue
			}
			if all[who] == nil {
				all[who] = &agentNews{over: make(map[string]over)}
			}
			all[who].over[property+"/"+id] = over{at, r.Rev}
		}
	}
	return all
}

// tellAgents writes the news of agents in the changes of visitors, and gives the changes of the agents. Without any, nothing is
// read or written.
func tellAgents(ctx context.Context, in intake, changes []Change, tasks []string, at time.Time) (told []Change, err error) {
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
		some, err := tellOnce(ctx, in, news, tasks, at, nil)
		if err != nil {
			return told, err
		}
		told = append(told, some...)
	}
	return told, fmt.Errorf("telling %d agents of their chats: %w", len(news), errRecordsBusy)
}

// tellOnce writes what it can, and leaves the news of agents whose records another worker wrote first. Where they are claims, it
// strikes the agents who refuse them out of the claimed ones.
func tellOnce(ctx context.Context, in intake, news map[store.Subject]*agentNews, tasks []string, at time.Time, claimed map[store.Subject]bool) ([]Change, error) {
	records, err := in.store.Load(ctx, slices.Sorted(maps.Keys(news)))
	if err != nil {
		return nil, err
	}
	if claimed != nil {
		records = slices.DeleteFunc(records, func(r store.Record) bool {
			if !news[r.Subject].refuses(&r) {
				return false
			}
			delete(claimed, r.Subject)
			delete(news, r.Subject)
			return true
		})
	}
	var out Outcome
	if err := in.decider.decideAgents(ctx, &out, records, news, at); err != nil {
		return nil, err
	}
	if err := in.holdBack(ctx, &out, tasks, at); err != nil {
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
