package jobs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestDifferencesOf(t *testing.T) {
	t.Parallel()
	of := func(program, zone string) store.Beat { return store.Beat{Program: program, TimeZone: zone} }
	for _, c := range []struct {
		name string
		live []store.Beat
		want []string
	}{
		{"nobody", nil, nil},
		{"one", []store.Beat{of("1.2.0", "UTC")}, nil},
		{"the same", []store.Beat{of("1.2.0", "UTC"), of("1.2.0", "UTC")}, nil},
		{"by another name", []store.Beat{of("1.2.0", "UTC"), of("1.2.0", "Etc/UTC")}, nil},
		{"one that does not say", []store.Beat{of("1.2.0", "UTC"), of("", "")}, nil},
		{"another zone", []store.Beat{of("1.2.0", "UTC"), of("1.2.0", "Europe/Berlin"), of("1.2.0", "UTC")},
			[]string{"processes have different DESKBELL_TIME_ZONE, so that they disagree about hours: Etc/UTC, Europe/Berlin; give all the same"}},
		{"another program and zone", []store.Beat{of("1.2.0", "UTC"), of("1.3.0", "Europe/Berlin")}, []string{
			"processes have different DESKBELL_TIME_ZONE, so that they disagree about hours: Etc/UTC, Europe/Berlin; give all the same",
			"processes are of different versions of Deskbell: 1.2.0, 1.3.0; update all",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, jobs.DifferencesOf(c.live).Words()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
