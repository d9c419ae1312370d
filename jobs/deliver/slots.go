package deliver

import "sync"

// Slots bounds how many lanes of one destination a worker serves at a time. If all of
// them wait for a receiver that hangs, other destinations still have room. A lane that
// finds no slot is called when another lane ends.
type Slots struct {
	mu      sync.Mutex
	taken   map[string]int
	waiting map[string][]int // shards, each once
}

// Take occupies a slot; false: there is none, and Give will name this shard.
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

// Give frees a slot; next is the shard that has waited longest, if any waits.
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
