package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/store"
)

// Observer hears of each step of an engine.
type Observer interface {
	// Committed is called for each change that was committed, and when.
	Committed(c *Change, at time.Time)
	// Messages is called for each change of a visitor that was committed, and when.
	Messages(c *Change, at time.Time)
	// Flipped is called with the flips of a batch.
	Flipped(f Flips)
	// HeldBack is called with messages that were held back.
	HeldBack(list []Skipped)
}

// unobserved is an Observer that does nothing.
type unobserved struct{}

// Committed implements Observer.
func (unobserved) Committed(*Change, time.Time) {}

// Messages implements Observer.
func (unobserved) Messages(*Change, time.Time) {}

// Flipped implements Observer.
func (unobserved) Flipped(Flips) {}

// HeldBack implements Observer.
func (unobserved) HeldBack([]Skipped) {}

// Engine makes decisions and commits them. Worker and Simulation share it: a worker has
// queues, a cron and deliveries around it, and a simulation a clock of its own.
type Engine struct {
	intake
	Config
	stopping atomic.Bool
	yielding atomic.Bool
}

// Store is as much of a store as an engine needs.
type Store interface {
	intakeStore
	Shards() int
	Shard(s store.Subject) int
	Claim(ctx context.Context, shard int, l store.Lease, at time.Time, limit int) (store.Claim, error)
	Chatting(ctx context.Context, property, cursor string, limit int) ([]store.Subject, string, error)
	Served(ctx context.Context, by store.Subject, cursor string, limit int) ([]store.Subject, string, error)
	Wake(ctx context.Context, shard int, subjects []store.Subject, at time.Time) error
	Stir(ctx context.Context, shard int, subjects []store.Subject, at time.Time) error
	Wakes(ctx context.Context, shard int, limit int) ([]store.WakeRequest, error)
	Woke(ctx context.Context, shard int, marks []store.WakeRequest) error
	Spread(ctx context.Context, mark store.WakeRequest) error
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
	Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error)
	Users(ctx context.Context, shard int, schedule, cursor string, limit int) ([]store.Subject, string, error)
	Waits(ctx context.Context, shard int, cursor string, limit int) (map[store.Subject]int, string, error)
	Recount(ctx context.Context, shard int, read, right map[store.Subject]int) (wrong int, err error)
}

// Config holds the parts of an engine, and its settings.
type Config struct {
	Store    Store
	TimeZone *time.Location // of schedules and subjects that name none
	Now      func() time.Time
	Log      logrus.FieldLogger
	Observer Observer // nil: none
	Batch    int      // subjects decided and committed together; at least 1

	// KeepVisitors is for how long visitors are remembered of whom neither a name nor a chat is known; zero: visit.KeptUnnamed.
	KeepVisitors time.Duration

	// Quotas bounds how many messages wait on each property; nil: nothing does.
	Quotas Quotas

	// SetAside lets visitors of a property whose decisions take long be decided on apart from all others: see Taken.Aside. Without it,
	// all visitors of a batch are decided on together.
	SetAside bool

	// ShowHeldBack lets some of the held-back messages be shown on the board, and the log warn of those that may have
	// answered a program.
	ShowHeldBack bool

	// AskSweep asks for the sweep of a shard in which subjects were woken. If that fails, the
	// cron finds them there anyway, a beat later.
	AskSweep func(ctx context.Context, shard int, nominal time.Time) error

	// Unfinished tells of events that were accepted and are not taken in yet. Without it, there are none.
	Unfinished Unfinished

	// AskTimers asks for wake-ups of visitors at the instants at which they are due next.
	// Without one, a sweep sees to them some seconds late.
	AskTimers func(ctx context.Context, changes []*Change)
}

// New makes an engine.
func New(c Config) *Engine {
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	e := &Engine{Config: c, intake: intake{store: c.Store, decider: NewDecider(c.Store, c.TimeZone), now: c.Now, unfinished: c.Unfinished, setAside: c.SetAside}}
	e.decider.keep, e.decider.quotas, e.decider.spoken = c.KeepVisitors, c.Quotas, newSpoken()
	if c.ShowHeldBack {
		e.board = boardLimiter()
	}
	return e
}

// Decider gives the decider of the engine.
func (e *Engine) Decider() *Decider { return e.decider }

// Stop lets sweeps that are under way hand their work to others.
func (e *Engine) Stop() { e.stopping.Store(true) }

// IsStopping tells whether the worker stops.
func (e *Engine) IsStopping() bool { return e.stopping.Load() }

// Yield lets sweeps that are under way hand their work to others, until it is called with false.
func (e *Engine) Yield(yes bool) { e.yielding.Store(yes) }

// HandsOver tells whether sweeps hand their work to others, be it that the worker stops or that it stands by.
func (e *Engine) HandsOver() bool { return e.IsStopping() || e.yielding.Load() }

// ErrStopping ends work that another worker is to go on with.
var ErrStopping = errors.New("the worker stops, or stands by")

// LogBroken logs records that cannot be decided on.
func (e *Engine) LogBroken(broken []Broken) {
	for _, b := range broken {
		e.Log.WithField("subject", b.Subject).WithError(b.Err).Error("subject left as it is: define it anew")
	}
}

// LogHeldBack counts held-back messages, and logs each where the log wants that. Personal data stay out of the log: the id of
// the visit, and the values that a condition compared.
func (e *Engine) LogHeldBack(list []Skipped) {
	e.Observer.HeldBack(list)
	if len(list) == 0 {
		return
	}
	e.noteRefused(list)
	log := e.Log.WithFields(nil)
	for i := range list {
		s, level := &list[i], logrus.DebugLevel
		if e.ShowHeldBack && s.Reason == string(visit.NoAnswer) {
			level = logrus.WarnLevel
		}
		if !log.Logger.IsLevelEnabled(level) {
			continue
		}
		property, visitor, _ := s.subject.Visitor()
		fields := logrus.Fields{"property": property, "visitor": visitor, "reason": s.Reason, "at": s.at}
		for name, value := range map[string]string{"chat": s.chat, "trigger": s.trigger, "rule": s.rule, "event": s.event} {
			if value != "" {
				fields[name] = value
			}
		}
		if c := s.verdict.Condition; !c.IsZero() {
			fields["condition"] = c.String()
		}
		log.WithFields(fields).Log(level, "message held back")
	}
}

// noteRefused counts the messages that were held back by quotas.
func (e *Engine) noteRefused(list []Skipped) {
	if e.Quotas == nil {
		return
	}
	refused := make(map[string]int)
	for i := range list {
		if property, _, ok := list[i].subject.Visitor(); ok && list[i].Reason == string(visit.Quota) {
			refused[property]++
		}
	}
	for property, n := range refused {
		e.Quotas.RefusedMessages(property, n)
	}
}
