package jobs

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

func TestMissedTimesOfACronEntry(t *testing.T) {
	t.Parallel()
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	for _, c := range []struct {
		spec string
		runs []string
		want []int
	}{
		{"0 * * * * *", []string{"09:00:00"}, []int{0}}, // the first is never late
		{"0 * * * * *", []string{"09:00:00", "09:01:00", "09:02:00"}, []int{0, 0, 0}},
		{"0 * * * * *", []string{"09:00:00", "09:04:00", "09:05:00"}, []int{0, 3, 0}}, // a laptop slept
		{"5-59/5 * * * * *", []string{"09:00:55", "09:01:05"}, []int{0, 0}},           // none at the full minute
		{"5-59/5 * * * * *", []string{"09:00:50", "09:01:10"}, []int{0, 2}},           // the last run took 16 seconds
		{"0 23 * * * *", []string{"09:23:00", "08:23:00", "09:23:00"}, []int{0, 0, 0}},
	} {
		schedule, err := parser.Parse(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		var r missCounter
		for i, run := range c.runs {
			at, err := time.Parse(time.DateTime, "2026-11-23 "+run)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.count(schedule, at); got != c.want[i] {
				t.Errorf("%s at %v: %d at %s, want %d", c.spec, c.runs, got, run, c.want[i])
			}
		}
	}
}

func TestALeapOfTheClockIsNotCountedForEver(t *testing.T) {
	t.Parallel()
	r := missCounter{last: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	if got := r.count(cron.Every(time.Second), r.last.AddDate(1000, 0, 0)); got != mostMissed {
		t.Errorf("%d", got)
	}
}
