package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type doctorCmd struct {
	JSON bool `name:"json" help:"Print one JSON object a line, for each check."`
}

func (*doctorCmd) Help() string {
	return `
Checks what Deskbell needs, and says of all that is not well what to do: the environment, the time zone, the ports; Redis, its
settings, and whether it takes writes; the clock of this machine; the workers, their clocks and rules of time zones; paused
queues, destinations and what was given up; keys. It changes nothing.

The exit status is 0 when all is well or only warned of, and 1 after a fault: something does not work, or may be lost.

Examples:

    deskbell doctor
    REDIS_URL=redis://127.0.0.1:6379/0 deskbell doctor --json
`
}

// finding is what a check has found.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // ok, warning, fault
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"` // against what is not well
}

const (
	isWell   = "ok"
	isWarned = "warning"
	isFaulty = "fault"
)

// examination collects findings.
type examination struct {
	*app
	env   config.Env
	found []finding
}

func (e *examination) ok(check, says string) {
	e.found = append(e.found, finding{Check: check, State: isWell, Says: says})
}

func (e *examination) warn(check, says, do string) {
	e.found = append(e.found, finding{check, isWarned, says, do})
}

func (e *examination) fault(check, says, do string) {
	e.found = append(e.found, finding{check, isFaulty, says, do})
}

func (c *doctorCmd) Run(ctx context.Context, a *app) error {
	e := examination{app: a}
	env, err := config.FromEnv(a.env)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			e.fault("environment", strings.TrimSpace(line), "correct the variable")
		}
	} else {
		e.env = env
		e.ok("environment", "every variable can be read")
		e.timeZone()
		e.port(ctx, "web", new(webCmd).address(env), "DESKBELL_LISTEN")
		if env.WorkerListen != "" {
			e.port(ctx, "worker", env.WorkerListen, "DESKBELL_WORKER_LISTEN")
		}
		e.redis(ctx)
	}
	if err := c.print(a, e.found); err != nil {
		return err
	}
	faults := 0
	for _, f := range e.found {
		if f.State == isFaulty {
			faults++
		}
	}
	if faults > 0 {
		return fmt.Errorf("%d of %d checks found a fault", faults, len(e.found))
	}
	return nil
}

func (c *doctorCmd) print(a *app, found []finding) error {
	if c.JSON {
		out := json.NewEncoder(a.stdout)
		for _, f := range found {
			if err := out.Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
	style, colours := a.terminal().StyleOf(a.stdout), map[string]string{isWell: draw.Green, isWarned: draw.Yellow, isFaulty: draw.Red}
	width := 0
	for _, f := range found {
		width = max(width, len(f.Check))
	}
	for _, f := range found {
		fmt.Fprintf(a.stdout, "%s  %-*s  %s\n", style.Paint(colours[f.State], fmt.Sprintf("%-7s", f.State)), width, f.Check, table.OneLine(f.Says))
		if f.Do != "" {
			fmt.Fprintf(a.stdout, "%*sdo: %s\n", 7+2+width+2, "", table.OneLine(f.Do))
		}
	}
	return nil
}

func (e *examination) timeZone() {
	if e.env.Warning != "" {
		e.warn("time zone", e.env.Warning, "set DESKBELL_TIME_ZONE, to the same in all processes")
	} else {
		e.ok("time zone", e.env.TimeZone.String()+", where a schedule names none")
	}
	e.ok("zone rules", fmt.Sprintf("%s, %s", zones.Version(), orBuiltIn(e.env.Zoneinfo)))
}

func orBuiltIn(dir string) string {
	if dir == "" {
		return "built in"
	}
	return "from " + dir
}

// port looks whether a process may listen at an address, or does so.
func (e *examination) port(ctx context.Context, process, address, variable string) {
	check := "port of " + process
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		_ = l.Close()
		e.ok(check, address+" is free")
	case !errors.Is(err, syscall.EADDRINUSE):
		e.fault(check, fmt.Sprintf("%s cannot be listened at: %v", address, err), "set "+variable+" to another address")
	case e.isDeskbell(ctx, address):
		e.ok(check, "a Deskbell answers at "+address)
	default:
		e.warn(check, address+" is taken by another program", "set "+variable+" to another address, or end that program")
	}
}

// isDeskbell tells whether a process of Deskbell answers at an address.
func (*examination) isDeskbell(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	var says struct {
		Zones json.RawMessage `json:"time_zones"`
	}
	return json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&says) == nil && says.Zones != nil
}

// redis looks at Redis, and at all that is kept there.
func (e *examination) redis(ctx context.Context) {
	s, err := e.connect(ctx, redisstore.Peek)
	switch {
	case errors.Is(err, errNoRedis):
		e.fault("Redis", "REDIS_URL is not set, and no deskbell up runs here", "set REDIS_URL, such as redis://127.0.0.1:6379/0, or start deskbell up")
		return
	case err != nil:
		e.fault("Redis", err.Error(), "start Redis, or correct REDIS_URL")
		return
	}
	defer func() { _ = s.close() }() // nothing was written
	in := inRedis{e, s}
	for _, look := range []struct {
		check string
		with  func(context.Context) error
	}{
		{"Redis", in.server}, {"clock", in.clock}, {"workers", in.workers}, {"queues", in.queues},
		{"definitions", in.definitions}, {"destinations", in.destinations}, {"deliveries", in.givenUp}, {"keys", in.keys},
	} {
		ctx, cancel := context.WithTimeout(ctx, lookWithin)
		if err := look.with(ctx); err != nil {
			e.fault(look.check, err.Error(), "see whether Redis is well")
		}
		cancel()
	}
}

// lookWithin is how long one look into Redis may take.
const lookWithin = 10 * time.Second
