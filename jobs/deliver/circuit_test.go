package deliver

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
)

func TestCircuit(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	down := errors.New("connection refused")
	refused := &Error{Err: errors.New("it answered 404"), Refused: true}
	later := func(after time.Duration) error {
		return &Error{Err: errors.New("it answered 429"), RetryAfter: after}
	}
	gone := &Error{Err: errors.New("it answered 410"), Gone: true}

	type failure struct {
		after time.Duration // since nine
		err   error
		probe bool
	}
	for _, c := range []struct {
		name     string
		failures []failure
		open     bool
		pause    time.Duration // from the last failure, at least; up to a tenth more
	}{
		{"is closed after a failure", []failure{{0, down, false}}, false, 0},
		{"is closed after four", []failure{{0, down, false}, {0, refused, false}, {0, down, false}, {0, down, false}}, false, 0},
		{"opens after five, whatever they are", []failure{{0, down, false}, {0, refused, false}, {0, down, false}, {0, down, false}, {0, down, false}}, true, 5 * time.Second},
		{"opens at once for as long as it was asked", []failure{{0, later(time.Minute), false}}, true, time.Minute},
		{"opens for twelve hours at most", []failure{{0, later(48 * time.Hour), false}}, true, 12 * time.Hour},
		{"opens for longer when the probe fails", []failure{{0, later(time.Second), false}, {time.Second, down, true}}, true, 10 * time.Second},
		{"and longer", []failure{{0, later(time.Second), false}, {0, down, true}, {0, down, true}}, true, 20 * time.Second},
		{"and for a quarter of an hour in the end", append([]failure{{0, later(time.Second), false}}, repeat(failure{0, down, true}, 50)...), true, 15 * time.Minute},
		{"does not mind calls that were on their way", []failure{{0, later(time.Minute), false}, {time.Second, down, false}, {time.Second, refused, false}}, true, 59 * time.Second},
		{"nor such as come when it is due", []failure{{0, later(time.Second), false}, {time.Second, down, false}}, true, 0},
		{"is left alone longer when one of them was asked to", []failure{{0, later(time.Minute), false}, {0, later(2 * time.Minute), false}}, true, 2 * time.Minute},
		{"and not shorter", []failure{{0, later(2 * time.Minute), false}, {0, later(time.Minute), false}}, true, 2 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got circuit
			var at time.Time
			for _, f := range c.failures {
				at = nine.Add(f.after)
				got = got.failed(at, "x", f.err, f.probe)
			}
			if got.isOpen() != c.open || !got.Since.Equal(nine) {
				t.Errorf("got %+v", got)
			}
			if pause := got.Until.Sub(at); c.open && (pause < c.pause || pause > c.pause+c.pause/10) {
				t.Errorf("a pause of %s", pause)
			}
			if c.open && (got.isDue(got.Until.Add(-time.Millisecond)) || !got.isDue(got.Until)) {
				t.Error("it is not due at its time")
			}
		})
	}

	t.Run("is not probed when it is gone", func(t *testing.T) {
		t.Parallel()
		for _, before := range []circuit{{}, circuit{}.failed(nine, "x", later(time.Hour), false)} {
			if c := before.failed(nine, "x", gone, false); !c.isOpen() || c.isDue(nine.Add(1000*time.Hour)) {
				t.Errorf("got %+v", c)
			}
		}
	})
	t.Run("is neither opened nor probed by itself where somebody has paused it", func(t *testing.T) {
		t.Parallel()
		held := circuit{Of: "x", Since: nine, Opened: 1, Until: nine.AddDate(1, 0, 0), Held: true}
		for _, err := range []error{down, gone, later(time.Hour)} {
			if c := held.failed(nine, "x", err, true); c != held || !c.isOpen() || c.isDue(nine.AddDate(2, 0, 0)) {
				t.Errorf("after %v: %+v", err, c)
			}
		}
	})
	t.Run("begins anew with another definition", func(t *testing.T) {
		t.Parallel()
		c := circuit{}.failed(nine, "x", gone, false).failed(nine.Add(time.Hour), "y", down, false)
		if c.isOpen() || c.Of != "y" || c.Failures != 1 || !c.Since.Equal(nine.Add(time.Hour)) {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("is lost when it is open for twelve hours", func(t *testing.T) {
		t.Parallel()
		c := circuit{}.failed(nine, "x", later(time.Second), false)
		if c.isLost(nine.Add(12*time.Hour-time.Second)) || !c.isLost(nine.Add(12*time.Hour)) {
			t.Errorf("got %+v", c)
		}
		if c := (circuit{}).failed(nine, "x", down, false); c.isLost(nine.Add(13 * time.Hour)) {
			t.Error("one that failed once is lost")
		}
	})
	t.Run("keeps a bounded part of an error", func(t *testing.T) {
		t.Parallel()
		if c := (circuit{}).failed(nine, "x", errors.New(strings.Repeat("x", 9999)), false); len(c.Error) != 500 {
			t.Errorf("%d bytes", len(c.Error))
		}
	})
	t.Run("is in force for the definition that failed", func(t *testing.T) {
		t.Parallel()
		defs := map[string]definition.Destination{"a": {Type: "log"}, "b": {Type: "log"}, "broken": {Type: "log"}}
		got := inForce(map[string][]byte{
			"a": []byte(`{"of":"` + fingerprint(defs["a"]) + `","gone":true}`), "b": []byte(`{"of":"other","gone":true}`),
			"removed": []byte(`{}`), "broken": []byte(`{`),
		}, defs)
		if len(got) != 1 || !got["a"].Gone {
			t.Errorf("got %+v", got)
		}
	})
}

func repeat[T any](one T, times int) (all []T) {
	for range times {
		all = append(all, one)
	}
	return all
}

func TestTurns(t *testing.T) {
	t.Parallel()
	var ts Slots
	if !ts.Take("a", 1, 2) || !ts.Take("a", 2, 2) || !ts.Take("b", 1, 2) {
		t.Error("there was room")
	}
	for range 2 {
		if ts.Take("a", 3, 2) {
			t.Error("there was no room")
		}
	}
	if ts.Take("a", 4, 2) {
		t.Error("there was no room")
	}
	for _, want := range []int{3, 4} {
		if got, ok := ts.Give("a"); !ok || got != want {
			t.Errorf("got %d, %t, want %d", got, ok, want)
		}
		if !ts.Take("a", want, 2) {
			t.Error("there was room")
		}
	}
	if _, ok := ts.Give("a"); ok {
		t.Error("nobody waits")
	}
	ts.Give("a")
	ts.Give("b")
	if len(ts.taken)+len(ts.waiting) > 0 {
		t.Errorf("kept: %v, %v", ts.taken, ts.waiting)
	}
}

func TestIDOf(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"specversion":"1.0","id":"widget.state_changed:acme:1","type":"x"}`: "widget.state_changed:acme:1",
		`{"id":"a","specversion":"1.0"}`:                                      "a",
		`{"specversion":"1.0","id":"a\"b"}`:                                   `a"b`,
		`{"specversion":"1.0","id":"a`:                                        "",
		`{}`:                                                                  "",
		`no JSON`:                                                             "",
	} {
		if got := idOf([]byte(body)); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
	for body, want := range map[string]string{
		`{"data":{"property":"acme","agent":"lea"}}`: "property/acme",
		`{"data":{"agent":"lea"}}`:                   "agent/lea",
		`{"data":7}`:                                 "",
		`{}`:                                         "",
	} {
		if got := subjectOf([]byte(body)); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}
