package guard_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// inner is what tells of the inner network: addresses, ports, and names of servers.
var inner = regexp.MustCompile(`\d+\.\d+|:\d|::|\.internal|dial|lookup|read tcp`)

// TestReasonsNameNothingOfTheInnerNetwork makes each kind of failure, with errors as package net makes them.
func TestReasonsNameNothingOfTheInnerNetwork(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	cut, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cut.Close() })
	go func() {
		for {
			conn, err := cut.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 mail.internal 10.1.2.3 ready\r\n"))
			conn.Close()
		}
	}()
	within, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, detail string
		by           guard.Guard
		ctx          context.Context
		url          string
	}{
		{"a port that is closed", closed, loopback(), t.Context(), "http://" + closed},
		{"a server that is none of HTTP", "", loopback(), t.Context(), "http://" + cut.Addr().String()},
		{"TLS where there is none", "", loopback(), t.Context(), "https://" + cut.Addr().String()},
		{"an address that is not public", "127.0.0.1", guard.Guard{}, t.Context(), "http://" + closed},
		{"a caller who has gone", "", loopback(), within, "http://" + closed},
	} {
		r, err := http.NewRequestWithContext(c.ctx, http.MethodGet, c.url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.by.Client(time.Minute, guard.MostAnswer).Do(r)
		if err == nil {
			answer.Body.Close()
			t.Errorf("%s: no error", c.name)
			continue
		}
		checkReason(t, c.name, err, c.detail)
	}
	unknown := &net.DNSError{Err: "no such host", Name: "crm.internal", Server: "10.0.0.2:53", IsNotFound: true}
	checkReason(t, "a name that nobody knows", &net.OpError{Op: "dial", Net: "tcp", Err: unknown}, "10.0.0.2:53")
	checkReason(t, "a name server that is late", &net.DNSError{Err: "i/o timeout", Name: "crm.internal", Server: "10.0.0.2:53", IsTimeout: true}, "10.0.0.2:53")
	checkReason(t, "anything else", errors.New("read tcp 10.0.0.5:4711->10.0.0.2:80: malformed secret"), "")
	checkReason(t, "a refusal", &guard.Error{Addr: netip.MustParseAddr("fd00::1")}, "fd00::1")
}

func checkReason(t *testing.T, name string, err error, detail string) {
	t.Helper()
	reason := guard.Reason(err)
	for said := reason; said != nil; said = errors.Unwrap(said) {
		if found := inner.FindString(said.Error()); found != "" {
			t.Errorf("%s: %q has %q", name, said, found)
		}
	}
	got := ""
	var detailed interface{ Detail() string }
	if errors.As(reason, &detailed) {
		got = detailed.Detail()
	}
	if !strings.Contains(got, detail) || detail == "" && strings.Contains(got, "malformed") {
		t.Errorf("%s: the log has %q", name, got)
	}
}
