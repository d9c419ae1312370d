package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// question is a command that no Redis has: it asks for the description of a Desk.
const question = "DESKBELL.UP"

// mostDescription bounds a description.
const mostDescription = 64 << 10

// Desk answers connections from other processes.
type Desk struct{ server *server.Server }

// NewDesk gives one that has no Redis behind it, and nothing but a description. Close it.
func NewDesk() *Desk { return &Desk{server.NewServerConn()} }

// Describe lets it answer Ask. Call it once.
func (d *Desk) Describe(text string) error {
	return d.server.Register(question, func(c *server.Peer, _ string, _ []string) { c.WriteBulk(text) })
}

// Serve answers a connection, and closes it in the end. It does not wait for that.
func (d *Desk) Serve(conn net.Conn) { d.server.ServeConn(newBacklog(conn)) }

// Close ends all connections.
func (d *Desk) Close() { d.server.Close() }

// Ask asks for the description, on a connection that is for this alone.
func Ask(ctx context.Context, conn net.Conn) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // its error is that of the call
	defer stop()
	if _, err := fmt.Fprintf(conn, "*1\r\n$%d\r\n%s\r\n", len(question), question); err != nil {
		return "", err
	}
	r := bufio.NewReader(io.LimitReader(conn, mostDescription))
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	size, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "$")))
	if err != nil || !strings.HasPrefix(line, "$") || size < 0 || size > mostDescription {
		return "", errors.New("it is no deskbell up")
	}
	text := make([]byte, size)
	_, err = io.ReadFull(r, text)
	return string(text), err
}
