package visit

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

// The bounds of tabs. The tabs and views with the latest events are kept.
const (
	mostTabs  = 6  // of all visits
	mostViews = 32 // of a tab, in order; older ones are counted
)

// Tab is one browser tab of a visit. Events that name no tab have one in common, without times of its own: those of the visit
// are its times.
type Tab struct {
	Visit     string    `json:"visit"`
	ID        string    `json:"id,omitempty"`
	Seen      time.Time `json:"seen,omitzero"` // the last sign of life
	Left      time.Time `json:"left,omitzero"` // when the visitor last left it
	Minimized time.Time `json:"minimized,omitzero"`
	Page      Page      `json:"page,omitzero"`
	Views     []View    `json:"views,omitempty"` // of pages, the oldest first
	Earlier   Earlier   `json:"earlier,omitzero"`
}

// View is one view of a page. In JSON it is a short text.
type View struct {
	At   time.Time
	URL  uint32 // a hash
	Page uint32 // a hash of the URL without its fragment
}

// Earlier are the views of a tab before those that are kept.
type Earlier struct {
	Last  View      `json:"last"`
	Since time.Time `json:"since"` // when the visitor opened the page of Last
	Pages int       `json:"pages"` // that were opened
}

func viewOf(p Page) View {
	v, page := View{At: p.Since, URL: hash(p.URL)}, withoutFragment(p.URL)
	if v.Page = v.URL; len(page) < len(p.URL) {
		v.Page = hash(page)
	}
	return v
}

func withoutFragment(url string) string {
	before, _, _ := strings.Cut(url, "#")
	return before
}

func (v View) compare(o View) int {
	return cmp.Or(v.At.Compare(o.At), cmp.Compare(v.URL, o.URL), cmp.Compare(v.Page, o.Page))
}

// scrolls tells whether only the fragment has changed since the view before, as it does on pages that change it while a
// visitor scrolls: that opens no page. The same URL again is a reload, and opens it.
func (v View) scrolls(before View) bool {
	return !before.At.IsZero() && v.Page == before.Page && v.URL != before.URL
}

// MarshalText writes numbers with 36 digits.
func (v View) MarshalText() ([]byte, error) { return v.append(nil), nil }

// UnmarshalText reads the output of MarshalText.
func (v *View) UnmarshalText(text []byte) error {
	var numbers [4]int64
	rest, n := string(text), 0
	for more := true; more; n++ {
		var part string
		if part, rest, more = strings.Cut(rest, "."); n == len(numbers) {
			return fmt.Errorf("reading a view of a page: %q has too many parts", text)
		}
		var err error
		if numbers[n], err = strconv.ParseInt(part, 36, 64); err != nil {
			return fmt.Errorf("reading a view of a page: %w", err)
		}
	}
	switch n {
	case 3:
		numbers[3] = numbers[2]
	case 1, 2:
		return fmt.Errorf("reading a view of a page: %q has %d parts", text, n)
	}
	*v = View{time.Unix(numbers[0], numbers[1]).UTC(), uint32(numbers[2]), uint32(numbers[3])}
	return nil
}

// tabbed merges an event into the tab in which it happened, where it is one that tabs need.
func (s *State) tabbed(e event.Event, alive bool) {
	at, d := e.Time.UTC(), e.Data
	if d.Tab == "" && !viewed(e) && e.Type != event.WidgetMinimized {
		return
	}
	s.Tabs = slices.Clone(s.Tabs)
	i := slices.IndexFunc(s.Tabs, func(t Tab) bool { return t.Visit == d.Visit && t.ID == d.Tab })
	if i < 0 {
		i = len(s.Tabs)
		s.Tabs = append(s.Tabs, Tab{Visit: d.Visit, ID: d.Tab})
	}
	t := &s.Tabs[i]
	switch {
	case d.Tab == "":
	case alive:
		t.Seen = hours.Later(t.Seen, at)
	default:
		t.Left = hours.Later(t.Left, at)
	}
	if e.Type == event.WidgetMinimized {
		t.Minimized = hours.Later(t.Minimized, at)
	}
	if viewed(e) {
		t.view(pageOf(e))
	}
}

// keepTabs drops those of visits that are no longer known, and the oldest of too many.
func (s *State) keepTabs() {
	tabs := slices.DeleteFunc(slices.Clone(s.Tabs), func(t Tab) bool { _, known := s.visit(t.Visit); return !known })
	slices.SortFunc(tabs, func(a, b Tab) int {
		return cmp.Or(b.heard().Compare(a.heard()), cmp.Compare(a.Visit, b.Visit), cmp.Compare(a.ID, b.ID))
	})
	for len(tabs) > mostTabs {
		last := tabs[len(tabs)-1]
		i := slices.IndexFunc(s.Visits, func(v Visit) bool { return v.ID == last.Visit })
		s.Visits[i].Pages += last.stay().pages
		tabs = tabs[:len(tabs)-1]
	}
	s.Tabs = tabs
}

func (t *Tab) heard() time.Time {
	return hours.Later(hours.Later(t.Seen, t.Left), hours.Later(t.Page.Since, t.Minimized))
}

// view adds a view. One that is older than those that are kept may be a repeat, and is not counted.
func (t *Tab) view(p Page) {
	if p.compare(t.Page) > 0 {
		t.Page = p
	}
	v := viewOf(p)
	i, known := slices.BinarySearchFunc(t.Views, v, View.compare)
	if known || v.compare(t.Earlier.Last) <= 0 {
		return
	}
	t.Views = slices.Insert(slices.Clone(t.Views), i, v)
	if len(t.Views) > mostViews {
		first := t.Views[0]
		if !first.scrolls(t.Earlier.Last) {
			t.Earlier.Since, t.Earlier.Pages = first.At, t.Earlier.Pages+1
		}
		t.Earlier.Last, t.Views = first, t.Views[1:]
	}
}

// stay is how long a visitor has been on a page.
type stay struct {
	since     time.Time // when they opened it; a reload counts, another fragment does not
	elsewhere time.Time // when they last came to another page; zero: not known
	whole     time.Time // when they last came to a URL that differs from the page's by its fragment, too
	pages     int       // that were opened in the tab
}

func (t *Tab) stay() stay {
	before := t.Earlier.Last
	s := stay{since: t.Earlier.Since, pages: t.Earlier.Pages}
	for _, v := range t.Views {
		if !v.scrolls(before) {
			s.since, s.pages = v.At, s.pages+1
		}
		if v.Page != before.Page {
			s.elsewhere = before.At
		}
		if v.URL != before.URL {
			s.whole = before.At
		}
		before = v
	}
	return s
}

// opens tells whether an event opened a page, or only changed the fragment of its URL. One that is not kept did.
func (s *State) opens(e event.Event) bool {
	v := viewOf(pageOf(e))
	for _, t := range s.Tabs {
		if i, found := slices.BinarySearchFunc(t.Views, v, View.compare); found && t.Visit == e.Data.Visit && t.ID == e.Data.Tab {
			before := t.Earlier.Last
			if i > 0 {
				before = t.Views[i-1]
			}
			return !v.scrolls(before)
		}
	}
	return true
}

// closed tells whether the visitor has left a tab.
func (s *State) closed(t Tab) bool {
	v, _ := s.visit(t.Visit)
	return hours.Later(t.Left, v.Left).After(t.Seen)
}

// closedTab tells whether the visitor has left the tab of that id. Without an id there is none.
func (s *State) closedTab(visit, id string) bool {
	i := slices.IndexFunc(s.Tabs, func(t Tab) bool { return t.Visit == visit && t.ID == id })
	return id != "" && i >= 0 && s.closed(s.Tabs[i])
}

// pages is how many pages the visitor has opened in a visit.
func (s *State) pages(v Visit) int {
	n := len(v.Views) + v.Pages
	for _, t := range s.Tabs {
		if t.Visit == v.ID {
			n += t.stay().pages
		}
	}
	return n
}
