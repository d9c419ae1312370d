package jobs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// put puts a definition, no matter which one is there.
func (b *bundle) put(kind edit.Kind, name string, def any) edit.Stored {
	b.Helper()
	s, _, err := b.client.Put(b.Context(), kind, name, def, edit.Match{})
	b.must(err)
	return s
}

func (b *bundle) schedule(text string) *hours.Spec {
	b.Helper()
	spec, err := definition.ParseSchedule(text)
	b.must(err)
	return spec
}

func TestDefinitionsOneByOneReachTheWorkers(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.put(edit.KindSchedule, "office", b.schedule("daily 9-17"))
	b.put(edit.KindAgent, "lea", &definition.Agent{})
	b.put(edit.KindProperty, "acme", &definition.Property{Schedule: definition.Schedule{Name: "office"}, Agents: []string{"lea"}})
	b.worker()
	b.becomes("acme", widget.Online)
	b.put(edit.KindSchedule, "office", b.schedule("daily 12-17"))
	b.becomes("acme", widget.Offline)
	b.put(edit.KindProperty, "acme", &definition.Property{Agents: []string{"lea"}})
	b.becomes("acme", widget.Online)
	b.put(edit.KindAgent, "lea", &definition.Agent{Schedule: definition.Schedule{Name: "office"}})
	b.becomes("acme", widget.Away)
	b.put(edit.KindProperty, "acme", &definition.Property{})
	b.becomes("acme", widget.Online)
	b.must(b.client.Delete(t.Context(), edit.KindProperty, "acme", edit.Match{}))
	if _, err := b.client.Get(t.Context(), edit.KindProperty, "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it is removed, and there: %v", err)
	}
	b.quiet()
}

// Apply stores the same as single puts do, with the same tag.
func TestDefinitionsOneByOneAreThoseOfAFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"schedules": {"s": "mon-fri 9-17"}, "agents": {"a": {"schedule": "s"}}, "properties": {"p": {"agents": ["a"]}}, "destinations": {"d": {"type": "log"}}}`)
	for kind, c := range map[edit.Kind]struct {
		name string
		def  any
	}{
		edit.KindSchedule: {"s", b.schedule("mon-fri 9-17")}, edit.KindAgent: {"a", &definition.Agent{Schedule: definition.Schedule{Name: "s"}}},
		edit.KindProperty: {"p", &definition.Property{Agents: []string{"a"}}}, edit.KindDestination: {"d", &definition.Destination{Type: "log"}},
	} {
		there, err := b.client.Get(t.Context(), kind, c.name)
		b.must(err)
		s, created, err := b.client.Put(t.Context(), kind, c.name, c.def, edit.Match{Is: []string{there.ETag}})
		b.must(err)
		if created || s.ETag != there.ETag {
			t.Errorf("%s: %s, and in the file %s", kind, s.Body, there.Body)
		}
	}
}

func TestUsersAreFoundThoughTheIndexNamesTooMany(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.put(edit.KindAgent, "lea", &definition.Agent{})
	for i := range 40 {
		p := &definition.Property{Agents: []string{"lea"}}
		b.put(edit.KindProperty, fmt.Sprint("p", i), p)
		if i != 7 {
			b.put(edit.KindProperty, fmt.Sprint("p", i), &definition.Property{})
		}
	}
	err := b.client.Delete(t.Context(), edit.KindAgent, "lea", edit.Match{})
	var inUse *edit.InUseError
	if !errors.As(err, &inUse) || !slices.Equal(inUse.Users, []store.Subject{"property/p7"}) {
		t.Errorf("removing an agent who is listed: %v", err)
	}
	b.put(edit.KindProperty, "p7", &definition.Property{})
	b.must(b.client.Delete(t.Context(), edit.KindAgent, "lea", edit.Match{}))
}

func TestDestinationsNamePropertiesAndAgents(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	desk := &definition.Destination{
		Type: "chatwoot", URL: "https://desk.example", Account: 3, TokenEnv: "CHATWOOT_TOKEN", SecretEnv: []string{"DESK_SECRET"},
		Inboxes: map[string]string{"7": "acme", "8": "acme"}, Agents: map[string]string{"12": "lea"},
	}
	_, _, err := b.client.Put(t.Context(), edit.KindDestination, "support", desk, edit.Match{})
	var faults definition.Faults
	if !errors.As(err, &faults) || len(faults) != 3 || faults[0].Path != "/inboxes/7" || faults[2].Path != "/agents/12" || faults[2].Allowed != "one that is defined" {
		t.Errorf("a destination that names what is not there: %v", err)
	}
	b.put(edit.KindProperty, "acme", &definition.Property{})
	b.put(edit.KindAgent, "lea", &definition.Agent{})
	b.put(edit.KindDestination, "support", desk)
	named := map[edit.Kind]string{edit.KindProperty: "acme", edit.KindAgent: "lea"}
	for kind, name := range named {
		err := b.client.Delete(t.Context(), kind, name, edit.Match{})
		var inUse *edit.InUseError
		if !errors.As(err, &inUse) || !slices.Equal(inUse.Users, []store.Subject{"destination/support"}) {
			t.Errorf("removing the %s of a destination: %v", kind, err)
		}
	}
	b.must(b.client.Delete(t.Context(), edit.KindDestination, "support", edit.Match{}))
	for kind, name := range named {
		b.must(b.client.Delete(t.Context(), kind, name, edit.Match{}))
	}
}

func TestANameThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	for _, name := range []string{"", "a/b", "-", "a,b", strings.Repeat("x", 65), "{0}"} {
		_, _, err := b.client.Put(t.Context(), edit.KindProperty, name, &definition.Property{}, edit.Match{})
		var faults definition.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
