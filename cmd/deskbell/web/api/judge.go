package api

import (
	"context"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// mostHints is for how many unknown properties of a request the one is looked for that was probably meant.
const mostHints = 20

// judge decides on each event by itself: one that is wrong, or not for the caller's key, is refused, and one of a property or an
// agent that is not defined would lead to nothing. Those of an agent need no property.
func (s *service) judge(ctx context.Context, items []event.Item) ([]verdict, error) {
	key, verdicts := web.Caller(ctx), make([]verdict, len(items))
	named := make(map[store.Subject]bool)
	for i, item := range items {
		v, property := verdict{taken, item, item.Faults}, item.Event.Data.Property
		if len(v.faults) == 0 && !key.May(property) {
			v.faults = event.Faults{{Path: "/data/property", Value: property, Problem: "is not for this key", Allowed: "a property of the key" + table.Suggest(property, key.Properties)}}
		}
		if len(v.faults) > 0 {
			v.status = refusedEvent
		} else {
			for _, subject := range needs(&item.Event) {
				named[subject] = true
			}
		}
		verdicts[i] = v
	}
	hidden, err := s.refuseForeign(ctx, key, verdicts)
	if err != nil {
		return nil, err
	}
	undefined, err := s.undefined(ctx, named, hidden)
	if err != nil {
		return nil, err
	}
	hints := make(map[store.Subject]string)
	for _, subject := range slices.Sorted(maps.Keys(undefined)) {
		if property, ok := subject.Property(); ok && len(hints) < mostHints {
			if hints[subject], err = s.Client.SuggestProperty(ctx, property, key.Properties); err != nil {
				return nil, err
			}
		}
	}
	for i := range verdicts {
		v := &verdicts[i]
		for _, subject := range needs(&v.item.Event) {
			if v.status == taken && undefined[subject] {
				v.status, v.faults = notDefined(subject, hints[subject])
			}
		}
	}
	return verdicts, nil
}

// undefined tells which subjects are not defined to the caller.
func (s *service) undefined(ctx context.Context, named map[store.Subject]bool, hidden []store.Subject) (map[store.Subject]bool, error) {
	undefined, err := s.Client.Undefined(ctx, slices.Collect(maps.Keys(named)))
	if err != nil || len(hidden) == 0 {
		return undefined, err
	}
	all := make(map[store.Subject]bool, len(undefined)+len(hidden))
	maps.Copy(all, undefined)
	for _, subject := range hidden {
		all[subject] = true
	}
	return all, nil
}

// needs are the property that an event names, and the agent whose event it is.
func needs(e *event.Event) (subjects []store.Subject) {
	if e.Data.Property != "" {
		subjects = append(subjects, store.PropertySubject(e.Data.Property))
	}
	if to, ok := store.Needs(e); ok && !slices.Contains(subjects, to) {
		subjects = append(subjects, to)
	}
	return subjects
}

func notDefined(subject store.Subject, hint string) (status string, faults event.Faults) {
	if agent, ok := subject.Agent(); ok {
		return unknownAgent, event.Faults{{Path: "/data/agent", Value: agent, Problem: "is not defined", Allowed: "an agent that is"}}
	}
	property, _ := subject.Property()
	return unknownProperty, event.Faults{{Path: "/data/property", Value: property, Problem: "is not defined", Allowed: "a property that is" + hint}}
}

// refuseForeign decides on events of agents for a key of some properties: an agent is the same on all properties. One whom the key
// may not name, and who serves no property of it, is as one who is not defined: it gives those. Of those whom it may name, events are
// refused who serve a property that is not the key's.
func (s *service) refuseForeign(ctx context.Context, key edit.Key, verdicts []verdict) (hidden []store.Subject, err error) {
	if !key.IsBound() {
		return nil, nil
	}
	agents := make(map[string]bool)
	for i := range verdicts {
		if agent, ok := agentOf(&verdicts[i]); ok {
			agents[agent] = true
		}
	}
	served, err := s.Client.Serves(ctx, slices.Collect(maps.Keys(agents)))
	isForeign := func(property string) bool { return !key.May(property) }
	for agent := range agents {
		if !slices.Contains(key.Names.Agents, agent) && !slices.ContainsFunc(served[agent], key.May) {
			hidden = append(hidden, store.AgentSubject(agent))
			delete(agents, agent)
		}
	}
	for i := range verdicts {
		agent, ok := agentOf(&verdicts[i])
		if ok && agents[agent] && slices.ContainsFunc(served[agent], isForeign) {
			verdicts[i].status = refusedEvent
			verdicts[i].faults = event.Faults{{Path: "/data/agent", Value: agent, Problem: "is not for this key", Allowed: "an agent who serves properties of the key, and no others"}}
		}
	}
	return hidden, err
}

// agentOf is the agent whose event it is, of one that was not refused so far.
func agentOf(v *verdict) (id string, ok bool) {
	to, ok := store.Needs(&v.item.Event)
	if !ok || v.status != taken {
		return "", false
	}
	return to.Agent()
}
