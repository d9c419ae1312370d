// Package adapter is the form of what joins a chat product to Deskbell: In makes events of the product's requests, and Out makes
// calls to the product of actions; Check finds whether it is joined as it should be. All are pure tables, without network, clock or store:
// package main joins them to the receiver of web and to the deliveries of the worker. Package caller makes their calls. So another product needs a table of its own, and nothing in the core.
//
// An adapter imports domain/event and domain/action alone, and nothing but package main imports it.
package adapter

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
)

// Request is a request of a chat product to Deskbell, whose sender is known already.
type Request struct {
	Header http.Header
	Body   []byte
	At     time.Time // when it came
}

// Received is the content of a request.
type Received struct {
	Items   []event.Item // the events, and the faults of those that cannot be taken
	Ignored string       // why there is none; empty where there are some
}

// In makes events of requests. The ids of events say what they are about, and not how they came: the same message by two requests,
// or by polling, is one event. An error is of a request that cannot be read.
type In interface {
	Events(r Request) (Received, error)
}

// Plan is what an action asks of the product.
type Plan struct {
	Calls   []Call // in this order
	Skipped string // why there is none; empty where there are some
}

// Out makes calls of actions. An error is of an action that cannot be read.
type Out interface {
	Calls(a action.Action) (Plan, error)
}

// Call is one request to the product.
type Call struct {
	Method string
	Path   string          // below the product's address, with its query
	Body   json.RawMessage // nil: none, or that of Look
	Admin  bool            // it needs the token of an administrator
	Look   *Look           // nil: it is made without a look

	// Stands tells whether the product has done what it was asked for, by the body of its answer to a call that succeeded. nil: every
	// success counts.
	Stands func(answer []byte) error
}

// Look is a request that comes before a call, where a call that is repeated must not act twice, or where the body of the call
// depends on what is there already.
type Look struct {
	Path  string // of a GET
	Admin bool
	// Next is the body of the call, by the body of the answer to the look. done tells that the product has it already: then there is no
	// call.
	Next func(answer []byte) (body json.RawMessage, done bool, err error)
}

// Check tells whether the product and Deskbell are joined as they should be. address is where the product sends its requests.
type Check interface {
	Probes(address string) []Probe
}

// Probe is a look at the product, and what it shows.
type Probe struct {
	Path  string // of a GET
	Admin bool
	// Judge finds what works, and what does not, in an answer with any status.
	Judge func(a Answer) []Finding
}

// Answer is an answer of the product.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time // when it came
}

// Finding is one thing that works, or does not.
type Finding struct {
	What    string // "the token of the bot"
	Trouble string // what is wrong, and what mends it; empty: it works
	Warning bool   // it works all the same
}
