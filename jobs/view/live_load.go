package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// liveLoad is a property that callers wait for.
type liveLoad struct {
	done chan struct{}
	err  error // to be read when done
}

const (
	liveBatch    = 500             // properties in one load: three round trips, however many
	wantedLimit  = 20_000          // properties that are waited for
	livePatience = 2 * time.Second // for Redis
	liveLimit    = 20_000          // kept properties, at some 3 KB each; those watched come on top
)

// want asks for a property to be loaded. The wanted ones have a bound: they pile up
// while Redis hangs, and callers may ask for properties that do not exist.
func (l *Live) want(id string) *liveLoad {
	w := l.wanted[id]
	if w == nil {
		w = &liveLoad{done: make(chan struct{})}
		if len(l.wanted) >= wantedLimit {
			w.err = ErrCrowded
			close(w.done)
			return w
		}
		l.wanted[id] = w
	}
	l.ask()
	return w
}

func (l *Live) ask() {
	select {
	case l.asked <- struct{}{}:
	default: // asked already
	}
}

// load loads the wanted properties, one batch after the other. However many callers ask
// for a property at once, it is loaded once.
func (l *Live) load(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.asked:
		}
		if err := l.loadBatch(ctx); err != nil && !pause(ctx, untrusted) {
			return
		}
	}
}

func (l *Live) loadBatch(ctx context.Context) error {
	l.mu.Lock()
	batch := make(map[string]*liveLoad)
	for id, w := range l.wanted {
		if len(batch) == liveBatch {
			l.ask() // the rest comes next
			break
		}
		batch[id] = w
		delete(l.wanted, id)
	}
	if len(batch) == 0 { // its callers were told that Redis is away
		l.mu.Unlock()
		return nil
	}
	l.written = make(map[store.Subject]bool)
	missed := l.missed
	l.mu.Unlock()

	ids := make([]string, 0, len(batch))
	for id := range batch {
		ids = append(ids, id)
	}
	loaded, err := l.read(ctx, ids, missed)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = err != nil
	for id, w := range batch {
		if w.err = err; err == nil {
			w.err = l.keep(id, loaded[id])
		}
		close(w.done)
	}
	l.written = nil
	if err != nil {
		l.useWhatIsKept(err)
	}
	return err
}

// useWhatIsKept ends the wait of those who wait for a property that is kept: the next load may take as long as the last, which has failed.
func (l *Live) useWhatIsKept(err error) {
	for id, w := range l.wanted {
		if l.kept[id] != nil {
			w.err = err
			close(w.done)
			delete(l.wanted, id)
		}
	}
}

// read loads and compiles properties. It leaves out properties that do not exist.
func (l *Live) read(ctx context.Context, ids []string, missed int) (map[string]*liveRecord, error) {
	ctx, cancel := context.WithTimeout(ctx, livePatience)
	defer cancel()
	subjects := make([]store.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = store.PropertySubject(id)
	}
	records, err := l.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	b, err := l.decider.Gather(ctx, records)
	if err != nil {
		return nil, err
	}
	now := l.now()
	loaded := make(map[string]*liveRecord, len(ids))
	for i := range records {
		r := &records[i]
		if r.Rev == 0 || r.Definition == nil {
			continue
		}
		one := &liveRecord{uses: usedBy(b, r.Subject), loaded: now, missed: missed}
		var state engine.PropertyState
		one.compiled, state, one.broken = b.Compiled(r, now)
		one.stored = widget.State(state.Widget)
		loaded[ids[i]] = one
	}
	return loaded, nil
}

// usedBy are the agents, the named schedules and the calendars that a property is compiled from.
func usedBy(b *engine.Batch, property store.Subject) []store.Subject {
	p := b.Properties[property]
	if p == nil {
		return nil
	}
	schedules := p.Uses()
	agents := p.AllAgents()
	for _, id := range agents {
		agents = append(agents, b.Agents[id].StandsInFor(id)...)
	}
	for _, id := range agents {
		if a := b.Agents[id]; a != nil && a.Schedule.Name != "" {
			schedules = append(schedules, a.Schedule.Name)
		}
	}
	var uses []store.Subject
	for _, id := range agents {
		uses = append(uses, store.AgentSubject(id))
	}
	schedules = append(schedules, b.CalendarsOf(property)...)
	slices.Sort(schedules)
	for _, name := range slices.Compact(schedules) {
		uses = append(uses, store.ScheduleSubject(name))
	}
	return uses
}

// keep keeps a loaded property; nil: the property does not exist.
func (l *Live) keep(id string, r *liveRecord) error {
	p := l.kept[id]
	if r == nil {
		err := fmt.Errorf("finding property %q: %w", id, store.ErrNotFound)
		if p != nil {
			p.endAll(err)
			l.drop(p)
		}
		return err
	}
	if p == nil {
		l.makeRoom()
		p = &liveProperty{id: id}
		l.kept[id] = p
	}
	l.forgetUses(p)
	stale := l.written[store.PropertySubject(id)]
	for _, subject := range r.uses {
		stale = stale || l.written[subject]
		if l.users[subject] == nil {
			l.users[subject] = make(map[*liveProperty]bool)
		}
		l.users[subject][p] = true
	}
	p.renew(*r, stale)
	if len(p.watches) > 0 {
		_, _ = p.tell(l.now()) // watches do not hear of a property that cannot be decided on
		if stale {
			l.want(id)
		}
	}
	return nil
}

func (l *Live) drop(p *liveProperty) {
	l.forgetUses(p)
	delete(l.kept, p.id)
}

func (l *Live) forgetUses(p *liveProperty) {
	for _, subject := range p.uses {
		delete(l.users[subject], p)
		if len(l.users[subject]) == 0 {
			delete(l.users, subject)
		}
	}
}

// makeRoom drops a property without watches when many are kept: any of them, since the
// order of a map is random. Where it finds only watched ones there is room for one more.
func (l *Live) makeRoom() {
	tries := 20
	for _, p := range l.kept {
		if len(l.kept) < liveLimit || tries == 0 {
			return
		}
		if len(p.watches) == 0 {
			l.drop(p)
			return
		}
		tries--
	}
}
