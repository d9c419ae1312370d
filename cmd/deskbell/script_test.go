package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// The shop of a page with the script. What waits for a busy worker may come late.
const scripted = `properties:
  acme:
    schedule: {time_zone: UTC, weekly: {daily: "09:00-17:00"}}
    triggers:
      - {name: Welcome, type: site, message: Welcome, expiry: 1h}
      - {name: Help, type: rescue, delay: 1s, message: Nearly with you, expiry: 1h}
      - {name: Prices, type: page, url: {contains: /prices}, message: Six or more, expiry: 1h}
`

// counter is a web server for pages of other sites, which notes what these send.
type counter struct {
	*site
	server *httptest.Server

	mu       sync.Mutex
	events   []sentByPage
	refusals int // of pages
}

// sentByPage is an event of a page, as far as the tests look at it.
type sentByPage struct {
	Type string `json:"type"`
	Data struct {
		Page struct {
			URL string `json:"url"`
		} `json:"page"`
	} `json:"data"`
}

func newCounter(s *site) *counter {
	d := &counter{site: s}
	to := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: s.listen})
		},
		ModifyResponse: d.note,
		ErrorLog:       log.New(io.Discard, "", 0), // the test breaks streams
		ErrorHandler:   badGateway,
	}
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the page has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		to.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), bodyKey{}, body)))
	}))
	s.Cleanup(func() {
		d.server.CloseClientConnections()
		d.server.Close()
	})
	return d
}

func badGateway(w http.ResponseWriter, _ *http.Request, _ error) {
	w.WriteHeader(http.StatusBadGateway)
}

// bodyKey is that of a request's body in its context.
type bodyKey struct{}

// note notes the events that were taken, and who was refused.
func (d *counter) note(r *http.Response) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.StatusCode == http.StatusForbidden {
		d.refusals++
	}
	body, ok := r.Request.Context().Value(bodyKey{}).([]byte)
	if !ok || r.StatusCode != http.StatusAccepted {
		return nil
	}
	var sent struct{ Events []sentByPage }
	err := json.Unmarshal(body, &sent)
	d.events = append(d.events, sent.Events...)
	return err
}

// count is how many events of a type came.
func (d *counter) count(kind string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func (d *counter) refused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refusals > 0
}

// sent waits until so many events of a type came for addresses with an end.
func (d *counter) sent(n int, kind, end string) {
	d.Helper()
	redistest.Wait(d, fmt.Sprintf("%d × %s %s", n, kind, end), func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		fits := func(e sentByPage) bool { return e.Type == kind && strings.HasSuffix(e.Data.Page.URL, end) }
		return len(slices.DeleteFunc(slices.Clone(d.events), func(e sentByPage) bool { return !fits(e) })) >= n
	})
}

// shopSite is the site of a shop, whose pages have the script of a desk under a strict policy. It is reached as localhost, which is another
// site than 127.0.0.1.
type shopSite struct {
	server *httptest.Server
	origin string
}

func newShopSite(t *testing.T) *shopSite {
	t.Helper()
	s := &shopSite{server: httptest.NewUnstartedServer(nil)}
	s.origin = "http://localhost:" + strings.Split(s.server.Listener.Addr().String(), ":")[1]
	return s
}

// pageScript is of the shop's own. Its variables are what the page was told.
const pageScript = `
const said = [];
let last = {};
(window.deskbell = window.deskbell || []).push((d) => {
	d.on("message", (m) => said.push(m.text));
	d.on("state", (s) => { last = s; });
});`

// frameScript tells the site around a frame what the page there can keep, and what it was told. It notes for how long the script waits
// before it asks for its stream again, in ms.
const frameScript = `
if (parent !== window) {
	const attempt = (f) => { try { return f(); } catch (e) { return e.name; } };
	const tell = (what) => parent.postMessage(what, "*");
	tell(attempt(() => { document.cookie = "kept=1; SameSite=None; Secure"; return document.cookie || "no cookie"; }) + ", " +
		attempt(() => { localStorage.setItem("kept", "1"); return "storage"; }));
	deskbell.push((d) => d.on("message", (m) => tell(m.text)));
	window.waits = [];
	const later = setTimeout;
	window.setTimeout = (f, ms, ...args) => {
		if (f.name === "follow") waits.push(ms);
		return later(f, ms, ...args);
	};
}`

// framesOfShop are how many frames a page of the shop has. A browser has six connections to a server.
const framesOfShop = 4

// open lets the pages be read, with a key.
func (s *shopSite) open(t *testing.T, desk, key string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:; script-src 'self' "+desk+"; connect-src "+desk)
		fmt.Fprintf(w, `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/page.js"></script><script src="%s/deskbell.js" data-key="%s" async></script>`, desk, key)
	})
	mux.HandleFunc("/frames", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>Shop</title><link rel="icon" href="data:,">`, strings.Repeat(`<iframe src="/framed"></iframe>`, framesOfShop))
	})
	mux.HandleFunc("/page.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, pageScript+frameScript)
	})
	mux.HandleFunc("/send.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "web/page/npm/send.js") })
	s.server.Config.Handler = mux
	s.server.Start()
	t.Cleanup(s.server.Close)
}

// framing is a site that shows another one in a frame.
func framing(t *testing.T, origin string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><title>Frame</title><link rel="icon" href="data:,"><script>const heard = []; onmessage = (e) => heard.push(e.data)</script><iframe src="%s/framed"></iframe>`, origin)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestTheScriptInABrowser has pages of another site use the script of a server, in a browser whose clock is days off.
func TestTheScriptInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	d, own, foreign := newCounter(newSite(t, mondayAtNine, scripted)), newShopSite(t), newShopSite(t)
	key := strings.TrimSpace(d.run("", "keys", "add", "site", "--publish", "--property", "acme", "--origin", own.origin))
	own.open(t, d.server.URL, key)
	foreign.open(t, d.server.URL, key)
	is := func(want string) func(string) bool { return func(got string) bool { return got == want } }
	says := func(text string) func(string) bool {
		return func(got string) bool { return strings.Contains(got, text) }
	}

	b.open(own.origin + "/")
	d.sent(1, "visitor.arrived", "/")
	b.await("the state", "String(last.status) + last.mode", is("onlinechat"))
	b.await("the welcome", "said.join()", is("Welcome"))
	eval[int](b, `history.pushState({}, "", "/prices"); 0`)
	d.sent(1, "page.viewed", "/prices")
	b.await("the trigger of the page", "said.join()", says("Six or more"))
	eval[int](b, `history.replaceState({}, "", "/chairs"); 0`)
	d.sent(1, "page.viewed", "/chairs")
	eval[int](b, `location.hash = "#heron"; 0`)
	d.sent(1, "page.viewed", "/chairs#heron")
	eval[int](b, `history.go(-2); 0`)
	d.sent(1, "page.viewed", "/")
	eval[int](b, `void deskbell.event("chat.requested", { text: "How much?" }); 0`)
	b.await("the rescue", "said.join()", says("Nearly with you"))
	if got := eval[string](b, `document.cookie + localStorage.length + sessionStorage.length`); got != "11" {
		t.Errorf("it keeps %q: a cookie, or more than a slot each", got)
	}

	sent := fmt.Sprintf(`import("/send.js").then((npm) => npm.sendFromPage(%q, %q, { events: [{ type: "visitor.arrived", data: { page: { url: location.href } } }] })).then((a) => a.counts.taken)`, d.server.URL, key)
	if got := eval[int](b, sent); got != 1 {
		t.Errorf("by the npm package, a page has %d events taken", got)
	}

	b.do(chromedp.Navigate(own.origin + "/again"))
	d.sent(1, "visitor.left", "")
	d.sent(1, "visitor.arrived", "/again")
	b.await("the state", "String(last.status)", is("online"))
	if got := eval[string](b, `said.join() + deskbell.get().actions.length`); got != "3" {
		t.Errorf("on the next page of the visit it is told %q", got)
	}

	other := b.tab()
	other.open(framing(t, own.origin))
	d.sent(1, "visitor.arrived", "/framed")
	other.do(chromedp.Navigate(foreign.origin + "/"))
	redistest.Wait(t, "a foreign origin is refused", func() bool { return d.refused() })
	if got := eval[string](other, `String(deskbell.get().state) + document.title`); got != "undefinedShop" {
		t.Errorf("a foreign origin is told %q", got)
	}

	d.web.kill()
	b.await("the server is missed", "String(deskbell.get().live)", is("false"))
	eval[int](b, `{ const before = Date.now; Date.now = () => before() + 10 * 3600000; document.dispatchEvent(new Event("visibilitychange")); }; 0`)
	b.await("the flip", "String(last.status) + last.assumed", is("offlinetrue"))
	d.serve()
	eval[int](b, `dispatchEvent(new Event("online")); 0`)
	b.await("the server's word", "String(last.status) + last.assumed", is("onlineundefined"))
	b.clean(d.server.URL, "502", "ERR_")
}
