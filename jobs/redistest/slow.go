package redistest

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Slow gives a value for REDIS_URL by which each answer of a server comes later: so a process that uses it spends most of its time
// in the middle of some command.
func Slow(t testing.TB, of *Server, later time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		t.Fatal(err)
	}
	var passing sync.WaitGroup
	passing.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil { // it is closed: the test has ended
				return
			}
			passing.Go(func() { pass(client, of, later) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		of.end() // which ends what passes
		passing.Wait()
	})
	return "redis://" + l.Addr().String() + "/0"
}

// pass connects a client with a server until one of them ends.
func pass(client net.Conn, of *Server, later time.Duration) {
	defer client.Close()
	server, err := net.Dial("tcp", of.Addr())
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	answer := make([]byte, 64<<10)
	for {
		n, err := server.Read(answer)
		if err != nil {
			return
		}
		time.Sleep(later)
		if _, err := client.Write(answer[:n]); err != nil {
			return
		}
	}
}
