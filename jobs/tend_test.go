package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// tender notes what it is given, and keeps one letter more each time.
type tender struct {
	mu   sync.Mutex
	kept []string
	fail error
}

// Tend implements jobs.Tender.
func (n *tender) Tend(_ context.Context, name string, def definition.Destination, kept json.RawMessage) (json.RawMessage, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name != "support" || def.Type != "webhook" {
		return nil, errors.New("not mine")
	}
	var was string
	if kept != nil {
		if err := json.Unmarshal(kept, &was); err != nil {
			return nil, err
		}
	}
	n.kept = append(n.kept, was)
	body, err := json.Marshal(was + "x")
	return body, errors.Join(err, n.fail)
}

// given waits until it was given so much.
func (n *tender) given(t *testing.T, kept string) {
	t.Helper()
	redistest.Wait(t, "it is given "+kept, func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return len(n.kept) > 0 && n.kept[len(n.kept)-1] == kept
	})
}

// TestDestinationsAreTended starts a worker again and again, each of which asks at once: what is kept comes back, failures are told once, and
// what is kept of a destination that is gone is forgotten.
func TestDestinationsAreTended(t *testing.T) {
	t.Parallel()
	n := new(tender)
	b := newBundle(t, setup{tenders: map[string]jobs.Tender{"webhook": n}})
	b.webhooks = b.out.open
	b.put(edit.KindDestination, "support", &definition.Destination{Type: "webhook", URL: "https://x.example", SecretEnv: []string{"X_SECRET"}})
	b.put(edit.KindDestination, "crm", &definition.Destination{Type: "redis_stream"})
	tended := func() (is jobs.Tended, there bool) {
		all, err := b.store.Globals(t.Context(), store.GlobalTended)
		b.must(err)
		if body := all["support"]; body != nil {
			b.must(json.Unmarshal(body, &is))
		}
		return is, len(all) == 1 && all["support"] != nil
	}
	b.work(n, "", func() bool { is, _ := tended(); return string(is.Kept) == `"x"` })
	n.fail = errors.New("the desk is away")
	b.work(n, "x", func() bool {
		is, _ := tended()
		return is.Problem == "the desk is away" && !is.Failing.IsZero() && string(is.Kept) == `"xx"`
	})
	since, _ := tended()
	b.work(n, "xx", func() bool { is, _ := tended(); return is.Failing.Equal(since.Failing) && string(is.Kept) == `"xxx"` })
	n.fail = nil
	b.work(n, "xxx", func() bool { is, there := tended(); return there && is.Problem == "" && string(is.Kept) == `"xxxx"` })
	var lines []string
	for _, e := range b.logged.AllEntries() {
		if strings.HasPrefix(e.Message, "destination ") && strings.Contains(e.Message, "tended") {
			lines = append(lines, e.Message)
		}
	}
	if got := strings.Join(lines, ", "); got != "destination not tended: the next minute tries again, destination is tended again" {
		t.Errorf("the log says %s", got)
	}
	b.must(b.client.Delete(t.Context(), edit.KindDestination, "support", edit.Match{}))
	stop := b.worker()
	defer stop()
	redistest.Wait(t, "it is forgotten", func() bool { _, there := tended(); return !there })
}

// work runs a worker until its tender was given something, and what it keeps is there.
func (b *bundle) work(n *tender, given string, done func() bool) {
	b.Helper()
	stop := b.worker()
	defer stop()
	n.given(b.T, given)
	redistest.Wait(b.T, "it is kept", done)
}
