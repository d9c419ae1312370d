package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// comforted are the visitors who got a message.
func (r *rescues) comforted() []string {
	r.Helper()
	entries, err := r.rdb.XRange(r.Context(), definition.DefaultStream, "-", "+").Result()
	if err != nil {
		r.Fatal(err)
	}
	var visitors []string
	for _, e := range entries {
		var a struct {
			Type action.Type
			Data action.Visitor
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(e.Values["action"])), &a); err != nil {
			r.Fatal(err)
		}
		if a.Type == action.MessageSend {
			visitors = append(visitors, a.Data.Visitor)
		}
	}
	return visitors
}

// race has a visitor ask, and an agent answer 1 to 50 ms before the visitor is to be comforted. It tells whether the answer was acknowledged
// before that.
func (r *rescues) race(i int, delay time.Duration) (inTime bool) {
	visitor, chat := fmt.Sprint("v", i), fmt.Sprint("c", i)
	due := r.request(visitor, chat).Add(delay)
	pause(time.Until(due.Add(-time.Millisecond - rand.N(49*time.Millisecond))))
	answer := event.New(event.ChatMessage, event.Data{Property: "p0", Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"})
	if i%2 == 0 { // else the visitor is found by the chat
		answer.Data.Visitor = visitor
	}
	r.sendOrFail(answer)
	return time.Now().Before(due)
}

// request has a visitor ask at some time in the next seconds.
func (r *rescues) request(visitor, chat string) (asked time.Time) {
	pause(rand.N(4 * time.Second))
	e := event.New(event.ChatRequested, event.Data{Property: "p0", Visitor: visitor, Chat: chat, Text: "Hello?"})
	e.Time = time.Now().UTC().Truncate(time.Millisecond)
	r.sendOrFail(e)
	return e.Time
}

// browse lets other visitors look at pages until it is stopped, so that the workers have something to do.
func (r *rescues) browse() (stop func()) {
	var enough atomic.Bool
	var sending sync.WaitGroup
	sending.Go(func() {
		for i := 0; !enough.Load() && r.Context().Err() == nil; i++ {
			r.keepUp()
			r.sendOrFail(event.NewPageViewed("p0", fmt.Sprint("b", i), "s1", event.Page{URL: "https://acme.example/"}))
		}
	})
	return func() {
		enough.Store(true)
		sending.Wait()
	}
}

func (r *rescues) sendOrFail(e event.Event) {
	if err := r.client.Send(r.Context(), e); err != nil {
		r.Error(err)
	}
}

// TestAnAnswerThatWasAcknowledgedBeforeARescueHoldsIt races answers against messages, two hundred times, at the speed of the
// machine: on two workers, and while one of them is killed with the tasks that it holds.
func TestAnAnswerThatWasAcknowledgedBeforeARescueHoldsIt(t *testing.T) {
	t.Parallel()
	const races, unanswered, delay = 200, 20, 3 * time.Second
	for _, kill := range []bool{false, true} {
		t.Run(map[bool]string{false: "two workers", true: "one of two workers is killed"}[kill], func(t *testing.T) {
			t.Parallel()
			r := newRescues(t)
			r.apply(map[string]any{"p0": map[string]any{"triggers": []any{map[string]any{
				"name": "Help", "type": "rescue", "delay": delay.String(), "message": "We are nearly with you", "expiry": "1h",
			}}}})
			dies := r.worker()
			r.worker()
			r.awaitQuiet()
			var mu sync.Mutex
			var inTime []string
			var all sync.WaitGroup
			for i := range unanswered {
				all.Go(func() { r.request(fmt.Sprint("u", i), fmt.Sprint("u", i)) })
			}
			for i := range races {
				all.Go(func() {
					if r.race(i, delay) {
						mu.Lock()
						defer mu.Unlock()
						inTime = append(inTime, fmt.Sprint("v", i))
					}
				})
			}
			if kill {
				stop := r.browse()
				r.killHolding("deskbell-event", dies)
				stop()
			}
			all.Wait()
			redistest.Wait(r, "all answers are taken in", func() bool { return len(r.rdb.Keys(t.Context(), "deskbell:{*}:accepted").Val()) == 0 })
			pause(delay)
			r.awaitQuiet()
			redistest.Wait(r, "those who were not answered are comforted", func() bool {
				n := 0
				for _, visitor := range r.comforted() {
					if strings.HasPrefix(visitor, "u") {
						n++
					}
				}
				return n == unanswered
			})
			comforted := r.comforted()
			for _, visitor := range comforted {
				if slices.Contains(inTime, visitor) {
					t.Errorf("%s was comforted, and the answer had been acknowledged before", visitor)
				}
			}
			t.Logf("%d of %d answers were acknowledged in time; of the others, %d came too late", len(inTime), races, len(comforted)-unanswered)
			if len(inTime) < races/4 {
				t.Skip("this machine is too slow: most answers were acknowledged too late")
			}
		})
	}
}
