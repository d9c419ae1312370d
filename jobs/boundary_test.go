package jobs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// A shop with everything that can have hours. Two workers serve it.
const shop = `{
	"schedules": {"day": "daily 9-17"},
	"properties": {
		"acme":   {"schedule": "day", "agents": ["lea"], "departments": {
			"sales":   {"schedule": "daily 9-12"},
			"support": {"schedule": "24/7"}}},
		"listed": {"schedule": "day", "destinations": ["crm"]},
		"mute":   {"schedule": "day", "destinations": []},
		"always": {}
	},
	"agents": {
		"lea": {"name": "Léa", "schedule": "day", "notify": {"on": ["hours_started", "hours_ended"]}},
		"tom": {"schedule": "daily 9-12", "notify": {"on": ["hours_started"], "via": ["ntfy://one/tom", "ntfy://two/tom"]}},
		"kim": {"schedule": "day"}
	},
	"destinations": {
		"all": {"type": "log", "actions": ["widget.state_changed", "department.state_changed", "agent.*"]},
		"crm": {"type": "log", "actions": ["widget.state_changed"]}
	}
}`

// TestBoundaries lets one day pass over a shop, on a server and embedded.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	for name, connect := range map[string]func(testing.TB) redis.UniversalOptions{
		"Redis":    func(t testing.TB) redis.UniversalOptions { return redistest.Start(t).Options() },
		"embedded": redistest.Embedded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{redis: connect(t)})
			b.define(shop)
			b.worker()
			b.worker()
			b.quiet()
			if sent := b.out.notices(); len(sent) > 0 {
				t.Errorf("notices before any boundary: %q", sent)
			}
			b.crosses(morning(9, 0))
			b.opens(t)
			b.crosses(morning(12, 0))
			b.closesADepartment(t)
			b.crosses(morning(17, 0))
			b.closes(t)
			b.inOrder(t)
		})
	}
}

func (b *bundle) expect(t *testing.T, destination string, boundary time.Time, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, b.at(destination, boundary)); diff != "" {
		t.Errorf("%s at %s (-want +got):\n%s", destination, boundary.Format("15:04"), diff)
	}
}

func (b *bundle) opens(t *testing.T) {
	t.Run("widgets, departments and agents flip once, and their actions have the ids of the boundary", func(t *testing.T) {
		b.expect(t, "all", morning(9, 0),
			"agent.notify:lea:hours_started", "agent.status_changed:kim", "agent.status_changed:lea", "agent.status_changed:tom",
			"department.state_changed:acme:sales", "department.state_changed:acme:support", "widget.state_changed:acme")
		for _, id := range []string{"acme", "acme/sales", "acme/support", "listed", "mute", "always"} {
			if got := b.status(id); got != widget.Online {
				t.Errorf("%s is %s", id, got)
			}
		}
	})
	t.Run("a destination has the types that it wants, of the properties that list it or list none", func(t *testing.T) {
		b.expect(t, "crm", morning(9, 0), "widget.state_changed:acme", "widget.state_changed:listed")
	})
	t.Run("a notice goes once by each service of the agent", func(t *testing.T) {
		want := []string{
			"ntfy://one/tom Your hours have started: You are online since Mon 09:00, until Mon 12:00.",
			"ntfy://two/tom Your hours have started: You are online since Mon 09:00, until Mon 12:00.",
		}
		if diff := cmp.Diff(want, b.out.notices()); diff != "" {
			t.Error(diff)
		}
	})
}

func (b *bundle) closesADepartment(t *testing.T) {
	t.Run("a department flips with its own hours", func(t *testing.T) {
		b.expect(t, "all", morning(12, 0), "agent.status_changed:tom", "department.state_changed:acme:sales")
		if b.status("acme") != widget.Online || b.status("acme/sales") != widget.Offline {
			t.Errorf("acme is %s, its sales %s", b.status("acme"), b.status("acme/sales"))
		}
	})
	t.Run("a notice that was not asked for is not sent", func(t *testing.T) {
		if sent := b.out.notices(); len(sent) != 2 {
			t.Errorf("%q", sent)
		}
	})
}

func (b *bundle) closes(t *testing.T) {
	t.Run("a property that closes closes its departments", func(t *testing.T) {
		b.expect(t, "all", morning(17, 0), "agent.notify:lea:hours_ended", "agent.status_changed:kim", "agent.status_changed:lea",
			"department.state_changed:acme:support", "widget.state_changed:acme")
		if got := b.status("acme/support"); got != widget.Offline {
			t.Errorf("support is %s", got)
		}
	})
	t.Run("what lists no destinations is heard nowhere", func(t *testing.T) {
		for _, destination := range []string{"all", "crm"} {
			for _, a := range b.actions(destination) {
				if a.Data.Property == "mute" || a.Data.Property == "listed" && destination != "crm" {
					t.Errorf("%s had %s", destination, a.ID)
				}
			}
		}
		if got := b.status("mute"); got != widget.Offline {
			t.Errorf("mute is %s", got)
		}
	})
}

// inOrder checks the whole day: the versions of each place grow by one
func (b *bundle) inOrder(t *testing.T) {
	t.Run("each destination has every version of each place once and in order", func(t *testing.T) {
		for _, destination := range []string{"all", "crm"} {
			last := make(map[string]int64)
			for _, a := range b.actions(destination) {
				if strings.HasPrefix(string(a.Type), "agent.notify") {
					continue
				}
				place := a.Data.Property + "/" + a.Data.Department + "/" + a.Data.Agent
				if before, ok := last[place]; ok && a.Data.Version <= before {
					t.Errorf("%s: version %d of %s comes after %d", destination, a.Data.Version, place, before)
				}
				last[place] = a.Data.Version
			}
		}
	})
}
