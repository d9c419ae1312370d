package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestBenchIntake(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "intake", "--events", "1500")
	want := []string{"arrays_per_second", "arrays_rss_bytes", "bytes", "events", "idle_rss_bytes", "lines_per_second", "lines_rss_bytes"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["events"] != 1500 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

func TestBenchIntakeSendsNoMoreThanOneBodyHas(t *testing.T) {
	t.Parallel()
	got := newOnline(t).run("", "", "bench", "intake", "--events", "1400001")
	if got.code != 2 || !strings.Contains(got.stderr, "1 to 1400000 are allowed") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}
