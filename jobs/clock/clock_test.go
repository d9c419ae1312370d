package clock_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs/clock"
)

// world is a machine and a Redis, whose clocks the test sets. All times are after the beginning of the test.
type world struct {
	*testing.T
	mu     sync.Mutex    // for the ticker of a clock, which looks at it, too
	true   time.Duration // the time that nobody sees
	ahead  time.Duration // the machine's clock, of the true time
	redis  time.Duration // that of Redis
	rate   float64       // of the machine's clocks: 1 is right
	trip   time.Duration
	clock  *clock.Clock
	logged *logtest.Hook
}

func newWorld(t *testing.T, ahead time.Duration) *world {
	log, lines := logtest.NewNullLogger()
	w := &world{T: t, ahead: ahead, rate: 1, trip: 2 * ms, logged: lines}
	w.clock = clock.New(clock.Config{
		Now: func() (now time.Time) {
			w.set(func() { now = w.begin().Add(w.ran() + w.ahead) })
			return now
		},
		Ran: func() (ran time.Duration) {
			w.set(func() { ran = w.ran() })
			return ran
		},
		Log: log,
	})
	return w
}

func (*world) begin() time.Time     { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
func (w *world) ran() time.Duration { return time.Duration(float64(w.true) * w.rate) }

func (w *world) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) pass(d time.Duration) { w.set(func() { w.true += d }) }

// beat is one beat of a process.
func (w *world) beat() {
	_ = w.clock.Beat(func() (time.Time, error) {
		w.pass(w.trip / 2)
		answer := w.begin().Add(w.true + w.redis)
		w.pass(w.trip - w.trip/2)
		return answer, nil
	})
}

// beats lets some time pass.
func (w *world) beats(n int) {
	for range n {
		w.pass(3 * time.Second)
		w.beat()
	}
}

// is checks the state, and that the corrected time is that of Redis.
func (w *world) is(state clock.State, within time.Duration) {
	w.Helper()
	if got := w.clock.Report().State; got != state {
		w.Errorf("after %s the clock is %s, want %s", w.true, got, state)
	}
	if off := w.clock.Now().Sub(w.begin().Add(w.true + w.redis)); off.Abs() > within {
		w.Errorf("after %s the corrected time is %s off", w.true, off)
	}
	if got, want := w.clock.Decides(), state == clock.Right || state == clock.Off; got != want {
		w.Errorf("after %s it decides: %t", w.true, got)
	}
}

func (w *world) said(levels ...logrus.Level) {
	w.Helper()
	var got []logrus.Level
	for _, e := range w.logged.AllEntries() {
		got = append(got, e.Level)
	}
	if !slices.Equal(got, levels) {
		w.Errorf("the log has %v, want %v", got, levels)
	}
}

func TestClockIsCorrectedByThatOfRedis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		ahead time.Duration
		state clock.State
		said  []logrus.Level
	}{
		{"right", 0, clock.Right, nil},
		{"not worth a word", 490 * ms, clock.Right, nil},
		{"ahead", 1500 * ms, clock.Off, []logrus.Level{logrus.WarnLevel}},
		{"behind", -1500 * ms, clock.Off, []logrus.Level{logrus.WarnLevel}},
		{"almost wrong", 4900 * ms, clock.Off, []logrus.Level{logrus.WarnLevel}},
		{"five minutes ahead", 5 * time.Minute, clock.Wrong, []logrus.Level{logrus.ErrorLevel}},
		{"five minutes behind", -5 * time.Minute, clock.Wrong, []logrus.Level{logrus.ErrorLevel}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.ahead)
			w.beat()
			w.is(c.state, 3*ms)
			w.beats(10)
			w.is(c.state, 3*ms)
			w.said(c.said...)
			if got := w.clock.Report().Ahead; math.Abs(got-c.ahead.Seconds()) > .003 {
				t.Errorf("it is %v seconds ahead", got)
			}
		})
	}
}

func TestClockDecidesNothingBeforeItIsCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.is(clock.Unknown, 0)
	w.beat()
	w.is(clock.Right, 0)
}

// A leap is not believed for a moment: neither one that makes the clock wrong, nor one that makes it right.
func TestClockThatIsSet(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{300 * ms, -300 * ms, 1500 * ms, -1500 * ms, 5 * time.Minute, -5 * time.Minute} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			w.beats(3)
			ticker := w.clock.Ticker(time.Hour)
			defer ticker.Stop()
			for _, ahead := range []time.Duration{by, 0} {
				w.pass(time.Second)
				w.set(func() { w.ahead = ahead })
				if w.clock.Decides() {
					t.Error("it decides by a clock that was just set")
				}
				<-ticker.C // at once, and not with the hour
				w.beat()
				want := clock.Right
				switch off := ahead.Abs(); {
				case off > clock.MostWrong:
					want = clock.Wrong
				case off > clock.MostOff:
					want = clock.Off
				}
				w.is(want, 3*ms)
			}
		})
	}
}

// A machine that slept has a clock that went on, and a monotonic one that stood still.
func TestClockOfAMachineThatSlept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.beats(3)
	w.ahead += time.Hour // as the monotonic clock has it
	w.redis += time.Hour
	if w.clock.Decides() {
		t.Error("it decides by a clock that was just set")
	}
	w.beat()
	w.is(clock.Right, 3*ms)
}

func TestClockThatDrifts(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{1.01, .99} {
		w := newWorld(t, 0)
		w.beat()
		w.rate = rate
		for range 10 {
			w.beats(1)
			w.is(clock.Right, 200*ms)
		}
		w.beats(20)
		w.is(clock.Off, 200*ms)
		w.said(logrus.WarnLevel)
	}
}

// Redis may be another one after a failover, on a machine with another clock.
func TestClockOfRedisThatIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.beats(3)
	w.redis = time.Minute
	w.beats(1)
	w.is(clock.Wrong, 3*ms)
	w.redis = 0
	w.beats(1)
	w.is(clock.Right, 3*ms)
	w.said(logrus.ErrorLevel, logrus.InfoLevel)
}

// Slow answers, however uneven, neither correct a clock that is right nor warn of it.
func TestClockWithASlowRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	for n := range 40 {
		w.trip = time.Duration(n%7) * 400 * ms
		w.beats(1)
		w.is(clock.Right, 0)
	}
	w.said()
}
