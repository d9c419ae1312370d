package edit

import "github.com/deskbell/deskbell/jobs/store"

// Kind is a kind of definition.
type Kind string

// The kinds of definitions.
const (
	KindProperty    Kind = "property"
	KindAgent       Kind = "agent"
	KindSchedule    Kind = "schedule"
	KindDestination Kind = "destination"
)

// global is the store's name of a kind whose definitions are no subjects.
func (k Kind) global() store.Global {
	if k == KindSchedule {
		return store.GlobalSchedule
	}
	return store.GlobalDestination
}

// subject is the subject of a definition; false: this kind has none.
func (k Kind) subject(name string) (store.Subject, bool) {
	switch k {
	case KindProperty:
		return store.PropertySubject(name), true
	case KindAgent:
		return store.AgentSubject(name), true
	}
	return "", false
}
