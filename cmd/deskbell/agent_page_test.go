package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	browserdomain "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/deskbell/deskbell/jobs/destination/push/pushtest"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// ofLea is a deskbell.yaml with an agent who has hours on Monday.
const ofLea = `
properties: {acme: {agents: [lea]}}
agents: {lea: {name: Léa, schedule: {time_zone: Europe/London, weekly: {mon-fri: "09:00-12:00, 13:00-17:00"}}, notify: {on: [hours_started]}}}
`

// link makes a link to the page of an agent.
func (s *site) link(agent string) string {
	s.Helper()
	return strings.TrimSpace(s.run("", "agents", "link", agent, "--url", s.address()))
}

func TestAgentPageInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := newSite(t, mondayAtNine, ofLea)
	b.device(390, 844, "light")
	b.open(s.address() + "agent")
	b.shows("#enter", "open this page by your own link")
	b.shows("#live", "Closed")
	b.picture("agent-closed")
	b.accessible("closed")
	b.narrow("closed")
	b.clean("401")

	b.open(s.link("lea"))
	b.shows("#live", "Live")
	b.shows("#name", "Léa")
	b.shows("#status", "Online")
	b.shows("#why", "Your hours have begun.")
	b.showsLike("#then", "until 12:00, in .* · then offline")
	b.shows("#date", "Mon 23 Nov, by the clock of Europe/London")
	b.shows("#windows", "09:00 to 12:00 · now\n13:00 to 17:00")
	if at := eval[string](b, "location.href"); at != s.address()+"agent" {
		t.Errorf("the address is %s", at)
	}
	if seen := eval[string](b, "document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"); strings.Contains(seen, "dba_") {
		t.Errorf("scripts can read the secret: %s", seen)
	}
	b.picture("agent")
	b.accessible("light")
	b.narrow("on a phone")
	for tries := 0; b.focused() != "Invisible"; tries++ {
		if b.press(kb.Tab); tries > 8 {
			t.Fatalf("the choice cannot be reached: the focus is on %q", b.focused())
		}
	}
	b.press(kb.Enter)
	b.shows("#chosen", ".")
	b.shows("#status", "Invisible")
	b.device(390, 844, "dark")
	b.picture("agent-dark")
	b.accessible("dark")
	b.clean("401")

	// The page is there without a server, and the secret still is in no address.
	eval[bool](b, "navigator.serviceWorker.ready.then(() => true)")
	s.web.kill()
	b.do(chromedp.Reload())
	b.shows("#live", "Offline")
	b.shows("#asof", "there is no connection")
	b.shows("#windows", "13:00 to 17:00")
	b.picture("agent-offline")
	b.accessible("offline")
	s.serve()
	b.shows("#live", "Live")
	b.clean("ERR_", "Failed to load resource")

	s.run("", "agents", "link", "lea", "--revoke")
	b.do(chromedp.Reload())
	b.shows("#enter", "was revoked")
	if left := eval[string](b, `localStorage.getItem("state") ?? "nothing"`); left != "nothing" {
		t.Errorf("it still knows %s", left)
	}
	b.write("#link", "my link is "+s.link("lea"))
	b.shows("#status", "Invisible")
	b.clean("401")
}

// standIn replaces the push service of a browser, which would be on the Internet. The rest is the browser's own.
const standIn = `(() => {
	let mine = null;
	const fake = (o) => ({
		options: { applicationServerKey: Uint8Array.from(atob(o.applicationServerKey.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer },
		unsubscribe: async () => { mine = null; return true; },
		toJSON: () => ({ endpoint: %q, expirationTime: null, keys: { p256dh: %q, auth: %q } }),
	});
	PushManager.prototype.getSubscription = async () => mine;
	PushManager.prototype.subscribe = async (o) => (mine = fake(o));
	return true;
})()`

// pushService is one on this machine, of one browser. It keeps what is pushed, as the browser reads it.
func pushService(t *testing.T, of pushtest.Browser) (endpoint string, pushed <-chan string) {
	t.Helper()
	got := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		message, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, err := of.Open(message)
		if err != nil {
			t.Error(err)
		}
		got <- body
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/secret", got
}

func TestNoticesInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	device := pushtest.New(t)
	endpoint, pushed := pushService(t, device)
	s := newSite(t, mondayAtNine.Add(-time.Hour), ofLea, "DESKBELL_ALLOW_PRIVATE=127.0.0.0/8")
	tell(b, browserdomain.SetPermission, browserdomain.SetPermissionParams{
		Permission: &browserdomain.PermissionDescriptor{Name: "notifications"}, Setting: browserdomain.PermissionSettingGranted,
	})
	active := b.followWorkers()

	b.device(390, 844, "light")
	b.open(s.link("lea"))
	b.shows("#notices", "This device gets no notices.")
	b.shows("#kinds", "You are told when your hours start")
	eval[bool](b, fmt.Sprintf(standIn, endpoint, device.P256dh(), device.Auth()))
	b.click("#allow")
	b.shows("#notices", "This device gets your notices.")
	b.click("#test")
	b.shows("#tried", "push by 127.0.0.1 since 2026-11-23: sent")
	b.picture("agent-notices")
	b.accessible("with notices")
	b.narrow("with notices")
	test := <-pushed

	out := s.run("", "notify", "lea", "--test")
	if !strings.HasPrefix(out, "WAY ") || !strings.Contains(out, "push by 127.0.0.1 since 2026-11-23  sent\n") || strings.Contains(out, "secret") {
		t.Errorf("deskbell notify says\n%s", out)
	}
	<-pushed

	s.worker.kill() // so that the next one finds that it is nine
	s.worker = start(t, time.Until(mondayAtNine.Add(-time.Second)), s.env, "worker")
	started := <-pushed
	if !strings.Contains(started, "Your hours have started") {
		t.Errorf("it got %s", started)
	}
	// Chromium forgets a notice that it is asked for while it is about to show it: some in a hundred, when it is asked all the time. And where
	// a browser has no list of notices, it takes one away when its popup ends, after some seconds. So each is sent until it is seen.
	shown := `new Promise((r) => setTimeout(r, 1000)).then(() => navigator.serviceWorker.ready).then((r) => r.getNotifications())
		.then((all) => all.map((n) => n.tag + ": " + n.title + " | " + n.body).join("\n"))`
	registration := active()
	for _, push := range []struct{ body, want string }{
		{test, "test: Test notice | It works: notices of Deskbell reach you here."},
		{started, "hours: Your hours have started | You are online since Mon 09:00, until Mon 12:00 (Europe/London)."},
		{"no JSON", "deskbell: Deskbell | "},
	} {
		redistest.Wait(t, "it shows "+push.want, func() bool {
			tell(b, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
				Origin: strings.TrimSuffix(s.address(), "/"), RegistrationID: registration, Data: push.body,
			})
			return slices.Contains(strings.Split(eval[string](b, shown), "\n"), push.want)
		})
	}

	b.click("#stop")
	b.shows("#notices", "This device gets no notices.")
	if got := s.fails("notify", "lea", "--test"); !strings.Contains(got, "lea has no way of their own") {
		t.Errorf("deskbell notify says %s", got)
	}
	b.clean()
}

// followWorkers gives a function that waits until a service worker is active, and gives the id of its registration: pushes that
// come earlier may be lost.
func (b *browser) followWorkers() func() serviceworker.RegistrationID {
	b.Helper()
	active := make(chan serviceworker.RegistrationID, 1)
	if err := chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*serviceworker.EventWorkerVersionUpdated); ok {
			for _, v := range e.Versions {
				if v.Status != serviceworker.VersionStatusActivated {
					continue
				}
				select {
				case active <- v.RegistrationID:
				default: // it is known
				}
			}
		}
	}); err != nil {
		b.Fatal(err)
	}
	tell(b, serviceworker.Enable, cdp.Empty{})
	return func() (id serviceworker.RegistrationID) {
		b.Helper()
		select {
		case id = <-active:
		case <-b.ctx.Done():
			b.Fatal("no service worker became active")
		}
		return id
	}
}

// fails carries out a command line that has to fail, and gives what it complains of.
func (s *site) fails(args ...string) string {
	s.Helper()
	at := time.Now().Add(s.offset).UTC().Format(time.RFC3339)
	got := testBundle{at: at, env: s.variables()}.run(s.T, args...)
	if got.code != 1 {
		s.Errorf("deskbell %s: %+v", strings.Join(args, " "), got)
	}
	return got.stderr
}
