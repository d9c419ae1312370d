package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// asks are chats of a storm, each with a message that comforts the visitor unless an agent answers first.
type asks struct {
	*rescues
	web   string
	delay time.Duration

	all    sync.WaitGroup
	mu     sync.Mutex
	inTime map[string]bool // visitors whose answer web acknowledged before the message was due
	late   map[string]bool // those whose answer it acknowledged later: they may be comforted or not
	none   map[string]bool // those who had no answer
}

// post sends an event until web has acknowledged it.
func (a *asks) post(e event.Event) {
	body, err := json.Marshal(e)
	if err != nil {
		a.Error(err)
	}
	for answers(a, http.MethodPost, "http://"+a.web+"/v1/events", body) != http.StatusAccepted && a.Context().Err() == nil {
		pause(20 * time.Millisecond)
	}
}

// ask lets a visitor ask now, and an agent answer two of three of them at any time before the message is due.
func (a *asks) ask(i int) {
	visitor, chat := fmt.Sprint("v", i), fmt.Sprint("c", i)
	request := event.New(event.ChatRequested, event.Data{Property: "p0", Visitor: visitor, Chat: chat, Text: "Hello?"})
	request.Time = time.Now().UTC().Truncate(time.Millisecond)
	due := request.Time.Add(a.delay)
	a.all.Go(func() {
		a.post(request)
		group := a.none
		if i%3 > 0 {
			pause(rand.N(max(time.Millisecond, time.Until(due))))
			a.post(event.New(event.ChatMessage, event.Data{Property: "p0", Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
			if group = a.late; time.Now().Before(due) {
				group = a.inTime
			}
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		group[visitor] = true
	})
}

// TestNoRescueFollowsAnAnswerThatCameWhileTheWorkersStoodStill lets web accept answers while no worker works, for longer than it takes
// until the messages are due. Once workers go on, they find what is due beside the answers, and send nothing to whom was answered in time.
func TestNoRescueFollowsAnAnswerThatCameWhileTheWorkersStoodStill(t *testing.T) {
	t.Parallel()
	both := func(workers []*proc, do func(*proc)) {
		for _, w := range workers {
			do(w)
		}
	}
	for name, still := range map[string]func(r *rescues, workers []*proc, wait func()) []*proc{
		"stalled": func(_ *rescues, workers []*proc, wait func()) []*proc {
			both(workers, func(w *proc) { w.signal(hang) })
			wait()
			both(workers, func(w *proc) { w.signal(goOn) })
			return workers
		},
		"stopped and started again": func(r *rescues, workers []*proc, wait func()) []*proc {
			both(workers, (*proc).stop)
			wait()
			return []*proc{r.worker(), r.worker()}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &asks{rescues: newRescues(t), delay: 5 * time.Second, inTime: make(map[string]bool), late: make(map[string]bool), none: make(map[string]bool)}
			a.apply(map[string]any{"p0": map[string]any{"triggers": []any{map[string]any{
				"name": "Help", "type": "rescue", "delay": a.delay.String(), "message": "We are nearly with you", "expiry": "1h",
			}}}})
			a.web = fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
			workers := []*proc{a.worker(), a.worker()}
			web := start(t, 0, []string{"REDIS_URL=" + a.redis.URL(), "DESKBELL_TIME_ZONE=UTC", "LOG_LEVEL=warn"}, "web", "--listen", a.web)
			redistest.Wait(t, "web is ready", func() bool { return answers(t, http.MethodGet, "http://"+a.web+"/readyz", nil) == http.StatusOK })
			a.awaitQuiet()

			length, pace := redistest.Storm(t, 20*time.Second, 6*time.Second), redistest.Storm(t, 20*time.Millisecond, 50*time.Millisecond)
			asked := 0
			during := func(d time.Duration) {
				for end := time.Now().Add(d); time.Now().Before(end); pause(pace) {
					a.ask(asked)
					asked++
				}
			}
			during(2*time.Second + rand.N(time.Second))
			workers = still(a.rescues, workers, func() { during(length) })
			a.all.Wait()
			redistest.Wait(t, "all answers are taken in", func() bool { return len(a.rdb.Keys(t.Context(), "deskbell:{*}:accepted").Val()) == 0 })
			pause(a.delay)
			a.awaitQuiet()
			a.judge(asked)
			both(append(workers, web), (*proc).stop)
		})
	}
}

// judge looks at who was comforted.
func (a *asks) judge(asked int) {
	a.Helper()
	times := make(map[string]int)
	for _, visitor := range a.comforted() {
		times[visitor]++
	}
	var wrong []string
	for visitor := range a.inTime {
		if times[visitor] > 0 {
			wrong = append(wrong, visitor)
		}
	}
	a.Logf("%d chats: after %d answers that were acknowledged in time came %d messages; %d answers came late, %d chats had none",
		asked, len(a.inTime), len(wrong), len(a.late), len(a.none))
	if len(wrong) > 0 {
		a.Errorf("answered in time, and comforted all the same: %s", head(strings.Join(wrong, " ")))
	}
	for visitor := range a.none {
		if times[visitor] != 1 {
			a.Errorf("%s had no answer, and %d messages; want one", visitor, times[visitor])
		}
	}
	if len(a.inTime) < asked/4 {
		a.Error("most answers were acknowledged too late: it shows nothing")
	}
}
