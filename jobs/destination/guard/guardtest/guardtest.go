// Package guardtest attacks a guard.
package guardtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// Resolve lets every name of a process lead to one IPv4 address for the test, which must not run in parallel. Each look-up asks for it
// anew; n counts them from 0.
func Resolve(t testing.TB, addr func(n int) [4]byte) {
	t.Helper()
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	var lookups atomic.Int64
	next := func() [4]byte { return addr(int(lookups.Add(1)) - 1) }
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server, next)
		return client, nil
	}}
}

// answer is a name server over TCP that knows one address of each name.
func answer(conn net.Conn, addr func() [4]byte) {
	defer conn.Close()
	for {
		var size uint16
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		query := make([]byte, size)
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		end := 12 // of the question: a name, which ends with a zero, a type and a class
		for query[end] != 0 {
			end += int(query[end]) + 1
		}
		end += 5
		reply := append([]byte{}, query[:end]...)
		copy(reply[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
		if query[end-3] == 1 { // type A
			reply[7] = 1
			a := addr()
			reply = append(append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), a[:]...)
		}
		if binary.Write(conn, binary.BigEndian, uint16(len(reply))) != nil {
			return
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}
