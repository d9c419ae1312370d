package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Delivery is one action for a destination. Shard and Seq are its place, which only
// grows within a shard, and so for each subject.
type Delivery struct {
	Shard int
	Seq   string
	ID    string // of the action, the same on every try
	Body  []byte // CloudEvents JSON
}

// Destination receives deliveries. A receiver that must not get an action twice has to
// recognise its id, or its place.
type Destination interface {
	// Most is how many deliveries one call takes; at least 1.
	Most() int
	// Deliver makes one call, of at most Most deliveries of one shard, in their order.
	// The context ends after ten seconds. An error means that none of them counts as
	// delivered: all come again. An *Error says more.
	Deliver(ctx context.Context, batch []Delivery) error
}

// OpenDestination makes a destination of one type ready. The name is that of its
// definition.
type OpenDestination func(name string, def definition.Destination) (Destination, error)

const deliveryBatch = 200 // entries read together

// probeLease is how long no other lane may try a destination that fails. It outlasts a call.
const probeLease = 15 * time.Second

// CallLimit is how long one call to a destination may take. The lease of the lane is renewed meanwhile.
const CallLimit = 10 * time.Second

// Snooze is an error after which a job is to be run again at some time, and not
// after a pause that asynq's number of retries gives.
type Snooze struct {
	error
	In time.Duration
}

func (e *Snooze) Unwrap() error { return e.error }

// subjectOf is the subject of an action: those of one subject are kept in order. An
// action that cannot be read has none, and holds up no other.
func subjectOf(body []byte) string {
	var a struct {
		Data struct {
			Property string `json:"property"`
			Visitor  string `json:"visitor"`
			Agent    string `json:"agent"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &a) != nil {
		return ""
	}
	switch {
	case a.Data.Visitor != "":
		return string(store.VisitorSubject(a.Data.Property, a.Data.Visitor))
	case a.Data.Property != "":
		return string(store.PropertySubject(a.Data.Property))
	case a.Data.Agent != "":
		return string(store.AgentSubject(a.Data.Agent))
	}
	return ""
}

// isNotice tells whether an action is a notice to an agent, as this program writes it.
func isNotice(body []byte) bool {
	return bytes.Contains(body[:min(len(body), 1000)], []byte(`"type":"`+action.AgentNotify+`"`))
}

// idOf is the id of an action. This program writes it near the beginning, where it is
// found a hundred times as fast as by decoding.
func idOf(body []byte) string {
	if rest, ok := bytes.CutPrefix(body, []byte(`{"specversion":"1.0","id":"`)); ok {
		if id, _, ok := bytes.Cut(rest, []byte{'"'}); ok && !bytes.ContainsRune(id, '\\') {
			return string(id)
		}
	}
	var a struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &a) // a body that cannot be read has none
	return a.ID
}
