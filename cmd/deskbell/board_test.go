package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// watched is a deskbell.yaml with something to see on Monday at nine in London.
const watched = `
schedules:
  office: {time_zone: Europe/London, weekly: {mon-fri: "09:00-12:00, 13:00-18:00"}}
properties:
  acme: {name: ACME shop, schedule: office, agents: [lea, tom], departments: {sales: {name: Sales, agents: [lea]}, support: {schedule: 24/7, agents: [tom]}},
    triggers: [{name: Pricing, type: page, url: {contains: /pricing}, delay: 1h, message: "Shall we talk?"}]}
  bakery: {name: Corner bakery, schedule: {time_zone: Europe/Paris, weekly: {daily: "05:30-13:00"}}, widget: {outside_hours: contact_form}}
  clinic: {name: Night clinic, schedule: {time_zone: America/New_York, weekly: {daily: "22:00-06:00"}}, agents: [kim]}
  hostile: {name: "<img src=x onerror=document.body.append(1)>", schedule: office}
  hotline: {schedule: 24/7, time_zone: Asia/Kathmandu, agents: [kim]}
agents:
  lea: {name: Léa, schedule: {time_zone: Europe/London, weekly: {mon-fri: "09:00-17:00"}}, notify: {on: [hours_started]}}
  tom: {name: Tom, schedule: {time_zone: Europe/London, weekly: {mon-fri: "14:00-18:00"}}}
  kim: {name: Kim, schedule: {time_zone: Asia/Kathmandu, weekly: {daily: "08:00-20:00"}}}
destinations:
  crm: {type: redis_stream, stream: "crm:actions"}
`

var mondayAtNine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) // constant

// site is a worker and a web server, as processes, over a Redis.
type site struct {
	*testing.T
	redis  *redistest.Server
	env    []string
	offset time.Duration
	worker *proc
	listen string
	web    *proc
}

// newSite starts both at an instant of their clock, with more of an environment.
func newSite(t *testing.T, at time.Time, definitions string, env ...string) *site {
	t.Helper()
	s := &site{T: t, redis: redistest.Start(t), offset: time.Until(at)}
	s.env = append([]string{"REDIS_URL=" + s.redis.URL()}, env...)
	s.listen = fmt.Sprintf("127.0.0.1:%d", redistest.FreePort(t))
	s.worker = start(t, s.offset, s.env, "worker")
	s.serve()
	if definitions != "" {
		s.run(definitions, "apply", "-")
	}
	return s
}

// serve starts the web server, and waits until it listens.
func (s *site) serve() {
	s.Helper()
	s.web = start(s.T, s.offset, s.env, "web", "--listen", s.listen)
	redistest.Wait(s, "the web server listens", func() bool {
		conn, err := net.DialTimeout("tcp", s.listen, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

// run carries out a command line on the site's clock, and gives its output.
func (s *site) run(stdin string, args ...string) string {
	s.Helper()
	at := time.Now().Add(s.offset).UTC().Format(time.RFC3339)
	got := testBundle{at: at, stdin: stdin, env: s.variables()}.run(s.T, args...)
	if got.code != 0 {
		s.Fatalf("deskbell %s: %s", strings.Join(args, " "), got.stderr)
	}
	return got.stdout
}

// variables are those of the site's environment.
func (s *site) variables() map[string]string {
	all := make(map[string]string)
	for _, v := range s.env {
		name, value, _ := strings.Cut(v, "=")
		all[name] = value
	}
	return all
}

// refuses notes that a property was refused something, as a process does that heeds its quotas.
func (s *site) refuses(property string, kind quota.Kind, n int) {
	s.Helper()
	a := &app{env: func(name string) string { return s.variables()[name] }, now: func() time.Time { return time.Now().Add(s.offset) }}
	ses, err := a.connect(s.Context(), redisstore.Peek)
	if err != nil {
		s.Fatal(err)
	}
	book := quota.NewBook(ses.store, a.now, quota.Limits{})
	book.Refused(property, kind, n)
	if err := errors.Join(book.Write(s.Context()), ses.close()); err != nil {
		s.Error(err)
	}
}

func (s *site) address() string { return "http://" + s.listen + "/" }

// siteBefore starts a site some seconds before an instant of its clock, and opens its board. On a busy machine, on which the
// instant would come at once or has come, it starts another, with more time before.
func (b *browser) siteBefore(at time.Time, definitions string) *site {
	b.Helper()
	for early := 12 * time.Second; ; early *= 2 {
		s := newSite(b.T, at.Add(-early), definitions)
		b.open(s.address())
		b.shows("#live", "Live")
		if time.Now().Add(s.offset).Before(at.Add(-early / 4)) {
			return s
		}
	}
}

func TestBoardInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.device(1280, 900, "light")
	s := b.siteBefore(mondayAtNine, watched)
	b.shows(`[data-id="acme"] .state`, "Offline")
	b.shows("#summary", "5: ")
	eval[bool](b, `window.sameDocument = true`)
	if text := b.text(`[data-id="hostile"] h3`); text != "<img src=x onerror=document.body.append(1)>" {
		t.Errorf("a hostile name is shown as %q", text)
	}

	b.shows(`[data-id="acme"] .state`, "Online") // at nine
	b.shows("#agents", "Léa until 17:00")
	b.shows("#recent", "acme is online")
	b.shows("#recent", "Told Léa that their hours have started")
	b.shows("#destinations", "crm redis_stream works")
	b.shows(`[data-id="hotline"] .gaps`, "Nobody on shift 00:00–08:00, 20:00–24:00")
	strip := `[...document.querySelectorAll('.bar .uncovered')].map((r) => r.closest("[data-id]").dataset.id + " " + r.getAttribute("x") + " " + r.getAttribute("width")).join(", ")`
	if got := eval[string](b, strip); got != "hotline 0.000% 33.333%, hotline 83.333% 16.667%" {
		t.Errorf("the red strip has %q", got)
	}
	if eval[bool](b, `!document.querySelector("#calendars").hidden`) {
		t.Error("calendars are shown, and none is fetched")
	}
	for at, page := range map[string]string{"00.0": "pricing", "00.5": "about"} { // in any order
		s.run(`{"type": "page.viewed", "time": "2026-11-23T09:00:`+at+`Z", "data": {"property": "acme", "visitor": "v1", "visit": "s1", "page": {"url": "https://acme.example/`+page+`"}}}`, "send", "-")
	}
	b.shows("#recent .held", "Held back from acme/v1: the visitor has left the page · Pricing")
	b.showsLike(`[data-id="acme"] .coming`, "until 12:00, in (3 h|2 h 5[0-9] min), then offline")
	label := `Hours on Mon 23 Nov in Europe/London: 09:00–12:00, 13:00–18:00.`
	if got := eval[string](b, `document.querySelector('[data-id="acme"] .bar').getAttribute("aria-label")`); got != label {
		t.Errorf("the bar says %q", got)
	}
	b.picture("light")
	b.accessible("light")

	b.overrides(s)
	b.byKeyboard()

	s.run(strings.Replace(watched, "ACME shop", "ACME store", 1)+"  log: {type: log}\n", "apply", "-")
	b.shows(`[data-id="acme"] h3`, "ACME store")
	b.shows("#destinations", "log")
	fetching := "  spare: {weekly: 24/7, exceptions: [{ical_url: 'https://127.0.0.1/secret.ics'}]}\n"
	s.run(strings.NewReplacer("  bakery:", "  fresh: {}\n  bakery:", "schedules:\n", "schedules:\n"+fetching).Replace(watched), "apply", "-")
	b.shows(`[data-id="fresh"] .state`, "Online")
	b.showsLike("#feeds", "^127.0.0.1 [^ ]+ (is not fetched yet|fails)")
	s.run(`{"type": "agent.status_set", "data": {"agent": "lea", "status": "away"}}`, "send", "-")
	b.shows(`[data-id="acme"] .missed`, "Léa away: their own choice, since 09:0")

	b.device(1280, 900, "dark")
	b.picture("dark")
	b.accessible("dark")
	b.device(360, 740, "light")
	b.narrow("on a phone")
	b.picture("phone")
	b.accessible("on a phone")
	b.click(`[data-id="acme"] > button`)
	b.picture("phone-dialog")
	b.narrow("the dialog on a phone")
	b.accessible("the dialog on a phone")
	b.press(kb.Escape)

	if !eval[bool](b, `window.sameDocument === true`) {
		t.Error("the page was loaded anew")
	}
	b.clean()
}

// overrides opens and closes by buttons.
func (b *browser) overrides(s *site) {
	b.Helper()
	b.click(`[data-id="acme"] > button`)
	b.shows("#override-title", "Override ACME shop")
	b.picture("dialog")
	b.accessible("the dialog")
	b.click(`#override button[data-open="false"][data-end="for"]`)
	b.showsLike("#done", "ACME shop is closed until 09:3[0-9]")
	b.shows(`[data-id="acme"] .state`, "Offline")
	b.shows(`[data-id="acme"] .forced`, "Override: closed until 09:3")
	if forced := eval[int](b, `document.querySelectorAll('[data-id="acme"] .bar .forced-closed').length`); forced != 1 {
		b.Errorf("the bar shows %d overrides", forced)
	}
	b.shows("#recent", "acme is offline · by override")
	b.picture("overridden")
	if out := s.run("", "status", "acme"); !strings.Contains(out, "override") {
		b.Errorf("the button has not reached Redis: %s", out)
	}
	b.click(`[data-id="acme"] > button`)
	b.click(`#override-undo`)
	b.shows("#done", "ACME shop is open by its own hours until 12:00")
	b.shows(`[data-id="acme"] .state`, "Online")

	b.chooseSales("Sales is online.")
	b.click(`#override button[data-open="false"][data-end="next"]`)
	b.shows("#done", "Sales of ACME shop is closed until 12:00")
	b.shows(`[data-id="acme"] .departments .forced`, "Override: closed until 12:00")
	b.shows(`[data-id="acme"] .state`, "Online") // the other department, and the property
	b.chooseSales("Sales is offline. An override: closed until 12:00.")
	b.click(`#override-undo`)
	b.shows("#done", "Sales of ACME shop is open by its own hours until 12:00")
	redistest.Wait(b, "the override is gone", func() bool { return b.text(`[data-id="acme"] .forced`) == "" })
}

// chooseSales opens the dialog of acme, and chooses a department with a key: the choice has the focus at first.
func (b *browser) chooseSales(now string) {
	b.Helper()
	b.click(`[data-id="acme"] > button`)
	b.shows("#override-now", "It is online.")
	b.press(kb.ArrowDown)
	b.shows("#override-now", now)
}

// byKeyboard searches and overrides without a mouse.
func (b *browser) byKeyboard() {
	b.Helper()
	eval[bool](b, `document.activeElement.blur() || true`)
	b.press("/", "b", "a", "k", "e")
	redistest.Wait(b, "one row is left", func() bool { return b.text("#rows h3") == "Corner bakery" })
	for tries := 0; b.focused() != "Override Corner bakery"; tries++ {
		if b.press(kb.Tab); tries > 5 {
			b.Fatalf("the button cannot be reached: the focus is on %q", b.focused())
		}
	}
	b.press(kb.Enter)
	for tries := 0; b.focused() != "Until 13:00, its next boundary" || tries < 4; tries++ { // the second is that of closing
		if b.press(kb.Tab); tries > 12 {
			b.Fatalf("the choice cannot be reached: the focus is on %q", b.focused())
		}
	}
	b.press(kb.Enter)
	b.shows("#done", "Corner bakery is closed until")
	b.shows(`[data-id="bakery"] .state`, "Offline")
	if at := b.focused(); at != "Override Corner bakery" {
		b.Errorf("after the dialog the focus is on %q", at)
	}
	b.press("/", kb.Escape)
	redistest.Wait(b, "all rows are back", func() bool { return strings.Count(b.text("#rows h3"), "\n") == 4 })
}

func TestBoardInABrowserSaysWhatToDo(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := newSite(t, mondayAtNine, "")
	b.device(1280, 900, "light")
	b.open(s.address())
	b.shows("#empty", "deskbell apply deskbell.yaml")
	b.shows("#live", "Live")
	b.picture("empty")
	b.accessible("without properties")
	s.run(watched, "apply", "-")
	b.shows("#rows", "ACME shop")
	b.clean()

	b.press("/")
	b.press(strings.Split("nowhere", "")...)
	b.shows("#empty", "Nothing has nowhere in its id or name.")
	b.press(kb.Escape)
	b.shows("#rows", "ACME shop")

	if eval[bool](b, `!document.querySelector("#over-quota").hidden`) {
		t.Error("quotas are shown, and nobody is over one")
	}
	s.refuses("hostile", quota.NewVisitors, 7)
	b.shows("#quotas", "hostile is over its quota")
	b.shows("#quotas", "new visitors and chats a day since")
	b.shows("#quotas", "7 refused that day")
	b.accessible("over a quota")

	s.web.kill()
	b.shows("#live", "Not live")
	b.picture("broken")
	b.accessible("without a server")
	s.serve()
	b.shows("#live", "Live")
	s.redis.Stop(t)
	b.shows("#trouble", "Redis does not answer")
	s.redis.Restart(t)
	b.shows("#empty", "deskbell apply") // it has kept nothing
	b.clean("ERR_", "503", "Failed to load resource")
}

func TestBoardInABrowserOfAReader(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := newSite(t, mondayAtNine, watched)
	key := strings.TrimSpace(s.run("", "keys", "add", "look", "--read-only"))
	redistest.Wait(t, "a key is needed", func() bool {
		resp, err := http.Get(s.address())
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusUnauthorized
	})
	b.open("http://reader:" + key + "@" + s.listen + "/")
	b.shows("#live", "Live")
	b.shows(`[data-id="acme"]`, "acme")
	if shown := b.text(".rows button"); shown != "" {
		t.Errorf("whoever may only look has buttons: %q", shown)
	}
	b.accessible("a board without buttons")
	b.clean("401")
}
