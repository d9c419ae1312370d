package edit

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Subscription is a browser or phone that gets the notices of an agent by Web Push. All but its ID, Contact and Created are secrets.
type Subscription struct {
	ID       string    `json:"id"` // of the agent and the endpoint; no secret
	Endpoint string    `json:"endpoint"`
	P256dh   string    `json:"p256dh"`
	Auth     string    `json:"auth"`
	Contact  string    `json:"contact,omitempty"` // as deliver.Push
	Created  time.Time `json:"created"`
}

// Shown is the subscription for people, without secrets: "push by fcm.googleapis.com since 2026-11-23".
func (s Subscription) Shown() string {
	by := "a push service"
	if u, err := url.Parse(s.Endpoint); err == nil {
		by = u.Hostname()
	}
	return "push by " + by + " since " + s.Created.Format(time.DateOnly)
}

// MostSubscriptions is how many an agent has at most. Beyond it the oldest is forgotten: a device that is in use makes its own
// anew when the page is opened.
const MostSubscriptions = 10

// Subscriptions are those of agents.
type Subscriptions struct {
	Store keyStore
	Now   func() time.Time
}

// Of gives those of some agents, in the order of the agents, each the oldest first.
func (ss Subscriptions) Of(ctx context.Context, agents []string) ([][]Subscription, error) {
	bodies, err := ss.Store.GlobalsOf(ctx, store.GlobalSubscription, agents)
	if err != nil {
		return nil, err
	}
	lists := make([][]Subscription, len(bodies))
	for i, body := range bodies {
		if lists[i], err = readSubscriptions(agents[i], body); err != nil {
			return nil, err
		}
	}
	return lists, nil
}

// Add adds one to those of an agent, or writes it anew, and gives its ID. It ignores s.ID and s.Created.
func (ss Subscriptions) Add(ctx context.Context, agent string, s Subscription) (id string, err error) {
	s.ID, s.Created = digest(agent + " " + s.Endpoint)[:shownHash], ss.Now().UTC().Truncate(time.Second)
	return s.ID, ss.change(ctx, agent, func(list []Subscription) []Subscription {
		list = append(withoutID(list, s.ID), s)
		return list[max(0, len(list)-MostSubscriptions):]
	})
}

// Remove removes one of an agent. One that is not there is as good.
func (ss Subscriptions) Remove(ctx context.Context, agent, id string) error {
	return ss.change(ctx, agent, func(list []Subscription) []Subscription { return withoutID(list, id) })
}

// RemoveAll removes all of an agent, and tells how many there were.
func (ss Subscriptions) RemoveAll(ctx context.Context, agent string) (n int, err error) {
	return n, ss.change(ctx, agent, func(list []Subscription) []Subscription {
		n = len(list)
		return nil
	})
}

func withoutID(list []Subscription, id string) []Subscription {
	return slices.DeleteFunc(list, func(s Subscription) bool { return s.ID == id })
}

// change writes those of an agent anew until nobody was quicker.
func (ss Subscriptions) change(ctx context.Context, agent string, change func([]Subscription) []Subscription) error {
	return swap(ctx, ss.Store, store.GlobalSubscription, agent, fmt.Sprintf("the subscriptions of agent %q", agent), func(before []byte) ([]byte, error) {
		list, err := readSubscriptions(agent, before)
		if err != nil {
			return nil, err
		}
		if list = change(list); len(list) == 0 {
			return nil, nil
		}
		after, err := json.Marshal(list)
		if err != nil {
			return nil, fmt.Errorf("encoding the subscriptions of agent %q: %w", agent, err)
		}
		return after, nil
	})
}

func readSubscriptions(agent string, body []byte) (list []Subscription, err error) {
	if body == nil {
		return nil, nil
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("decoding the subscriptions of agent %q: %w", agent, err)
	}
	return list, nil
}

// PushKeys are the server's own for Web Push (VAPID, RFC 8292), base64url. Subscriptions are made for the public one.
type PushKeys struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// pushKeys is the name of the keys among those of store.GlobalPush.
const pushKeys = "vapid"

// Keys gives the keys of the server. They are made when they are first asked for: of several processes that do so at once, one
// wins, and all have its keys.
func (ss Subscriptions) Keys(ctx context.Context) (k PushKeys, err error) {
	for range 2 {
		bodies, err := ss.Store.GlobalsOf(ctx, store.GlobalPush, []string{pushKeys})
		if err != nil {
			return k, err
		}
		if bodies[0] != nil {
			if err := json.Unmarshal(bodies[0], &k); err != nil {
				return k, fmt.Errorf("decoding the keys of push: %w", err)
			}
			return k, nil
		}
		body, err := newPushKeys()
		if err != nil {
			return k, fmt.Errorf("making the keys of push: %w", err)
		}
		if _, err := ss.Store.SetGlobal(ctx, store.GlobalPush, pushKeys, nil, body); err != nil {
			return k, err
		}
	}
	return k, fmt.Errorf("making the keys of push: %w", store.ErrContended)
}

func newPushKeys() ([]byte, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.EncodeToString
	return json.Marshal(PushKeys{text(key.PublicKey().Bytes()), text(key.Bytes())})
}
