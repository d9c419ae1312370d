package definition_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestCoverServes(t *testing.T) {
	t.Parallel()
	day := func(d int) hours.Date { return hours.Date{Year: 2026, Month: time.November, Day: d} }
	c := definition.Cover{For: "lea", By: "tom", From: day(23), To: day(24)}
	auckland := time.FixedZone("NZDT", 13*3600)
	for _, tt := range []struct {
		at   string
		zone *time.Location
		want bool
	}{
		{"2026-11-22T23:59:59Z", time.UTC, false},
		{"2026-11-23T00:00:00Z", time.UTC, true},
		{"2026-11-24T23:59:59Z", time.UTC, true},
		{"2026-11-25T02:00:00Z", time.UTC, true}, // the end of a shift of the 24th
		{"2026-11-26T00:00:00Z", time.UTC, false},
		{"2026-11-22T11:00:00Z", auckland, true},
		{"2026-11-25T11:00:00Z", auckland, false},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Serves(at, tt.zone); got != tt.want {
			t.Errorf("at %s in %s: %t", tt.at, tt.zone, got)
		}
	}
}

func TestServing(t *testing.T) {
	t.Parallel()
	turns := func(agents string) []byte {
		return []byte(`{"weekly":{"mon":"9-17"},"rotation":{"every":"1w","of":[` + agents + `],"from":"2026-11-30"}}`)
	}
	p := definition.Property{
		Schedule: definition.Schedule{Name: "day"}, Agents: []string{"lea"},
		Departments: map[string]definition.Department{
			"sales": {Agents: []string{"lea", "tom"}, Schedule: definition.Schedule{InPlace: turns(`"kim","lea"`)}},
		},
	}
	got := p.Serving(func(name string) []byte {
		if name != "day" {
			t.Errorf("it asks for %q", name)
		}
		return turns(`"ann","lea"`)
	})
	slices.Sort(got)
	if diff := cmp.Diff([]string{"ann", "kim", "lea", "tom"}, got); diff != "" {
		t.Error(diff)
	}
	p.Departments = nil
	if diff := cmp.Diff([]string{"lea"}, p.Serving(func(string) []byte { return nil })); diff != "" {
		t.Error(diff)
	}
}
