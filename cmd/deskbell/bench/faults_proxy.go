package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// proxy is the network between a worker and Redis, which can be cut.
type proxy struct {
	listener net.Listener
	to       string
	all      sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	how   cut
	whole chan struct{} // closed when the network is whole again; nil: it is
}

// cut is a way in which a network fails.
type cut int

const (
	silent  cut = iota + 1 // nothing comes through, and nobody is told. What was under way comes later.
	refused                // connections are closed, and new ones, too
	closed                 // for good
)

func newProxy(to string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // close ends it
	if err != nil {
		return nil, fmt.Errorf("opening a proxy: %w", err)
	}
	p := &proxy{listener: listener, to: to, conns: make(map[net.Conn]bool)}
	p.all.Go(p.serve)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		p.all.Go(func() { p.join(conn) })
	}
}

// join connects a connection with the other side, until one of both ends.
func (p *proxy) join(conn net.Conn) {
	defer p.forget(conn)
	if !p.keep(conn) || !p.passes() {
		return
	}
	other, err := net.Dial("tcp", p.to) //nolint:noctx // forget ends it
	if err != nil {
		return
	}
	defer p.forget(other)
	if !p.keep(other) {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{conn, other}, {other, conn}} {
		both.Go(func() {
			p.pass(way[1], way[0])
			way[0].Close()
			way[1].Close()
		})
	}
	both.Wait()
}

// pass copies what comes, while the network is whole.
func (p *proxy) pass(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !p.passes() {
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// passes waits while the network is silent; false: the connection is to end.
func (p *proxy) passes() bool {
	p.mu.Lock()
	whole := p.whole
	p.mu.Unlock()
	if whole != nil {
		<-whole
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.how == 0 || p.how == silent
}

// keep notes a connection that a cut closes; false: it is to be closed now.
func (p *proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
	return p.how == 0 || p.how == silent
}

func (p *proxy) forget(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	conn.Close()
}

// cut cuts the network, and mend makes it whole.
func (p *proxy) cut(how cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.how = how
	if how == silent {
		p.whole = make(chan struct{})
		return
	}
	for conn := range p.conns {
		conn.Close()
	}
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.how = 0
	if p.whole != nil {
		close(p.whole)
		p.whole = nil
	}
}

// close ends it with all of its connections.
func (p *proxy) close() {
	p.listener.Close()
	p.mend()
	p.cut(closed)
	p.all.Wait()
}
