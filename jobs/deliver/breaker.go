package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// circuit is the record of a destination that fails. One that does not fail has none:
// the zero value, which is closed.
//
// After openAfter failures in a row it opens: no lane calls the destination for a
// pause, and then one lane alone does, by the Probe. If that call succeeds, the circuit
// closes; else it opens for a longer pause. A failure is a call that failed, or the
// first refusal of an action. A second refusal of the same action does not count:
// otherwise one action that the destination never accepts would in time hold up all
// others.
type circuit struct {
	Of       string    `json:"of"`                 // fingerprint of the definition: an edit makes it void
	Failures int       `json:"failures,omitempty"` // in a row, while it is closed
	Since    time.Time `json:"since"`              // the first of them
	Opened   int       `json:"opened,omitempty"`   // how often, in a row; 0: it is closed
	Until    time.Time `json:"until,omitzero"`     // when to probe
	Gone     bool      `json:"gone,omitempty"`     // no probes: it wants no more actions
	Held     bool      `json:"held,omitempty"`     // no probes: see Pause
	Error    string    `json:"error,omitempty"`    // the last
}

const (
	openAfter    = 5
	firstPause   = 5 * time.Second
	longestPause = 15 * time.Minute
	longestError = 500 // bytes of an error that are kept
	circuitTries = 20  // tries of a write, when other lanes are quicker
)

// growing is the pause before try n, counted from 0: it doubles, with up to a tenth
// more, so that lanes that failed together do not try again together.
func growing(n int) time.Duration {
	pause := longestPause
	if n < 8 {
		pause = min(firstPause<<n, longestPause)
	}
	return pause + rand.N(pause/10)
}

// isOpen tells whether only a probe may call now.
func (c circuit) isOpen() bool { return c.Gone || c.Opened > 0 }

// isDue tells whether an open circuit is to be probed.
func (c circuit) isDue(at time.Time) bool { return !c.Gone && !c.Held && !at.Before(c.Until) }

// isLost tells whether a destination has failed for so long that actions of that age
// are given up.
func (c circuit) isLost(at time.Time) bool {
	return c.isOpen() && at.Sub(c.Since) >= GiveUpAfter
}

// failed is the circuit after a failure. Failures of calls that were on their way when
// it opened change nothing, unless they say more: that the destination is gone, or asks
// for a longer pause.
func (c circuit) failed(at time.Time, of string, err error, probe bool) circuit {
	if c.Of != of {
		c = circuit{Of: of}
	}
	if c.Held { // no call opens or closes it
		return c
	}
	var said Error
	if e := (*Error)(nil); errors.As(err, &e) {
		said = *e
	}
	asked := at.Add(min(said.RetryAfter, GiveUpAfter))
	late := c.isOpen() && !probe
	if late && !said.Gone && (said.RetryAfter == 0 || !asked.After(c.Until)) {
		return c
	}
	if c.Since.IsZero() {
		c.Since = at.UTC().Truncate(time.Millisecond)
	}
	c.Error = clip(err.Error())
	c.Gone = c.Gone || said.Gone
	c.Failures++
	switch {
	case said.RetryAfter > 0:
		c.Until = asked
		c.Opened = max(c.Opened, 1)
	case probe || c.Failures >= openAfter:
		c.Until = at.Add(growing(c.Opened))
		c.Opened++
	}
	c.Until = c.Until.UTC().Truncate(time.Millisecond)
	return c
}

func clip(text string) string {
	if len(text) > longestError {
		return strings.ToValidUTF8(text[:longestError], "")
	}
	return text
}

// fingerprint tells a definition from another.
func fingerprint(def definition.Destination) string {
	h := fnv.New64a()
	_ = json.NewEncoder(h).Encode(def) // strings and numbers, into a hash: it cannot fail
	return fmt.Sprintf("%016x", h.Sum64())
}

// inForce are the circuits of the defined destinations that match their definitions.
func inForce(bodies map[string][]byte, defs map[string]definition.Destination) map[string]circuit {
	all := make(map[string]circuit, len(bodies))
	for name, body := range bodies {
		if def, ok := defs[name]; ok {
			if c := decodeCircuit(body); c.Of == fingerprint(def) {
				all[name] = c
			}
		}
	}
	return all
}

// decodeCircuit gives the zero circuit for a body that cannot be read: the next failure
// writes it anew.
func decodeCircuit(body []byte) (c circuit) {
	if len(body) == 0 || json.Unmarshal(body, &c) != nil {
		return circuit{}
	}
	return c
}

// breaker calls one destination when its circuit allows, and notes the result of the
// call in the circuit.
type breaker struct {
	d      *Deliverer
	name   string
	of     string
	to     Destination
	holder string // of the probe

	probing bool    // the next call is the probe
	seen    circuit // as it was last seen
	failure string  // of the last call that failed
	detail  string  // of that failure: see Detail
}

var errPaused = errors.New("the destination is paused")

// permit checks whether this breaker may call now. A probe is one call with one action.
// The error is errPaused when no call is allowed, or another lane probes.
func (l *breaker) permit(ctx context.Context) error {
	bodies, err := l.d.Store.Circuits(ctx)
	if err != nil {
		return err
	}
	c := decodeCircuit(bodies[l.name])
	if c.Of != l.of {
		c = circuit{}
	}
	l.seen, l.probing = c, false
	if !c.isOpen() {
		return nil
	}
	if !c.isDue(l.d.Now()) {
		return errPaused
	}
	l.probing, err = l.d.Store.Probe(ctx, l.name, store.Lease{Holder: l.holder, For: probeLease})
	if err == nil && !l.probing {
		err = errPaused
	}
	return err
}

// call makes one call, after permit. known says that the action was refused before.
func (l *breaker) call(ctx context.Context, batch []Delivery, known bool) error {
	failure := deliverInTime(ctx, l.to, batch)
	err := failure
	if failure != nil {
		err = fmt.Errorf("delivering %d actions to %q: %w", len(batch), l.name, failure)
		l.failure, l.detail = clip(failure.Error()), clip(Detail(failure))
	}
	if failure != nil && ctx.Err() != nil {
		return err // this process ended the call: the destination did not fail
	}
	refused := isRefused(err)
	switch {
	case err == nil:
		l.d.Observe(l.name, "delivered", len(batch))
	case refused:
		l.d.Observe(l.name, "refused", len(batch))
	default:
		l.d.Observe(l.name, "failed", len(batch))
	}
	if told := l.tell(ctx, failure, refused && known); told != nil {
		return errors.Join(err, told)
	}
	return err
}

// tell notes the result of a call. A refusal of an action that was refused before does
// not count: then the next call may probe.
func (l *breaker) tell(ctx context.Context, failure error, neutral bool) error {
	var err error
	switch {
	case neutral:
	case failure != nil:
		err = l.change(ctx, failure, func(c circuit) circuit { return c.failed(l.d.Now(), l.of, failure, l.probing) })
	case l.probing || l.seen.Failures > 0:
		err = l.change(ctx, nil, func(c circuit) circuit {
			if c.Held || c.isOpen() && !l.probing {
				return c // it opened while this call was on its way
			}
			return circuit{}
		})
	}
	if l.probing {
		_, gave := l.d.Store.Probe(ctx, l.name, store.Lease{Holder: l.holder})
		err = errors.Join(err, gave)
	}
	return err
}

// change writes a circuit anew, and logs when it opens, by a failure, or closes.
func (l *breaker) change(ctx context.Context, failure error, next func(circuit) circuit) error {
	for range circuitTries {
		bodies, err := l.d.Store.Circuits(ctx)
		if err != nil {
			return err
		}
		before := decodeCircuit(bodies[l.name])
		after := next(before)
		var body []byte
		if after != (circuit{}) {
			if body, err = json.Marshal(after); err != nil {
				return fmt.Errorf("encoding the circuit of %q: %w", l.name, err)
			}
		}
		ok, err := l.d.Store.SetCircuit(ctx, l.name, bodies[l.name], body)
		if err != nil {
			return err
		}
		if ok {
			l.seen = after
			return l.changed(ctx, before, after, failure)
		}
	}
	return fmt.Errorf("writing the circuit of %q: %w", l.name, store.ErrContended)
}

func (l *breaker) changed(ctx context.Context, before, after circuit, failure error) error {
	log := WithDetail(l.d.Log.WithField("destination", l.name), failure)
	switch {
	case after.Gone && !before.Gone:
		log.WithField("error", after.Error).
			Warn("destination is gone: its actions wait for 12 hours; remove it, define it anew, or resume it by deskbell deliveries replay --destination")
	case after.isOpen() && !before.isOpen():
		log.WithFields(logrus.Fields{"until": after.Until.Format(time.RFC3339), "error": after.Error}).
			Warn("destination is paused: it keeps failing; its actions wait, and it is tried again by itself; look at the receiver")
	case before.isOpen() && !after.isOpen():
		log.WithField("failed_for", l.d.Now().Sub(before.Since).Round(time.Second).String()).
			Info("destination answers again: what waited is delivered now")
		return l.d.wake(ctx, l.name)
	}
	return nil
}

// isRefused tells whether the destination answered, and refused the actions.
func isRefused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Refused
}
