package ical

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Guards around the rules of repetition. The library expands whatever it is given: a rule of YEARLY with 86,400 times a day
// would fill the memory at its first step, and one whose dates never come (30 February) runs to the year 9999.
const (
	mostRule     = 500     // bytes
	mostInterval = 1000    // periods between two times
	mostTimes    = 24      // times a day
	mostPast     = 200_000 // times before the window
	cycle        = 400     // years, after which the Gregorian calendar repeats, weekdays included
	lastStart    = 9600    // near the library's last year
)

// ruleKeys are those of section 3.3.10.
func ruleKeys() []string {
	return []string{"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}
}

// starts gives the readings at which an event begins by its rule, within the window and a while before it.
func (x *expander) starts(e *event, before time.Time) (list []time.Time) {
	fault := func(problem, allowed string) { x.fault(e.ruleLine, e.name(), problem, allowed) }
	rule, err := x.ruleOf(e)
	if err != nil {
		fault("repeats by a rule that cannot be followed: "+err.Error(), "an RRULE that repeats daily or less often")
		return nil
	}
	// A year far ahead, with the same calendar: the library is soon at its end where the dates never come.
	shift := (lastStart - x.to.Year()) / cycle * cycle
	rule.Dtstart = e.start.reading.AddDate(shift, 0, 0)
	end := x.to.AddDate(shift, 0, 1)
	if rule.Until.IsZero() {
		rule.Until = end
	} else if rule.Until = rule.Until.AddDate(shift, 0, 0); rule.Until.After(end) {
		rule.Until = end
	}
	if rule.Dtstart.After(rule.Until) {
		return nil
	}
	n := 0
	err = follow(*rule, func(at time.Time) (more bool) {
		if n++; n > mostPast || n%1000 == 0 && x.ctx.Err() != nil {
			return false
		}
		if at = at.AddDate(-shift, 0, 0); !at.Before(before) {
			list = append(list, at)
		}
		return len(list) <= MostOccurrences // with more, the calendar is refused
	})
	switch {
	case err != nil:
		fault("repeats by a rule that cannot be followed: "+err.Error(), "")
		return nil
	case n > mostPast:
		fault(fmt.Sprintf("repeats more than %d times before today", mostPast), "a DTSTART of a later year")
		return nil
	}
	return list
}

// follow gives the times of a rule until yield wants no more. The library panics where a rule asks for the ninth Tuesday of a
// month, and perhaps elsewhere: such a calendar must not stop the process.
func follow(rule rrule.ROption, yield func(time.Time) bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("its dates do not exist")
		}
	}()
	r, err := rrule.NewRRule(rule)
	if err != nil {
		return err
	}
	for next := r.Iterator(); ; {
		if at, ok := next(); !ok || !yield(at) {
			return nil
		}
	}
}

// ruleOf reads a rule, without its start. UNTIL is a reading of the event's clock.
func (x *expander) ruleOf(e *event) (*rrule.ROption, error) {
	text := strings.ToUpper(strings.Trim(strings.TrimSpace(e.rule), ";"))
	if len(text) > mostRule {
		return nil, fmt.Errorf("it has more than %d characters", mostRule)
	}
	var kept []string
	var until time.Time
	times, seen := 1, map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch n, _ := strconv.Atoi(value); {
		case !slices.Contains(ruleKeys(), key) || seen[key]:
			return nil, fmt.Errorf("%s", quote(part))
		case key == "FREQ" && !slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, value),
			key == "INTERVAL" && (n < 1 || n > mostInterval), key == "COUNT" && n < 1:
			return nil, fmt.Errorf("%s", part)
		case key == "UNTIL":
			w, ok := x.when(e.component, line{number: e.ruleLine, name: "UNTIL"}, value)
			if !ok {
				return nil, fmt.Errorf("%s", quote(part))
			}
			if until = w.in(e.start.zone); w.date && !e.start.date {
				until = until.Add(24*time.Hour - time.Second)
			}
			continue
		case key == "BYHOUR" || key == "BYMINUTE" || key == "BYSECOND":
			times *= strings.Count(value, ",") + 1
		}
		seen[key] = true
		kept = append(kept, part)
	}
	if times > mostTimes {
		return nil, fmt.Errorf("it repeats %d times a day", times)
	}
	option, err := rrule.StrToROption(strings.Join(kept, ";"))
	if err != nil {
		return nil, err
	}
	option.Until = until
	return option, nil
}
