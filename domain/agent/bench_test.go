package agent_test

import (
	"fmt"
	"testing"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/widget"
)

// BenchmarkWidget decides a property with 10 agents at a boundary, which is when it looks furthest ahead.
func BenchmarkWidget(b *testing.B) {
	var hours []agent.Agent
	for i := range 10 {
		hours = append(hours, agent.Agent{Hours: compile(b, "Europe/Paris", fmt.Sprintf("mon-sat %d-%d, %d-%d", 6+i/2, 10+i/2, 11+i/2, 15+i/2))})
	}
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
			p := widget.Property{Hours: compile(b, "Europe/Paris", "mon-fri 9-12, 13-18; sat 10-14")}
			for _, a := range hours {
				a.Rules, a.AsOf = bb.rules, at(b, "20 06:00")
				a.Presence = tell(b, a, bb.said...).presence(orders(len(bb.said))[0])
				p.Agents = append(p.Agents, a)
			}
			before := widget.Decide(p, widget.State{}, at(b, "20 06:00"))
			boundary := before.State.Until
			for b.Loop() {
				widget.Decide(p, before.State, boundary)
			}
		})
	}
}
