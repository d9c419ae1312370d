package redistest

import (
	"net"
	"testing"
)

// TestPortsOfTwoProcesses has two processes, as it were, take more ports than a block has.
func TestPortsOfTwoProcesses(t *testing.T) {
	t.Parallel()
	var one, other portBlocks
	given := make(map[int]bool)
	for range blockSize + 10 {
		for _, p := range []*portBlocks{&one, &other, &ports} {
			port, err := p.free()
			if err != nil {
				t.Fatal(err)
			}
			if given[port] {
				t.Errorf("%d is given twice", port)
			}
			given[port] = true
		}
	}
	for _, p := range []*portBlocks{&one, &other} {
		for _, l := range p.held {
			if given[l.Addr().(*net.TCPAddr).Port] {
				t.Errorf("%s is held, and given", l.Addr())
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
