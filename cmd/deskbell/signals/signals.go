// Package signals hears the signals that stop the process, from as early on as a Go program can.
//
// A supervisor may stop a process a moment after its start. Until the process listens for SIGTERM, the signal ends it at once and
// with a status that looks like a fault. Package main listens too late: Go initialises some two hundred packages first, for
// several milliseconds. This package imports next to nothing, so it is initialised among the first. A millisecond or two is left,
// in which the system loads the program and Go's runtime is not up: no program can hear anything then.
package signals

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// heard is the one global of this program, since nothing else is there yet when it is needed. It has room for the first signal: a
// second, that comes before Context is called, asks for nothing else.
var heard = listen()

func listen() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, os.Interrupt) // the one that supervisors send goes first
	return c
}

// Context gives a context that ends with the first signal, also one that came before. From then on a signal ends the process at
// once: people who ask twice do not want to wait. stop releases what it holds; afterwards signals do what they do by themselves.
// Call it once.
func Context(parent context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		select {
		case <-heard:
			Ignore()
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		Ignore()
		cancel()
	}
}

// Ignore ends the listening: it is for programs that link this package and are not deskbell, such as its tests.
func Ignore() { signal.Stop(heard) }
