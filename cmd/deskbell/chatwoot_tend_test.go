package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// tended is a Chatwoot whose webhooks are all lost, and its tender, with a clock that a test sets.
type tended struct {
	*chatwootDesk
	clock  atomic.Int64
	tender chatwootTender
	hours  *hours.Schedule
	kept   json.RawMessage
	sent   []event.Event
}

func newTended(t *testing.T, schedule string) *tended {
	t.Helper()
	d := new(tended)
	d.set(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)) // a Monday
	d.chatwootDesk = newChatwootDeskAt(t, d.now, nil)
	specs, _, err := config.ReadSchedule("test", []byte(schedule))
	d.must(err)
	d.hours, err = specs[""].Compile(time.UTC, nil)
	d.must(err)
	c := d.joined(d.now)
	d.tender = chatwootTender{
		joiner: c,
		hours: func(_ context.Context, property string) (*hours.Schedule, error) {
			if property != "acme" {
				return nil, fmt.Errorf("there is no %s", property)
			}
			return d.hours, nil
		},
		send: func(_ context.Context, events ...event.Event) error {
			d.sent = append(d.sent, events...)
			return nil
		},
	}
	return d
}

func (d *tended) now() time.Time       { return time.Unix(d.clock.Load(), 0).UTC() }
func (d *tended) set(t time.Time)      { d.clock.Store(t.Unix()) }
func (d *tended) pass(p time.Duration) { d.clock.Add(int64(p / time.Second)) }

// tend tends it once.
func (d *tended) tend() (err error) {
	d.t.Helper()
	d.kept, err = d.tender.Tend(d.t.Context(), "support", d.definition(), d.kept)
	return err
}

// has is whether an event was sent.
func (d *tended) has(id string) bool {
	return slices.ContainsFunc(d.sent, func(e event.Event) bool { return e.ID == id })
}

// TestLostWebhooksAreCaughtUp has none of them arrive: looking finds everything once Chatwoot answers again.
func TestLostWebhooksAreCaughtUp(t *testing.T) {
	t.Parallel()
	d := newTended(t, "24/7")
	d.begin("Before it was joined")
	d.pass(10 * time.Minute)
	d.must(d.tend())
	if len(d.sent) > 0 {
		t.Errorf("the first look tells of what was before: %v", d.sent)
	}
	d.pass(time.Minute)
	first := d.begin("Hello?")
	d.pass(time.Minute)
	d.must(d.tend())
	d.must(d.tend()) // once more: the ids are the same
	requested := fmt.Sprintf("conversation-%d-requested", first)
	if !d.has(requested) || len(d.sent) != 4 || d.sent[0].ID != d.sent[2].ID || d.sent[1].Data.Text != "Hello?" || d.sent[1].Data.Property != "acme" {
		t.Errorf("got %+v", d.sent)
	}

	d.sent = nil
	d.SetFaults(fake.Faults{Status: 500})
	for range 60 {
		d.pass(time.Minute)
		if err := d.tend(); err == nil || !strings.Contains(err.Error(), "it answered 500") {
			t.Fatalf("got %v", err)
		}
	}
	during := d.begin("In the hour without")
	d.SetFaults(fake.Faults{})
	for range 60 { // web goes down for longer than clocks may differ
		d.pass(time.Minute)
	}
	d.must(d.tend())
	if !d.has(fmt.Sprintf("conversation-%d-requested", during)) {
		t.Errorf("got %+v", d.sent)
	}

	d.sent = nil
	d.pass(26 * time.Hour) // no worker ran: what is too old might be told twice
	late := d.begin("After the gap")
	d.must(d.tend())
	if d.has(fmt.Sprintf("conversation-%d-requested", during)) || !d.has(fmt.Sprintf("conversation-%d-requested", late)) {
		t.Errorf("got %+v", d.sent)
	}

	without := d.definition()
	without.AdminTokenEnv = ""
	if kept, err := d.tender.Tend(t.Context(), "support", without, d.kept); err != nil || kept != nil {
		t.Errorf("without the token of an administrator: %s, %v", kept, err)
	}
}

// TestManyLostMessagesAreCaughtUp has more of them than Chatwoot shows at once, and then more than are read.
func TestManyLostMessagesAreCaughtUp(t *testing.T) {
	t.Parallel()
	d := newTended(t, "24/7")
	source, err := d.Visit(7, fake.Browser{})
	d.must(err)
	d.must(d.tend())
	write := func(n int) (conversation int) {
		for range n {
			d.pass(time.Second) // 200 in a minute are too many
			conversation, err = d.Write(source, "Hello?")
			d.must(err)
		}
		return conversation
	}
	conversation := write(45)
	d.pass(time.Minute)
	d.must(d.tend())
	if len(d.sent) != 46 || d.sent[0].ID != fmt.Sprintf("conversation-%d-requested", conversation) {
		t.Errorf("%d events were sent, beginning with %+v; want 46", len(d.sent), d.sent[0])
	}

	d.sent = nil
	write(230)
	d.pass(time.Minute)
	const want = "the conversation 1 has had more than 200 messages at once: the first ones are not looked at"
	if err := d.tend(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if len(d.sent) != 201 { // with the request, which is known
		t.Errorf("%d events were sent", len(d.sent))
	}
	for range 2 { // the first looks back as far as clocks may differ
		d.pass(time.Hour)
		err = d.tend()
	}
	d.must(err)
}

// TestWhatIsCaughtUpHasQuotas has three visitors where two may be new in a day, and then events that come too fast.
func TestWhatIsCaughtUpHasQuotas(t *testing.T) {
	t.Parallel()
	d := newTended(t, "24/7")
	db, err := redisstore.Open(t.Context(), redistest.Start(t).Client(t), redisstore.Layout{Shards: 7, Partitions: 1})
	d.must(err)
	d.tender.quotas = &quota.Intake{Store: db, Now: d.now, Limits: quota.Limits{NewVisitors: 2}}
	d.must(d.tend())
	for range 3 {
		d.begin("Hello?")
	}
	d.pass(time.Minute)
	d.must(d.tend())
	if len(d.sent) != 4 || d.has("conversation-3-requested") {
		t.Errorf("got %+v", d.sent)
	}

	d.sent = nil
	d.tender.quotas.Limits = quota.Limits{Events: 1}
	flood := slices.Repeat([]*event.Event{{Data: event.Data{Property: "acme"}}}, 2*event.MaxEvents) // as many as may come at once
	_, wait, err := d.tender.quotas.Refuse(t.Context(), "", 0, flood)
	if d.must(err); wait > 0 {
		t.Fatalf("they are for %s later", wait)
	}
	for range 2 {
		d.begin("Hello?")
		if err := d.tend(); err == nil || !strings.Contains(err.Error(), "acme is over its quota of 1 events a second") || len(d.sent) > 0 {
			t.Errorf("got %v and %d events", err, len(d.sent))
		}
	}
	d.pass(time.Minute)
	d.must(d.tend())
	if len(d.sent) == 0 {
		t.Error("what came too fast does not come later")
	}
}

// TestWhatIsTooLongKeepsNothingElseBack has one conversation of which no answer can be read, and one of which each can.
func TestWhatIsTooLongKeepsNothingElseBack(t *testing.T) {
	t.Parallel()
	d := newTended(t, "24/7")
	d.must(d.tend())
	source, err := d.Visit(7, fake.Browser{})
	d.must(err)
	for range 20 {
		_, err = d.Write(source, strings.Repeat("\x01", 149_000))
		d.must(err)
	}
	d.pass(time.Second)
	other := d.begin("Hello?")
	d.pass(time.Minute)
	if err := d.tend(); err == nil || !strings.HasSuffix(err.Error(), "its answer is too long") || !d.has(fmt.Sprintf("conversation-%d-requested", other)) {
		t.Errorf("got %v, and %d events", err, len(d.sent))
	}
}

// TestInboxesShowTheirHours goes through days with breaks and a night: at every quarter of an hour, and the minute before, the inbox is open
// when its property is.
func TestInboxesShowTheirHours(t *testing.T) {
	t.Parallel()
	d := newTended(t, `{weekly: {mon: "9-12, 13-18:30", tue: "8-10, 20-02", thu: "0-24"}}`)
	from := d.now().Add(-8 * time.Hour)
	for quarter := range 4 * 24 * 4 {
		for _, at := range []time.Time{from.Add(time.Duration(quarter)*15*time.Minute - time.Minute), from.Add(time.Duration(quarter) * 15 * time.Minute)} {
			d.set(at)
			d.must(d.tend())
			shown := d.Inboxes(3)[0]
			if got, want := shown.HoursEnabled && isOpen(shown.Hours[at.Weekday()], at), d.hours.At(at).Open; got != want {
				t.Fatalf("%s: the inbox is open: %t, want %t: %+v", at, got, want, shown.Hours[at.Weekday()])
			}
		}
	}
	d.pass(time.Minute)
	d.must(d.tend())
	if slices.ContainsFunc(d.Log(), func(e fake.Entry) bool { return strings.HasPrefix(e.Name, "PATCH ") && e.At.Equal(d.now()) }) {
		t.Error("hours that stand are written again")
	}
	d.hours = hours.Always(time.UTC)
	d.must(d.tend())
	if shown := d.Inboxes(3)[0]; !shown.Hours[d.now().Weekday()].OpenAllDay {
		t.Errorf("after an edit: %+v", shown.Hours)
	}

	other := d.definition()
	other.Inboxes = map[string]string{"7": "acme", "8": "none"}
	d.kept = nil
	if _, err := d.tender.Tend(t.Context(), "support", other, nil); err == nil || err.Error() != "writing the hours of the inbox 8: there is no none" {
		t.Errorf("got %v", err)
	}
}

// isOpen tells whether a day is open at the beginning of a minute, as Chatwoot has it: 23:59 is as late as it can close.
func isOpen(day fake.Day, at time.Time) bool {
	minute, closes := at.Hour()*60+at.Minute(), day.CloseHour*60+day.CloseMinutes
	return day.OpenAllDay || !day.Closed && day.OpenHour*60+day.OpenMinutes <= minute && (minute < closes || closes == 24*60-1)
}
