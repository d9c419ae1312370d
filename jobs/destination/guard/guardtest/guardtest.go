// Package guardtest attacks a guard.
package guardtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// Resolve lets every name of a process lead to one IPv4 address for the test, which must not run in parallel. Each look-up asks for it
// anew; n counts them from 0.
func Resolve(t testing.TB, addr func(n int) [4]byte) {
	t.Helper()
	var lookups atomic.Int64
	resolve(t, func(string) func() [4]byte { return func() [4]byte { return addr(int(lookups.Add(1)) - 1) } })
}

// ResolveNames lets some names of a process lead to one IPv4 address each for the test, which must not run in parallel, and no others
// lead anywhere.
func ResolveNames(t testing.TB, known map[string][4]byte) {
	t.Helper()
	resolve(t, func(name string) func() [4]byte {
		addr, ok := known[name]
		if !ok {
			return nil
		}
		return func() [4]byte { return addr }
	})
}

// resolve lets names lead to addresses; nil for a name that there is not.
func resolve(t testing.TB, of func(name string) func() [4]byte) {
	t.Helper()
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server, of)
		return client, nil
	}}
}

// answer is a name server over TCP that knows one address of a name, or that there is no such name.
func answer(conn net.Conn, of func(name string) func() [4]byte) {
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
		var labels []string
		for query[end] != 0 {
			next := end + int(query[end]) + 1
			labels = append(labels, string(query[end+1:next]))
			end = next
		}
		end += 5
		addr := of(strings.Join(labels, "."))
		reply := append([]byte{}, query[:end]...)
		copy(reply[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
		switch {
		case addr == nil:
			reply[3] |= 3 // no such name
		case query[end-3] == 1: // type A
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
