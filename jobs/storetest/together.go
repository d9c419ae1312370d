package storetest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

func together() []testCase {
	return []testCase{
		{"eight workers on one shard lose no action and double none", func(f *fixture) {
			const workers, subjects, rounds = 8, 40, 10
			f.define(nine, f.subjects(0, subjects)...)
			var wg sync.WaitGroup
			for n := range workers {
				wg.Go(func() { f.count(fmt.Sprint("worker ", n), rounds) })
			}
			wg.Go(func() { // edits come in between
				for range 20 {
					f.try(f.store.Wake(f.Context(), 0, f.subjects(0, subjects/2), nine))
				}
			})
			wg.Wait()
			f.count("after the last wake", rounds)
			f.verifyCounts(rounds)
		}},
		{"an old definition never comes with a new revision", func(f *fixture) {
			s := f.subjects(0, 1)
			f.edit(store.Edit{Subject: s[0], NewRev: 1, Definition: []byte("1"), Due: nine})
			var wg sync.WaitGroup
			wg.Go(func() { // each definition is its own revision
				for rev := int64(1); rev < 1000; rev++ {
					next := strconv.FormatInt(rev+1, 10)
					_, err := f.store.Edit(f.Context(), store.Edit{Subject: s[0], Rev: rev, Definition: []byte(next), Due: nine})
					f.try(err)
				}
			})
			for rev := int64(0); rev < 1000; {
				r := f.load(s...)[0]
				rev = r.Rev
				if defined, _ := strconv.ParseInt(string(r.Definition), 10, 64); defined < rev {
					f.Errorf("definition %d came with revision %d", defined, rev)
				}
			}
			wg.Wait()
		}},
		{"eight readers of one outbox skip nothing", func(f *fixture) {
			const count = 400
			var all []string
			for i := range count {
				all = append(all, strconv.Itoa(i))
			}
			f.send(0, all...)
			var mu sync.Mutex
			var got []string
			var wg sync.WaitGroup
			for n := range 8 {
				holder := fmt.Sprint("reader ", n)
				wg.Go(func() {
					for f.readOn(holder, func(body string) {
						mu.Lock()
						defer mu.Unlock()
						got = append(got, body)
					}) {
					}
				})
			}
			wg.Wait()
			// An entry may come twice, when a lease has run out; none is skipped.
			seen := make(map[string]bool)
			for _, body := range got {
				seen[body] = true
			}
			if len(seen) != count || f.pending(0, nine).Outbox {
				f.Errorf("%d of %d were read; left: %q", len(seen), count, f.left(0))
			}
		}},
	}
}

// brief is a lease that runs out while its holder still works, so that several holders
// work on the same subjects.
const brief = time.Millisecond

// try is must for a goroutine that is not the test's own.
func (f *fixture) try(err error) bool {
	if err != nil {
		f.Error(err)
	}
	return err == nil
}

// count is a worker: it counts each subject's state up and sends the number, until
// none is due.
func (f *fixture) count(holder string, rounds int) {
	ctx := context.WithoutCancel(f.Context())
	for {
		claim, err := f.store.Claim(ctx, 0, store.Lease{Holder: holder, For: brief}, nine, 7)
		if !f.try(err) {
			return
		}
		if claim.Busy {
			continue
		}
		if len(claim.Records) == 0 {
			return
		}
		var changes []store.Change
		for _, r := range claim.Records {
			n, _ := strconv.Atoi(string(r.State)) // empty at first
			c := on(r)
			if n < rounds {
				n++
				c.State, c.Actions = []byte(strconv.Itoa(n)), send(fmt.Sprintf("%s %d", r.Subject, n))
			}
			if n < rounds {
				c.Due = nine
			}
			changes = append(changes, c)
		}
		if _, err := f.store.Commit(ctx, changes); !f.try(err) {
			return
		}
	}
}

// verifyCounts checks that each subject's numbers were sent in order, each once.
func (f *fixture) verifyCounts(rounds int) {
	sent := make(map[string]int)
	entries, _ := f.outbox(0, "a", 100_000)
	for _, e := range entries {
		subject, number, _ := strings.Cut(string(e.Body), " ")
		if n, _ := strconv.Atoi(number); n != sent[subject]+1 {
			f.Errorf("%s: %s came after %d", subject, number, sent[subject])
		}
		sent[subject]++
	}
	for _, s := range f.subjects(0, 40) {
		if sent[string(s)] != rounds {
			f.Errorf("%s: sent %d of %d", s, sent[string(s)], rounds)
		}
	}
}

// readOn delivers one batch; false: there is none left.
func (f *fixture) readOn(holder string, read func(body string)) bool {
	entries, cursor, busy, err := f.store.Outbox(f.Context(), lane(0, "a"), store.Lease{Holder: holder, For: brief}, 9)
	if !f.try(err) {
		return false
	}
	if busy {
		return true
	}
	if len(entries) == 0 {
		return false
	}
	for _, e := range entries {
		read(string(e.Body))
	}
	_, err = f.store.Delivered(f.Context(), lane(0, "a"), store.Settlement{
		Lease: store.Lease{Holder: holder, For: brief}, From: cursor, To: entries[len(entries)-1].Seq, All: []string{"a"},
	})
	return f.try(err)
}
