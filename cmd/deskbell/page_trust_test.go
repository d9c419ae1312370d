package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// pageOfAcme is a page of acme.example, and the server of that shop.
type pageOfAcme struct {
	*site
	public, full string // keys
	said         struct{ Token, Visitor, Visit, Identity string }
}

func newPageOfAcme(t *testing.T, definitions string) *pageOfAcme {
	t.Helper()
	p := &pageOfAcme{site: newSite(t, mondayAtNine, definitions)}
	p.full = strings.TrimSpace(p.run("", "keys", "add", "shop", "--property", "acme"))
	p.public, _, _ = strings.Cut(p.run("", "keys", "add", "site", "--publish", "--property", "acme", "--origin", acmeSite), "\n")
	return p
}

// ask sends a request, with the shop's key where there is none in the path, and gives the status and the body.
func (p *pageOfAcme) ask(method, path, body string) (status int, answer string) {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.address()+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	if r.Header.Set("Authorization", "Bearer "+p.full); strings.Contains(path, "?key=") {
		r.Header = http.Header{"Origin": {acmeSite}}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		p.Fatal(err)
	}
	return response.StatusCode, string(all)
}

// post sends nothing as the page with a token, and gives the status.
func (p *pageOfAcme) post(token string) (status int) {
	p.Helper()
	status, answer := p.ask(http.MethodPost, "v1/page/events?key="+p.public, fmt.Sprintf(`{"token": %q, "events": []}`, token))
	if err := json.Unmarshal([]byte(answer), &p.said); err != nil {
		p.Fatalf("%d %s", status, answer)
	}
	return status
}

// token is one for a visitor, of the shop's server.
func (p *pageOfAcme) token(visitor string) string {
	p.Helper()
	var made struct {
		Token string
		Until time.Time
	}
	status, answer := p.ask(http.MethodPost, "v1/visitors/acme/"+visitor+"/token", "")
	if err := json.Unmarshal([]byte(answer), &made); err != nil || status != http.StatusOK {
		p.Fatalf("%d %s", status, answer)
	}
	if left := made.Until.Sub(time.Now().Add(p.offset)); left < 29*24*time.Hour || left > 31*24*time.Hour {
		p.Errorf("the token is good until %s", made.Until)
	}
	return made.Token
}

// say lets the page say something of its visitor, in the members of an event and of its attributes.
func (p *pageOfAcme) say(identity, attributes string) {
	p.Helper()
	body := fmt.Sprintf(`{"token": %q, "visit": %q, "identity": %q, "events": [{"type": "visitor.updated", "unverified": false, "data": {"attributes": {%s}}}]}`,
		p.said.Token, p.said.Visit, identity, attributes)
	status, answer := p.ask(http.MethodPost, "v1/page/events?key="+p.public, body)
	if err := json.Unmarshal([]byte(answer), &p.said); err != nil || status != http.StatusAccepted {
		p.Fatalf("%d %s", status, answer)
	}
}

// knows waits until a custom fact is known, and the others are those that are wanted: a ? marks one that is unverified.
func (p *pageOfAcme) knows(custom string, want map[string]string) {
	p.Helper()
	type fact struct {
		Value      any
		Unverified bool
	}
	var facts map[string]string
	defer func() {
		if p.Failed() {
			p.Logf("with %s wanted -, got +: %s", custom, cmp.Diff(want, facts))
		}
	}()
	redistest.Wait(p, custom+" is known, and all others are as wanted", func() bool {
		status, answer := p.ask(http.MethodGet, "v1/visitors/acme/"+p.said.Visitor, "")
		var kept struct {
			Record struct{ Attributes, Custom map[string]fact }
		}
		if status == http.StatusNotFound {
			return false
		}
		if err := json.Unmarshal([]byte(answer), &kept); err != nil || status != http.StatusOK {
			p.Fatalf("%d %s", status, answer)
		}
		facts = make(map[string]string)
		for name, f := range kept.Record.Attributes {
			if facts[name] = fmt.Sprint(f.Value); f.Unverified {
				facts[name] += "?"
			}
		}
		_, known := kept.Record.Custom[custom]
		return known && cmp.Equal(want, facts)
	})
}

// signed is a JSON Web Token of the shop's server.
func (p *pageOfAcme) signed(claims string) string {
	return webtest.JWT(`{"alg":"HS256"}`, p.full, claims)
}

// TestAPagesWordIsUnverified has the shop's server and its page say who a visitor is.
func TestAPagesWordIsUnverified(t *testing.T) {
	t.Parallel()
	p := newPageOfAcme(t, `{"properties": {"acme": {}}}`)
	p.say("", `"name": "Eve", "email": "eve@evil.example", "city": "York", "custom": {"one": 1}`)
	p.knows("one", map[string]string{"name": "Eve?", "email": "eve@evil.example?", "city": "York?"})
	p.say(p.signed(fmt.Sprintf(`{"email": "ann@acme.example", "exp": %d}`, time.Now().Add(p.offset+time.Hour).Unix())), `"custom": {"two": 2}`)
	if p.said.Identity != "taken" {
		t.Errorf("%+v", p.said)
	}
	event := fmt.Sprintf(`{"type": "visitor.updated", "time": "2026-11-22T09:00:00Z", "data": {"property": "acme", "visitor": %q, "attributes": {"name": "Ann", "custom": {"three": 3}}}}`, p.said.Visitor)
	if status, answer := p.ask(http.MethodPost, "v1/events", event); status != http.StatusAccepted {
		t.Fatal(status, answer)
	}
	p.knows("three", map[string]string{"name": "Ann", "email": "ann@acme.example", "city": "York?"})
	p.say("", `"name": "Eve", "email": "eve@evil.example", "city": "Leeds", "custom": {"four": 4}`)
	p.knows("four", map[string]string{"name": "Ann", "email": "ann@acme.example", "city": "Leeds?"})
}

// TestATokenOutlivesNoErasure has a shop name its visitor, whose page goes on until they are erased.
func TestATokenOutlivesNoErasure(t *testing.T) {
	t.Parallel()
	p := newPageOfAcme(t, `{"properties": {"acme": {}}}`)
	for i, erase := range []func(){
		func() { p.ask(http.MethodDelete, "v1/visitors/acme/u.17", "") },
		func() { p.run("", "erase", "acme", "u.17") },
		func() { p.run("", "erase", "acme", "--all") },
	} {
		first, other := p.token("u.17"), p.token("u.18")
		if status := p.post(first); status != http.StatusAccepted || p.said.Visitor != "u.17" || !strings.HasPrefix(p.said.Visit, "u.17.") {
			t.Fatalf("%d %+v", status, p.said)
		}
		renewed := p.said.Token
		p.run("", "erase", "acme", "u.17", "--field", "email") // which forgets facts, and nobody
		if status := p.post(renewed); status != http.StatusAccepted {
			t.Errorf("a fact was erased: %d", status)
		}
		renewed = p.said.Token
		erase()
		for _, token := range []string{first, renewed} {
			if status := p.post(token); status != http.StatusUnauthorized {
				t.Errorf("after the erasure: %d %+v", status, p.said)
			}
			if status, answer := p.ask(http.MethodGet, "v1/page/stream?key="+p.public+"&token="+token, ""); status != http.StatusUnauthorized {
				t.Errorf("after the erasure: %d %s", status, answer)
			}
		}
		if status := p.post(p.token("u.17")); status != http.StatusAccepted {
			t.Errorf("a token of after the erasure: %d", status)
		}
		if all := p.post(other) == http.StatusUnauthorized; all != (i == 2) {
			t.Errorf("the other visitor was erased: %t", all)
		}
	}
	if status := p.post(""); status != http.StatusAccepted {
		t.Errorf("a new visitor: %d", status)
	}
	for path, want := range map[string]int{"v1/visitors/acme/" + strings.Repeat("x", 115) + "/token": http.StatusUnprocessableEntity, "v1/visitors/beta/u17/token": http.StatusForbidden} {
		if status, answer := p.ask(http.MethodPost, path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
}
