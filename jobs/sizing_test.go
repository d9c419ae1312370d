package jobs_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestSizing measures the memory of Redis for the figures of cmd/deskbell/README.md: go test ./jobs -run TestSizing -v shows them. It fails
// where they are far from what the README says.
func TestSizing(t *testing.T) {
	t.Parallel()
	const n = 600
	b := newBundle(t, setup{shards: 2, clock: morning(10, 0)})
	b.define(`{"destinations": {"hook": {"type": "log", "actions": ["chat.close"]}}, "properties": {
		"plain": {"triggers": []},
		"waits": {"triggers": [{"name": "Later", "type": "site", "delay": "10m", "message": "Hello {{visitor.name|there}}, may I help?"}]}}}`)
	b.worker()
	b.quiet()
	send := func(property string, of func(d *event.Data), round int) {
		t.Helper()
		var events []event.Event
		for i := range n {
			e := event.New(event.VisitorArrived, event.Data{
				Property: property, Visitor: fmt.Sprint("visitor-", i), Visit: fmt.Sprint("visit-", i),
				Page: event.Page{URL: fmt.Sprint("https://shop.example/products/", i, "?utm_source=news"), Title: "A chair for my desk", Referrer: "https://search.example/"},
			})
			e.ID, e.Time = fmt.Sprint(property, "-", round, "-", i), b.clock.now()
			of(&e.Data)
			events = append(events, e)
		}
		for some := range slices.Chunk(events, 200) {
			b.must(b.client.Send(b.Context(), some...))
		}
		b.quiet()
	}
	bare := func(*event.Data) {}
	before := b.memory()
	each := func() int {
		now := b.memory()
		defer func() { before = now }()
		return (now - before) / n
	}
	send("plain", bare, 0)
	visitor := each()
	send("plain", func(d *event.Data) { d.Page.URL += "&again" }, 1)
	again := each()
	known, ids, err := b.store.SeenUsage(b.Context(), b.clock.now())
	b.must(err)
	send("waits", bare, 0)
	waiting := each() - visitor
	for _, c := range []struct {
		what        string
		bytes, says int
	}{{"a visitor with one page", visitor, sizeVisitor}, {"each further event", again, sizeEvent}, {"of it the id, for a day", int(ids / max(1, known)), sizeID}, {"a waiting message", waiting, sizeWaiting}} {
		t.Logf("%s: %d bytes", c.what, c.bytes)
		if c.bytes > 3*c.says || c.bytes < c.says/3 {
			t.Errorf("%s takes %d bytes of Redis; the README says %d", c.what, c.bytes, c.says)
		}
	}
}

// The sizes that the README says, in bytes.
const (
	sizeVisitor = 720
	sizeEvent   = 110
	sizeID      = 60
	sizeWaiting = 850
)

// TestSizesOfTheREADME holds all that the README says of sizes against those that TestSizing measures: its table of them, its formula, and
// what comes of that for 10, 100 and 1,000 visitors a second.
func TestSizesOfTheREADME(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../cmd/deskbell/README.md")
	if err != nil {
		t.Fatal(err)
	}
	const visitor, event, day = sizeVisitor - sizeID, sizeEvent - sizeID, 86_400
	const ids = day * 3 / 2 // for so long, at most
	lines := []string{
		fmt.Sprintf("| a visitor, with the id of their first event | %d, of which %d are the id |", sizeVisitor, sizeID),
		fmt.Sprintf("| each further event of theirs | %d, of which %d are its id |", sizeEvent, sizeID),
		fmt.Sprintf("| a message that waits | %d |", sizeWaiting),
		fmt.Sprintf("bytes = V × (K × (%d + %d × E) + 129,600 × %d × (1 + E) + W × %d)", visitor, event, sizeID, sizeWaiting),
	}
	for name, visitors := range map[string]int{"10": 10, "100": 100, "1,000": 1000} {
		line := "| " + name + " |"
		for _, kept := range []int{7 * day, day, 3600} {
			bytes := visitors * (kept*(visitor+4*event) + ids*sizeID*5 + 60*sizeWaiting)
			switch gb := float64(bytes) / 1e9; {
			case gb < 1:
				line += fmt.Sprintf(" %.2f GB |", gb)
			case gb < 10:
				line += fmt.Sprintf(" %.1f GB |", gb)
			default:
				line += fmt.Sprintf(" %.0f GB |", gb)
			}
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		if !strings.Contains(string(readme), line) {
			t.Errorf("the README lacks %q", line)
		}
	}
}

// memory is what the keys of Redis take, each with all of its values. What the server uses beside them depends on what it does,
// and so does what asynq says of its workers: they show the payloads of tasks that they had in hand at a beat.
func (b *bundle) memory() (bytes int) {
	b.Helper()
	usage := make([]*redis.IntCmd, 0, 10_000)
	_, err := b.rdb.Pipelined(b.Context(), func(p redis.Pipeliner) error {
		for _, key := range b.rdb.Keys(b.Context(), "*").Val() {
			if strings.HasPrefix(key, "asynq:workers:") {
				continue
			}
			usage = append(usage, p.MemoryUsage(b.Context(), key, 0))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) { // a key that has gone meanwhile
		b.Fatal(err)
	}
	for _, u := range usage {
		bytes += int(u.Val())
	}
	return bytes
}

// TestNoKeyOfAVisitorStaysForGood: a visitor's record is in the table of a shard, which retention clears. A key of a visitor's own has a
// time to live; so Redis has no more lasting keys when many visitors were there, and gone, than before.
func TestNoKeyOfAVisitorStaysForGood(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 2, clock: morning(10, 0)})
	b.define(`{"properties": {"acme": {
		"auto_replies": {"during": "One moment"}, "rescue": [{"after": "1h", "send_message": "Soon"}],
		"triggers": [{"name": "Welcome", "type": "site", "message": "Hello", "expiry": "1h"}]}}}`)
	b.worker()
	b.quiet() // its widget is online before the first visitor comes: else nobody is greeted
	send := func(round string, visitors int) {
		t.Helper()
		for _, happens := range []func(visitor string) event.Event{
			arrived, // and is greeted before the next
			func(v string) event.Event { return requested(v, "chat-"+v) },
			func(v string) event.Event {
				return event.New(event.ChatEnded, event.Data{Property: "acme", Visitor: v, Chat: "chat-" + v})
			},
			func(v string) event.Event {
				return event.New(event.VisitorLeft, event.Data{Property: "acme", Visitor: v, Visit: v + ".1"})
			},
		} {
			var events []event.Event
			for i := range visitors {
				events = append(events, happens(fmt.Sprint(round, "-", i)))
			}
			b.must(b.client.Send(b.Context(), events...))
			b.quiet()
		}
	}
	lasting := func() (keys []string) {
		t.Helper()
		all := b.rdb.Scan(t.Context(), 0, "*", 1000).Iterator()
		for all.Next(t.Context()) {
			if b.rdb.TTL(t.Context(), all.Val()).Val() == -1 {
				keys = append(keys, all.Val())
			}
		}
		b.must(all.Err())
		slices.Sort(keys)
		return keys
	}
	send("some", 20) // every shard has its tables then
	before := lasting()
	send("more", 100)
	if len(b.messages()) == 0 {
		t.Error("nobody was greeted")
	}
	var more []string
	defer func() {
		if t.Failed() {
			t.Logf("%d keys stay: %q", len(more), more)
		}
	}()
	redistest.Wait(t, "no more keys than before stay", func() bool { // some come and go with a beat
		more = slices.DeleteFunc(lasting(), func(key string) bool { return slices.Contains(before, key) })
		return len(more) == 0
	})
}
