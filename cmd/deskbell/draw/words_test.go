package draw

import (
	"testing"
	"time"
)

func TestInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{time.Second, "1 min"},
		{59*time.Minute + time.Second, "1 h"},
		{90 * time.Minute, "1 h 30 min"},
		{46 * time.Hour, "1 day 22 h"},
		{48 * time.Hour, "2 days"},
		{400 * 24 * time.Hour, "400 days"},
	} {
		if got := inWords(c.d); got != c.want {
			t.Errorf("%s: got %q, want %q", c.d, got, c.want)
		}
	}
}
