package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
)

// Pusher sends notices by Web Push.
type Pusher interface {
	// Push sends one. An error must not contain the subscription. It is deliver.ErrUnsubscribed where that is gone, and has
	// deliver.ErrNoAnswer in it where there was no answer in time.
	Push(ctx context.Context, p deliver.Push) error
}

// pushed is the body of a push, as the service worker of the agent's page reads it.
type pushed struct {
	Title string    `json:"title"`
	Text  string    `json:"text"`
	Tag   string    `json:"tag"` // a device shows one notice of a tag at a time
	At    time.Time `json:"at"`  // when what it says began
}

// tagHours is of notices of the agent's hours: the later one says all.
const tagHours = "hours"

// push sends a notice to a subscription, and forgets the subscription when the push service has.
func (j notifyJob) push(ctx context.Context, args NotifyArgs, title, text string) (gone string, err error) {
	if j.pusher == nil {
		return "this worker pushes nothing", nil
	}
	subscriptions := edit.Subscriptions{Store: j.store, Now: j.now}
	lists, err := subscriptions.Of(ctx, []string{args.Agent})
	if err != nil {
		return "", err
	}
	for _, s := range lists[0] {
		if s.ID != args.Push {
			continue
		}
		keys, err := subscriptions.Keys(ctx)
		if err != nil {
			return "", err
		}
		p := newPush(s, keys, pushed{title, text, args.tag(), args.Boundary})
		p.TTL = args.worth(j.now())
		if args.ofHours() {
			p.Topic = tagHours
		}
		err = j.pusher.Push(ctx, p)
		if !errors.Is(err, deliver.ErrUnsubscribed) {
			return "", err
		}
		return "the subscription is gone", subscriptions.Remove(ctx, args.Agent, s.ID)
	}
	return "the subscription is no longer there", nil
}

// newPush is a notice to a subscription. Its text is cut where it would be too long.
func newPush(s edit.Subscription, keys edit.PushKeys, body pushed) deliver.Push {
	text := []rune(body.Text)
	encoded, _ := json.Marshal(body) // texts and a time always can be
	for len(encoded) > deliver.MostPush && len(text) > 0 {
		text = text[:len(text)*9/10]
		body.Text = string(text) + "…"
		encoded, _ = json.Marshal(body)
	}
	return deliver.Push{
		Endpoint: s.Endpoint, P256dh: s.P256dh, Auth: s.Auth, Contact: s.Contact, PublicKey: keys.Public, PrivateKey: keys.Private, Body: encoded,
	}
}

// mostTTL is the longest that push services keep a push.
const mostTTL = 28 * 24 * time.Hour

// worth is how long a notice is worth being shown from an instant on: until what it says stops being true, and where that is
// not in sight, as long as it may be sent.
func (a NotifyArgs) worth(now time.Time) time.Duration {
	end := a.Until
	if end.IsZero() {
		end = a.latest()
	}
	return max(0, min(end.Sub(now), mostTTL))
}

// tag names what a notice is about: a device shows the last of those with one tag.
func (a NotifyArgs) tag() string {
	if a.ofHours() {
		return tagHours
	}
	return fmt.Sprintf("%s:%s:%s:%d", a.Notice, a.Property, a.Department, a.Boundary.Unix())
}

// way names the way of a notice among those of its agent.
func (a NotifyArgs) way() string {
	if a.Push != "" {
		return "push-" + a.Push
	}
	return strconv.Itoa(a.Via)
}

// shownWay is way for people.
func (a NotifyArgs) shownWay() string {
	if a.Push != "" {
		return "push"
	}
	return fmt.Sprintf("service %d", a.Via+1)
}
