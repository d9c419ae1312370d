package trigger

import "time"

// Facts are the input of conditions: plain values, put together by the caller. An empty or zero one is absent, except
// where a field says otherwise.
type Facts struct {
	At          time.Time // when the question is asked, in the property's time zone; never zero
	Acts        time.Time // when the trigger acts if they hold: durations are measured up to then; zero: At
	WithinHours bool      // the property's schedule is open

	Page        PageView
	VisitSince  time.Time // when the visitor arrived
	PagesViewed int       // in this visit
	Visitor     Visitor
	Verified    *Visitor // the same by those facts alone that no web page says; nil: all of Visitor
	Chat        Chat
	Message     string // the visitor's last message

	VisitedBefore bool // an earlier visit is remembered; for where Visitor.PreviousVisits is not known

	Budget *Budget // of regular expressions, for all that is asked about one event; nil: one of its own

	Widget       string            // its status: online, away or offline
	Departments  map[string]string // their statuses, by id
	AgentsOnline int               // 0 is a number
	Fired        map[string]bool   // names of triggers that have spoken to the visitor
}

// acts is the end of durations.
func (f *Facts) acts() time.Time {
	if f.Acts.After(f.At) {
		return f.Acts
	}
	return f.At
}

// PageView is the page that the visitor is on.
type PageView struct {
	URL, Title, Referrer string
	Since                time.Time // when they came to it
}

// Visitor holds the facts of one.
type Visitor struct {
	Country, Region, City, IP     string
	Language, Browser, OS, Device string
	Name, Email                   string
	PreviousVisits, PreviousChats *int // nil: not known; 0 is a number
	Tags                          []string
	Custom                        map[string]any // string, bool, json.Number or a Go number; anything else is absent
}

// Chat is the visitor's chat.
type Chat struct {
	Department    string
	WaitingSince  time.Time // since when the visitor has waited for an answer; zero: they do not
	QueuePosition *int      // nil: in no queue; 0 is a number
	Tags          []string
}
