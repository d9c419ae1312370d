package guard_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/guard/guardtest"
)

func TestNamesLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "localhost.": true, "crm.localhost": true,
		"127.0.0.1": true, "127.8.9.10": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "notlocalhost": false, "127.0.0.1.example": false, "127.1": false, "2130706433": false,
		"0.0.0.0": false, "::": false, "10.0.0.1": false, "8.8.8.8": false, "acme.example": false,
	} {
		if got := guard.NamesLoopback(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}

// mine lets calls to this machine pass.
func mine() guard.Guard { return guard.Guard{Loopback: true} }

func fetch(client *http.Client, address string) error {
	resp, err := client.Get(address)
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

func TestLoopbackReachesThisMachineAndNoOther(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(target.Close)
	client := mine().Client(5*time.Second, guard.MostAnswer)
	for host, want := range map[string]bool{
		"127.0.0.1": true, "localhost": true, "[::ffff:127.0.0.1]": true,
		"0.0.0.0": false, "10.0.0.1": false, "169.254.169.254": false, "192.168.0.1": false, "[fd00::1]": false,
	} {
		err := fetch(client, "http://"+host+":"+portOf(t, target.URL))
		if want && err != nil || !want && !refused(err) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := mine().Check(netip.MustParseAddr("127.0.0.1")); !refused(err) {
		t.Errorf("an address alone, to which any name may have led: %v", err)
	}
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "10.0.0.1": false} {
		conn, err := mine().Dial(t.Context(), "tcp", net.JoinHostPort(host, portOf(t, target.URL)))
		if err == nil {
			conn.Close()
		}
		if (err == nil) != want {
			t.Errorf("dialling %s: %v", host, err)
		}
	}
}

func TestARebindingNameDoesNotReachThisMachine(t *testing.T) {
	guardtest.Resolve(t, func(int) [4]byte { return [4]byte{127, 0, 0, 1} })
	reached := false
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(target.Close)
	const name = "rebinding.example"
	if addrs, err := net.DefaultResolver.LookupHost(t.Context(), name); err != nil || !slices.Contains(addrs, "127.0.0.1") {
		t.Fatalf("the name leads to %v (%v)", addrs, err)
	}
	client := mine().Client(5*time.Second, guard.MostAnswer)
	if err := fetch(client, "http://127.0.0.1:"+portOf(t, target.URL)); err != nil || !reached {
		t.Fatal(err)
	}
	reached = false
	if err := fetch(client, "http://"+name+":"+portOf(t, target.URL)); !refused(err) || reached {
		t.Errorf("calling: %v", err)
	}
	if _, err := mine().Dial(t.Context(), "tcp", name+":"+portOf(t, target.URL)); !refused(err) {
		t.Errorf("dialling: %v", err)
	}
}

// TestNoRedirectLeadsToThisMachineFromElsewhere has a listed address with a name of its own as the server elsewhere.
func TestNoRedirectLeadsToThisMachineFromElsewhere(t *testing.T) {
	guardtest.Resolve(t, func(int) [4]byte { return [4]byte{127, 0, 0, 2} })
	reached := make(chan struct{}, 10)
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	t.Cleanup(target.Close)
	redirect := http.RedirectHandler(target.URL, http.StatusTemporaryRedirect)
	local := httptest.NewServer(redirect)
	t.Cleanup(local.Close)
	if err := fetch(mine().Client(5*time.Second, guard.MostAnswer), local.URL); err != nil {
		t.Errorf("from this machine to this machine: %v", err)
	}
	<-reached

	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: redirect, ReadHeaderTimeout: time.Second}}
	server.Start()
	t.Cleanup(server.Close)
	elsewhere := "http://elsewhere.example:" + portOf(t, server.URL)
	g := guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Loopback: true}
	client := g.Client(5*time.Second, guard.MostAnswer)
	if err := fetch(client, target.URL); err != nil { // and keeps the connection
		t.Fatal(err)
	}
	<-reached
	if err := fetch(client, elsewhere); !refused(err) {
		t.Errorf("from elsewhere: %v", err)
	}
	if resp, err := client.Post(elsewhere, "text/plain", strings.NewReader("body")); err == nil {
		resp.Body.Close()
		t.Error("from elsewhere, with a body: it passed")
	}
	if len(reached) > 0 {
		t.Error("a redirect from elsewhere has reached this machine")
	}
	g.Allow = append(g.Allow, netip.MustParsePrefix("127.0.0.1/32"))
	if err := fetch(g.Client(5*time.Second, guard.MostAnswer), elsewhere); err != nil {
		t.Errorf("from elsewhere, with this machine listed: %v", err)
	}
}
