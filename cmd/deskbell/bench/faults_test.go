package bench

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// held is evidence of a campaign in which all held: one visitor, three chats, a door and the clocks.
func held(t *testing.T) *evidence {
	t.Helper()
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	e := &evidence{load: newFaultLoad("", nil), hook: newArrivals(), stream: newArrivals(), shows: make(map[string]shown)}
	e.load.arrived["v"] = at
	e.load.chats["unanswered"] = chat{due: at.Add(rescueDelay)}
	e.load.chats["answered"] = chat{due: at.Add(rescueDelay), answered: inTime}
	e.load.chats["late"] = chat{due: at.Add(rescueDelay), answered: tooLate}
	e.load.doors["door-0"] = offline
	e.load.flips = []time.Time{at}
	e.come(t, message("m1", "v", greeting), at)
	e.come(t, message("m2", "v", second), at.Add(secondDelay))
	e.come(t, message("m3", "unanswered", rescue), at.Add(rescueDelay))
	for i := range faultClocks {
		e.come(t, state(fmt.Sprint("c", i), numbered("clock", i), online, 5, at), at.Add(time.Millisecond))
		e.shows[numbered("clock", i)] = shown{online, 5}
	}
	e.come(t, state("d1", "door-0", online, 1, time.Time{}), at)
	e.come(t, state("d2", "door-0", offline, 2, time.Time{}), at)
	e.shows["door-0"] = shown{offline, 2}
	return e
}

func message(id, visitor, trigger string) string {
	return fmt.Sprintf(`{"id": %q, "type": "message.send", "data": {"property": "p", "visitor": %q, "trigger": %q}}`, id, visitor, trigger)
}

func state(id, property, status string, version int, boundary time.Time) string {
	cause := "{}"
	if !boundary.IsZero() {
		cause = fmt.Sprintf(`{"boundary": %q}`, boundary.Format(time.RFC3339))
	}
	return fmt.Sprintf(`{"id": %q, "type": "widget.state_changed", "data": {"property": %q, "status": %q, "version": %d, "cause": %s}}`, id, property, status, version, cause)
}

// come lets an action come to both receivers.
func (e *evidence) come(t *testing.T, body string, at time.Time) {
	t.Helper()
	e.toHook(t, body, at)
	if err := e.stream.add([]byte(body), time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func (e *evidence) toHook(t *testing.T, body string, at time.Time) {
	t.Helper()
	if err := e.hook.add([]byte(body), at); err != nil {
		t.Fatal(err)
	}
}

// TestTheCheckerSeesWhatIsBroken breaks each guarantee. Where one thing breaks several, all of them are said.
func TestTheCheckerSeesWhatIsBroken(t *testing.T) {
	t.Parallel()
	const lost, same, doubled, early, order, versions, answers, last = 0, 1, 2, 3, 4, 5, 6, 7
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		do   func(t *testing.T, e *evidence)
		want []int
	}{
		"nothing":                   {func(*testing.T, *evidence) {}, nil},
		"a webhook that came again": {func(t *testing.T, e *evidence) { e.toHook(t, message("m1", "v", greeting), at.Add(time.Second)) }, nil},
		"a late answer, and a rescue": {func(t *testing.T, e *evidence) {
			e.come(t, message("m4", "late", rescue), at.Add(rescueDelay))
		}, nil},
		"a message that is lost":      {func(_ *testing.T, e *evidence) { e.load.arrived["w"] = at }, []int{lost}},
		"a flip that is lost":         {func(_ *testing.T, e *evidence) { e.load.flips = append(e.load.flips, at.Add(time.Minute)) }, []int{lost}},
		"one that the stream misses":  {func(t *testing.T, e *evidence) { e.toHook(t, message("m9", "late", rescue), at.Add(rescueDelay)) }, []int{same}},
		"one that the webhook misses": {func(_ *testing.T, e *evidence) { delete(e.hook.sums, "m1") }, []int{same}},
		"a message by two ids":        {func(t *testing.T, e *evidence) { e.come(t, message("m1b", "v", greeting), at) }, []int{doubled}},
		"twice in the stream":         {func(_ *testing.T, e *evidence) { e.stream.again++ }, []int{doubled}},
		"another content":             {func(t *testing.T, e *evidence) { e.toHook(t, message("m1", "v", "Other"), at) }, []int{doubled}},
		"a message that is early": {func(t *testing.T, e *evidence) {
			e.come(t, message("m4", "late", rescue), at)
			e.load.chats["late"] = chat{due: at.Add(rescueDelay)}
		}, []int{early}},
		"a flip that is early": {func(t *testing.T, e *evidence) {
			e.come(t, state("c9", "clock-0", offline, 6, at.Add(time.Hour)), at)
			e.shows["clock-0"] = shown{offline, 6}
		}, []int{early}},
		"the second message first": {func(t *testing.T, e *evidence) {
			e.load.arrived["w"] = at
			e.come(t, message("w2", "w", second), at.Add(time.Minute))
			e.come(t, message("w1", "w", greeting), at.Add(time.Minute))
		}, []int{order}},
		"a version again":        {func(t *testing.T, e *evidence) { e.come(t, state("d3", "door-0", offline, 2, time.Time{}), at) }, []int{versions}},
		"a rescue all the same":  {func(t *testing.T, e *evidence) { e.come(t, message("m4", "answered", rescue), at.Add(rescueDelay)) }, []int{answers}},
		"another last state":     {func(_ *testing.T, e *evidence) { e.shows["door-0"] = shown{offline, 3} }, []int{last}},
		"an edit without effect": {func(_ *testing.T, e *evidence) { e.load.doors["door-0"] = online }, []int{last}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := held(t)
			c.do(t, e)
			var broken []int
			f := FaultFigures{Guarantees: e.judge()}
			for n, g := range f.Guarantees {
				if g.Counted == 0 {
					t.Errorf("%s: nothing was counted", g.Name)
				}
				if g.Broken > 0 {
					broken = append(broken, n)
				}
			}
			if !slices.Equal(broken, c.want) {
				t.Errorf("broken are %v, want %v: %+v", broken, c.want, f.Guarantees)
			}
			if err := f.Verdict(); (err != nil) != (len(c.want) > 0) {
				t.Errorf("the verdict is %v", err)
			}
		})
	}
	if err := (FaultFigures{Guarantees: []Guarantee{{Name: "all"}}}).Verdict(); err == nil || !strings.Contains(err.Error(), "shows nothing") {
		t.Errorf("nothing counted: %v", err)
	}
}

func TestRecoveryCountsFromWhenOthersCanGoOn(t *testing.T) {
	t.Parallel()
	e := held(t)
	at := e.load.arrived["v"]
	e.load.arrived["w"] = at.Add(4 * time.Second)
	e.come(t, message("w1", "w", greeting), at.Add(12*time.Second))
	e.come(t, message("w2", "w", second), at.Add(12*time.Second))
	from := at.Add(5 * time.Second)
	got := recoveries([]pastFault{{"long", from, from.Add(3 * time.Second)}, {"short", from, from}, {"short", from.Add(time.Hour), from.Add(time.Hour)}}, e.load, e.hook)
	if diff := cmp.Diff([]Recovery{{"long", 1, 4, 4, 4, 4}, {"short", 1, 7, 7, 7, 7}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestASeedRepeatsAPlan(t *testing.T) {
	t.Parallel()
	text := func(seed uint64) (s string) {
		total := 0
		for _, f := range (FaultPlan{Length: 10 * time.Minute, Kills: 100, Seed: seed}).faults() {
			s += fmt.Sprintln(f.name, f.at, f.lasts, f.which, f.how)
			if total += f.kills; f.lasts > mostOfFault || f.at > 10*time.Minute {
				t.Errorf("%+v", f)
			}
		}
		if total != 100 {
			t.Errorf("%d kills", total)
		}
		return s
	}
	if one, again, two := text(1), text(1), text(2); one != again || one == two {
		t.Error("a plan does not depend on its seed alone")
	}
}

// TestTheProxyCuts sends through a network that is silent, and then refuses.
func TestTheProxyCuts(t *testing.T) {
	t.Parallel()
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := echo.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				conn.Close()
			}()
		}
	}()
	p, err := newProxy(echo.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.close()
		echo.Close()
	})
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", p.address())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	says := func(conn net.Conn) string {
		one := make([]byte, 1)
		n, _ := conn.Read(one)
		return string(one[:n])
	}
	send := func(conn net.Conn, text string) {
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	conn := dial()
	send(conn, "1")
	if got := says(conn); got != "1" {
		t.Fatalf("whole: %q", got)
	}
	p.cut(silent)
	send(conn, "2")
	other := dial()
	send(other, "3")
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if got := says(conn); got != "" {
		t.Errorf("silent: %q came through", got)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	p.mend()
	if got := says(conn) + says(other); got != "23" {
		t.Errorf("whole again: %q", got)
	}
	p.cut(refused)
	if got := says(conn) + says(dial()); got != "" {
		t.Errorf("refused: %q", got)
	}
	p.mend()
	again := dial()
	send(again, "4")
	if got := says(again); got != "4" {
		t.Errorf("whole once more: %q", got)
	}
}
