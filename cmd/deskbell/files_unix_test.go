//go:build unix

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestWebSaysThatItHasNoFileDescriptorsLeft opens more connections than it may have.
func TestWebSaysThatItHasNoFileDescriptorsLeft(t *testing.T) {
	t.Parallel()
	const most = 64
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env := []string{"REDIS_URL=" + redistest.Start(t).URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN=", clockVariable + "=0s"}
	p := startProgram(t, "/bin/sh", env, "-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, most), self, "web", "--listen", address)
	served := listening{p, "http://" + address}
	served.ready()
	http.DefaultClient.CloseIdleConnections()

	var d net.Dialer
	var open []net.Conn
	defer func() {
		for _, conn := range open {
			conn.Close()
		}
	}()
	for range 2 * most {
		conn, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
	}
	p.says("connections cannot be taken in, and those who connect wait", "ulimit -n")
	for _, conn := range open {
		conn.Close()
	}
	open = nil
	redistest.Wait(t, "the failures are counted", func() bool {
		return strings.Contains(served.get("/metrics", "").body, "deskbell_http_accept_failures_total ") &&
			!strings.Contains(served.get("/metrics", "").body, "deskbell_http_accept_failures_total 0")
	})
	served.ready()
	p.says("connections are taken in again")
	if n := strings.Count(p.out.String(), "connections cannot be taken in"); n > 2 { // one a minute
		t.Errorf("it says so %d times", n)
	}
	p.stop()
}
