package jobs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// wire is a state as JSON, without reasons: one that changes while nothing else does
// is shown, and not committed. An edit is dated by its first reader: a worker that was late
// has a date of its own.
func wire(t testing.TB, s widget.State, dated bool) string {
	t.Helper()
	body, err := json.Marshal(plain(s, dated))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func plain(s widget.State, dated bool) widget.State {
	s.Reason = ""
	if !dated {
		s.Since = time.Time{}
	}
	parts := make(map[string]widget.State, len(s.Departments))
	for id, part := range s.Departments {
		parts[id] = plain(part, dated)
	}
	s.Departments = parts
	return s
}

// frozen is a clock that stands still between two steps of a test.
type frozen struct {
	mu sync.Mutex
	t  time.Time
}

func (f *frozen) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.t
}

func (f *frozen) add(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = f.t.Add(d)
}

// commitAll decides on the subjects that are due, as a worker does.
func (b *bundle) commitAll(d *engine.Decider, at time.Time) {
	b.Helper()
	for shard := range b.store.Shards() {
		for {
			claim, err := b.store.Claim(b.Context(), shard, store.Lease{Holder: "test", For: time.Minute}, at, 100)
			b.must(err)
			if len(claim.Records) == 0 {
				break
			}
			out, err := d.Decide(b.Context(), claim.Records, at)
			b.must(err)
			_, err = b.store.Commit(b.Context(), engine.Written(out.Changes))
			b.must(err)
		}
	}
}

// TestLiveIsWhatIsCommitted takes two weeks in steps of all sizes, with overrides and
// edits on the way. At each instant, Live shows the state that a worker commits then, even
// when it is late by many boundaries.
func TestLiveIsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			clock := &frozen{t: morning(8, 0)}
			b := newBundle(t, setup{})
			client := jobs.NewClient(jobs.ClientConfig{Store: b.store, Redis: b.rdb, Partitions: 1, Now: clock.now, TimeZone: time.UTC})
			decider := engine.NewDecider(b.store, time.UTC)
			l := view.NewLive(client.Reader)
			t.Cleanup(running(l))
			b.defineWeek(client, random)
			dated, undated := true, 0
			for step := range 120 {
				clock.add(time.Duration(random.ExpFloat64()*3*float64(time.Hour)) + 11*time.Second) // beyond the states that are kept
				edited := random.IntN(4) == 0
				if edited {
					b.overrideAny(client, clock.now(), random)
				}
				if random.IntN(12) == 0 {
					edited = true
					b.defineWeek(client, random)
				}
				if random.IntN(3) == 0 {
					dated = dated && !edited
					clock.add(time.Duration(random.ExpFloat64()*float64(40*time.Minute)) + 11*time.Second)
				}
				seen := make(map[string]widget.State)
				for i := range liveProperties {
					id := fmt.Sprint("p", i)
					s, err := l.State(t.Context(), id)
					b.must(err)
					seen[id] = s.State
				}
				if random.IntN(3) == 0 {
					dated = dated && !edited
					continue // the workers are behind
				}
				b.commitAll(decider, clock.now())
				list, err := client.Status(t.Context(), "")
				b.must(err)
				for _, s := range list {
					if got, want := wire(t, seen[s.Property], dated), wire(t, s.Widget, dated); got != want {
						t.Fatalf("step %d, %s at %s: live, and committed\n%s\n%s", step, s.Property, clock.now(), got, want)
					}
				}
				if !dated {
					undated++
				}
				dated = true
			}
			if undated > 40 {
				t.Errorf("%d of 120 steps compare no dates", undated)
			}
		})
	}
}

const liveProperties = 6

// defineWeek defines properties with random hours, departments and agents.
func (b *bundle) defineWeek(client *jobs.Client, random *rand.Rand) {
	b.Helper()
	week := func() string {
		from := 6 + random.IntN(8)
		return fmt.Sprintf(`"daily %02d:%02d-%02d, %02d:30-%02d:15"`, from, random.IntN(60), from+2, from+3, from+4+random.IntN(4))
	}
	var properties []string
	for i := range liveProperties {
		properties = append(properties, fmt.Sprintf(`"p%d": {"schedule": %s, "agents": [%s], "departments": {"sales": {"schedule": %s}, "help": {"agents": ["lea"]}}}`,
			i, []string{week(), `"named"`, `"24/7"`}[i%3], []string{`"lea", "tom"`, ``}[i%2], week()))
	}
	steps, err := client.Plan(b.Context(), parse(b, fmt.Sprintf(`{"schedules": {"named": %s}, "agents": {"lea": {"schedule": %s}, "tom": {"schedule": "named"}}, "properties": {%s}}`,
		week(), week(), strings.Join(properties, ","))))
	b.must(err)
	b.must(client.Apply(b.Context(), steps, nil))
	// The work of a schedule's spread and of an agent's wake, all at once.
	for i := range liveProperties {
		subject := store.PropertySubject(fmt.Sprint("p", i))
		b.must(b.store.Wake(b.Context(), b.store.Shard(subject), []store.Subject{subject}, morning(0, 0)))
	}
}

func (b *bundle) overrideAny(client *jobs.Client, now time.Time, random *rand.Rand) {
	b.Helper()
	var o *hours.Override
	if random.IntN(3) > 0 {
		o = &hours.Override{Open: random.IntN(2) == 0, From: now}
		if random.IntN(2) == 0 {
			o.Until = now.Add(time.Duration(random.IntN(300)) * time.Minute)
		}
	}
	if _, err := client.SetOverride(b.Context(), fmt.Sprint("p", random.IntN(liveProperties)), o); err != nil && !errors.Is(err, store.ErrContended) {
		b.Fatal(err)
	}
}
