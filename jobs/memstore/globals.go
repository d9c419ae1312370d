package memstore

import (
	"context"
	"maps"

	"github.com/deskbell/deskbell/jobs/store"
)

// Schedules implements store.Store.
func (s *Store) Schedules(ctx context.Context, names []string) ([][]byte, error) {
	return s.GlobalsOf(ctx, store.GlobalSchedule, names)
}

// GlobalsOf implements store.Store.
func (s *Store) GlobalsOf(_ context.Context, kind store.Global, names []string) ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bodies := make([][]byte, len(names))
	for i, name := range names {
		bodies[i] = s.globals[kind][name]
	}
	return bodies, nil
}

// Globals implements store.Store.
func (s *Store) Globals(_ context.Context, kind store.Global) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.globals[kind]), nil
}

// SetGlobal implements store.Store.
func (s *Store) SetGlobal(_ context.Context, kind store.Global, name string, before, after []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.globals[kind]
	if all == nil {
		all = make(map[string][]byte)
		s.globals[kind] = all
	}
	if string(all[name]) != string(before) {
		return false, nil
	}
	set(all, name, after)
	switch {
	case kind != store.GlobalDestination:
	case len(before) == 0 && len(after) > 0:
		s.begin(name)
	case len(before) > 0 && len(all) == 0:
		s.begin(store.DefaultDestination)
	}
	if kind == store.GlobalSchedule {
		s.edited.count++
		s.edited.at[name] = s.edited.count
		s.tell([]store.Subject{store.ScheduleSubject(name)})
	}
	return true, nil
}

// begin lets a destination begin at the end of each outbox.
func (s *Store) begin(destination string) {
	s.begun[destination]++
	delete(s.circuits, destination)
	for n, sh := range s.shards {
		sh.cursors[destination] = before
		if len(sh.outbox) > 0 {
			sh.cursors[destination] = sh.outbox[len(sh.outbox)-1].Seq
		}
		delete(sh.aside, destination)
		if name := laneLease(store.Lane{Shard: n, Destination: destination}); s.held(name, "") {
			s.leases[name] = lease{"an earlier " + destination, s.leases[name].until}
		}
	}
}

// Begun implements store.Store.
func (s *Store) Begun(context.Context) (map[string]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.begun), nil
}

// set writes a body; one of no bytes removes what is there.
func set(all map[string][]byte, name string, body []byte) {
	if len(body) == 0 {
		delete(all, name)
	} else {
		all[name] = body
	}
}

// Circuits implements store.Store.
func (s *Store) Circuits(context.Context) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.circuits), nil
}

// SetCircuit implements store.Store.
func (s *Store) SetCircuit(_ context.Context, destination string, before, after []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := string(s.circuits[destination])
	if now != string(before) && now != string(after) {
		return false, nil
	}
	set(s.circuits, destination, after)
	return true, nil
}

// Probe implements store.Store.
func (s *Store) Probe(_ context.Context, destination string, l store.Lease) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep(probeLease(destination), l), nil
}
