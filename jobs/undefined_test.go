package jobs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// ofEveryKind are events of visitors and chats of one property, those of chats with and without their visitor.
func ofEveryKind(property string) []event.Event {
	form := event.Form{Kind: "offline"}
	return []event.Event{
		event.NewVisitorArrived(property, "v1", "s1"), event.NewPageViewed(property, "v1", "s1", event.Page{URL: "https://acme.example/"}),
		event.NewVisitorCustom(property, "v1", "order"), event.NewWidgetMaximized(property, "v1"), event.NewFormSubmitted(property, "v1", form),
		event.NewChatRequested(property, "v1", "c1"), event.NewVisitorMessage(property, "c1", "Hello?"), event.NewAgentMessage(property, "c1", "lea", "Hello"),
		event.NewVisitorMessage(property, "c2", "of a chat without a request"), event.NewChatTagged(property, "c3", []string{"buyer"}, nil),
		event.NewChatQueued(property, "c1"), event.NewChatEnded(property, "c1"), event.NewVisitorLeft(property, "v1", "s1"),
	}
}

// everything is all that Deskbell keeps in Redis, by key: leases and signs of life apart, which come and go.
func (b *bundle) everything() map[string]string {
	b.Helper()
	all := make(map[string]string)
	keys, err := b.rdb.Keys(b.Context(), "deskbell:*").Result()
	b.must(err)
	for _, key := range keys {
		if strings.Contains(key, ":lease:") || strings.HasSuffix(key, ":beats") {
			continue
		}
		all[key], err = b.rdb.Dump(b.Context(), key).Result()
		b.must(err)
	}
	return all
}

// taken waits until events are taken in, whatever came of them.
func (b *bundle) taken(events ...event.Event) {
	b.Helper()
	b.send(events...)
	b.quiet()
}

func TestEventsOfNoPropertyLeaveNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(greeting)
	b.worker()
	b.quiet()
	before := b.everything()
	for range 2 {
		b.taken(ofEveryKind("nobody")...)
	}
	for _, e := range ofEveryKind("nobody") {
		b.taken(e)
	}
	if diff := cmp.Diff(before, b.everything()); diff != "" {
		t.Errorf("what is kept (-before +after):\n%s", diff)
	}

	b.define(strings.Replace(greeting, "acme", "nobody", 1)) // from now on it is a property like others
	b.quiet()
	b.taken(ofEveryKind("nobody")...)
	records, err := b.store.Load(t.Context(), []store.Subject{store.ChatSubject("nobody", "c1"), store.ChatSubject("nobody", "c2")})
	b.must(err)
	for _, r := range records {
		if r.Rev == 0 {
			t.Errorf("of the defined property there is no %s", r.Subject)
		}
	}
}

// TestEventsOfARemovedPropertyChangeNothing sends events to chats that there still are.
func TestEventsOfARemovedPropertyChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(greeting)
	b.worker()
	b.quiet()
	b.taken(event.NewVisitorMessage("acme", "c9", "parked"))
	chat := store.ChatSubject("acme", "c9")
	record := func() store.Record {
		records, err := b.store.Load(t.Context(), []store.Subject{chat})
		b.must(err)
		return records[0]
	}
	before := record()
	if before.Rev == 0 {
		t.Fatal("the message is not parked")
	}
	b.define(`{}`)
	b.quiet()
	b.taken(event.NewVisitorMessage("acme", "c9", "more"), event.NewChatRequested("acme", "v9", "c9"))
	if diff := cmp.Diff(before, record()); diff != "" {
		t.Error(diff)
	}
}
