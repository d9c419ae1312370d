package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
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
    triggers: [{name: Pricing, type: page, url: {contains: /pricing}, delay: 1h, message: "Shall we talk?"}, {name: Hello, type: maximized, delay: 1h, message: Hello}],
    rescue: [{after: 30m, send_message: Nearly there}, {after: 1h, repeat: true, notify: {text: Nobody answers}}], auto_replies: {outside: We are closed}}
  bakery: {name: Corner bakery, schedule: {time_zone: Europe/Paris, weekly: {daily: "05:30-13:00"}, exceptions: [{name: Fair, on: 2026-11-25, hours: "08:00-10:00"}]}, widget: {outside_hours: contact_form}}
  clinic: {name: Night clinic, schedule: {time_zone: America/New_York, weekly: {daily: "22:00-06:00"}}, agents: [kim]}
  hostile: {name: "<img src=x onerror=document.body.append(1)>", schedule: office}
  night: {name: Night desk, schedule: {time_zone: Europe/London, weekly: {daily: "20:00-06:00"}}, agents: [tom]}
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
	b.shows(".chips", "All 6")
	eval[bool](b, `window.sameDocument = true`)
	if text := b.text(`[data-id="hostile"] .title`); text != "<img src=x onerror=document.body.append(1)>" {
		t.Errorf("a hostile name is shown as %q", text)
	}

	b.shows(`[data-id="acme"] .state`, "Online") // at nine
	b.shows("#live", "Live: 1 worker · all on time")
	b.shows("#recent", "ACME shop is online")
	b.shows("#recent", "Told Léa that their hours have started")
	b.shows("#destinations", "crm redis_stream works")
	strip := `[...document.querySelectorAll('#rows .bar .uncovered')].map((r) => r.closest("[data-id]").dataset.id + " " + r.getAttribute("x") + " " + r.getAttribute("width")).join(", ")`
	if got := eval[string](b, strip); got != "hotline 0.000% 33.333%, hotline 83.333% 16.667%, night 0.000% 25.000%, night 83.333% 16.667%" {
		t.Errorf("the bar has nobody on shift at %q", got)
	}
	if eval[bool](b, `!document.querySelector("#calendars").hidden`) {
		t.Error("calendars are shown, and none is fetched")
	}
	for at, page := range map[string]string{"00.0": "pricing", "00.5": "about"} { // in any order
		s.run(`{"type": "page.viewed", "time": "2026-11-23T09:00:`+at+`Z", "data": {"property": "acme", "visitor": "v1", "visit": "s1", "page": {"url": "https://acme.example/`+page+`"}}}`, "send", "-")
	}
	b.shows("#recent .held", "Held back from v1 at ACME shop: the visitor has left the page · Pricing")
	b.shows(`[data-id="acme"] .coming`, "until 12:00, then offline")
	label := `Hours on Mon 23 Nov in Europe/London: 09:00–12:00, 13:00–18:00.`
	if got := eval[string](b, `document.querySelector('[data-id="acme"] .bar').getAttribute("aria-label")`); got != label {
		t.Errorf("the bar says %q", got)
	}
	b.picture("light")
	b.accessible("light")

	b.sheet()
	b.overrides(s)
	b.byKeyboard()
	b.finds()
	b.weeks()
	b.triggers()
	b.logs()
	b.edits()
	b.editsAfterAnother(s)

	s.run(strings.Replace(watched, "ACME shop", "ACME store", 1)+"  log: {type: log}\n", "apply", "-")
	b.shows(`[data-id="acme"] .title`, "ACME store")
	b.shows("#destinations", "log")
	fetching := "  spare: {weekly: 24/7, exceptions: [{ical_url: 'https://127.0.0.1/secret.ics'}]}\n"
	s.run(strings.NewReplacer("  bakery:", "  fresh: {}\n  bakery:", "schedules:\n", "schedules:\n"+fetching).Replace(watched), "apply", "-")
	b.shows(`[data-id="fresh"] .state`, "Online")
	b.showsLike("#feeds", "^127.0.0.1 [^ ]+ (is not fetched yet|fails)")
	s.run(`{"type": "agent.status_set", "data": {"agent": "lea", "status": "away"}}`, "send", "-")
	b.click(`.views a[href="#agents"]`)
	b.shows("#agents .missed", "away · their own choice, since 09:0")
	b.shifts()
	b.picture("agents")
	b.accessible("agents")
	b.click(`.views a[href="#deliveries"]`)
	b.shows("#destinations", "crm redis_stream works")
	b.click(`#destinations [data-key="test crm"]`)
	b.shows("#done", "crm took the ping.")
	b.shows("#destinations .came", "It took the ping in")
	b.shows("#destinations .came pre", "of the stream crm:actions")
	b.picture("deliveries")
	b.accessible("deliveries")
	b.pauses()
	b.visitor()
	b.click(`.views a[href="#now"]`)
	b.shows("#problems", "ACME shop misses somebody who has hours now")

	b.device(1280, 900, "dark")
	b.picture("dark")
	b.accessible("dark")
	for _, width := range []int64{768, 390} {
		b.device(width, 844, "light")
		b.narrow("a narrow board")
		b.picture(fmt.Sprintf("board-%d", width))
	}
	b.accessible("on a phone")
	b.click(`[data-id="acme"] .name`)
	b.click("#sheet-force")
	b.picture("phone-dialog")
	b.narrow("the dialog on a phone")
	b.accessible("the dialog on a phone")
	b.press(kb.Escape)
	b.press(kb.Escape)

	if !eval[bool](b, `window.sameDocument === true`) {
		t.Error("the page was loaded anew")
	}
	b.clean("404", "409", "412") // of a visitor of whom nothing is kept, an agent without a way, and hours that somebody else had changed
}

// sheet looks at all there is of a property.
func (b *browser) sheet() {
	b.Helper()
	b.click(`[data-id="hotline"] .name`)
	b.shows("#sheet-title", "hotline")
	b.shows("#sheet-body .gaps", "Nobody on shift 00:00–08:00, 20:00–24:00")
	b.shows("#sheet-body", "1 of 1 on shift")
	b.picture("sheet")
	b.accessible("the sheet")
	b.press(kb.Escape)
	b.click(`[data-id="acme"] .name`)
	b.shows("#sheet-body", "Sales online until 12:00")
	b.shows("#sheet-body .held", "the visitor has left the page")
	b.click("#sheet-close")
	if at := eval[string](b, `document.activeElement.closest("[data-id]").dataset.id`); at != "acme" {
		b.Errorf("after the sheet the focus is on %q", at)
	}
}

// weeks looks at seven days of all properties, and of one, with keys alone.
func (b *browser) weeks() {
	b.Helper()
	b.pressOn(`.views a[href="#week"]`, kb.Enter)
	b.shows("#dates", "Mon 23 Nov")
	b.shows(`#week-rows [data-id="acme"]`, "09:00–12:00, 13:00–18:00")
	b.shows(`#week-rows [data-id="bakery"] [data-other]`, "Fair")
	b.shows(`#week-rows [data-id="clinic"]`, "22:00–06:00")
	bars := `[...document.querySelectorAll('#week-rows [data-id="acme"] .bar')].map((b) => b.getAttribute("aria-label")).slice(4, 6).join(" ")`
	const friday = "Hours on Fri 27 Nov in Europe/London: 09:00–12:00, 13:00–18:00. Hours on Sat 28 Nov in Europe/London: closed."
	b.await("the bars of Friday and Saturday", bars, func(said string) bool { return said == friday })
	b.picture("week")
	b.accessible("weeks")
	b.press("/", "b", "a", "k", "e")
	redistest.Wait(b, "one week is left", func() bool { return b.text("#week-rows .title") == "Corner bakery" })
	b.press(kb.ArrowDown, kb.Enter)
	b.shows("#sheet-days", "Today\n05:30–13:00")
	b.shows("#sheet-days .other", "Fair")
	b.pressOn("#dates-ahead summary", kb.Enter)
	b.shows("#dates-list", "Wed 25 Nov\n08:00–10:00 · Fair")
	b.picture("sheet-week")
	b.tabTo("Seven days later")
	b.press(kb.Enter)
	b.shows("#sheet-days", "Mon 30 Nov")
	b.accessible("a week in a sheet")
	b.press(kb.Escape, "/", kb.Escape)
	b.click("#week-later")
	b.shows("#dates", "Mon 30 Nov")
	b.shows(`#week-rows [data-id="hotline"]`, "open all day")
	b.click("#week-today")
	b.device(390, 844, "light")
	b.narrow("weeks on a phone")
	b.picture("week-390")
	b.accessible("weeks on a phone")
	b.device(1280, 900, "light")
	b.click(`.views a[href="#now"]`)
}

// triggers switches one off and sorts them, with keys alone, and reads what else is sent.
func (b *browser) triggers() {
	b.Helper()
	b.openByKeys(`#rows [data-id="acme"] .name`, "#sheet")
	b.shows("#triggers", "Pricing on · on a page, 1h later: sends “Shall we talk?”")
	b.shows("#ladder", "30m\nsends “Nearly there”\n1h\ntells “Nobody answers” · also for later messages")
	b.shows("#replies", "To a message outside hours\n“We are closed”")
	b.pressOn("#triggers button", kb.Enter)
	b.shows("#done", "Pricing is off.")
	b.shows("#triggers", "Pricing off")
	if at := b.focused(); at != "Switch on Pricing" {
		b.Errorf("after the switch the focus is on %q", at)
	}
	b.tabTo("Move Pricing down")
	b.press(kb.Enter)
	b.shows("#done", "Pricing comes after Hello.")
	b.showsLike("#triggers", "(?s)Hello on.*Pricing off")
	if at := b.focused(); at != "Switch on Pricing" { // it cannot go further down
		b.Errorf("after the last move the focus is on %q", at)
	}
	eval[bool](b, `document.querySelector("#sheet-messages").scrollIntoView(), true`)
	b.picture("triggers")
	b.accessible("triggers in a sheet")
	b.click("#done-undo")
	b.shows("#done", "Undone: the triggers are as before.")
	b.showsLike("#triggers", "(?s)Pricing off.*Hello on")
	b.pressOn(`#triggers [aria-label="Switch on Pricing"]`, kb.Enter)
	b.shows("#done", "Pricing is on.")
	b.press(kb.Escape)
}

// logs looks at what was held back alone, and why.
func (b *browser) logs() {
	b.Helper()
	b.click(`.views a[href="#log"]`)
	b.shows("#recent", "ACME shop is online")
	b.pressOn("#log-kind", "H") // what it begins with, as people choose by keys
	b.showsLike("#recent-zone", "^1 of the last [0-9]+")
	b.shows("#recent", "Held back from v1 at ACME shop: the visitor has left the page · Pricing")
	eval[bool](b, `(() => { const s = document.querySelector("#log-reason"); s.value = s.options[1].value; s.dispatchEvent(new Event("change")); return true; })()`)
	b.shows("#recent", "Held back from v1")
	b.picture("log")
	b.accessible("the log of what was held back")
	eval[bool](b, `(() => { const s = document.querySelector("#log-kind"); s.value = ""; s.dispatchEvent(new Event("change")); return true; })()`)
	b.click(`.views a[href="#now"]`)
}

// edits gives a property of a shared schedule hours of its own, with the mouse, and takes it back.
func (b *browser) edits() {
	b.Helper()
	b.click(`#rows [data-id="acme"] .name`)
	b.shows("#sheet-days", "Fri 27 Nov") // the button is at its place
	b.click("#edit-open")
	b.shows("#edit-whose", "the schedule office")
	b.click(`#edit-days [aria-label="Split Monday 09:00–12:00 for a break"]`)
	b.click(`#edit-days [aria-label="Remove Friday 13:00–18:00"]`)
	b.picture("edit")
	b.accessible("the editor of hours")
	b.device(390, 844, "light")
	if over := eval[int](b, `document.querySelector("#sheet-body").scrollWidth - document.querySelector("#sheet-body").clientWidth`); over > 0 {
		b.Errorf("the editor is %d pixels wider than a phone", over)
	}
	b.picture("edit-390")
	b.device(1280, 900, "light")
	b.click("#edit-save")
	b.shows("#save-list", "Monday: 09:00–12:00, 13:00–18:00 becomes 09:00–10:00, 11:00–12:00, 13:00–18:00\nFriday: 09:00–12:00, 13:00–18:00 becomes 09:00–12:00")
	b.shows("#save-users", "It also changes the hours of <img")
	b.picture("save")
	b.accessible("the question before saving")
	b.click("#save-own")
	b.click("#save-do")
	b.shows("#done", "Saved: the hours of ACME shop.")
	b.shows("#sheet-days", "09:00–10:00, 11:00–12:00, 13:00–18:00")
	b.click("#done-undo")
	b.shows("#done", "Undone: the hours of ACME shop are as before.")
	b.shows("#sheet-days", "Today\n09:00–12:00, 13:00–18:00")
	b.click("#sheet-close")
}

// editsAfterAnother edits with keys alone what somebody else has changed meanwhile.
func (b *browser) editsAfterAnother(s *site) {
	b.Helper()
	b.openByKeys(`#rows [data-id="bakery"] .name`, "#sheet")
	b.tabTo("Edit hours")
	b.press(kb.Enter)
	redistest.Wait(b, "the first field has the focus", func() bool { return b.focused() == "Monday opens" })
	b.press(kb.ArrowUp)
	b.tabTo("Copy to other days from Monday")
	b.press(kb.Enter)
	b.tabTo("") // to Tuesday
	b.press(" ")
	b.tabTo("Copy Monday to the days chosen")
	b.press(kb.Enter)
	eval[bool](b, `(() => { document.querySelector("#edit-date").value = "2026-12-24"; document.querySelector("#edit-date-name").focus(); return true; })()`)
	b.press(strings.Split("Eve", "")...)
	b.tabTo("Add this date")
	b.press(kb.Enter)
	b.shows("#edit-dates", "Eve, Thu 24 Dec 2026: closed")
	s.run(strings.Replace(watched, "05:30-13:00", "05:30-14:00", 1), "apply", "-")
	b.tabTo("Save…")
	b.press(kb.Enter)
	b.shows("#save-list", "Monday and Tuesday: 05:30–13:00 becomes 05:45–13:00\nNew: Eve, Thu 24 Dec 2026: closed")
	b.press(kb.Enter)
	b.shows("#save-title", "Somebody else has changed this meanwhile")
	b.shows("#save-rows", "Monday\t05:45–13:00\t05:30–14:00")
	b.picture("conflict")
	b.accessible("two who edit the same hours")
	redistest.Wait(b, "mine can be taken", func() bool { return b.focused() == "Take mine" })
	b.press(kb.Enter)
	b.shows("#done", "Saved: the hours of Corner bakery.")
	b.shows("#sheet-days", "Today\n05:45–13:00")
	b.press(kb.Escape)
	s.run(watched, "apply", "-")
	b.shows(`[data-id="bakery"] .coming`, "until 13:00")
}

// pauses has a destination left alone, and tried again.
func (b *browser) pauses() {
	b.Helper()
	const button = `#destinations [data-key="crm"]`
	b.click(button)
	b.shows("#done", "crm is paused: its actions wait")
	b.shows("#destinations", "crm redis_stream is paused")
	b.shows("#live", "crm is paused")
	b.accessible("a paused destination")
	b.pressOn(button, kb.Enter)
	b.shows("#done", "crm is tried again.")
	b.shows("#destinations", "crm redis_stream works")
}

// shifts opens those of an agent, and sends them a test notice.
func (b *browser) shifts() {
	b.Helper()
	const button = `#agents [data-key="lea"]`
	b.click(button)
	b.shows("#agents .of-agent", "09:00–17:00")
	b.shows("#agents .of-agent", "Notices (hours started) by browsers and phones that they allow.")
	b.click(`#agents .of-agent .change`)
	b.shows("#done", "lea has no way of their own: add services to notify.via")
	b.pressOn(button, kb.Enter)
	b.await("the shifts are hidden", `String(document.querySelectorAll("#agents .of-agent").length)`, func(n string) bool { return n == "0" })
	b.press(kb.Enter) // the focus stays
	b.shows("#agents .of-agent", "09:00–17:00")
}

// visitor looks at what is kept of one, and erases it.
func (b *browser) visitor() {
	b.Helper()
	b.click(`.views a[href="#visitors"]`)
	b.write(`#visitor-form [name="property"]`, "acme")
	b.write("#visitor-name", "nobody")
	b.shows("#visitor", "Nothing is kept of this visitor.")
	b.click(`.views a[href="#log"]`)
	b.click(`#recent .held a`)
	b.shows("#visitor h3", "v1 at ACME shop")
	b.shows("#visitor", "No message waits.")
	b.shows("#visitor pre", "https://acme.example/about")
	b.picture("visitor")
	b.accessible("a visitor")
	b.click("#visitor .visitor-top button")
	b.shows("#erase-title", "Erase v1 at ACME shop?")
	b.accessible("the question before erasing")
	b.click("#erase-do")
	b.shows("#visitor", "Nothing is kept of this visitor any more.")
}

// overrides opens and closes by buttons, and takes it back.
func (b *browser) overrides(s *site) {
	b.Helper()
	b.click(`[data-id="acme"] .force`)
	b.shows("#override-title", "Override ACME shop")
	b.shows("#override-now", "It is online.")
	b.picture("dialog")
	b.accessible("the dialog")
	b.click("#override-do") // it is open, so what is offered is to close it, for half an hour
	b.showsLike("#done", "ACME shop is closed until 09:3[0-9]")
	b.shows(`[data-id="acme"] .state`, "Offline")
	b.shows(`[data-id="acme"] .coming`, "Override: closed until 09:3")
	b.openByKeys(`#rows [data-id="acme"] .name`, "#sheet")
	b.await("the week shows the override", `String(document.querySelectorAll("#sheet-days .override").length)`, func(n string) bool { return n == "1" })
	b.press(kb.Escape)
	if forced := eval[int](b, `document.querySelectorAll('[data-id="acme"] .bar .override').length`); forced != 1 {
		b.Errorf("the bar shows %d overrides", forced)
	}
	b.shows("#recent", "ACME shop is offline · by override")
	b.shows(".chips", "Overridden 1")
	b.picture("overridden")
	b.accessible("overridden")
	if out := s.run("", "status", "acme"); !strings.Contains(out, "override") {
		b.Errorf("the button has not reached Redis: %s", out)
	}
	b.click("#done-undo")
	b.shows("#done", "Undone: ACME shop is as before.")
	b.shows(`[data-id="acme"] .state`, "Online")

	b.chooseSales("Sales is online.")
	b.click(`#override [value="next"]`)
	b.click("#override-do")
	b.shows("#done", "Sales of ACME shop is closed until 12:00")
	b.shows(`[data-id="acme"] .state`, "Online") // the other department, and the property
	b.chooseSales("Sales is offline. An override: closed until 12:00.")
	b.click("#override-undo")
	b.shows("#done", "Sales of ACME shop is open by its own hours until 12:00")

	for _, id := range []string{"bakery", "night"} {
		b.click(`[data-id="` + id + `"] .choose`)
	}
	b.shows("#selected", "2 chosen")
	b.click("#selection-force")
	b.shows("#override-title", "Override 2 properties")
	b.click(`#override [value="open"]`)
	b.shows("#override-warning", "Nobody is on shift at 1 of them: visitors will still see Away there.")
	b.click(`#override [value="undone"]`)
	b.picture("several")
	b.click("#override-do")
	b.shows("#done", "2 properties are open.")
	b.shows(`[data-id="bakery"] .coming`, "Override: open until it is undone")
	b.shows(`[data-id="night"] .state`, "Away")
	b.click("#done-undo")
	b.shows("#done", "Undone: 2 properties are as before.")
	b.shows(".chips", "Overridden 0")
}

// chooseSales opens the dialog of acme, and chooses a department with a key.
func (b *browser) chooseSales(now string) {
	b.Helper()
	b.click(`[data-id="acme"] .force`)
	b.shows("#override-now", "It is online.")
	b.pressOn("#override-of", kb.ArrowDown)
	b.shows("#override-now", now)
}

// byKeyboard searches and overrides without a mouse.
func (b *browser) byKeyboard() {
	b.Helper()
	eval[bool](b, `document.activeElement.blur() || true`)
	b.press("/", "b", "a", "k", "e")
	redistest.Wait(b, "one row is left", func() bool { return b.text("#rows .title") == "Corner bakery" })
	b.press(kb.ArrowDown) // from the search into the list
	b.tabTo("Override Corner bakery")
	b.press(kb.Enter)
	b.tabTo("") // from the state to the time
	for end := ""; end != "next"; end = eval[string](b, `document.querySelector('[name="end"]:checked').value`) {
		b.press(kb.ArrowDown)
	}
	b.press(kb.Enter)
	b.shows("#done", "Corner bakery is closed until")
	b.shows(`[data-id="bakery"] .state`, "Offline")
	if at := b.focused(); at != "Override Corner bakery" {
		b.Errorf("after the dialog the focus is on %q", at)
	}
	b.tabTo("Undo")
	b.press(kb.Enter)
	b.shows("#done", "Undone: Corner bakery is as before.")
	b.press("/", kb.Escape)
	redistest.Wait(b, "all rows are back", func() bool { return strings.Count(b.text("#rows .title"), "\n") == 5 })
}

// tabTo presses the key until what is named has the focus; without a name, once.
func (b *browser) tabTo(name string) {
	b.Helper()
	for tries := 0; ; tries++ {
		b.press(kb.Tab)
		if name == "" || b.focused() == name {
			return
		}
		if tries > 20 {
			b.Fatalf("%q cannot be reached: the focus is on %q", name, b.focused())
		}
	}
}

// finds searches and sorts.
func (b *browser) finds() {
	b.Helper()
	first := func(what, want string) {
		b.Helper()
		b.await(what, `document.querySelector('#rows [aria-posinset="1"]').dataset.id`, func(id string) bool { return id == want })
	}
	for search, want := range map[string]string{"tom": "acme,night", "kathmandu": "hotline", "is:offline nigh": "night", "is:nothing": "", "nowhere": ""} {
		eval[bool](b, fmt.Sprintf(`(() => { const q = document.querySelector("#query"); q.value = %q; q.dispatchEvent(new Event("input")); return true; })()`, search))
		b.await("a search for "+search, `[...document.querySelectorAll("#rows .row")].map((r) => r.dataset.id).join()`, func(ids string) bool { return ids == want })
	}
	b.press("/", kb.Escape)
	b.click(`.chip[data-is="offline"]`)
	first("offline alone", "night")
	b.click(`.chip[data-is=""]`)
	eval[bool](b, `(() => { const o = document.querySelector("#order"); o.value = "next"; o.dispatchEvent(new Event("change")); return true; })()`)
	first("the next change", "clinic")
	eval[bool](b, `(() => { const o = document.querySelector("#order"); o.value = "problems"; o.dispatchEvent(new Event("change")); return true; })()`)
	b.shows(`[data-id="bakery"] .coming`, "until 13:00")
	b.click("#mine")
	b.shows(`[data-id="bakery"] .coming`, "until 12:00") // in the zone of this browser
	b.click("#mine")
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
	b.shows("#empty", "Nothing has nowhere in its id, name, agents or zone.")
	b.press(kb.Escape)
	b.shows("#rows", "ACME shop")

	if eval[bool](b, `!document.querySelector("#over-quota").hidden`) {
		t.Error("quotas are shown, and nobody is over one")
	}
	s.refuses("hostile", quota.NewVisitors, 7)
	b.shows("#quotas", "hostile is over its quota")
	b.shows("#quotas", "new visitors and chats a day since")
	b.shows("#quotas", "7 refused that day")
	b.click(`.views a[href="#deliveries"]`)
	b.accessible("over a quota")
	b.click(`.views a[href="#now"]`)
	b.hundreds(s)

	s.web.kill()
	b.shows("#live", "Not live")
	b.picture("broken")
	b.accessible("without a server")
	s.serve()
	b.shows("#live", "Live")
	s.worker.kill()
	s.redis.Stop(t)
	b.shows("#live", "Redis is away")
	b.shows("#problems", "Redis does not answer")
	s.redis.Restart(t)
	b.shows("#empty", "deskbell apply") // it has kept nothing
	b.shows("#live", "No worker")
	b.shows("#problems", "Start one: deskbell worker")
	b.clean("ERR_", "503", "Failed to load resource")
	b.fromAFile()
}

var boardOfUp = regexp.MustCompile(`board: (http://[0-9.:]+)`)

// fromAFile looks at a board of deskbell up, which keeps all as its file says: it gives YAML to paste, and writes nothing.
func (b *browser) fromAFile() {
	b.Helper()
	file := filepath.Join(b.TempDir(), "shops.yaml")
	if err := os.WriteFile(file, []byte("properties: {acme: {schedule: {time_zone: Europe/London, weekly: {mon-fri: \"09:00-17:00\"}}, triggers: [{name: Hello, type: site, message: Hello}]}}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	up := start(b.T, 0, []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "PORT=", "DESKBELL_DEFINITIONS=" + file, "DESKBELL_LISTEN=127.0.0.1:0"}, "up")
	address := ""
	redistest.Wait(b, "the board is served", func() bool {
		if found := boardOfUp.FindStringSubmatch(up.out.String()); found != nil {
			address = found[1]
		}
		return address != ""
	})
	b.open(address + "/")
	b.shows("#rows", "acme")
	b.openByKeys(`#rows [data-id="acme"] .name`, "#sheet")
	b.shows("#messages-source", "They come from shops.yaml: change them there.")
	if eval[bool](b, `document.querySelector("#triggers button") !== null`) {
		b.Error("triggers of a file have buttons")
	}
	b.tabTo("Edit hours")
	b.press(kb.Enter)
	b.shows("#edit-source", "All definitions come from shops.yaml")
	redistest.Wait(b, "the first field has the focus", func() bool { return b.focused() == "Monday opens" })
	b.press(kb.ArrowDown)
	b.pressOn("#edit-save", kb.Enter)
	b.shows("#edit-yaml", "properties:\n  acme:\n    schedule:\n      time_zone: \"Europe/London\"\n      weekly:\n        \"mon\": \"08:45-17:00\"\n        \"tue-fri\": \"09:00-17:00\"")
	b.picture("yaml")
	b.clean()
}

// hundreds looks at a board of many properties, one of which has many hours.
func (b *browser) hundreds(s *site) {
	b.Helper()
	many, windows := new(strings.Builder), make([]string, 40)
	for i := range windows {
		windows[i] = fmt.Sprintf("%02d:%02d-%02d:%02d", i/2, i%2*30, i/2, i%2*30+10)
	}
	fmt.Fprintf(many, "properties:\n  a-busy-one: {schedule: {time_zone: Europe/London, weekly: {daily: %q}}}\n", strings.Join(windows, ", "))
	for i := range 499 {
		fmt.Fprintf(many, "  shop-%d: {schedule: {time_zone: Europe/London, weekly: {daily: \"09:00-17:00\"}}}\n", i+1)
	}
	s.run(many.String(), "apply", "-")
	b.shows(".chips", "All 500")
	b.shows("#live", "Live: 1 worker")
	b.click(`.views a[href="#week"]`)
	b.shows(`#week-rows [data-id="a-busy-one"]`, "and 37 more")
	if drawn := eval[int](b, `document.querySelectorAll("#rows .row, #week-rows .row").length`); drawn > 120 {
		b.Errorf("the page has %d rows at once", drawn)
	}
	b.pressOn("#week-rows .name", kb.End)
	b.shows(`#week-rows [data-id="shop-499"]`, "09:00–17:00")
	b.click(`.views a[href="#now"]`)
	if drawn := eval[int](b, `document.querySelectorAll("#rows .row").length`); drawn > 60 {
		b.Errorf("the page has %d rows at once", drawn)
	}
	b.click(`[data-id="a-busy-one"] .name`)
	b.shows("#sheet-body .hours", "00:00–00:10, 00:30–00:40, 01:00–01:10 and 37 more")
	b.press(kb.Escape, kb.End)
	if at := eval[string](b, `document.activeElement.closest("[data-id]").dataset.id`); at != "shop-499" {
		b.Errorf("the last of 500 is %q", at)
	}
	b.accessible("the end of hundreds")
	b.press(kb.Home)
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
	if shown := eval[int](b, `[...document.querySelectorAll(".force, .choose input")].filter((e) => e.offsetParent).length`); shown != 0 {
		t.Errorf("whoever may only look has %d buttons", shown)
	}
	b.accessible("a board without buttons")
	b.click(`[data-id="acme"] .name`)
	b.shows("#sheet-days", "09:00–12:00, 13:00–18:00")
	if eval[bool](b, `document.querySelector("#edit-open").offsetParent !== null`) {
		t.Error("whoever may only look has a button to edit hours")
	}
	b.clean("401")
}
