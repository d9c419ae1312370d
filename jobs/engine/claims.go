package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/store"
)

// A chat that Deskbell gives to an agent is claimed first: it is written to the agent's record, with the revision of the visitor
// on which that was decided. The claim is refused where the agent has got another chat since the decision looked: then the visitor
// is decided on anew, with the chats that all have by then. So nobody gets more than they can have, and the chats of a shift that
// ends are spread, however many workers give them at once.
//
// A worker that dies after the claim, or loses the visitor's commit, leaves the chat on its way. The next decision on the
// visitor gives it to the same agent; or, where it gives the chat to nobody or to somebody else, takes the claim back once it
// is written itself.

// claim writes the claims in the changes of visitors, and gives the changes without those of which a claim was refused, the
// changes of the agents, and the visitors who are to be decided on anew. Without claims, nothing is read or written.
func claim(ctx context.Context, in intake, changes []Change, tasks []string, at time.Time) (kept, told []Change, refused []store.Subject, err error) {
	news := make(map[store.Subject]*agentNews)
	for i := range changes {
		for id, n := range changes[i].agents {
			if s := store.AgentSubject(id); len(n.claims) > 0 {
				if news[s] == nil {
					news[s] = new(agentNews)
				}
				claims := &agentNews{chats: make(map[string]agent.Held), claims: n.claims, saw: n.saw}
				for key := range n.claims {
					claims.chats[key] = n.chats[key]
				}
				news[s].add(claims)
			}
		}
	}
	claimed := make(map[store.Subject]bool, len(news))
	for s := range news {
		claimed[s] = true
	}
	for range intakeTries {
		if len(news) == 0 {
			kept, refused = part(changes, claimed)
			return kept, told, refused, nil
		}
		some, err := tellOnce(ctx, in, news, tasks, at, claimed)
		if err != nil {
			return nil, told, nil, err
		}
		told = append(told, some...)
	}
	return nil, told, nil, fmt.Errorf("giving chats to %d agents: %w", len(news), errRecordsBusy)
}

// part parts the changes whose claims were all granted from those of the visitors who are refused one.
func part(changes []Change, claimed map[store.Subject]bool) (kept []Change, refused []store.Subject) {
	for _, c := range changes {
		isRefused := false
		for id, n := range c.agents {
			isRefused = isRefused || len(n.claims) > 0 && !claimed[store.AgentSubject(id)]
		}
		if isRefused {
			refused = append(refused, c.Subject)
			continue
		}
		kept = append(kept, c)
	}
	return kept, refused
}

// refuses tells whether an agent has got a chat that the decision did not see.
func (n *agentNews) refuses(r *store.Record) bool {
	var s agent.State
	if len(n.claims) == 0 || DecodeState(r.State, &s) != nil {
		return false // of one that cannot be read, the decision says so
	}
	for key, held := range s.Presence.Chats {
		if held.Holds() && !n.claims[key] && !n.saw.Chats[key].Holds() {
			return true
		}
	}
	return false
}

// tellAfter writes what changes of visitors say of agents once these are written.
func tellAfter(ctx context.Context, in intake, written []Change, tasks []string, at time.Time) ([]Change, error) {
	var after []Change
	for i := range written {
		if len(written[i].after) > 0 {
			after = append(after, Change{agents: written[i].after})
		}
	}
	return tellAgents(ctx, in, after, tasks, at)
}
