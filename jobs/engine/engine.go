package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/store"
)

// Observer is told what an engine does.
type Observer interface {
	// Committed is called for each change that was committed, and when.
	Committed(c *Change, at time.Time)
	// Flipped is called with the flips of a batch.
	Flipped(f Flips)
	// HeldBack is called with messages that were decided against.
	HeldBack(list []Skipped)
}

// unobserved is an Observer who is told in vain.
type unobserved struct{}

// Committed implements Observer.
func (unobserved) Committed(*Change, time.Time) {}

// Flipped implements Observer.
func (unobserved) Flipped(Flips) {}

// HeldBack implements Observer.
func (unobserved) HeldBack([]Skipped) {}

// Engine makes decisions and commits them. It is what a Worker and a Simulation have
// in common: a worker has queues, a cron and deliveries around it, and a simulation a
// clock of its own.
type Engine struct {
	intake
	Config
	stopping atomic.Bool
}

// Config is what an engine is made of.
type Config struct {
	Store    store.Store
	TimeZone *time.Location // of schedules and subjects that name none
	Now      func() time.Time
	Log      logrus.FieldLogger
	Observer Observer // nil: nobody
	Batch    int      // subjects decided and committed together; at least 1

	// ShowHeldBack lets some of the messages that were decided against be shown on the board.
	ShowHeldBack bool

	// AskSweep asks for the sweep of a shard in which somebody was woken. What it cannot
	// ask for is found there anyway, a beat later.
	AskSweep func(ctx context.Context, shard int, nominal time.Time) error

	// AskTimers asks for wake-ups of visitors at the instants at which they are due next.
	// Without one, a sweep sees to them some seconds late.
	AskTimers func(ctx context.Context, changes []*Change)
}

// New makes an engine.
func New(c Config) *Engine {
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	e := &Engine{Config: c, intake: intake{store: c.Store, decider: NewDecider(c.Store, c.TimeZone), now: c.Now}}
	if c.ShowHeldBack {
		e.board = boardLimiter()
	}
	return e
}

// Decider is what the engine decides by.
func (e *Engine) Decider() *Decider { return e.decider }

// Stop lets sweeps that are under way hand their work to others.
func (e *Engine) Stop() { e.stopping.Store(true) }

// IsStopping tells whether sweeps hand their work to others.
func (e *Engine) IsStopping() bool { return e.stopping.Load() }

// LogBroken logs records that cannot be decided on.
func (e *Engine) LogBroken(broken []Broken) {
	for _, b := range broken {
		e.Log.WithField("subject", b.Subject).WithError(b.Err).Error("subject left as it is: define it anew")
	}
}

// PassOn wakes the subjects elsewhere that decisions of this shard concern, and says
// how many. The wishes are struck out only when they have come true, so that a crash
// in between wakes somebody twice, and nobody never.
func (e *Engine) PassOn(ctx context.Context, shard int) (woken int, err error) {
	const limit = 1000
	for {
		marks, err := e.store.Wakes(ctx, shard, limit)
		if err != nil || len(marks) == 0 {
			return woken, err
		}
		awake := make(map[int]bool) // shards
		n, err := e.fulfil(ctx, marks, awake)
		woken += n
		if err != nil {
			return woken, err
		}
		if err := e.store.Woke(ctx, shard, marks); err != nil {
			return woken, err
		}
		for shard := range awake {
			if err := e.AskSweep(ctx, shard, e.now()); err != nil {
				return woken, err
			}
		}
		if len(marks) < limit {
			return woken, nil
		}
	}
}

// fulfil wakes those who are wished for, notes in which shards they are, and says how many.
func (e *Engine) fulfil(ctx context.Context, marks []store.Mark, awake map[int]bool) (woken int, err error) {
	var subjects []store.Subject
	for _, m := range marks {
		property, ok := store.Subject(m.Name).Chatters()
		if !ok {
			subjects = append(subjects, store.Subject(m.Name))
			continue
		}
		n, err := e.wakeChatters(ctx, property, awake)
		woken += n
		if err != nil {
			return woken, err
		}
	}
	return woken + len(subjects), e.wake(ctx, subjects, awake)
}

// wakeChatters wakes the visitors of a property who have a chat going: its hours may have
// changed, and with them what is to be said there, and when.
func (e *Engine) wakeChatters(ctx context.Context, property string, awake map[int]bool) (woken int, err error) {
	const limit = 100 // of a shard
	cursor := ""
	for {
		visitors, next, err := e.store.Chatting(ctx, property, cursor, limit)
		if err != nil {
			return woken, err
		}
		if err := e.wake(ctx, visitors, awake); err != nil {
			return woken, err
		}
		woken += len(visitors)
		if cursor = next; cursor == "" {
			return woken, nil
		}
	}
}

// wake wakes subjects of any shards, and notes in which they are.
func (e *Engine) wake(ctx context.Context, subjects []store.Subject, awake map[int]bool) error {
	byShard := make(map[int][]store.Subject)
	for _, s := range subjects {
		n := e.store.Shard(s)
		byShard[n] = append(byShard[n], s)
	}
	now := e.now()
	for n, some := range byShard {
		if err := e.store.Wake(ctx, n, some, now); err != nil {
			return err
		}
		awake[n] = true
	}
	return nil
}

// WakeUsers wakes the users of an edited schedule shard by shard, and asks for the
// sweep of each shard as soon as its users are awake. It says how many they are.
func (e *Engine) WakeUsers(ctx context.Context, edited store.Mark) (woken int, err error) {
	for shard := range e.store.Shards() {
		if e.IsStopping() {
			return woken, ErrStopping
		}
		n, err := e.wakeUsersIn(ctx, shard, edited.Name)
		if err != nil {
			return woken, err
		}
		woken += n
	}
	return woken, e.store.Spread(ctx, edited)
}

func (e *Engine) wakeUsersIn(ctx context.Context, shard int, schedule string) (int, error) {
	woken, cursor := 0, ""
	for {
		users, next, err := e.store.Users(ctx, shard, schedule, cursor, e.Batch)
		if err != nil {
			return woken, err
		}
		if err := e.store.Wake(ctx, shard, users, e.now()); err != nil {
			return woken, err
		}
		woken += len(users)
		if cursor = next; cursor == "" {
			break
		}
	}
	if woken == 0 {
		return 0, nil
	}
	return woken, e.AskSweep(ctx, shard, e.now())
}

// Later is the later of a nominal time and now: late work is done as of now, so
// that a late flip does not open a shop that has closed since.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
