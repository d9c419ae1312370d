package hours_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		want    time.Duration
		written string // empty: refused
	}{
		{"0", 0, "0s"}, {"0s", 0, "0s"}, {"30s", 30 * time.Second, "30s"}, {"90s", 90 * time.Second, "1m30s"}, {"10m", 10 * time.Minute, "10m"},
		{"1h30m", 90 * time.Minute, "1h30m"}, {"1h0m5s", time.Hour + 5*time.Second, "1h0m5s"}, {"1.5h", 90 * time.Minute, "1h30m"}, {"250ms", 250 * time.Millisecond, "250ms"},
		{"2d", 48 * time.Hour, "2d"}, {"0d", 0, "0s"}, {"24h", 24 * time.Hour, "1d"}, {"36h", 36 * time.Hour, "1d12h"}, {"1d12h", 36 * time.Hour, "1d12h"},
		{"3660d", 3660 * 24 * time.Hour, "3660d"},
		{"", 0, ""}, {"30", 0, ""}, {"-1s", 0, ""}, {"+1s", 0, ""}, {"1d-1h", 0, ""}, {"1d+1h", 0, ""}, {"d", 0, ""}, {"-1d", 0, ""}, {"1.5d", 0, ""}, {"1w", 0, ""},
		{"1h1d", 0, ""}, {"3661d", 0, ""}, {"3660d1s", 0, ""}, {"70000d", 0, ""}, {"9999999h", 0, ""}, {"1us", 0, ""}, {"1d1ns", 0, ""}, {" 1s", 0, ""},
	} {
		d, err := hours.ParseDuration(c.text)
		if written := d.String(); time.Duration(d) != c.want || (err != nil) != (c.written == "") || err == nil && written != c.written {
			t.Errorf("%q: %v, %s, %v", c.text, time.Duration(d), written, err)
		}
	}
}

func TestDurationsSurviveText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		d := hours.Duration(rapid.Int64Range(0, 3660*24*3600*1000).Draw(r, "ms")) * hours.Duration(time.Millisecond)
		text, _ := d.MarshalText()
		var again hours.Duration
		if err := again.UnmarshalText(text); err != nil || again != d {
			r.Fatal(d, again, err)
		}
	})
}
