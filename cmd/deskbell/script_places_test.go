package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// newScripted starts a desk, and a site of acme whose pages have the script of it.
func newScripted(t *testing.T) (*counter, *shopSite) {
	t.Helper()
	d, shop := newCounter(newSite(t, mondayAtNine, scripted)), newShopSite(t)
	shop.open(t, d.server.URL, strings.TrimSpace(d.run("", "keys", "add", "site", "--publish", "--property", "acme", "--origin", shop.origin)))
	return d, shop
}

// TestTheScriptInAFrameThatMayKeepNothing shows the shop in a frame of another site, in browsers that block cookies of third parties, or all that a
// page can keep.
func TestTheScriptInAFrameThatMayKeepNothing(t *testing.T) {
	t.Parallel()
	d, shop := newScripted(t)
	outer := framing(t, shop.origin)
	for arrived, c := range []struct{ preferences, kept string }{
		{`{"profile": {"cookie_controls_mode": 1}}`, "no cookie, storage"},
		{`{"profile": {"default_content_setting_values": {"cookies": 2}}}`, "no cookie, SecurityError"},
	} {
		b := newBrowserWith(t, c.preferences)
		b.open(outer)
		b.await("the welcome", "heard.join()", func(got string) bool { return got == c.kept+",Welcome" })
		d.sent(arrived+1, "visitor.arrived", "/framed")
	}
}

// TestTheScriptInABackgroundTab has a page told something while another tab is in front.
func TestTheScriptInABackgroundTab(t *testing.T) {
	t.Parallel()
	d, shop := newScripted(t)
	b := newBrowser(t)
	b.open(shop.origin + "/")
	is := func(want string) func(string) bool { return func(got string) bool { return got == want } }
	b.await("the welcome", "said.join()", is("Welcome"))

	other := b.tab(chromedp.WithNewWindow(false))
	tell(other, page.BringToFront, cdp.Empty{})
	b.await("it is in the background", "document.visibilityState", is("hidden"))
	eval[int](b, `void deskbell.event("chat.requested", { text: "How much?" }); 0`)
	b.await("the rescue", "said.join()", is("Welcome,Nearly with you"))
	d.web.kill()
	b.await("the server is missed", "String(deskbell.get().live)", is("false"))
	d.serve()
	b.await("the server is back", "String(deskbell.get().live)", is("true"))

	tell(b, page.BringToFront, cdp.Empty{})
	b.await("it is in front", "document.visibilityState", is("visible"))
	b.await("it still follows", "String(deskbell.get().live) + last.status", is("trueonline"))
	if n := d.count("visitor.arrived"); n != 1 {
		t.Errorf("the visitor has arrived %d times", n)
	}
	if n := d.count("visitor.left"); n != 0 {
		t.Errorf("the visitor has left %d times", n)
	}
}

// TestPagesComeBackOneAfterAnother kills the server, and starts it. The pages choose by chance when they ask again: after one to six seconds at first.
func TestPagesComeBackOneAfterAnother(t *testing.T) {
	t.Parallel()
	d, shop := newScripted(t)
	b := newBrowser(t)
	b.open(shop.origin + "/frames")
	ofFrames := func(value string) string {
		return fmt.Sprintf(`JSON.stringify(Array.from({ length: frames.length }, (_, i) => ((f) => %s)(frames[i])))`, value)
	}
	all := func(value string) func(string) bool {
		want := "[" + strings.Join(slices.Repeat([]string{value}, framesOfShop), ",") + "]"
		return func(got string) bool { return got == want }
	}
	live := ofFrames("!!f.deskbell && !!f.deskbell.get && f.deskbell.get().live")
	b.await("all pages follow", live, all("true"))
	eval[string](b, ofFrames("f.waits.length = 0"))
	d.web.kill()
	b.await("all pages wait", ofFrames("f.waits.length > 0"), all("true"))
	d.serve()
	waits := eval[[]float64](b, "Array.from({ length: frames.length }, (_, i) => frames[i].waits[0])")
	slices.Sort(waits)
	if first, last := waits[0], waits[len(waits)-1]; first < 1000 || last > 6000 || last-first < 10 {
		t.Errorf("they ask again after %v ms", waits)
	}
	b.await("all pages follow again", live, all("true"))
}
