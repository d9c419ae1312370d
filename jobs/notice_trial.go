package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// NoticeTrial sends a test notice by the ways of an agent, at once and once.
type NoticeTrial struct {
	Store    store.Store
	Notifier Notifier // nil: services are not tried
	Pusher   Pusher
	Now      func() time.Time
}

// TriedWay is one way of an agent, and what became of a test notice.
type TriedWay struct {
	Name string // for people, without secrets: "ntfy", "ntfy, at 2 of via" where there are several, or "push by fcm.googleapis.com since 2026-11-23"
	Err  error  // nil: it was sent. It has no secrets
}

const trialTitle, trialText = "Test notice", "It works: notices of Deskbell reach you here."

// Try tries every way, and gives an answer of each, the services first. The error is ErrNotFound where the agent is not defined.
// A subscription that is gone is removed.
func (t NoticeTrial) Try(ctx context.Context, agent string) (ways []TriedWay, err error) {
	records, err := t.Store.Load(ctx, []store.Subject{store.AgentSubject(agent)})
	if err != nil {
		return nil, err
	}
	if records[0].Definition == nil {
		return nil, store.Missing(records[0].Subject)
	}
	var def definition.Agent
	if err := json.Unmarshal(records[0].Definition, &def); err != nil {
		return nil, fmt.Errorf("decoding agent %q: %w", agent, err)
	}
	if t.Notifier != nil {
		for i, url := range def.Notify.Via {
			ways = append(ways, TriedWay{serviceName(def.Notify.Via, i), t.Notifier.Notify(ctx, url, trialTitle, trialText)})
		}
	}
	pushed, err := t.push(ctx, agent)
	return append(ways, pushed...), err
}

// serviceName is the scheme of a URL among others, with its place where several have that scheme.
func serviceName(urls []string, place int) string {
	scheme, _, _ := strings.Cut(urls[place], ":")
	for i, url := range urls {
		if i != place && strings.HasPrefix(url, scheme+":") {
			return fmt.Sprintf("%s, at %d of via", scheme, place+1)
		}
	}
	return scheme
}

func (t NoticeTrial) push(ctx context.Context, agent string) (ways []TriedWay, err error) {
	subscriptions := edit.Subscriptions{Store: t.Store, Now: t.Now}
	lists, err := subscriptions.Of(ctx, []string{agent})
	if err != nil || len(lists[0]) == 0 {
		return nil, err
	}
	keys, err := subscriptions.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range lists[0] {
		p := newPush(s, keys, pushed{trialTitle, trialText, "test", t.Now()})
		p.TTL = time.Minute
		way := TriedWay{s.Shown(), t.Pusher.Push(ctx, p)}
		if errors.Is(way.Err, deliver.ErrUnsubscribed) {
			err = errors.Join(err, subscriptions.Remove(ctx, agent, s.ID))
		}
		ways = append(ways, way)
	}
	return ways, err
}
