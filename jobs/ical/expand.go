package ical

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// expander makes closures of the events of a parser, and adds to its faults.
type expander struct {
	*parser
	ctx      context.Context //nolint:containedctx // it lives for one call of Parse
	from, to time.Time       // the window
	closures []hours.Closure
}

// expand makes closures of events.
func (x *expander) expand(events []event) Calendar {
	var c Calendar
	changed := map[string][]when{} // the times of a repeating event that have an event of their own, by UID
	for _, e := range events {
		if e.replaces != nil {
			changed[e.uid] = append(changed[e.uid], *e.replaces)
		}
	}
	for i := range events {
		e := &events[i]
		switch {
		case x.ctx.Err() != nil || len(x.closures) > MostOccurrences:
			return c
		case e.cancelled:
			continue
		case e.free:
			c.Free++
			continue
		}
		c.Events++
		except := e.except
		if e.replaces == nil {
			except = append(except, changed[e.uid]...)
		}
		x.close(e, except)
	}
	if len(x.closures) > MostOccurrences {
		x.fault(0, "", fmt.Sprintf("closes more than %d times from %s to %s", MostOccurrences, x.from.Format(time.DateOnly), x.to.Format(time.DateOnly)), "fewer events, or rules that repeat less often")
	}
	slices.SortStableFunc(x.closures, func(a, b hours.Closure) int {
		return cmp.Or(startOf(a).Compare(startOf(b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Zone, b.Zone))
	})
	c.Closures = append([]hours.Closure{}, slices.Compact(x.closures)...)
	return c
}

func startOf(c hours.Closure) time.Time {
	if c.From.IsZero() {
		return c.Days.From.Time()
	}
	return c.From
}

// close notes every time of an event, except some.
func (x *expander) close(e *event, except []when) {
	longest := time.Duration(e.days)*24*time.Hour + e.clock + e.exact + 48*time.Hour // zones differ by up to a day
	starts := []time.Time{e.start.reading}
	if e.rule != "" && e.replaces == nil {
		starts = append(starts, x.starts(e, x.from.Add(-longest))...)
	}
	slices.SortFunc(starts, time.Time.Compare)
	left := map[time.Time]bool{} // readings, and dates, that are left out
	dates := map[hours.Date]bool{}
	for _, w := range except {
		if w.date {
			dates[hours.DateOf(w.reading)] = true
		} else {
			left[w.in(e.start.zone)] = true
		}
	}
	for _, start := range slices.CompactFunc(starts, time.Time.Equal) {
		if !left[start] && !dates[hours.DateOf(start)] {
			x.once(e, start, nil)
		}
	}
	for _, more := range e.more {
		start := more.start.in(e.start.zone)
		if !left[start] && !dates[hours.DateOf(start)] && !slices.ContainsFunc(starts, start.Equal) {
			x.once(e, start, &more)
		}
	}
}

// once notes one time of an event.
func (x *expander) once(e *event, start time.Time, own *span) {
	c := hours.Closure{Name: e.reason}
	if e.start.date {
		first, last := start, start.AddDate(0, 0, e.days-1)
		if last.Before(x.from) || first.After(x.to) {
			return
		}
		c.Days = hours.DateRange{From: hours.DateOf(hours.Later(first, x.from)), To: hours.DateOf(hours.Earlier(last, x.to))}
		x.closures = append(x.closures, c)
		return
	}
	c.From, c.Until, c.Zone = start, start.AddDate(0, 0, e.days).Add(e.clock), e.start.zone
	exact := e.exact
	if own != nil && own.end != nil {
		c.Until, exact = own.end.in(c.Zone), 0
	} else if own != nil && own.exact > 0 {
		c.Until, exact = start, own.exact
	}
	if exact > 0 {
		c.From, c.Until, c.Zone = elapse(c.From, c.Until, c.Zone, exact)
	}
	if c.Until.Before(x.from) || c.From.After(x.to) {
		return
	}
	c.From, c.Until = hours.Later(c.From, x.from), hours.Earlier(c.Until, x.to)
	if c.From.Before(c.Until) { // one that lasts for no time closes nothing
		x.closures = append(x.closures, c)
	}
}

// elapse lets time pass after a reading. The end is a reading of the same zone, unless the clocks show it twice and the
// second time is meant: then both ends are in UTC.
func elapse(from, until time.Time, zone string, exact time.Duration) (begin, end time.Time, in string) {
	if zone == "" {
		return from, until.Add(exact), zone
	}
	at := instantOf(until, zone).Add(exact)
	if end = readingOf(at, zone); instantOf(end, zone).Equal(at) && from.Before(end) {
		return from, end, zone
	}
	return readingOf(instantOf(from, zone), "UTC"), readingOf(at, "UTC"), "UTC"
}
