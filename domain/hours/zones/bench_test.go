package zones_test

import (
	"testing"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

func BenchmarkRefuse(b *testing.B) {
	for b.Loop() {
		_, _ = zones.Load("Europa/Pariserstrasse-und-noch-mehr-Zeichen-als-ueblich")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		_, _ = zones.Load("Europe/Paris")
	}
}
