package embedded

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// pipe is a net.Pipe that buffers all that the server writes, like a socket. Over a
// bare pipe, a server that writes its first reply and a client that still writes its
// pipeline would wait for each other. It has no read deadlines: the server is in this
// process.
type pipe struct {
	net.Conn
	mu      sync.Mutex
	arrived sync.Cond // of mu
	replies bytes.Buffer
	err     error // of the net.Pipe, for when replies is empty
}

func newPipe(conn net.Conn) *pipe {
	p := &pipe{Conn: conn}
	p.arrived.L = &p.mu
	go p.fill()
	return p
}

// fill ends with the net.Pipe.
func (p *pipe) fill() {
	chunk := make([]byte, 32<<10)
	for {
		n, err := p.Conn.Read(chunk)
		p.mu.Lock()
		p.replies.Write(chunk[:n])
		p.err = err
		p.arrived.Broadcast()
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Read implements net.Conn.
func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.replies.Len() == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.arrived.Wait()
	}
	return p.replies.Read(b)
}

// SetReadDeadline implements net.Conn.
func (p *pipe) SetReadDeadline(time.Time) error { return nil }

// SetDeadline implements net.Conn.
func (p *pipe) SetDeadline(t time.Time) error { return p.SetWriteDeadline(t) }
