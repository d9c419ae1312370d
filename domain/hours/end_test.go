package hours

import (
	"errors"
	"testing"
	"time"
)

func TestOverrideUntilAnEnd(t *testing.T) {
	t.Parallel()
	s := schedule(t, "UTC", "mon-fri 9-17")
	now := instant(t, "2026-11-20T08:30:00Z").Add(300 * time.Millisecond) // a Friday
	span := func(d time.Duration) *time.Duration { return &d }
	for _, c := range []struct {
		end  End
		want string // until
		err  error
	}{
		{End{}, "", nil},
		{End{For: span(30 * time.Minute)}, "2026-11-20T09:00:00Z", nil},
		{End{For: span(1500 * time.Millisecond)}, "2026-11-20T08:30:02Z", nil},
		{End{For: span(999 * time.Millisecond)}, "", ErrTooShort},
		{End{For: span(0)}, "", ErrTooShort},
		{End{Until: now.Add(time.Millisecond)}, "2026-11-20T08:30:01Z", nil},
		{End{Until: now.Add(time.Second)}, "2026-11-20T08:30:02Z", nil},
		{End{Until: instant(t, "2026-11-20T08:30:01Z")}, "2026-11-20T08:30:01Z", nil},
		{End{Until: now}, "", ErrPassed},
		{End{Until: now.Add(-time.Hour)}, "", ErrPassed},
		{End{Until: instant(t, "9998-12-31T23:59:59Z")}, "9998-12-31T23:59:59Z", nil},
		{End{Until: instant(t, "9998-12-31T23:59:59-01:00")}, "", ErrTooFar},
		{End{Next: true}, "2026-11-20T09:00:00Z", nil},
	} {
		o, err := s.Override(true, c.end, now)
		if !errors.Is(err, c.err) || (o == nil) != (c.err != nil) {
			t.Errorf("%+v: %v, %v", c.end, o, err)
			continue
		}
		if o == nil {
			continue
		}
		until := ""
		if !o.Until.IsZero() {
			until = o.Until.Format(time.RFC3339Nano)
		}
		if until != c.want || o.From.Format(time.RFC3339Nano) != "2026-11-20T08:30:00Z" || !o.Open {
			t.Errorf("%+v: %+v, want until %s", c.end, o, c.want)
		}
	}
	if _, err := Always(time.UTC).Override(false, End{Next: true}, now); !errors.Is(err, ErrNoBoundary) {
		t.Error(err)
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "2d": 48 * time.Hour, "0d": 0, "1h30m": 90 * time.Minute, "-5m": -5 * time.Minute, "3660d": 3660 * 24 * time.Hour,
	} {
		if got, err := ParseSpan(text); got != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "3661d", "100000h", "soon", "5", "-1d", "1.5d"} {
		if got, err := ParseSpan(text); err == nil {
			t.Errorf("%s: %s", text, got)
		}
	}
}
