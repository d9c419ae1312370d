package deliver

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// wish decides which actions of an outbox a destination gets, and with which properties.
type wish struct {
	name  string
	def   definition.Destination
	rest  bool      // it is the default one, and there is no other to get what nobody asked for
	own   bool      // it is the worker's own, and gets all
	since time.Time // own: from then on
}

// wanted is the body of an action as the destination gets it; nil: it does not. It leaves out actions for other destinations, and
// types that this one does not want. It wants an action that names it, whatever the type.
func (w *wish) wanted(e store.Entry) []byte {
	if w.own && e.At.Before(w.since) {
		return nil
	}
	properties, gets := w.properties(e)
	if !gets {
		return nil
	}
	body, err := action.WithProperties(e.Body, properties)
	if err != nil { // it is none of ours: the receiver may know better
		return e.Body
	}
	return body
}

// properties are those that an action of an agent bears here, and whether the destination gets it.
func (w *wish) properties(e store.Entry) (all []string, gets bool) {
	if e.For == nil {
		return nil, w.own || (e.To == nil || slices.Contains(e.To, w.name)) && w.wants(e.Body)
	}
	switch {
	case w.own:
		return store.Properties(e.For), true
	case len(e.For) == 0: // of an agent who serves none
		return nil, w.rest || w.names(e.Body)
	}
	its := slices.DeleteFunc(slices.Clone(e.For), func(s store.Share) bool { return s.To != nil && !slices.Contains(s.To, w.name) })
	return store.Properties(its), len(its) > 0 && w.wants(e.Body)
}

// head is as much of an action as decides who wants it.
type head struct {
	Type action.Type
	Data struct{ Destination string }
}

func (w *wish) wants(body []byte) bool {
	if len(w.def.Actions) == 0 {
		return true
	}
	var h head
	return json.Unmarshal(body, &h) == nil && (w.def.Wants(h.Type) || h.Data.Destination == w.name)
}

func (w *wish) names(body []byte) bool {
	var h head
	return json.Unmarshal(body, &h) == nil && w.def.Names(h.Type)
}
