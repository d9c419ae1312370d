package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// history is a store that notes the revision of a visitor on which each message and each
// answer was decided. Their order is that of the revisions, and not of the clock.
type history struct {
	store.Store
	*noted
}

type noted struct {
	now       func() time.Time
	mu        sync.Mutex
	talks     map[store.Subject]*talk
	contended map[string]int // by property: decisions on messages and answers that were lost, and made anew

	timerTakes time.Duration // the last, until its commit
}

// talk is one chat, in which an agent answers just when the comforting message is due.
type talk struct {
	due      time.Time // of the timer; zero: not to be measured
	spoken   []int64   // revisions
	answered int64     // revision; 0: not yet
	known    chan struct{}
}

// Commit implements store.Store. It is slow, so that the other worker comes in between.
func (h history) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	<-time.After(rand.N(20 * time.Millisecond))
	lost, err := h.Store.Commit(ctx, changes)
	if err == nil {
		h.note(changes, lost)
	}
	return lost, err
}

func (n *noted) note(changes []store.Change, lost []store.Subject) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range changes {
		talk := n.talks[c.Subject]
		if talk == nil {
			continue
		}
		speaks := slices.ContainsFunc(c.Actions, store.Outgoing.Leaves) // others only show messages that are held back
		answer := slices.Contains(c.Seen, event.DefaultSource+" answer")
		if slices.Contains(lost, c.Subject) {
			if property, _, _ := c.Subject.Visitor(); answer || speaks {
				n.contended[property]++
			}
			continue
		}
		if speaks {
			talk.spoken = append(talk.spoken, c.Rev)
			if !talk.due.IsZero() {
				n.timerTakes = n.now().Sub(talk.due)
			}
		}
		if answer && talk.answered == 0 {
			talk.answered = c.Rev
			close(talk.known)
		}
	}
}

func (n *noted) begin(s store.Subject, due time.Time) *talk {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.talks[s] = &talk{due: due, known: make(chan struct{})}
	return n.talks[s]
}

// answerAt is the instant to send an answer at, so that it meets its timer on any machine: what counts is whether it is
// acknowledged before the timer is decided on.
func (n *noted) answerAt(due time.Time) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return due.Add(rand.N(2*n.timerTakes+20*time.Millisecond) - 10*time.Millisecond)
}

// comforted counts the talks of a property, and those in which the message was first.
func (n *noted) comforted(property string) (comforted, all int) {
	for s, talk := range n.talks {
		if p, _, _ := s.Visitor(); p == property {
			all++
			if len(talk.spoken) > 0 {
				comforted++
			}
		}
	}
	return comforted, all
}

// raced tells whether messages and answers met in each of some properties, and either was first.
func (n *noted) raced(properties []string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !slices.ContainsFunc(properties, func(property string) bool {
		comforted, all := n.comforted(property)
		return n.contended[property] == 0 || comforted == 0 || comforted == all
	})
}

// comforting are properties that send a message when no agent answers for comfortDelay, each
// by another kind of trigger.
const comforting = `{"properties": {
	"rescue":     {"triggers": [{"name": "Help", "type": "rescue", "delay": "3s", "message": "nearly"}]},
	"unanswered": {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "2s", "delay": "1s", "message": "nearly"}]},
	"lasting":    {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "3s", "message": "nearly"}]},
	"ladder":     {"triggers": [], "rescue": [{"after": "3s", "send_message": "nearly"}]},
	"reply":      {"triggers": [], "schedule": "daily 0-24", "auto_replies": {"during": "One moment"}}
}}`

const comfortDelay = 3 * time.Second

// withoutTimer is the property that answers at once.
const withoutTimer = "reply"

// TestNobodyIsComfortedWhoWasAnswered lets the agent's answer and the visitor's timer
// come at the same time, on two workers: thousands of times in a full storm, and until each of the
// two was first in each property. An auto-reply has no timer: there the answer comes at the time of the
// visitor's message.
func TestNobodyIsComfortedWhoWasAnswered(t *testing.T) {
	t.Parallel()
	const most, atOnce = 12_000, 200
	least := redistest.Storm(t, 2500, 500)
	properties := []string{"rescue", "unanswered", "lasting", "ladder", withoutTimer}
	n := &noted{talks: make(map[store.Subject]*talk), contended: make(map[string]int)}
	b := newBundle(t, setup{wrap: func(s store.Store) store.Store { return history{s, n} }})
	n.now = b.clock.now
	b.define(comforting)
	b.worker()
	b.worker()
	b.quiet()
	var chats atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for !t.Failed() {
				i := int(chats.Add(1))
				if i > most || i > least && n.raced(properties) {
					return
				}
				b.askAndAnswer(n, properties[i%len(properties)], i)
			}
		})
	}
	all.Wait()
	pauseUntil(b, b.clock.now().Add(comfortDelay)) // beyond the last due time
	b.quiet()
	for s, talk := range n.talks {
		if len(talk.spoken) > 1 {
			t.Errorf("%s was comforted %d times", s, len(talk.spoken))
		}
		if len(talk.spoken) > 0 && talk.spoken[0] >= talk.answered {
			t.Errorf("%s was comforted on revision %d, and answered on %d", s, talk.spoken[0], talk.answered)
		}
	}
	for _, p := range properties {
		comforted, all := n.comforted(p)
		t.Logf("%s: %d of %d were comforted before the answer came; %d decisions were lost to the other worker", p, comforted, all, n.contended[p])
	}
	if !n.raced(properties) {
		t.Error("they did not meet, or the same was always first: it shows nothing")
	}
}

// askAndAnswer has a visitor ask, and an agent answer, and waits until both are committed.
func (b *bundle) askAndAnswer(n *noted, property string, i int) {
	visitor, chat := fmt.Sprint("v", i), fmt.Sprint("c", i)
	asked := named("request", event.New(event.ChatRequested, event.Data{Property: property, Visitor: visitor, Chat: chat, Text: "Hello?"}))
	asked.Time = b.clock.now()
	answer := named("answer", event.New(event.ChatMessage, event.Data{Property: property, Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
	if i%2 == 0 { // else the visitor is found by the chat
		answer.Data.Visitor = visitor
	}
	var talk *talk
	if property == withoutTimer {
		talk = n.begin(store.VisitorSubject(property, visitor), time.Time{})
		answer.Time = asked.Time
		var first sync.WaitGroup
		first.Go(func() { b.sendOrFail(answer) })
		b.sendOrFail(asked)
		first.Wait()
	} else {
		due := asked.Time.Add(comfortDelay)
		talk = n.begin(store.VisitorSubject(property, visitor), due)
		b.sendOrFail(asked)
		pauseUntil(b, due.Add(-comfortDelay*9/10))
		pauseUntil(b, n.answerAt(due))
		b.sendOrFail(answer)
	}
	patient, end := redistest.Patient(b.Context())
	defer end()
	select {
	case <-talk.known:
	case <-patient.Done():
		b.Errorf("the answer to %s in %s is not taken in", visitor, property)
	}
}
