package phrase

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestEveryLocaleHasEveryText(t *testing.T) {
	t.Parallel()
	for _, l := range cldr {
		texts := []string{l.minutes[0], l.hours[0], l.today, l.tomorrow, l.relative, l.at, l.clock, l.date, l.dateYear}
		for _, names := range [][]string{l.days, l.months, l.loneDays, l.loneMonths, l.periods} {
			texts = append(texts, names...)
		}
		if slices.Contains(texts, "") {
			t.Errorf("%s: a text is empty: %q", l.tags, texts)
		}
		for _, pattern := range []string{l.relative, l.at} {
			if strings.Count(pattern, "{0}") != 1 || strings.Count(pattern, "{1}") != 1 {
				t.Errorf("%s: %q does not join two", l.tags, pattern)
			}
		}
		if n := utf8.RuneCountInString(l.digits); len(l.days) != 7 || len(l.months) != 12 || n != 0 && n != 10 {
			t.Errorf("%s: %d days, %d months, %d digits", l.tags, len(l.days), len(l.months), n)
		}
		if strings.ContainsAny(l.clock, "aB") != (len(l.periods) > 0) {
			t.Errorf("%s: a clock of %q with parts of the day %q", l.tags, l.clock, l.periods)
		}
	}
}

func TestEveryFieldOfThePatternsIsKnown(t *testing.T) {
	t.Parallel()
	known := strings.Fields("h hh H HH m mm a B d dd y EEEE cccc M MM MMMM LLLL")
	for _, l := range cldr {
		for _, pattern := range []string{l.clock, l.date, l.dateYear} {
			for _, field := range fields(pattern) {
				if !slices.Contains(known, field) {
					t.Errorf("%s: %q has the unknown field %q", l.tags, pattern, field)
				}
			}
		}
	}
}

// fields are the runs of one letter outside of quotes.
func fields(pattern string) []string {
	var runs []string
	quoted, last := false, ' '
	for _, r := range pattern {
		switch letter := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'; {
		case r == '\'':
			quoted = !quoted
		case quoted || !letter:
		case r == last:
			runs[len(runs)-1] += string(r)
		default:
			runs = append(runs, string(r))
		}
		last = r
	}
	return runs
}

func TestEveryTagFindsItsLocale(t *testing.T) {
	t.Parallel()
	for _, tag := range matching().tags {
		if l := match(tag.String()); l.tag != tag {
			t.Errorf("%s finds %s", tag, l.tag)
		}
	}
}

// In every language the two halves of a 12-hour clock differ, and so do the days.
func TestTextsTellTimesApart(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, tag := range matching().tags {
		seen := map[string]time.Time{}
		for hours := range 8 * 24 {
			opens := now.Add(2*time.Hour + time.Duration(hours)*time.Hour)
			text := Back(tag.String(), now, opens)
			if before, again := seen[text]; again {
				t.Errorf("%s: %q says both %s and %s", tag, text, before, opens)
			}
			seen[text] = opens
		}
	}
}
