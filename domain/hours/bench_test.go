package hours

import (
	"testing"
	"time"
)

// benches are the schedules by which the package's speed is measured.
func benches(t testing.TB) map[string]*Schedule {
	spec := func(exceptions int, step int) *Schedule {
		s := &Spec{}
		for day := time.Monday; day <= time.Friday; day++ {
			s.Weekly[day] = []Window{{540, 720}, {780, 1080}}
		}
		first := Date{2026, time.November, 21}.number()
		for i := range exceptions {
			s.Exceptions = append(s.Exceptions, Exception{From: dateOf(first + i*step)})
		}
		compiled, err := s.Compile(zone(t, "Europe/Paris"))
		if err != nil {
			t.Fatal(err)
		}
		return compiled
	}
	return map[string]*Schedule{
		"five days":                     spec(0, 1),
		"200 exceptions, spread":        spec(200, 3),
		"200 exceptions, one after one": spec(200, 1),
		"holidays":                      schedule(t, "Europe/Paris", "{weekly: {mon-fri: 9-17}, holidays: FR}"),
		"overridden":                    spec(0, 1).With(Override{Until: day(20)}),
		"closed for 900 years":          schedule(t, "Europe/Paris", "{weekly: {mon-fri: 9-17}, exceptions: [{from: 2026-11-01, to: 2926-11-01, closed: true}]}"),
		"never open, with holidays":     schedule(t, "Europe/Paris", "{weekly: closed, holidays: FR}"),
		"24/7":                          schedule(t, "Europe/Paris", "24/7"),
	}
}

func BenchmarkNextBoundary(b *testing.B) {
	for name, s := range benches(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.NextBoundary(day(19))
			}
		})
	}
}

func BenchmarkAt(b *testing.B) {
	for name, s := range benches(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.At(day(19))
			}
		})
	}
}

func BenchmarkParseAndCompile(b *testing.B) {
	value := tree(b, example)
	b.ReportAllocs()
	for b.Loop() {
		spec, err := Parse(value)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := spec.Compile(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAnswersDoNotAllocate(t *testing.T) {
	for name, s := range benches(t) {
		s.At(day(19)) // computes the holidays of the years
		if n := testing.AllocsPerRun(100, func() { s.At(day(19)); s.NextBoundary(day(19)) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
