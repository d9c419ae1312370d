package redistest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// FreePort gives a port that no process listens on, and that no other test is given, whatever process it runs in.
func FreePort(t testing.TB) int {
	t.Helper()
	port, err := ports.free()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Ports are below the range from which the kernel gives them to outgoing connections, so that one is still free when a server is started
// anew. They come in blocks, each of one process: whoever listens on the first port of a block has the others.
const (
	lowestPort = 12_000
	blocks     = 200
	blockSize  = 100
)

// ports are those of this process.
var ports portBlocks

type portBlocks struct {
	mu    sync.Mutex
	held  []net.Listener // on the first port of each block, until the process ends
	next  int            // within the last block
	after int            // the end of that block
}

// free gives each port only once.
func (p *portBlocks) free() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if p.next == p.after {
			if err := p.claim(); err != nil {
				return 0, err
			}
		}
		port := p.next
		p.next++
		if l, err := net.Listen("tcp", address(port)); err == nil { // else it is of another program
			return port, l.Close()
		}
	}
}

// claim takes one more block.
func (p *portBlocks) claim() error {
	err := errors.New("there is no block of them")
	for _, block := range rand.Perm(blocks) {
		first := lowestPort + block*blockSize
		var l net.Listener
		if l, err = net.Listen("tcp", address(first)); err == nil {
			p.held, p.next, p.after = append(p.held, l), first+1, first+blockSize
			return nil
		}
	}
	return fmt.Errorf("finding a free port: %w", err)
}
