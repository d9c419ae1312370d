package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

// withPages mounts a page that says whose it is.
func withPages(links *edit.Links) func(*webtest.Bundle, *web.Config) {
	return func(_ *webtest.Bundle, c *web.Config) {
		*links = c.Links
		c.Agent = map[string]http.Handler{"/agent/who": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(web.AgentLink(r.Context()).ID))
		})}
	}
}

func pageSecret(t *testing.T, links edit.Links, agent string) string {
	t.Helper()
	secret, _, err := links.AddPage(t.Context(), agent)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// enter exchanges a secret for the cookie.
func enter(b *webtest.Bundle, code int, secret, host string) *http.Cookie {
	b.Helper()
	a := b.Want(code, webtest.Request{Host: host}, "POST", web.AgentSession, `{"secret": "`+secret+`"}`)
	cookies := (&http.Response{Header: a.Header}).Cookies()
	if (len(cookies) == 1) != (code == 204) {
		b.Fatalf("%d with the cookies %v", a.Code, cookies)
	}
	if len(cookies) == 0 {
		return nil
	}
	return cookies[0]
}

// as is a request of a page with its cookie.
func as(secret string) webtest.Request {
	return webtest.Request{Headers: map[string]string{"Cookie": "deskbell_agent=" + secret}}
}

func TestAnAgentEntersByTheirLink(t *testing.T) {
	t.Parallel()
	var links edit.Links
	b := webtest.New(t, withPages(&links))
	lea, tom := pageSecret(t, links, "lea"), pageSecret(t, links, "tom")
	cookie := enter(b, 204, lea, "")
	if cookie.Name != "deskbell_agent" || cookie.Path != "/agent" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure ||
		cookie.MaxAge != 30*24*60*60 || cookie.Domain != "" {
		t.Errorf("%+v", cookie)
	}
	if c := enter(b, 204, lea, "bell.example"); !c.Secure {
		t.Error("from another machine, the cookie may go without TLS")
	}
	if got := b.Want(200, as(cookie.Value), "GET", "/agent/who", ""); got.Body != "lea" || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%+v", got)
	}
	if got := b.Want(200, as(tom), "GET", "/agent/who", ""); got.Body != "tom" {
		t.Errorf("%+v", got)
	}
	if _, _, err := links.RevokePages(t.Context(), "lea"); err != nil {
		t.Fatal(err)
	}
	b.Want(401, as(lea), "GET", "/agent/who", "")
	b.Pass(edit.PageLinkFor)
	b.Want(401, as(tom), "GET", "/agent/who", "")
}

// A secret in an address opens nothing: addresses are kept, shown, and sent on as referrers.
func TestAPageIsOpenedByItsCookieAlone(t *testing.T) {
	t.Parallel()
	var links edit.Links
	b := webtest.New(t, withPages(&links))
	lea := pageSecret(t, links, "lea")
	key := b.Key(edit.Key{Name: "ci"})
	for _, path := range []string{"/agent/who", "/agent/who?token=" + lea, "/agent/who?secret=" + lea} {
		b.Want(401, webtest.Request{}, "GET", path, "")
		b.Want(401, webtest.Request{Key: key}, "GET", path, "") // which is nobody's page
	}
	b.Want(401, webtest.Request{Key: lea}, "GET", "/v1/properties", "") // and the other way round
	for _, body := range []string{"", "{", `{"secret": 1}`, `{"secret": "` + strings.Repeat("a", 5000) + `"}`} {
		b.Want(400, webtest.Request{}, "POST", web.AgentSession, body)
	}
	b.Want(405, webtest.Request{}, "GET", web.AgentSession, "")
}

func TestPagesOfOtherSitesMayNotActForAnAgent(t *testing.T) {
	t.Parallel()
	var links edit.Links
	b := webtest.New(t, withPages(&links))
	lea := pageSecret(t, links, "lea")
	for name, headers := range map[string]map[string]string{
		"a form of another site": {"Sec-Fetch-Site": "cross-site"},
		"of a sibling":           {"Sec-Fetch-Site": "same-site"},
		"in an older browser":    {"Origin": "https://evil.example"},
	} {
		headers["Cookie"] = "deskbell_agent=" + lea
		for _, path := range []string{"/agent/who", web.AgentSession} {
			a := b.Want(403, webtest.Request{Headers: headers}, "POST", path, `{"secret": "`+lea+`"}`)
			if a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
}

func TestGuessingLinksIsSlow(t *testing.T) {
	t.Parallel()
	var links edit.Links
	b := webtest.New(t, withPages(&links))
	lea := pageSecret(t, links, "lea")
	wrong := lea[:len(lea)-2] + "xx"
	for range 10 {
		b.Want(401, as(wrong), "GET", "/agent/who", "")
	}
	b.Want(429, as(wrong), "GET", "/agent/who", "")
	b.Want(429, webtest.Request{}, "POST", web.AgentSession, `{"secret": "`+wrong+`"}`)
	b.Want(200, as(lea), "GET", "/agent/who", "")
	for range 99 {
		b.Want(200, as(lea), "GET", "/agent/who", "")
	}
	if wait := b.Want(429, as(lea), "GET", "/agent/who", "").Header.Get("Retry-After"); wait != "1" {
		t.Errorf("to wait: %s", wait)
	}
	b.Pass(time.Minute)
	b.Want(200, as(lea), "GET", "/agent/who", "")
	if b.Says(lea) || b.Says(wrong) || b.Says(lea[8:]) {
		t.Error("a secret is in the log")
	}
	if !b.Says("agent/lea") {
		t.Error("the log does not name whose page it was")
	}
}
