package guard_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const public, refused = true, false
	for _, c := range []struct {
		addr string
		want bool
		why  string
	}{
		{"8.8.8.8", public, ""},
		{"2606:4700:4700::1111", public, ""},
		{"2001:4860:4860::8888", public, ""},
		{"2a00:1450::1", public, ""},
		{"3ffe::1", public, "just below documentation"},
		{"::ffff:8.8.8.8", public, "IPv4-mapped"},
		{"172.15.255.255", public, "just below a private network"},
		{"172.32.0.0", public, "just above it"},
		{"100.63.255.255", public, "just below carriers' networks"},
		{"100.128.0.0", public, "just above them"},

		{"127.0.0.1", refused, "loopback"},
		{"127.255.255.254", refused, "loopback"},
		{"::1", refused, "loopback"},
		{"::ffff:127.0.0.1", refused, "loopback, IPv4-mapped"},
		{"::127.0.0.1", refused, "loopback, IPv4-compatible"},
		{"0.0.0.0", refused, "unspecified"},
		{"0.1.2.3", refused, "this network"},
		{"::", refused, "unspecified"},
		{"10.0.0.1", refused, "private"},
		{"172.16.0.1", refused, "private"},
		{"172.31.255.255", refused, "private"},
		{"192.168.1.1", refused, "private"},
		{"::ffff:10.0.0.1", refused, "private, IPv4-mapped"},
		{"fd00::1", refused, "private"},
		{"fc00::1", refused, "private"},
		{"169.254.169.254", refused, "a cloud's metadata"},
		{"fd00:ec2::254", refused, "a cloud's metadata"},
		{"::ffff:169.254.169.254", refused, "a cloud's metadata, IPv4-mapped"},
		{"169.254.0.1", refused, "link-local"},
		{"fe80::1", refused, "link-local"},
		{"fe80::1%eth0", refused, "link-local with a zone"},
		{"fec0::1", refused, "site-local"},
		{"100.64.0.1", refused, "a carrier's"},
		{"100.100.100.200", refused, "a cloud's metadata in a carrier's network"},
		{"64:ff9b::a00:1", refused, "10.0.0.1 by NAT64"},
		{"64:ff9b:1::a00:1", refused, "10.0.0.1 by a local NAT64"},
		{"2002:a00:1::1", refused, "10.0.0.1 by 6to4"},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", refused, "Teredo"},
		{"::ffff:0:10.0.0.1", refused, "10.0.0.1, IPv4-translated"},
		{"::ffff:0:a9fe:a9fe", refused, "a cloud's metadata, IPv4-translated"},
		{"168.63.129.16", refused, "a cloud's host"},
		{"192.0.0.192", refused, "a cloud's metadata"},
		{"192.88.99.1", refused, "a relay of 6to4"},
		{"2001:2::1", refused, "benchmarks"},
		{"2001:20::1", refused, "no place, but a hash"},
		{"3fff::1", refused, "documentation"},
		{"5f00::1", refused, "segment routing"},
		{"100::1", refused, "discarded"},
		{"4000::1", refused, "not handed out"},
		{"2001:db8::1", refused, "documentation"},
		{"192.0.2.1", refused, "documentation"},
		{"198.18.0.1", refused, "benchmarks"},
		{"224.0.0.1", refused, "multicast"},
		{"239.255.255.250", refused, "multicast"},
		{"ff02::1", refused, "multicast"},
		{"240.0.0.1", refused, "reserved"},
		{"255.255.255.255", refused, "broadcast"},
	} {
		err := guard.Guard{}.Check(netip.MustParseAddr(c.addr))
		var refusal *guard.Error
		if (err == nil) != c.want || err != nil && !errors.As(err, &refusal) {
			t.Errorf("%s (%s): %v", c.addr, c.why, err)
		}
	}
	if err := (guard.Guard{}).Check(netip.Addr{}); err == nil {
		t.Error("no address at all passed")
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	g := guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/64")}}
	for addr, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "fd00::7": true, "8.8.8.8": true,
		"10.2.0.1": false, "fd00:0:0:1::7": false, "127.0.0.1": false, "64:ff9b::a01:203": false,
	} {
		if err := g.Check(netip.MustParseAddr(addr)); (err == nil) != want {
			t.Errorf("%s: %v", addr, err)
		}
	}
	want := "its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE" // and not where an inner name leads to
	if err := g.Check(netip.MustParseAddr("10.2.0.1")); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func loopback() guard.Guard {
	return guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

func refused(err error) bool {
	var refusal *guard.Error
	return errors.As(err, &refusal)
}

func TestClient(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(target.Close)
	get := func(t *testing.T, client *http.Client, url string) error {
		t.Helper()
		resp, err := client.Get(url)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	t.Run("refuses this machine, by address and by name", func(t *testing.T) {
		t.Parallel()
		client := guard.Guard{}.Client(5*time.Second, guard.MostAnswer)
		for _, host := range []string{"127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"} {
			u, err := url.Parse(target.URL)
			if err != nil {
				t.Fatal(err)
			}
			if err := get(t, client, "http://"+host+":"+u.Port()); !refused(err) {
				t.Errorf("%s: %v", host, err)
			}
		}
	})

	t.Run("reaches what is allowed", func(t *testing.T) {
		t.Parallel()
		if err := get(t, loopback().Client(5*time.Second, guard.MostAnswer), target.URL); err != nil {
			t.Error(err)
		}
	})

	t.Run("refuses a redirect to a private address", func(t *testing.T) {
		t.Parallel()
		for _, to := range []string{"http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]:80/"} {
			server := httptest.NewServer(http.RedirectHandler(to, http.StatusTemporaryRedirect))
			t.Cleanup(server.Close)
			if err := get(t, loopback().Client(5*time.Second, guard.MostAnswer), server.URL); !refused(err) {
				t.Errorf("%s: %v", to, err)
			}
		}
	})

	t.Run("does not wait for ever", func(t *testing.T) {
		t.Parallel()
		released := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-released }))
		t.Cleanup(server.Close)
		t.Cleanup(func() { close(released) })
		err := get(t, loopback().Client(50*time.Millisecond, guard.MostAnswer), server.URL)
		var timeout interface{ Timeout() bool }
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Error(err)
		}
	})
}

// No proxy: it would dial in the guard's place.
func TestClientUsesNoProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL)
	client := guard.Guard{Allow: loopback().Allow}.Client(time.Second, guard.MostAnswer)
	resp, err := client.Get("http://169.254.169.254/")
	if err == nil {
		resp.Body.Close()
	}
	if !refused(err) {
		t.Error(err)
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"localhost:25": "is not public", "127.0.0.1:25": "is not public", "10.0.0.1:25": "is not public", "[fd00::1]:25": "is not public",
		"no-such-host.invalid:25": "no-such-host.invalid", "127.0.0.1": "reading the host to dial",
	} {
		conn, err := guard.Guard{}.Dial(t.Context(), "tcp", address)
		if err == nil {
			conn.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}
