package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
	b.shows("#status", "Online")
	b.clean("401")
}
