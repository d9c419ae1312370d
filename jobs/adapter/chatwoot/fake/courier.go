package fake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// webhookTimeout is how long a receiver may take.
const webhookTimeout = 5 * time.Second

// errPrivate is of a webhook to a private address, where Chatwoot was not told to allow these.
var errPrivate = errors.New("private addresses are refused: set SAFE_FETCH_ALLOW_PRIVATE_NETWORK")

// courier sends webhooks, each once. It may be used by several goroutines.
type courier struct {
	now      func() time.Time
	world    sync.Locker // held while a payload is built
	client   *http.Client
	troubles *troubles
	journal  *journal
	queue    chan notice

	mu      sync.Mutex
	waiting int           // events that are not through
	held    chan struct{} // closed: nothing is held
	stop    context.CancelFunc
	done    sync.WaitGroup
}

func newCourier(c Config, world sync.Locker, t *troubles, j *journal) *courier {
	transport := c.Transport
	if transport == nil {
		transport = &http.Transport{DialContext: (&net.Dialer{Control: guard(c.PrivateNetwork)}).DialContext, DisableKeepAlives: true}
	}
	k := &courier{
		now: c.Now, world: world, troubles: t, journal: j, queue: make(chan notice, mostQueued), held: make(chan struct{}),
		client: &http.Client{Transport: transport, Timeout: webhookTimeout},
	}
	close(k.held)
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	for range c.Senders {
		k.done.Go(func() { k.run(ctx) })
	}
	return k
}

// guard refuses private addresses, once the name is looked up.
func guard(private bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("reading the address %s: %w", address, err)
		}
		if ip := to.Addr().Unmap(); !private && (!ip.IsGlobalUnicast() || ip.IsPrivate()) {
			return errPrivate
		}
		return nil
	}
}

// take takes an event. One that finds no room is lost, as the log says.
func (k *courier) take(n notice) {
	if !slices.ContainsFunc(n.account.webhooks, func(h *webhook) bool { return slices.Contains(h.subscriptions, n.event) }) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	select {
	case k.queue <- n:
		k.waiting++
	default:
		k.journal.add(Entry{At: k.now(), Webhook: true, Name: n.event, Note: "lost: too many wait"})
	}
}

func (k *courier) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-k.queue:
			k.deliver(ctx, n)
		}
	}
}

// deliver sends an event to all webhooks that ask for it.
func (k *courier) deliver(ctx context.Context, n notice) {
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.waiting--
	}()
	k.mu.Lock()
	held := k.held
	k.mu.Unlock()
	select {
	case <-ctx.Done():
		return
	case <-held:
	}
	for _, l := range k.letters(n) {
		times := k.troubles.times()
		if times == 0 {
			k.journal.add(Entry{At: k.now(), Webhook: true, Name: n.event, Who: l.hook.url, Note: "lost"})
		}
		for range times {
			k.send(ctx, l, n.event)
		}
	}
}

// A letter is an event for one webhook.
type letter struct {
	hook webhook
	body []byte
}

// letters builds what is sent, as of now.
func (k *courier) letters(n notice) (list []letter) {
	k.world.Lock()
	defer k.world.Unlock()
	shown := maps.Clone(n.show(k.now()))
	shown["event"] = n.event
	if n.changed != nil {
		shown["changed_attributes"] = n.changed
	}
	body, err := json.Marshal(shown)
	if err != nil {
		k.journal.add(Entry{At: k.now(), Webhook: true, Name: n.event, Note: err.Error()})
		return nil
	}
	for _, h := range n.account.webhooks {
		if slices.Contains(h.subscriptions, n.event) {
			list = append(list, letter{hook: *h, body: body})
		}
	}
	return list
}

// send sends once, under an id of its own.
func (k *courier) send(ctx context.Context, l letter, event string) {
	entry := Entry{At: k.now(), Webhook: true, Name: event, Who: l.hook.url, Note: uuid.NewString()}
	defer func() { k.journal.add(entry) }()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.hook.url, bytes.NewReader(l.body))
	if err != nil {
		entry.Note = err.Error()
		return
	}
	stamp := strconv.FormatInt(entry.At.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("X-Chatwoot-Timestamp", stamp)
	r.Header.Set("X-Chatwoot-Signature", Signature(l.hook.secret, stamp, l.body))
	r.Header.Set("X-Chatwoot-Delivery", entry.Note)
	answer, err := k.client.Do(r)
	if err != nil {
		entry.Note = err.Error()
		return
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, mostBody)
	entry.Status = answer.StatusCode
}

// Signature is the value of X-Chatwoot-Signature: of a body that is sent at a time, in Unix seconds.
func Signature(secret, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// settled tells whether no event waits.
func (k *courier) settled() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.waiting == 0
}

// hold keeps events from being sent, or lets them go.
func (k *courier) hold(held bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	select {
	case <-k.held:
		if held {
			k.held = make(chan struct{})
		}
	default:
		if !held {
			close(k.held)
		}
	}
}

// close ends the senders. Events that wait are lost.
func (k *courier) close() {
	k.stop()
	k.done.Wait()
	k.client.CloseIdleConnections()
}
