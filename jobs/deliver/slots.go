package deliver

import "sync"

// Slots bounds how many lanes of one destination a worker serves at a time: when all
// of them wait for a receiver that hangs, there is room left for the other ones. A
// lane that comes too late is called when another has done.
type Slots struct {
	mu      sync.Mutex
	taken   map[string]int
	waiting map[string][]int // shards, each once
}

// Take takes a turn; false: give will call this shard.
func (t *Slots) Take(destination string, shard, most int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken == nil {
		t.taken, t.waiting = make(map[string]int), make(map[string][]int)
	}
	if t.taken[destination] < most {
		t.taken[destination]++
		return true
	}
	for _, waits := range t.waiting[destination] {
		if waits == shard {
			return false
		}
	}
	t.waiting[destination] = append(t.waiting[destination], shard)
	return false
}

// Give ends a turn; next is the shard that has waited longest, if one has.
func (t *Slots) Give(destination string) (next int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[destination]--; t.taken[destination] == 0 {
		delete(t.taken, destination)
	}
	waiting := t.waiting[destination]
	if len(waiting) == 0 {
		return 0, false
	}
	if len(waiting) == 1 {
		delete(t.waiting, destination)
	} else {
		t.waiting[destination] = waiting[1:]
	}
	return waiting[0], true
}
