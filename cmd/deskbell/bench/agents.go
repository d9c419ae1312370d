package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// AgentFigures are the results of Agents.
type AgentFigures struct {
	Agents            int     `json:"agents"`
	Seconds           float64 `json:"seconds"`             // in which they logged in
	Flips             int     `json:"flips"`               // of agents, departments and properties
	AgentP50          float64 `json:"agent_ms_p50"`        // from sending the event to the commit of the agent's status
	AgentP99          float64 `json:"agent_ms_p99"`        //
	DepartmentP50     float64 `json:"department_ms_p50"`   // from sending the event to the commit of the state of the department
	DepartmentP99     float64 `json:"department_ms_p99"`   //
	CommandsPerSecond float64 `json:"commands_per_second"` // of Redis, meanwhile
	CommandsPerLogin  float64 `json:"commands_per_login"`
}

// onDesk is how many agents a property has, each in a department of their own: so each login flips one.
const onDesk = 10

type agentBench struct {
	*Bench
	n int
}

// Agents lets n agents log in within a span, and measures how soon the departments that wait for them are online.
func (b *Bench) Agents(ctx context.Context, n int, span time.Duration) (AgentFigures, error) {
	return (&agentBench{Bench: b, n: n}).run(ctx, span)
}

func (b *agentBench) run(ctx context.Context, span time.Duration) (f AgentFigures, err error) {
	b.RelaxGC()
	f.Agents = b.n
	b.progress("defining %d agents, and %d properties that they serve", b.n, (b.n+onDesk-1)/onDesk)
	if err := b.define(ctx); err != nil {
		return f, err
	}
	o := &staffed{Store: b.Store, now: b.Now, sent: make(map[string]time.Time), done: make(chan struct{}), want: b.n}
	ctx, stop := b.work(ctx, o)
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.decided(ctx); err != nil {
		return f, err
	}
	return f, b.logIn(ctx, o, span, &f)
}

// define writes the definitions, with some agents and properties in parallel. The worker decides on all of them.
func (b *agentBench) define(ctx context.Context) error {
	var next counter
	put := func(s store.Subject, body string) error {
		ok, err := b.Store.Edit(ctx, store.Edit{Subject: s, NewRev: b.Now().UnixMicro(), Definition: []byte(body), Due: b.Now()})
		if err == nil && !ok {
			err = fmt.Errorf("defining %s: %w", s, store.ErrContended)
		}
		return err
	}
	return inParallel(64, func() error {
		for {
			first := onDesk * next.take()
			if first >= b.n {
				return nil
			}
			var agents []store.Subject
			var departments []string
			for i := first; i < min(b.n, first+onDesk); i++ {
				agents = append(agents, store.AgentSubject(agentID(i)))
				departments = append(departments, fmt.Sprintf(`%q:{"agents":[%q]}`, agentID(i), agentID(i)))
				if err := put(agents[len(agents)-1], `{"online_when":"logged_in"}`); err != nil {
					return err
				}
			}
			property := store.PropertySubject(propertyID(first))
			if err := put(property, `{"departments":{`+strings.Join(departments, ",")+`},"triggers":[]}`); err != nil {
				return err
			}
			if err := b.Store.Serve(ctx, property, agents); err != nil {
				return err
			}
		}
	})
}

func agentID(i int) string { return "agent-" + strconv.Itoa(i) }

// logIn lets the agents log in one by one, at even distances.
func (b *agentBench) logIn(ctx context.Context, o *staffed, span time.Duration, f *AgentFigures) error {
	b.progress("letting %d agents log in within %s", b.n, span)
	before, err := b.commands(ctx)
	if err != nil {
		return err
	}
	begin := b.Now()
	var next counter
	if err := inParallel(16, func() error {
		for {
			i := next.take()
			if i >= b.n {
				return nil
			}
			if err := pauseFor(ctx, begin.Add(time.Duration(i)*span/time.Duration(b.n)).Sub(b.Now())); err != nil {
				return err
			}
			e := event.New(event.AgentLoggedIn, event.Data{Agent: agentID(i)})
			o.sends(agentID(i))
			if err := b.Client.Send(ctx, e); err != nil {
				return err
			}
		}
	}); err != nil {
		return fmt.Errorf("sending logins: %w", err)
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * time.Minute):
		return errors.New("measuring: not all departments are online two minutes after the last login")
	}
	took := b.Now().Sub(begin)
	after, err := b.commands(ctx)
	if err != nil {
		return err
	}
	f.Seconds, f.CommandsPerSecond, f.CommandsPerLogin = took.Seconds(), float64(after-before)/took.Seconds(), float64(after-before)/float64(b.n)
	o.report(f)
	return nil
}

// commands is how many Redis has processed.
func (b *agentBench) commands(ctx context.Context) (int64, error) {
	info, err := b.Redis.Client.Info(ctx, "stats").Result()
	if err != nil {
		return 0, fmt.Errorf("counting commands: %w", err)
	}
	_, rest, _ := strings.Cut(info, "total_commands_processed:")
	n, err := strconv.ParseInt(strings.TrimSpace(rest[:max(0, strings.IndexByte(rest, '\n'))]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("counting commands: %w", err)
	}
	return n, nil
}

// counter gives the numbers from 0 on.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) take() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n - 1
}

// staffed is a store that notes when agents and their departments are online.
type staffed struct {
	store.Store
	now  func() time.Time
	want int // departments
	done chan struct{}

	mu                  sync.Mutex
	sent                map[string]time.Time // by agent; the name of a department is the same
	agents, departments []time.Duration
	flips               int
}

func (o *staffed) sends(agent string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent[agent] = o.now()
}

// Commit implements store.Store.
func (o *staffed) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := o.Store.Commit(ctx, changes)
	if err != nil {
		return lost, err
	}
	at := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range changes {
		if c := &changes[i]; len(o.sent) > 0 && !slices.Contains(lost, c.Subject) {
			o.note(c, at)
		}
	}
	return lost, nil
}

// note counts the flips of one change: each action is one, for logins change nothing else.
func (o *staffed) note(c *store.Change, at time.Time) {
	o.flips += len(c.Actions)
	if id, ok := c.Subject.Agent(); ok && len(c.Actions) > 0 {
		o.agents = append(o.agents, at.Sub(o.sent[id]))
	}
	for _, a := range c.Actions {
		if department := flippedDepartment(a.Body); department != "" {
			if o.departments = append(o.departments, at.Sub(o.sent[department])); len(o.departments) == o.want {
				close(o.done)
			}
		}
	}
}

// flippedDepartment is the department of an action that it has come online; empty for another action.
func flippedDepartment(body []byte) string {
	var a struct {
		Type action.Type
		Data struct{ Department, Previous, Status string }
	}
	if json.Unmarshal(body, &a) != nil || a.Type != action.DepartmentStateChanged || a.Data.Previous == a.Data.Status {
		return ""
	}
	return a.Data.Department
}

func (o *staffed) report(f *AgentFigures) {
	o.mu.Lock()
	defer o.mu.Unlock()
	slices.Sort(o.agents)
	slices.Sort(o.departments)
	f.Flips = o.flips
	f.AgentP50, f.AgentP99 = quantile(o.agents, 0.5), quantile(o.agents, 0.99)
	f.DepartmentP50, f.DepartmentP99 = quantile(o.departments, 0.5), quantile(o.departments, 0.99)
}
