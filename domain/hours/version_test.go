package hours_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Versions grow, also where what was decided last is lost: the state before, with its low version, is the one that came back then.
func TestVersionsGrow(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	const edited = 1_795_400_000_000_001
	for _, c := range []struct {
		name             string
		before, revision int64
		boundary         time.Time
		want             int64
	}{
		{name: "a first state", want: 1},
		{name: "a first state of a record", revision: edited, want: edited},
		{name: "a record that has not been written since", before: edited, revision: edited, want: edited + 1},
		{name: "an edit", before: 7, revision: edited, want: edited},
		{name: "a boundary", before: edited, revision: edited, boundary: nine, want: nine.UnixMicro()},
		{name: "a boundary before an edit", before: edited, revision: nine.UnixMicro() + 5, boundary: nine, want: nine.UnixMicro() + 5},
		{name: "a clock that was set back", before: nine.UnixMicro() + 5, revision: edited, boundary: nine, want: nine.UnixMicro() + 6},
	} {
		if got := hours.NextVersion(c.before, c.revision, c.boundary); got != c.want {
			t.Errorf("%s: %d after %d, want %d", c.name, got, c.before, c.want)
		}
	}
}
