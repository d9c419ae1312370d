package widget_test

import (
	"fmt"
	"testing"

	"github.com/deskbell/deskbell/domain/widget"
)

// BenchmarkDecide decides at a boundary, which is when decisions are made.
func BenchmarkDecide(b *testing.B) {
	week := compile(b, "Europe/Paris", "mon-fri 9-12, 13-18; sat 10-14")
	staggered := make([]string, 10)
	for i := range staggered {
		staggered[i] = fmt.Sprintf("mon-sat %d-%d, %d-%d", 6+i/2, 10+i/2, 11+i/2, 15+i/2)
	}
	benchmarks := []struct {
		name   string
		agents []widget.Agent
	}{
		{"no agents", nil},
		{"10 agents", shifts(b, "Europe/Paris", staggered...)},
		{"10 agents, one of them always there", shifts(b, "Europe/Paris", append(staggered[:9:9], "24/7")...)},
		{"10 agents who never come", shifts(b, "Europe/Paris", "gone", "gone", "gone", "gone", "gone", "gone", "gone", "gone", "gone", "gone")},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			p := widget.Property{Hours: week, Agents: bb.agents}
			before := widget.Decide(p, widget.State{}, at(b, "20 06:00"))
			boundary := before.State.Until
			for b.Loop() {
				widget.Decide(p, before.State, boundary)
			}
		})
	}
}
