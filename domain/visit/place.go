package visit

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// place is where the visitor is in a visit, or in one tab of it.
type place struct {
	Page           // Since is when they opened it
	stay stay      // of the tab
	last time.Time // when they last came to it, be it by another fragment
}

// place finds the page of a tab. Without a tab, or where that tab has no page, it is the page of the visit that was viewed
// last, in whichever tab.
func (s *State) place(visit, tab string) (p place) {
	var named, last Tab
	for _, t := range s.Tabs {
		switch {
		case t.Visit != visit || t.Page.URL == "":
		case t.ID == tab && tab != "":
			named = t
		case t.Page.compare(last.Page) > 0:
			last = t
		}
	}
	if named.Page.URL == "" {
		named = last
	}
	if s.unnamed(visit, named.Page) {
		return place{s.Page, stay{since: s.Page.Since, elsewhere: s.Elsewhere, whole: s.Elsewhere}, s.Page.Since}
	}
	p = place{named.Page, named.stay(), named.Page.Since}
	if p.URL != "" {
		p.Since = p.stay.since
	}
	return p
}

// unnamed tells whether the visitor is, in a visit, on the page that an event without a visit named, or an earlier version of
// this state, which knew one page for all visits. An event without a visit is of the visitor's latest.
func (s *State) unnamed(visit string, own Page) bool {
	v, _ := s.visit(visit)
	if s.Page.URL == "" || s.Page.Since.Before(v.Arrived) {
		return false
	}
	return own.URL == "" || visit == s.latest().ID && s.Page.compare(own) > 0
}

// on tells whether the visitor is still on the page of a timer, and has been all the while.
func (p place) on(c *compiled, t Timer) bool {
	if c.fragment {
		return hash(p.URL) == t.Page && !p.stay.whole.After(t.Started)
	}
	same := hash(withoutFragment(p.URL)) == t.Page || hash(p.URL) == t.Page // the latter is of timers from before fragments were no part of a page
	return same && !p.stay.elsewhere.After(t.Started)
}

// opened is when the visitor opened the page, as a trigger understands pages.
func (p place) opened(c *compiled) time.Time {
	if c.fragment {
		return p.last
	}
	return p.Since
}

// minimized is when the widget was last closed in a tab of a visit; without a tab in any of them.
func (s *State) minimized(visit, tab string) (at time.Time) {
	for _, t := range s.Tabs {
		if t.Visit == visit && (t.ID == tab || t.ID == "" || tab == "") {
			at = hours.Later(at, t.Minimized)
		}
	}
	if visit == "" || visit == s.latestAt(s.Minimized).ID {
		at = hours.Later(at, s.Minimized)
	}
	return at
}

// latestAt is the visit that an event of that time means which names none: of those that had begun the one with the latest
// event.
func (s *State) latestAt(at time.Time) Visit {
	for _, v := range s.Visits {
		if !v.Arrived.After(at) {
			return v
		}
	}
	return s.latest()
}

// Title is the title of the page on which the visitor is in a visit; without a visit in their latest.
func (s *State) Title(visit string) string {
	if visit == "" {
		visit = s.latest().ID
	}
	return s.place(visit, "").Title
}
