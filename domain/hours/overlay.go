package hours

import (
	"cmp"
	"fmt"
	"slices"
)

// claim is a span of an exception, which may lie inside of that of a longer one.
type claim struct {
	span
	length int // days of the exception, in a leap year if it is yearly
	index  int // of the exception
}

// claimsOf gives the spans of dated and of yearly exceptions, sorted. Between the two, the dated one wins.
func claimsOf(exceptions []Exception) (dated, yearly []claim) {
	for i, e := range exceptions {
		layer := &dated
		if e.Yearly {
			layer = &yearly
		}
		spans, length := e.spans(&rule{normal(e.Hours), e.reason()}), 0
		for _, s := range spans {
			length += e.days(s)
		}
		for _, s := range spans {
			*layer = append(*layer, claim{s, length, i})
		}
	}
	for _, layer := range [2][]claim{dated, yearly} {
		slices.SortStableFunc(layer, func(a, b claim) int { return a.from - b.from })
	}
	return dated, yearly
}

// days is the number of days of one of the exception's spans.
func (e Exception) days(s span) int {
	if !e.Yearly {
		return s.to - s.from
	}
	const leapYear = 4
	return monthDay(leapYear, s.to).number() - monthDay(leapYear, s.from).number()
}

// overlay makes one layer of sorted claims: on each day the shortest one holds.
func overlay(claims []claim) []span {
	var edges []int
	for _, c := range claims {
		edges = append(edges, c.from, c.to)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	var spans []span
	var active []claim
	for i, from := range edges {
		for len(claims) > 0 && claims[0].from == from {
			active, claims = append(active, claims[0]), claims[1:]
		}
		active = slices.DeleteFunc(active, func(c claim) bool { return c.to <= from })
		if len(active) == 0 {
			continue
		}
		shortest := slices.MinFunc(active, func(a, b claim) int { return cmp.Compare(a.length, b.length) })
		if last := len(spans) - 1; last >= 0 && spans[last].to == from && spans[last].rule == shortest.rule {
			spans[last].to = edges[i+1]
			continue
		}
		spans = append(spans, span{from, edges[i+1], shortest.rule})
	}
	return spans
}

// checkClashes faults two exceptions of one length on one date: neither is the shorter one, which would win.
func (p *parser) checkClashes(exceptions []Exception) {
	dated, yearly := claimsOf(exceptions)
	for kind, claims := range [2][]claim{dated, yearly} {
		var active []claim
		for _, c := range claims {
			active = slices.DeleteFunc(active, func(a claim) bool { return a.to <= c.from })
			if i := slices.IndexFunc(active, func(a claim) bool { return a.length == c.length }); i >= 0 {
				date := dateOf(c.from)
				if kind == 1 {
					date = monthDay(0, c.from)
				}
				p.clash(date, active[i].index, c.index)
			}
			active = append(active, c)
		}
	}
}

func (p *parser) clash(date Date, a, b int) {
	p.fault(fmt.Sprintf("/exceptions/%d", max(a, b)), 0, date.String(), fmt.Sprintf("has an exception of this length already, /exceptions/%d", min(a, b)),
		"exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one")
}
