package edit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Names are the definitions that a key of some properties may name in them. Agents, schedules and destinations have no tenant of
// their own: without such a list, a key of one shop would reach the people, the hours and the webhooks of another.
//
// A list that is nil was never made, and an empty one names nothing.
type Names struct {
	Agents       []string `json:"agents"`
	Schedules    []string `json:"schedules"`
	Destinations []string `json:"destinations"`
}

// namesIn are the names in a property: those that it lists, and those in the rotations of schedules in place.
func namesIn(p *definition.Property) Names {
	return Names{
		Agents:       p.Serving(func(string) []byte { return nil }),
		Schedules:    p.Uses(),
		Destinations: slices.Concat(p.Destinations, p.Notified()),
	}
}

// and are the names of both, sorted, each once. No list of them is nil.
func (n Names) and(more Names) Names {
	return Names{both(n.Agents, more.Agents), both(n.Schedules, more.Schedules), both(n.Destinations, more.Destinations)}
}

func both(a, b []string) []string {
	all := append(append([]string{}, a...), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// or are these names, and those of others where a list was never made.
func (n Names) or(others Names) Names {
	if n.Agents == nil {
		n.Agents = others.Agents
	}
	if n.Schedules == nil {
		n.Schedules = others.Schedules
	}
	if n.Destinations == nil {
		n.Destinations = others.Destinations
	}
	return n.and(Names{})
}

// any tells whether there is a name.
func (n Names) any() bool { return len(n.Agents)+len(n.Schedules)+len(n.Destinations) > 0 }

// lacks tells whether a list was never made.
func (n Names) lacks() bool { return n.Agents == nil || n.Schedules == nil || n.Destinations == nil }

// IsBound tells whether a key is for some properties alone.
func (k Key) IsBound() bool { return len(k.Properties) > 0 }

// May tells whether a key may see and change a property.
func (k Key) May(property string) bool {
	return !k.IsBound() || slices.Contains(k.Properties, property)
}

// namesNow are the names in the properties of a key, as these are defined now.
func (ks Keys) namesNow(ctx context.Context, properties []string) (all Names, err error) {
	subjects := make([]store.Subject, len(properties))
	for i, id := range properties {
		subjects[i] = store.PropertySubject(id)
	}
	records, err := ks.Store.Load(ctx, subjects)
	if err != nil {
		return all, err
	}
	for _, r := range records {
		var p definition.Property
		if r.Definition != nil && json.Unmarshal(r.Definition, &p) == nil { // one that cannot be read names nothing
			all = all.and(namesIn(&p))
		}
	}
	return all.and(Names{}), nil
}

// Complete gives the keys that an earlier version has made, and that list no names, those in their properties now. Each is
// written once, by whichever process is first: what a key adds to its property later widens nothing.
func (ks Keys) Complete(ctx context.Context) error {
	ring, err := ks.Load(ctx)
	if err != nil {
		return err
	}
	for _, k := range ring {
		if !k.IsBound() || k.IsForPages() || !k.Names.lacks() {
			continue
		}
		err := swap(ctx, ks.Store, store.GlobalKey, k.Name, fmt.Sprintf("key %q", k.Name), func(before []byte) ([]byte, error) {
			return ks.completed(ctx, k.Name, before)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// completed is a key as it is stored, with names; nil where it was revoked meanwhile.
func (ks Keys) completed(ctx context.Context, name string, body []byte) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var k storedKey
	if err := json.Unmarshal(body, &k); err != nil {
		return nil, fmt.Errorf("decoding key %q: %w", name, err)
	}
	if !k.Names.lacks() {
		return body, nil
	}
	now, err := ks.namesNow(ctx, k.Properties)
	if err != nil {
		return nil, err
	}
	k.Names = k.Names.or(now)
	return json.Marshal(k)
}
