package trigger

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is the type of a field's values. It decides on the operators.
type Kind string

// The kinds.
const (
	KindText    Kind = "text"
	KindWord    Kind = "word" // one of a few: Field.Words
	KindNumber  Kind = "number"
	KindHour    Kind = "hour" // 0 to 23
	KindTime    Kind = "time of day"
	KindWeekday Kind = "weekday"
	KindDate    Kind = "date"
	KindTruth   Kind = "true or false"
	KindTags    Kind = "tags"
	KindAddress Kind = "IP address"
	KindAny     Kind = "text or number" // the application's own
)

// Field is something that a condition may compare.
type Field struct {
	Name  string // "page.url"; "page.query.NAME" is a family, in which NAME stands for one's own
	Kind  Kind
	Unit  string   // of a number, "seconds"
	Words []string // of a word: all that there may be
	Doc   string
	get   func(f *Facts, name string) value // name is the value of NAME
}

const familyName = "NAME"

// fields is the table, made once and never written: each condition of each trigger is looked up in it.
var fields = slices.Concat(timeFields(), pageFields(), visitorFields(), chatFields(), stateFields())

// Fields are all of them.
func Fields() []Field { return slices.Clone(fields) }

func timeFields() []Field {
	return []Field{
		{Name: "hour_of_day", Kind: KindHour, Doc: "The hour, 0 to 23. `between` may run over midnight.",
			get: func(f *Facts, _ string) value { return wholeOf(int64(f.At.Hour())) }},
		{Name: "time_of_day", Kind: KindTime, Doc: "The time to the minute, as in `\"09:00\"`. `between` may run over midnight.",
			get: func(f *Facts, _ string) value { return clockOf(f.At) }},
		{Name: "day_of_week", Kind: KindWeekday, Doc: "The day, as in `mon`, `mon-fri` or `weekend`.",
			get: func(f *Facts, _ string) value { return weekdayOf(f.At) }},
		{Name: "date", Kind: KindDate, Doc: "The date, as in `2026-12-24`.",
			get: func(f *Facts, _ string) value { return dateOf(f.At.Date()) }},
		{Name: "within_hours", Kind: KindTruth, Doc: "Whether the property's schedule is open.",
			get: func(f *Facts, _ string) value { return truthOf(f.WithinHours) }},
	}
}

func pageFields() []Field {
	page := []Field{
		text("page.url", "The whole URL; where a condition names no `#`, also without its fragment.", func(f *Facts) string { return f.Page.URL }),
		{Name: "page.path", Kind: KindText, Doc: "The path of the URL, as in `/pricing`.",
			get: func(f *Facts, _ string) value { return pathOf(f.Page.URL) }},
		text("page.title", "The title.", func(f *Facts) string { return f.Page.Title }),
		text("page.referrer", "The URL of the page before.", func(f *Facts) string { return f.Page.Referrer }),
	}
	for _, name := range []string{"source", "medium", "campaign", "term", "content"} {
		page = append(page, Field{Name: "page.utm_" + name, Kind: KindText, Doc: "`utm_" + name + "` in the URL.",
			get: func(f *Facts, _ string) value { return queryOf(f.Page.URL, "utm_"+name) }})
	}
	return append(page,
		Field{Name: "page.query.NAME", Kind: KindText, Doc: "Any parameter in the URL.",
			get: func(f *Facts, name string) value { return queryOf(f.Page.URL, name) }},
		Field{Name: "time_on_page", Kind: KindNumber, Unit: "seconds", Doc: "How long the visitor has been on this page.",
			get: func(f *Facts, _ string) value { return secondsOf(f.Page.Since, f.acts()) }},
		Field{Name: "time_on_site", Kind: KindNumber, Unit: "seconds", Doc: "How long this visit has lasted.",
			get: func(f *Facts, _ string) value { return secondsOf(f.VisitSince, f.acts()) }},
		Field{Name: "pages_viewed", Kind: KindNumber, Unit: "pages", Doc: "How many pages the visitor has seen in this visit.",
			get: func(f *Facts, _ string) value { return wholeOf(int64(f.PagesViewed)) }},
	)
}

func visitorFields() []Field {
	return []Field{
		text("visitor.country", "Country, as the application writes it: `GB`.", func(f *Facts) string { return f.Visitor.Country }),
		text("visitor.region", "Region.", func(f *Facts) string { return f.Visitor.Region }),
		text("visitor.city", "City.", func(f *Facts) string { return f.Visitor.City }),
		{Name: "visitor.ip", Kind: KindAddress, Doc: "IP address, of version 4 or 6.",
			get: func(f *Facts, _ string) value { return addressOf(f.Visitor.IP) }},
		text("visitor.language", "Language of the browser: `fr-CA`.", func(f *Facts) string { return f.Visitor.Language }),
		text("visitor.browser", "Browser.", func(f *Facts) string { return f.Visitor.Browser }),
		text("visitor.os", "Operating system.", func(f *Facts) string { return f.Visitor.OS }),
		text("visitor.device", "Device: `mobile`, `desktop`.", func(f *Facts) string { return f.Visitor.Device }),
		text("visitor.name", "Name.", func(f *Facts) string { return f.Visitor.Name }),
		text("visitor.email", "E-mail address.", func(f *Facts) string { return f.Visitor.Email }),
		{Name: "visitor.previous_visits", Kind: KindNumber, Unit: "visits", Doc: "How many visits there were before this one.",
			get: func(f *Facts, _ string) value { return countOf(f.Visitor.PreviousVisits) }},
		{Name: "visitor.previous_chats", Kind: KindNumber, Unit: "chats", Doc: "How many chats there were before.",
			get: func(f *Facts, _ string) value { return countOf(f.Visitor.PreviousChats) }},
		{Name: "visitor.returning", Kind: KindTruth, Doc: "Whether there was a visit before this one: by `previous_visits`, else within the time for which a visitor is remembered: 30 days with a name or a chat, else 7 (`DESKBELL_KEEP_VISITORS`).", get: returning},
		{Name: "visitor.tags", Kind: KindTags, Doc: "Tags of the visitor.",
			get: func(f *Facts, _ string) value { return tagsOf(f.Visitor.Tags) }},
		{Name: "visitor.custom.NAME", Kind: KindAny, Doc: "Any attribute of the application's own: a text, a number, or `true` or `false`.",
			get: func(f *Facts, name string) value { return anyOf(f.Visitor.Custom[name]) }},
	}
}

func returning(f *Facts, _ string) value {
	if f.Visitor.PreviousVisits == nil {
		return truthOf(f.VisitedBefore)
	}
	return truthOf(*f.Visitor.PreviousVisits > 0)
}

func chatFields() []Field {
	return []Field{
		text("chat.department", "The id of the chat's department, or else of the one that the visitor chose.", func(f *Facts) string { return f.Chat.Department }),
		{Name: "chat.wait_time", Kind: KindNumber, Unit: "seconds", Doc: "How long the visitor has waited for an answer.",
			get: func(f *Facts, _ string) value { return secondsOf(f.Chat.WaitingSince, f.acts()) }},
		{Name: "chat.queue_position", Kind: KindNumber, Doc: "The place in the queue.",
			get: func(f *Facts, _ string) value { return countOf(f.Chat.QueuePosition) }},
		{Name: "chat.tags", Kind: KindTags, Doc: "Tags of the chat.",
			get: func(f *Facts, _ string) value { return tagsOf(f.Chat.Tags) }},
		text("message.text", "What the visitor has written last.", func(f *Facts) string { return f.Message }),
	}
}

func stateFields() []Field {
	statuses := []string{"online", "away", "offline"}
	return []Field{
		{Name: "widget.status", Kind: KindWord, Words: statuses, Doc: "The status of the widget: `online`, `away` or `offline`.",
			get: func(f *Facts, _ string) value { return textOf(f.Widget) }},
		{Name: "department.NAME.status", Kind: KindWord, Words: statuses, Doc: "The same of a department, by its id.",
			get: func(f *Facts, name string) value { return textOf(f.Departments[name]) }},
		{Name: "agents.online", Kind: KindNumber, Unit: "agents", Doc: "How many of the property's agents are online.",
			get: func(f *Facts, _ string) value { return wholeOf(int64(f.AgentsOnline)) }},
		{Name: "triggered.NAME", Kind: KindTruth, Doc: "Whether the trigger of that name has spoken to the visitor.",
			get: func(f *Facts, name string) value { return truthOf(f.Fired[name]) }},
	}
}

func text(name, doc string, get func(*Facts) string) Field {
	return Field{Name: name, Kind: KindText, Doc: doc, get: func(f *Facts, _ string) value { return textOf(get(f)) }}
}

// FieldNamed finds a field, and the value of NAME where it is of a family. A NAME that is not UTF-8 names none: JSON could not keep it.
func FieldNamed(name string) (Field, string, bool) {
	for _, f := range fields {
		before, after, family := strings.Cut(f.Name, familyName)
		if !family && name == f.Name {
			return f, "", true
		}
		rest, ok := strings.CutPrefix(name, before)
		if part, ended := strings.CutSuffix(rest, after); family && ok && ended && part != "" && utf8.ValidString(part) && utf8.RuneCountInString(part) <= mostPart {
			return f, part, true
		}
	}
	return Field{}, "", false
}
