package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// faultLoad is what happens while things fail: visitors arrive, ask and are answered, properties are opened, closed and edited, and others
// flip at each minute. Whatever has no good answer is sent again, as the documents say. It notes what was acknowledged.
type faultLoad struct {
	url  string
	http *http.Client
	now  func() time.Time

	enough   atomic.Bool
	all      sync.WaitGroup
	accepted atomic.Int64 // events and edits

	mu      sync.Mutex
	refused error                // an answer that another try does not mend
	arrived map[string]time.Time // by visitor: the time of their event
	chats   map[string]chat      // by visitor
	doors   map[string]string    // by property: the state that the last edit gives it
	flips   []time.Time          // the minutes at which the clocks must flip
}

// chat is one in which a visitor asks. A message is due unless an agent answers before.
type chat struct {
	due      time.Time
	answered answered
}

// answered says when the answer to a chat was acknowledged.
type answered int

const (
	never answered = iota
	inTime
	tooLate // it may have been comforted or not
)

const (
	faultShops, faultDesks, faultDoors, faultClocks = 4, 4, 4, 6

	greeting, second, rescue = "Welcome", "Help", "Rescue" // triggers
	secondDelay, rescueDelay = time.Second, 3 * time.Second
	greeters                 = 8
)

func newFaultLoad(address string, now func() time.Time) *faultLoad {
	return &faultLoad{
		url: "http://" + address, now: now,
		http:    &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		arrived: make(map[string]time.Time), chats: make(map[string]chat), doors: make(map[string]string),
	}
}

// define gives properties and destinations. Those of clocks flip at each minute, until some minutes after the campaign.
func (l *faultLoad) define(ctx context.Context, hook string, length time.Duration) error {
	says := func(name, kind string, delay time.Duration) map[string]any {
		return map[string]any{"name": name, "type": kind, "delay": delay.String(), "message": name, "expiry": "1h"}
	}
	destinations := map[string]any{
		"/v1/destinations/webhook": map[string]any{"type": "webhook", "url": hook, "secret_env": "DESKBELL_BENCH_SECRET", "batch": true}, //nolint:gosec // it names a variable
		"/v1/destinations/stream":  map[string]any{"type": "redis_stream", "stream": faultStream, "max_len": 10_000_000},
	}
	bodies := make(map[string]any)
	for i := range faultShops {
		bodies["/v1/properties/"+numbered("shop", i)] = map[string]any{"triggers": []any{says(greeting, "site", 0), says(second, "site", secondDelay)}}
	}
	for i := range faultDesks {
		bodies["/v1/properties/"+numbered("desk", i)] = map[string]any{"triggers": []any{says(rescue, "rescue", rescueDelay)}}
	}
	for i := range faultDoors {
		bodies["/v1/properties/"+numbered("door", i)] = map[string]any{"schedule": always()}
		l.doors[numbered("door", i)] = online
	}
	for i := range faultClocks {
		bodies["/v1/properties/"+numbered("clock", i)] = map[string]any{"schedule": everyOtherMinute(l.now(), length+5*time.Minute, i%2)}
	}
	for _, some := range []map[string]any{destinations, bodies} { // a destination has what is decided after it was defined
		for path, body := range some {
			if !l.send(ctx, http.MethodPut, path, body) {
				return l.fault(ctx)
			}
		}
	}
	return nil
}

// faultStream is the stream of the destination of that type.
const faultStream = "deskbell:actions"

// everyOtherMinute is a schedule whose minutes are open and closed by turns.
func everyOtherMinute(from time.Time, length time.Duration, parity int) map[string]any {
	var windows bytes.Buffer
	const day = 24 * 60
	first := from.UTC().Hour()*60 + from.UTC().Minute()
	for m := first; m <= first+int(length.Minutes()) && m < first+day; m++ {
		if m%2 == parity {
			opens, closes := m%day, m%day+1
			fmt.Fprintf(&windows, ", %02d:%02d-%02d:%02d", opens/60, opens%60, closes/60, closes%60)
		}
	}
	return map[string]any{"time_zone": "UTC", "weekly": map[string]any{"daily": windows.String()[2:]}}
}

// begin lets everything happen until end.
func (l *faultLoad) begin(ctx context.Context) {
	began := l.now()
	for n := range greeters {
		l.all.Go(func() { l.repeat(ctx, 200*time.Millisecond, func(i int) { l.arrive(ctx, fmt.Sprint("v", n, "-", i)) }) })
	}
	l.all.Go(func() {
		l.repeat(ctx, 100*time.Millisecond, func(i int) { l.all.Go(func() { l.ask(ctx, i) }) })
	})
	for n := range faultDoors {
		l.all.Go(func() { l.repeat(ctx, 500*time.Millisecond, func(i int) { l.turn(ctx, n, i) }) })
	}
	l.all.Go(func() {
		for at := began.Truncate(time.Minute).Add(time.Minute); !l.enough.Load() && ctx.Err() == nil; _ = pauseFor(ctx, 100*time.Millisecond) {
			if l.now().After(at) {
				l.mu.Lock()
				l.flips = append(l.flips, at)
				l.mu.Unlock()
				at = at.Add(time.Minute)
			}
		}
	})
}

// end waits until all is acknowledged that was begun.
func (l *faultLoad) end(ctx context.Context) error {
	l.enough.Store(true)
	l.all.Wait()
	return l.fault(ctx)
}

func (l *faultLoad) fault(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused != nil {
		return l.refused
	}
	return ctx.Err()
}

// repeat does something at random distances of so much in the mean.
func (l *faultLoad) repeat(ctx context.Context, mean time.Duration, do func(i int)) {
	for i := 0; !l.enough.Load() && ctx.Err() == nil; i++ {
		do(i)
		_ = pauseFor(ctx, rand.N(2*mean))
	}
}

// arrive lets a visitor arrive, who gets two messages.
func (l *faultLoad) arrive(ctx context.Context, visitor string) {
	e := event.NewVisitorArrived(numbered("shop", rand.IntN(faultShops)), visitor, "s-"+visitor)
	if at, ok := l.post(ctx, e, "e-"+visitor); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.arrived[visitor] = at
	}
}

// ask lets a visitor ask, and an agent answer two of three of them at any time before the message is due.
func (l *faultLoad) ask(ctx context.Context, i int) {
	property, visitor, id := numbered("desk", i%faultDesks), fmt.Sprint("asks-", i), fmt.Sprint("chat-", i)
	request := event.NewChatRequested(property, visitor, id)
	request.Data.Text = "Hello?"
	at, ok := l.post(ctx, request, "r-"+id)
	if !ok {
		return
	}
	c := chat{due: at.Add(rescueDelay)}
	if i%3 > 0 {
		_ = pauseFor(ctx, rand.N(max(time.Millisecond, c.due.Sub(l.now()))))
		if _, ok := l.post(ctx, event.NewAgentMessage(property, id, "lea", "Yes?"), "a-"+id); !ok {
			return
		}
		if c.answered = tooLate; l.now().Before(c.due) {
			c.answered = inTime
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.chats[visitor] = c
}

// turn edits one of the doors, or forces it open or closed: the even ones have edits, the odd ones overrides.
func (l *faultLoad) turn(ctx context.Context, n, i int) {
	property, status := numbered("door", n), online
	if i%2 == 0 {
		status = offline
	}
	path, body := "/v1/properties/"+property+"/override", map[string]any{"open": status == online, "for": "3h"}
	if n%2 == 0 {
		path, body = "/v1/properties/"+property, map[string]any{"schedule": always()}
		if status == offline {
			body = map[string]any{"schedule": neverSoon(l.now())}
		}
	}
	if l.send(ctx, http.MethodPut, path, body) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.doors[property] = status
	}
}

// post sends an event that happens now, and gives its time.
func (l *faultLoad) post(ctx context.Context, e event.Event, id string) (at time.Time, ok bool) {
	e.ID, e.Time = id, l.now().UTC().Truncate(time.Millisecond)
	return e.Time, l.send(ctx, http.MethodPost, "/v1/events", e)
}

// send sends a request again until it is acknowledged. False: it never was, since the campaign ended or it was refused.
func (l *faultLoad) send(ctx context.Context, method, path string, body any) bool {
	text, err := json.Marshal(body)
	for err == nil && ctx.Err() == nil {
		var status int
		var said []byte
		status, said, err = l.try(ctx, method, path, text)
		switch {
		case err != nil:
			err = nil // nobody listens, or the answer was lost
		case status/100 == 2:
			l.accepted.Add(1)
			return true
		case status/100 == 4 && status != http.StatusTooManyRequests && status != http.StatusConflict:
			err = fmt.Errorf("%s %s: %d %s", method, path, status, said)
		}
		_ = pauseFor(ctx, 20*time.Millisecond)
	}
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.refused = err
	}
	return false
}

func (l *faultLoad) try(ctx context.Context, method, path string, body []byte) (status int, said []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, l.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := l.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	said, err = io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	return answer.StatusCode, said, err
}
