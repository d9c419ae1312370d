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
