package guard

import (
	"errors"
	"io"
	"net"
)

// ErrTooLong is of an answer that was not read to its end, since it is too long.
var ErrTooLong = errors.New("its answer is too long")

// Bounded is a connection from which most bytes can be read in all, and ErrTooLong behind them.
func Bounded(conn net.Conn, most int64) net.Conn {
	return &boundedConn{conn, bounded{conn, most}}
}

type boundedConn struct {
	net.Conn
	in bounded
}

// Read implements net.Conn.
func (c *boundedConn) Read(b []byte) (int, error) { return c.in.Read(b) }

// bounded gives the rest of an answer that ends within its bound, and ErrTooLong behind the bound.
type bounded struct {
	from io.Reader
	left int64
}

// Read implements io.Reader. The byte that is too many is read, since one that ends there is not too long.
func (b *bounded) Read(into []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(into)) > b.left+1 {
		into = into[:b.left+1]
	}
	n, err := b.from.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrTooLong
	}
	return n, err
}
