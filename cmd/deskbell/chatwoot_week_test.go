package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/redistest"
)

const (
	weekBegins = "2026-11-23T00:00:00+01:00" // a Monday in Paris
	weekEnds   = "2026-11-30T00:00:00+01:00"
	shopClosed = "We are closed"
	otherSays  = "I am another bot"
)

const weekText = `
schedules:
  shop: {time_zone: Europe/Paris, weekly: {mon-fri: "9-12, 13-18", sat: "22-02"}, exceptions: [{on: 2026-11-26, closed: true}]}
agents:
  lea:
    schedule: {time_zone: Europe/Paris, weekly: {mon-fri: "9-13"}}
    leave: [{from: 2026-11-27, to: 2026-11-27}]
  tom: {schedule: {time_zone: America/New_York, weekly: {mon-fri: "3-12", sat: "15-21"}}}
properties:
  acme:
    schedule: shop
    agents: [lea, tom]
    triggers: [{name: Help, type: rescue, delay: 1s, message: %s, expiry: 12h}]
    auto_replies: {outside: %s}
destinations:
  support:
    type: chatwoot
    url: %s
    account: 3
    token_env: CHATWOOT_TOKEN
    admin_token_env: CHATWOOT_ADMIN_TOKEN
    secret_env: SUPPORT_SECRET
    inboxes: {7: acme}
    agents: {12: lea, 15: tom}
`

// shopWeek is a shop beside a Chatwoot whose clock, and that of all processes, is set on from one boundary to the next.
type shopWeek struct {
	*chatwootDesk
	o           online
	zone        *time.Location // of the shop
	ahead       atomic.Int64   // of the machine's clock
	address     string
	env         []string
	worker, web *proc
	hours       map[string][]boundary // as deskbell hours lists them, of acme, lea and tom
	said        map[int]string        // what a conversation has from Deskbell
}

// boundary is a line of deskbell hours --json.
type boundary struct {
	At   time.Time
	Open bool
}

func newShopWeek(t *testing.T) *shopWeek {
	t.Helper()
	begin, err := time.Parse(time.RFC3339, weekBegins)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := zones.Load("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	w := &shopWeek{o: newOnline(t), zone: zone, address: fmt.Sprint("127.0.0.1:", redistest.FreePort(t)), hours: make(map[string][]boundary), said: make(map[int]string)}
	w.ahead.Store(int64(time.Until(begin)))
	w.chatwootDesk = newChatwootDeskAt(t, func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }, new(handed))
	_, err = w.AddBot(3, fake.Bot{ID: 6, Name: "Other"})
	w.must(err)
	w.o.apply(fmt.Sprintf(weekText, rescued, shopClosed, w.url))
	w.env, _ = w.connect(w.o, w.address, "SUPPORT_SECRET")
	w.env = append(w.env, "DESKBELL_TIME_ZONE=UTC")
	for _, name := range []string{"acme", "lea", "tom"} {
		listed := w.o.run(weekBegins, "", "hours", name, "--to", weekEnds, "--json")
		for line := range strings.Lines(listed.stdout) {
			var b boundary
			w.must(json.Unmarshal([]byte(line), &b))
			w.hours[name] = append(w.hours[name], b)
		}
		if listed.code != 0 || len(w.hours[name]) < 5 {
			t.Fatalf("%+v", listed)
		}
	}

	return w
}

// isOpen is what deskbell hours says.
func (w *shopWeek) isOpen(name string, at time.Time) (open bool) {
	for _, b := range w.hours[name] {
		if !b.At.After(at) {
			open = b.Open
		}
	}
	return open
}

// boundaries are those of all, up to an instant, the beginning among them.
func (w *shopWeek) boundaries(until time.Time) (all []time.Time) {
	for _, list := range w.hours {
		for _, b := range list {
			if b.At.Before(until) {
				all = append(all, b.At)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// jump kills the processes, and starts others at a later instant.
func (w *shopWeek) jump(to time.Time) {
	w.t.Helper()
	if w.worker != nil {
		w.worker.kill()
		w.web.kill()
	}
	ahead := time.Until(to)
	w.ahead.Store(int64(ahead))
	w.web, w.worker = start(w.t, ahead, w.env, "web", "--listen", w.address), start(w.t, ahead, w.env, "worker")
	w.web.says("web started")
}

// differs says who is not at Chatwoot as deskbell hours says.
func (w *shopWeek) differs(at time.Time) string {
	names := map[int]string{12: "lea", 15: "tom"}
	for _, a := range w.Agents(3) {
		if name := names[a.ID]; (a.Availability == "online") != w.isOpen(name, at) {
			return fmt.Sprintf("%s is %s at %s", name, a.Availability, at)
		}
	}
	inbox, local := w.Inboxes(3)[0], at.In(w.zone)
	if (inbox.HoursEnabled && isOpen(inbox.Hours[local.Weekday()], local)) != w.isOpen("acme", at) {
		return fmt.Sprintf("the inbox has %+v at %s (hours enabled: %t)", inbox.Hours[local.Weekday()], local, inbox.HoursEnabled)
	}
	return ""
}

// settle waits until agents and inbox are as their hours.
func (w *shopWeek) settle() {
	w.t.Helper()
	differs := ""
	defer func() {
		if w.t.Failed() {
			w.t.Logf("%s; the worker says\n%s", differs, w.worker.out)
		}
	}()
	redistest.Wait(w.t, "agents and inbox are as their hours", func() bool {
		differs = w.differs(w.now())
		return differs == ""
	})
}

// failed is how many requests have had a status since an instant.
func (w *shopWeek) failed(status int, since time.Time) (n int) {
	for _, e := range w.Log() {
		if !e.Webhook && e.Status == status && !e.At.Before(since) {
			n++
		}
	}
	return n
}

// visit has a visitor write while something is wrong, and waits until they are answered; then another bot speaks.
func (w *shopWeek) visit(wrong fake.Faults) {
	w.t.Helper()
	want := shopClosed
	if w.isOpen("acme", w.now()) {
		want = rescued
	}
	since := w.now()
	lasts := wrong.Status == http.StatusInternalServerError
	if lasts {
		wrong.Until = since.Add(time.Hour)
	}
	w.SetFaults(wrong)
	conversation := w.begin("Hello?")
	w.said[conversation] = want
	if wrong.Status != 0 {
		redistest.Wait(w.t, fmt.Sprint("it is answered ", wrong.Status), func() bool { return w.failed(wrong.Status, since) > 0 })
	}
	if lasts {
		w.jump(since.Add(30 * time.Minute))
		redistest.Wait(w.t, "it is tried again", func() bool { return w.failed(wrong.Status, since.Add(30*time.Minute)) > 0 })
	}
	if wrong != (fake.Faults{}) {
		w.jump(since.Add(61 * time.Minute))
		w.SetFaults(fake.Faults{})
	}
	redistest.Wait(w.t, fmt.Sprintf("the conversation %d is told %q", conversation, want), func() bool { return w.has(conversation, want) > 0 })
	w.must(w.Say(6, conversation, otherSays))
}

// TestAWeekOfAShopBesideChatwoot goes from boundary to boundary of a week with a break, a holiday, a leave and a night. At each, the processes
// are killed, and their clocks set on. Webhooks are lost and come twice, and the API fails in every way, with 500 for an hour. Every visitor
// gets the message that is for them once, nobody answers another bot, and at every minute the agents and the inbox are as deskbell hours says.
func TestAWeekOfAShopBesideChatwoot(t *testing.T) {
	t.Parallel()
	w := newShopWeek(t)
	until, err := time.Parse(time.RFC3339, redistest.Storm(t, weekEnds, "2026-11-23T13:00:00+01:00"))
	w.must(err)
	wrong := []fake.Faults{{LoseEvery: 1}, {}, {Status: http.StatusInternalServerError}, {TwiceEvery: 1}, {Status: http.StatusTooManyRequests}, {}, {Status: http.StatusUnprocessableEntity}}
	minutes := 0
	steps := append(w.boundaries(until), until)
	for n, from := range steps[:len(steps)-1] {
		to := steps[n+1]
		w.jump(from.Add(time.Second))
		w.settle()
		settled := w.now()
		if to.Sub(from) > 2*time.Hour {
			w.visit(wrong[n%len(wrong)])
		}
		for at := settled.Truncate(time.Minute); at.Before(to); at = at.Add(time.Minute) {
			if differs := w.differs(at); differs != "" && at.After(from) {
				t.Errorf("from %s to %s: %s", from, to, differs)
				break
			}
			minutes++
		}
	}
	t.Logf("%d boundaries, %d minutes, %d conversations", len(steps)-1, minutes, len(w.said))
	for _, c := range w.Conversations(3) {
		if len(c.Messages) != 3 || w.has(c.ID, w.said[c.ID]) != 1 || w.has(c.ID, otherSays) != 1 {
			t.Errorf("the conversation %d was to be told %q once, and has %+v", c.ID, w.said[c.ID], c.Messages)
		}
	}
}
