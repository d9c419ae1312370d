package jobs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// subscribe lets a browser of an agent get their notices.
func (b *bundle) subscribe(agent, endpoint string) {
	b.Helper()
	_, err := b.subscriptions().Add(b.Context(), agent, edit.Subscription{Endpoint: endpoint, P256dh: "key of " + endpoint, Auth: "secret"})
	b.must(err)
}

func (b *bundle) subscriptions() edit.Subscriptions {
	return edit.Subscriptions{Store: b.store, Now: b.clock.now}
}

// endpoints are those of an agent's subscriptions.
func (b *bundle) endpoints(agent string) (list []string) {
	b.Helper()
	lists, err := b.subscriptions().Of(b.Context(), []string{agent})
	b.must(err)
	for _, s := range lists[0] {
		list = append(list, s.Endpoint)
	}
	return list
}

// asPushed is how the recorder writes a push.
func asPushed(p deliver.Push) string {
	var body struct{ Title, Text, Tag string }
	_ = json.Unmarshal(p.Body, &body)
	return fmt.Sprintf("%s %s: %s [%s %s]", p.Endpoint, body.Title, body.Text, body.Tag, p.Topic)
}

func TestAgentsGetTheirNoticesWhereTheyAllowedThem(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1})
	b.define(`{"destinations": {"hook": {"type": "log", "actions": ["agent.notify"]}}, "agents": {
		"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"]}},
		"tom": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://one/tom"]}},
		"kim": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"]}},
		"mia": {"schedule": "daily 9-17"}}}`)
	for _, id := range []string{"lea", "tom", "mia"} {
		b.subscribe(id, "https://one/"+id)
	}
	b.subscribe("lea", "https://two/lea")
	b.out.fail("https://two/lea", errors.New("it answered 500"))
	b.worker()
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	redistest.Wait(t, "three of four have it", func() bool { return len(b.out.notices()) == 3 })
	redistest.Wait(t, "the other was tried twice", func() bool { return len(b.lines("job failed: it will be tried again")) > 1 })
	b.out.fail("https://two/lea", nil)
	redistest.Wait(t, "the other has it", func() bool { return len(b.out.notices()) == 4 })
	b.quiet()
	const says = " Your hours have started: You are online since Mon 09:00, until Mon 17:00."
	want := []string{"https://one/lea" + says + " [hours hours]", "https://one/tom" + says + " [hours hours]", "https://two/lea" + says + " [hours hours]", "ntfy://one/tom" + says}
	if diff := cmp.Diff(want, b.out.notices()); diff != "" {
		t.Error(diff)
	}
	// Those without services of their own are told to the destinations as before.
	b.gets("hook", 2)
	if got := b.at("hook", morning(9, 0)); strings.Join(got, " ") != "agent.notify:kim:hours_started agent.notify:lea:hours_started" {
		t.Errorf("the destination got %q", got)
	}
	first := b.out.pushed()[0]
	keys, err := b.subscriptions().Keys(t.Context())
	b.must(err)
	if first.TTL < 7*time.Hour || first.TTL > 8*time.Hour { // until the hours end
		t.Errorf("it is kept for %s", first.TTL)
	}
	if first.PublicKey != keys.Public || first.PrivateKey != keys.Private || first.Auth != "secret" {
		t.Errorf("%+v", first)
	}
	for _, line := range b.logged.AllEntries() {
		if got := text(t, line); strings.Contains(got, "https://one") || strings.Contains(got, "https://two") {
			t.Errorf("a log line shows a subscription: %s", got)
		}
	}
}

// TestADeviceGetsTheNoticesThatItsAgentAskedFor has two helpers without services, who are both told by one action of a chat that waits.
func TestADeviceGetsTheNoticesThatItsAgentAskedFor(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {"triggers": [], "agents": ["eva", "zoe", "kim"]}}, "destinations": {"default": {"type": "log"}}, "agents": {
		"eva": {"receive_when_slow": "1s", "notify": {"on": ["slow_chat"]}},
		"kim": {"receive_when_slow": "1s"},
		"zoe": {"receive_when_slow": "1s", "notify": {"on": ["hours_started"]}}}}`)
	for _, id := range []string{"eva", "kim", "zoe"} {
		b.subscribe(id, "https://one/"+id)
	}
	b.worker()
	b.quiet()
	for _, id := range []string{"eva", "kim", "zoe"} {
		b.send(event.New(event.AgentStatusSet, event.Data{Agent: id, Status: event.Invisible}))
	}
	b.quiet()
	e := named("e1", requested("ann", "c1"))
	e.Time = b.clock.now()
	b.send(e)
	redistest.Wait(t, "Eva is told", func() bool { return len(b.out.notices()) > 0 })
	b.quiet()
	const waits = "A visitor waits for an answer in chat c1 (acme)"
	if got := b.out.notices(); len(got) != 1 || !strings.HasPrefix(got[0], "https://one/eva A chat of acme waits: "+waits+". [") {
		t.Errorf("pushed: %q", got)
	}
	var told []string // the destinations get it whatever an agent asked for
	for _, a := range b.visitorActions() {
		if a.Type == action.AgentNotify {
			told = append(told, strings.Join(a.data.Agents, ", "))
		}
	}
	if diff := cmp.Diff([]string{"eva, kim, zoe"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestASubscriptionThatIsGoneIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1})
	b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"]}}}}`)
	b.subscribe("lea", "https://gone/lea")
	b.subscribe("lea", "https://good/lea")
	b.out.fail("https://gone/lea", fmt.Errorf("pushing: %w", deliver.ErrUnsubscribed))
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	redistest.Wait(t, "the other has it", func() bool { return len(b.out.notices()) == 1 })
	redistest.Wait(t, "it is forgotten", func() bool { return len(b.endpoints("lea")) == 1 })
	b.quiet()
	if got := b.endpoints("lea"); got[0] != "https://good/lea" {
		t.Errorf("left: %q", got)
	}
	if failed := b.lines("job failed: it will be tried again"); len(failed) > 0 {
		t.Errorf("it is tried again: %v", failed[0].Data)
	}
}

// TestATimeOutIsNotRepeatedInSilence lets a service answer nothing, and then refuse.
func TestATimeOutIsNotRepeatedInSilence(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1})
	b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://slow/lea", "ntfy://bad/lea"]}}}}`)
	b.out.fail("ntfy://slow/lea", fmt.Errorf("sending by ntfy: %w", deliver.ErrNoAnswer))
	b.out.fail("ntfy://bad/lea", errors.New("sending by ntfy: it refused"))
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	failed := func(text string) (n int) {
		for _, line := range b.lines("job failed: it will be tried again") {
			if strings.HasSuffix(fmt.Sprint(line.Data["error"]), text) {
				n++
			}
		}
		return n
	}
	redistest.Wait(t, "both were tried", func() bool {
		return failed("it did not answer in time; it may have been sent all the same") > 0 && failed("it refused") > 0
	})
	b.out.fail("ntfy://slow/lea", errors.New("sending by ntfy: it is full"))
	redistest.Wait(t, "the doubt outlives another failure", func() bool { return failed("it is full; it may have been sent all the same") > 0 })
	b.out.fail("ntfy://slow/lea", nil)
	b.out.fail("ntfy://bad/lea", nil)
	redistest.Wait(t, "both have it", func() bool { return len(b.out.notices()) == 2 })
	const says = " Your hours have started: You are online since Mon 09:00, until Mon 17:00."
	want := []string{"ntfy://bad/lea" + says, "ntfy://slow/lea" + says + " (Sent again: the first time there was no answer.)"}
	if diff := cmp.Diff(want, b.out.notices()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTriggersTellReachesAllWhoAllowedIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1, clock: morning(9, 0)})
	b.define(`{"properties": {"acme": {"agents": ["lea", "tom", "kim"], "departments": {"sales": {"agents": ["lea"]}},
		"triggers": [{"name": "T", "type": "advanced", "on": "page.viewed", "actions": [{"notify": {"text": "Look at {{page.title}}"}}]}]}},
		"agents": {"lea": {}, "tom": {}, "kim": {}}}`)
	b.subscribe("lea", "https://one/lea")
	b.subscribe("kim", "https://one/kim")
	b.worker()
	b.quiet()
	b.send(event.New(event.PageViewed, event.Data{Property: "acme", Visitor: "v1", Visit: "s1", Page: event.Page{URL: "https://acme.example/pricing", Title: "Prices"}}))
	redistest.Wait(t, "both have it", func() bool { return len(b.out.notices()) == 2 })
	for i, agent := range []string{"kim", "lea"} {
		if got := b.out.notices()[i]; !strings.HasPrefix(got, "https://one/"+agent+" About a visitor of acme: Look at Prices [") {
			t.Error(got)
		}
	}
	for _, p := range b.out.pushed() {
		if p.TTL <= 0 || p.TTL > 15*time.Minute || p.Topic != "" {
			t.Errorf("%s, %q", p.TTL, p.Topic)
		}
	}
}

func TestKeysOfPushAreMadeOnce(t *testing.T) {
	t.Parallel()
	links, _ := pageLinks()
	all := make([]edit.PushKeys, 32)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() {
			var err error
			if all[i], err = edit.Subscriptions(links).Keys(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, k := range all {
		if k != all[0] || len(k.Public) != 87 || len(k.Private) != 43 {
			t.Fatalf("%+v, and %+v", k, all[0])
		}
	}
}

func TestSubscriptionsAreBounded(t *testing.T) {
	t.Parallel()
	links, _ := pageLinks()
	ss := edit.Subscriptions(links)
	var ids []string
	for i := range edit.MostSubscriptions + 2 {
		id, err := ss.Add(t.Context(), "lea", edit.Subscription{Endpoint: fmt.Sprint("https://fcm.googleapis.com/", i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	lists, err := ss.Of(t.Context(), []string{"tom", "lea"})
	if err != nil || len(lists[0]) != 0 || len(lists[1]) != edit.MostSubscriptions || lists[1][0].ID != ids[2] {
		t.Errorf("%v, %v", lists, err)
	}
	again, err := ss.Add(t.Context(), "lea", edit.Subscription{Endpoint: "https://fcm.googleapis.com/5", Auth: "new"})
	if err != nil || again != ids[5] {
		t.Errorf("again: %s, %v", again, err)
	}
	if lists, err = ss.Of(t.Context(), []string{"lea"}); err != nil || len(lists[0]) != edit.MostSubscriptions || lists[0][9].Auth != "new" {
		t.Errorf("%v, %v", lists, err)
	}
}

func TestANoticeIsTriedByEveryWay(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"agents": {"lea": {"notify": {"via": ["ntfy://good/lea", "slack://bad/lea", "ntfy://good/phone"]}}}}`)
	b.subscribe("lea", "https://fcm.googleapis.com/secret")
	b.subscribe("lea", "https://web.push.apple.com/secret")
	b.out.fail("slack://bad/lea", errors.New("sending by slack: it refused"))
	b.out.fail("https://web.push.apple.com/secret", fmt.Errorf("pushing: %w", deliver.ErrUnsubscribed))
	trial := jobs.NoticeTrial{Store: b.store, Notifier: b.out, Pusher: b.out, Now: b.clock.now}
	tried := func() (list []string) {
		ways, err := trial.Try(t.Context(), "lea")
		b.must(err)
		for _, w := range ways {
			list = append(list, fmt.Sprint(w.Name, ": ", w.Err))
		}
		return list
	}
	want := []string{"ntfy, at 1 of via: <nil>", "slack: sending by slack: it refused", "ntfy, at 3 of via: <nil>", "push by fcm.googleapis.com since 2026-11-23: <nil>", "push by web.push.apple.com since 2026-11-23: pushing: the subscription is gone"}
	if diff := cmp.Diff(want, tried()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[:4], tried()); diff != "" {
		t.Error(diff)
	}
	if _, err := trial.Try(t.Context(), "tom"); err == nil {
		t.Error("nobody has ways")
	}
}
