package agent_test

import (
	"testing"

	"github.com/deskbell/deskbell/domain/agent"
)

// BenchmarkNextBoundary asks what a widget asks of each of its agents at a boundary.
func BenchmarkNextBoundary(b *testing.B) {
	hours := compile(b, "Europe/Paris", "mon-sat 6-10, 11-15")
	logins := agent.Rules{OnlineWhen: agent.WhenScheduledAndLoggedIn, IdleAfter: 15 * minute, AutoOfflineAfter: 10 * minute}
	benchmarks := []struct {
		name  string
		rules agent.Rules
		said  []string
	}{
		{"nothing said", agent.Rules{}, nil},
		{"active", agent.Rules{}, []string{"19 10:00 in", "20 05:59 active"}},
		{"a choice of yesterday", agent.Rules{}, []string{"19 10:00 set away"}},
		{"all that there is", logins, []string{"19 10:00 in a", "19 10:00 in b 120", "20 05:59 active b", "19 11:00 set away", "19 11:00 chat c1 assigned asked"}},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			a := agent.Agent{Hours: hours, Rules: bb.rules, AsOf: at(b, "20 06:00")}
			a.Presence = tell(b, a, bb.said...).presence(orders(len(bb.said))[0])
			for b.Loop() {
				a.Available(a.AsOf)
				a.NextBoundary(a.AsOf)
			}
		})
	}
}
