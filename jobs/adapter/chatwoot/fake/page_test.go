package fake_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
)

func TestThePageShowsNoTokensAndIsForItsOwnOrigin(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	s.chat("Hello?")
	state := s.ask("GET", "", "/page/state", nil).is(t, 200)
	if at(state.body, "Agents", 0, "Name") != "Léa" || at(state.body, "Agents", 0, "Token") != "" {
		t.Errorf("the agents are %v", at(state.body, "Agents"))
	}
	if csp := state.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") {
		t.Errorf("the policy is %q", csp)
	}
	for origin, want := range map[string]int{"http://chat.example": 200, "http://other.example": 403} {
		r := httptest.NewRequest(http.MethodPost, "http://chat.example/page/do", strings.NewReader(`{"what":"answer","agent":12,"conversation":1,"text":"Hi"}`))
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a page of %s gets %d, want %d: %s", origin, w.Code, want, w.Body)
		}
	}
	s.ask("POST", "", "/page/do", object{"what": "fly"}).is(t, 422)
}
