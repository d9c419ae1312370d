package bench

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Guarantee is what Deskbell promises, and how often it was looked at and broken.
type Guarantee struct {
	Name    string `json:"guarantee"`
	Counted int    `json:"counted"`
	Broken  int    `json:"broken"`
	Such    string `json:"such_as,omitempty"` // the first that was broken
}

func (g *Guarantee) look(holds bool, format string, args ...any) {
	if g.Counted++; holds {
		return
	}
	if g.Broken++; g.Such == "" {
		g.Such = fmt.Sprintf(format, args...)
	}
}

// evidence is what was acknowledged, and what came of it.
type evidence struct {
	load         *faultLoad
	hook, stream *arrivals // of the webhook, and of the Redis stream
	shows        map[string]shown
	by           map[said][]delivered // messages, by whom they are for; of the webhook
}

// said names a message: a visitor has one of each trigger.
type said struct{ visitor, trigger string }

func (e *evidence) messages() map[said][]delivered {
	if e.by == nil {
		e.by = make(map[said][]delivered)
		for _, a := range e.hook.list {
			if a.visitor != "" {
				e.by[said{a.visitor, a.trigger}] = append(e.by[said{a.visitor, a.trigger}], a)
			}
		}
	}
	return e.by
}

// dues are the messages and flips that must come, and when each is due.
func (e *evidence) dues() (messages map[said]time.Time, flips []time.Time) {
	e.load.mu.Lock()
	defer e.load.mu.Unlock()
	messages = make(map[said]time.Time)
	for visitor, at := range e.load.arrived {
		messages[said{visitor, greeting}], messages[said{visitor, second}] = at, at.Add(secondDelay)
	}
	for visitor, c := range e.load.chats {
		if c.answered == never {
			messages[said{visitor, rescue}] = c.due
		}
	}
	return messages, slices.Clone(e.load.flips)
}

func (e *evidence) judge() []Guarantee {
	return []Guarantee{e.lost(), e.sameActions(), e.doubled(), e.early(), e.order(), e.versions(), e.answersFirst(), e.lastStates()}
}

func (e *evidence) lost() Guarantee {
	g := Guarantee{Name: "nothing that is due is lost"}
	messages, flips := e.dues()
	for who, due := range messages {
		g.look(len(e.messages()[who]) > 0, "%s of %s, due at %s", who.trigger, who.visitor, due.Format(time.StampMilli))
	}
	flipped := make(map[string]bool)
	for _, a := range e.hook.list {
		flipped[fmt.Sprint(a.property, a.boundary.Unix())] = true
	}
	for _, at := range flips {
		for i := range faultClocks {
			property := numbered("clock", i)
			g.look(flipped[fmt.Sprint(property, at.Unix())], "the flip of %s at %s", property, at.Format(time.TimeOnly))
		}
	}
	return g
}

// sameActions holds that no receiver misses what the other has.
func (e *evidence) sameActions() Guarantee {
	g := Guarantee{Name: "each receiver has each action"}
	for id := range e.hook.sums {
		_, has := e.stream.sums[id]
		g.look(has, "%s is not in the stream", id)
	}
	for id := range e.stream.sums {
		if _, has := e.hook.sums[id]; !has {
			g.look(false, "%s did not come to the webhook", id)
		}
	}
	return g
}

// doubled: a webhook may get an action again, with its id and content; a Redis stream may not.
func (e *evidence) doubled() Guarantee {
	g := Guarantee{Name: "nothing is doubled, by its id"}
	for who, came := range e.messages() {
		g.look(len(came) == 1, "%s of %s came %d times, with several ids", who.trigger, who.visitor, len(came))
	}
	for range e.stream.again {
		g.look(false, "an action stands twice in the stream")
	}
	for _, id := range slices.Concat(e.hook.changed, e.stream.changed) {
		g.look(false, "%s came again with another content", id)
	}
	return g
}

func (e *evidence) early() Guarantee {
	g := Guarantee{Name: "nothing is early"}
	messages, _ := e.dues()
	for who, due := range messages {
		for _, a := range e.messages()[who] {
			g.look(!a.at.Before(due), "%s of %s came %s early", who.trigger, who.visitor, due.Sub(a.at))
		}
	}
	for _, a := range e.hook.list {
		if !a.boundary.IsZero() {
			g.look(!a.at.Before(a.boundary), "the flip of %s came %s early", a.property, a.boundary.Sub(a.at))
		}
	}
	return g
}

func (e *evidence) order() Guarantee {
	g := Guarantee{Name: "the actions of a visitor are in order"}
	for _, receiver := range []*arrivals{e.hook, e.stream} {
		greeted := make(map[string]bool)
		for _, a := range receiver.list {
			switch a.trigger {
			case greeting:
				greeted[a.visitor] = true
			case second:
				g.look(greeted[a.visitor], "%s had %s first", a.visitor, second)
			}
		}
	}
	return g
}

func (e *evidence) versions() Guarantee {
	g := Guarantee{Name: "versions grow, at each receiver and property"}
	for _, receiver := range []*arrivals{e.hook, e.stream} {
		last := make(map[string]int64)
		for _, a := range receiver.list {
			if a.status != "" {
				g.look(a.version > last[a.property], "%s: %d after %d", a.property, a.version, last[a.property])
				last[a.property] = a.version
			}
		}
	}
	return g
}

func (e *evidence) answersFirst() Guarantee {
	g := Guarantee{Name: "no rescue after an answer accepted in time"}
	e.load.mu.Lock()
	defer e.load.mu.Unlock()
	for visitor, c := range e.load.chats {
		if c.answered == inTime {
			g.look(len(e.messages()[said{visitor, rescue}]) == 0, "%s, due at %s", visitor, c.due.Format(time.StampMilli))
		}
	}
	return g
}

// lastStates holds that a receiver knows in the end what is committed, and that this is what the last acknowledged edit asks for.
func (e *evidence) lastStates() Guarantee {
	g := Guarantee{Name: "the last state that came is the committed one"}
	for _, property := range slices.Sorted(maps.Keys(e.shows)) {
		now := e.shows[property]
		for _, receiver := range []*arrivals{e.hook, e.stream} {
			last := receiver.last(property)
			g.look(last == now, "%s: %v, and %v is committed", property, last, now)
		}
	}
	e.load.mu.Lock()
	defer e.load.mu.Unlock()
	for property, status := range e.load.doors {
		g.look(e.shows[property].Status == status, "%s is %s, and the last edit says %s", property, e.shows[property].Status, status)
	}
	return g
}
