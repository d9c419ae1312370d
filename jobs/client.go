package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

// Client is what other Go programs use: it defines, overrides and reads. The
// deciding is done by a worker, which it wakes.
type Client struct {
	store   Store
	queue   queue
	now     func() time.Time
	decider *Decider
	inspect *asynq.Inspector
}

// ClientConfig is what a Client is made of.
type ClientConfig struct {
	Store      Store
	Redis      redis.UniversalClient // for enqueueing; the caller closes it
	Partitions int                   // of the queues, as the store has it
	Now        func() time.Time
	TimeZone   *time.Location // of schedules and subjects that name none, as the workers have it
}

// NewClient makes a client.
func NewClient(c ClientConfig) *Client {
	return &Client{
		store:   c.Store,
		queue:   queue{client: asynq.NewClientFromRedisClient(c.Redis), partitions: c.Partitions},
		now:     c.Now,
		decider: NewDecider(c.Store, c.TimeZone),
		inspect: asynq.NewInspectorFromRedisClient(c.Redis),
	}
}

// ErrNotFound is returned for a property or an agent that is not defined.
var ErrNotFound = errors.New("not defined")

// ErrContended is returned when others kept writing the same subject.
var ErrContended = errors.New("others are editing it at the same time: try again")

// tries is how often a write is repeated when others were quicker.
const tries = 20

// edit writes one definition (nil removes it) unless it is there already. Who
// serves whom is noted before the definition says so: an index that names too many
// wakes somebody in vain, and one that names too few forgets somebody.
func (c *Client) edit(ctx context.Context, subject Subject, body []byte) (changed bool, err error) {
	for range tries {
		records, err := c.store.Load(ctx, []Subject{subject})
		if err != nil {
			return false, err
		}
		before := records[0].Definition
		if string(before) == string(body) && (records[0].Rev != 0) == (body != nil) {
			return false, nil
		}
		was, err := refsOf(subject, before)
		if err != nil {
			was = refs{} // not ours to read: its name stays with schedules that it used, which wake it in vain
		}
		is, err := refsOf(subject, body)
		if err != nil {
			return false, err
		}
		if err := c.store.Serve(ctx, subject, is.agents); err != nil {
			return false, err
		}
		now := c.now()
		ok, err := c.store.Edit(ctx, Edit{
			Subject: subject, Rev: records[0].Rev, NewRev: now.UnixMicro(), Definition: body,
			Uses: is.schedules, Unuses: without(was.schedules, is.schedules), Due: now,
		})
		if err != nil {
			return false, err
		}
		if ok {
			return true, nil
		}
	}
	return false, fmt.Errorf("writing %s: %w", subject, ErrContended)
}

// refs is what a definition refers to.
type refs struct {
	schedules []string
	agents    []Subject
}

func refsOf(subject Subject, body []byte) (refs, error) {
	var r refs
	if body == nil {
		return r, nil
	}
	if _, ok := subject.Agent(); ok {
		var a definition.Agent
		if err := json.Unmarshal(body, &a); err != nil {
			return r, fmt.Errorf("decoding %s: %w", subject, err)
		}
		if a.Schedule.Name != "" {
			r.schedules = []string{a.Schedule.Name}
		}
		return r, nil
	}
	var p definition.Property
	if err := json.Unmarshal(body, &p); err != nil {
		return r, fmt.Errorf("decoding %s: %w", subject, err)
	}
	r.schedules = without(p.Uses(), nil)
	for _, id := range without(p.AllAgents(), nil) {
		r.agents = append(r.agents, AgentSubject(id))
	}
	return r, nil
}

// without is names, each once, save those in others.
func without(names, others []string) []string {
	seen := make(map[string]bool, len(names)+len(others))
	for _, name := range others {
		seen[name] = true
	}
	var left []string
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			left = append(left, name)
		}
	}
	return left
}

// SetOverride forces a property open or closed; it lasts until it runs out, is
// replaced, or is cleared (nil). It gives the hours as they are from now on.
func (c *Client) SetOverride(ctx context.Context, property string, o *hours.Override) (hours.State, error) {
	subject := PropertySubject(property)
	if o != nil { // boundaries are whole seconds
		o = &hours.Override{Open: o.Open, From: o.From.Truncate(time.Second).UTC(), Until: o.Until.Truncate(time.Second).UTC()}
	}
	for range tries {
		records, err := c.store.Load(ctx, []Subject{subject})
		if err != nil {
			return hours.State{}, err
		}
		r := records[0]
		if r.Rev == 0 {
			return hours.State{}, fmt.Errorf("finding property %q: %w", property, ErrNotFound)
		}
		var state propertyState
		if err := decodeState(r.State, &state); err != nil {
			return hours.State{}, err
		}
		state.Override = o
		body, err := json.Marshal(state)
		if err != nil {
			return hours.State{}, fmt.Errorf("encoding the state of %s: %w", subject, err)
		}
		schedule, err := c.schedule(ctx, r, o)
		if err != nil {
			return hours.State{}, err
		}
		now := c.now()
		lost, err := c.store.Commit(ctx, c.store.Shard(subject), []Change{{
			Subject: subject, Rev: r.Rev, Woken: r.Woken, State: body, Due: now,
		}})
		if err != nil {
			return hours.State{}, err
		}
		if len(lost) == 0 {
			return schedule.At(now), c.wakeFor(ctx, c.store.Shard(subject), o, now)
		}
	}
	return hours.State{}, fmt.Errorf("overriding property %q: %w", property, ErrContended)
}

// wakeFor asks for a sweep now, and for one at the end of an override.
func (c *Client) wakeFor(ctx context.Context, shard int, o *hours.Override, now time.Time) error {
	err := c.queue.enqueueSweep(ctx, shard, now, false)
	if o != nil && !o.Until.IsZero() {
		err = errors.Join(err, c.queue.enqueueSweepIn(ctx, shard, o.Until.Sub(now), o.Until))
	}
	return err
}

// Schedule gives the opening hours of a property, without an override.
func (c *Client) Schedule(ctx context.Context, property string) (*hours.Schedule, error) {
	records, err := c.store.Load(ctx, []Subject{PropertySubject(property)})
	if err != nil {
		return nil, err
	}
	if records[0].Rev == 0 {
		return nil, fmt.Errorf("finding property %q: %w", property, ErrNotFound)
	}
	return c.schedule(ctx, records[0], nil)
}

func (c *Client) schedule(ctx context.Context, r Record, o *hours.Override) (*hours.Schedule, error) {
	b, err := c.decider.gather(ctx, []Record{r})
	if err != nil {
		return nil, err
	}
	if err := b.broken[r.Subject]; err != nil {
		return nil, err
	}
	p, err := b.property(b.properties[r.Subject], o)
	return p.Hours, err
}
