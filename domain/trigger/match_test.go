package trigger_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/deskbell/deskbell/domain/trigger"
)

// operand is a JSON text as a condition may be given it.
func operand(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func condition(t testing.TB, field, operator, value, letters string) trigger.Condition {
	t.Helper()
	c, err := trigger.NewCondition(field, operator, operand(t, value), letters == trigger.CaseSensitive)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compile(t testing.TB, match string, conditions ...trigger.Condition) *trigger.Compiled {
	t.Helper()
	c, err := trigger.Compile(trigger.Trigger{Type: trigger.Advanced, Match: match, Conditions: conditions})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at is an instant of Paris.
func at(t testing.TB, clock string) time.Time {
	t.Helper()
	paris, err := zones.Load("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	instant, err := time.ParseInLocation("2006-01-02 15:04:05", clock, paris)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// full are facts in which everything is there.
func full(t testing.TB) trigger.Facts {
	now := at(t, "2026-11-23 09:30:59") // a Monday
	return trigger.Facts{
		At: now, WithinHours: true,
		Page: trigger.PageView{
			URL: "https://Shop.example/Pricing/%C3%89t%C3%A9?utm_source=News&utm_medium=mail&id=7&empty=&id=8#top", Title: "Preise & Größen",
			Referrer: "https://search.example/", Since: now.Add(-90 * time.Second),
		},
		VisitSince: now.Add(-time.Hour), PagesViewed: 4,
		Visitor: trigger.Visitor{
			Country: "GB", Region: "ENG", City: "Łódź", IP: "192.0.2.77", Language: "fr-CA", Browser: "Firefox", OS: "Linux", Device: "mobile",
			Name: "Ann", Email: "ann@example.com", PreviousVisits: new(2), PreviousChats: new(0), Tags: []string{"VIP", "returning buyer"},
			Custom: map[string]any{
				"plan": "Gold", "seats": json.Number("9007199254740993"), "rate": 0.1, "paid": true, "version": "1.10", "big": json.Number("1e300"),
				"list": []any{"a"}, "int": 5, "empty": "",
			},
		},
		Chat:    trigger.Chat{Department: "sales", WaitingSince: now.Add(-45 * time.Second), QueuePosition: new(3), Tags: []string{"refund"}},
		Message: "Where is\nmy order?", Widget: "online", Departments: map[string]string{"sales": "away", "a.b": "online"}, AgentsOnline: 2,
		Fired: map[string]bool{"Welcome message": true},
	}
}

const yes, no = true, false

// Every operator with every kind that it is for: the field, the rule and the verdict.
func TestMatch(t *testing.T) {
	t.Parallel()
	facts := full(t)
	for _, c := range []struct {
		field, operator, value string
		want                   bool
		letters                string
	}{
		// texts: case does not matter, by Unicode's simple folding
		{"visitor.country", "is", `"gb"`, yes, ""},
		{"visitor.country", "is", `"gb"`, no, "sensitive"},
		{"visitor.country", "is", `"GB"`, yes, "sensitive"},
		{"visitor.city", "is", `"łÓDŹ"`, yes, ""},
		{"visitor.country", "is", `"G"`, no, ""},
		{"visitor.country", "is_not", `"FR"`, yes, ""},
		{"visitor.country", "is_not", `"gb"`, no, ""},
		{"visitor.country", "in", `["FR", "gb"]`, yes, ""},
		{"visitor.country", "in", `["FR", "DE"]`, no, ""},
		{"visitor.country", "not_in", `["FR", "DE"]`, yes, ""},
		{"visitor.country", "not_in", `["FR", "GB"]`, no, ""},
		{"page.url", "contains", `"/pricing"`, yes, ""},
		{"page.url", "contains", `"/pricing"`, no, "sensitive"},
		{"page.title", "contains", `"GRÖSSEN"`, no, ""}, // simple folding: ß is no ss
		{"page.title", "contains", `"GRÖ"`, yes, ""},
		{"page.url", "not_contains", `"/checkout"`, yes, ""},
		{"page.url", "not_contains", `"/pricing"`, no, ""},
		{"page.url", "starts_with", `"https://shop."`, yes, ""},
		{"page.url", "starts_with", `"shop."`, no, ""},
		{"visitor.email", "ends_with", `"@EXAMPLE.com"`, yes, ""},
		{"visitor.email", "ends_with", `"@example"`, no, ""},
		{"visitor.name", "exists", `true`, yes, ""},
		{"visitor.name", "not_exists", `true`, no, ""},

		// regular expressions: the whole text
		{"page.path", "matches", `"/pricing/.*"`, yes, ""},
		{"page.path", "matches", `"/pricing/.*"`, no, "sensitive"},
		{"page.path", "matches", `"/pricing"`, no, ""},
		{"visitor.country", "matches", `"g|gb"`, yes, ""}, // the longest, not the first
		{"visitor.country", "matches", `"G|B"`, no, ""},
		{"visitor.country", "matches", `"(?:GB)?"`, yes, ""},
		{"visitor.country", "matches", `"\\Qgb"`, yes, ""},
		{"message.text", "matches", `".*order.*"`, no, ""}, // a dot is no line break
		{"message.text", "matches", `"(?s).*order.*"`, yes, ""},
		{"message.text", "matches", `"(?m)my order\\?"`, no, ""},

		// URLs
		{"page.path", "is", `"/Pricing/Été"`, yes, ""},
		{"page.query.id", "is", `7`, yes, ""}, // any of them
		{"page.query.id", "is", `"8"`, yes, ""},
		{"page.query.id", "is_not", `"8"`, no, ""},
		{"page.query.id", "is_not", `"9"`, yes, ""},
		{"page.query.id", "in", `["9", "8"]`, yes, ""},
		{"page.query.id", "matches", `"[89]"`, yes, ""},
		{"page.query.id", "contains", `"7, 8"`, no, ""},
		{"page.query.ID", "exists", `true`, no, ""},
		{"page.query.empty", "exists", `true`, yes, ""},
		{"page.query.none", "exists", `true`, no, ""},
		{"page.utm_source", "is", `"news"`, yes, ""},
		{"page.utm_medium", "in", `["mail"]`, yes, ""},
		{"page.utm_term", "exists", `true`, no, ""},
		{"page.referrer", "contains", `"search"`, yes, ""},

		// numbers, exactly
		{"visitor.previous_visits", ">", `2`, no, ""},
		{"visitor.previous_visits", ">", `1.9`, yes, ""},
		{"visitor.previous_visits", ">=", `2`, yes, ""},
		{"visitor.previous_visits", ">=", `2.5`, no, ""},
		{"visitor.previous_visits", "<", `2`, no, ""},
		{"visitor.previous_visits", "<", `3`, yes, ""},
		{"visitor.previous_visits", "<=", `2`, yes, ""},
		{"visitor.previous_visits", "<=", `1`, no, ""},
		{"visitor.previous_visits", "is", `2.0`, yes, ""},
		{"visitor.previous_visits", "is_not", `2`, no, ""},
		{"visitor.previous_visits", "between", `[2, 4]`, yes, ""},
		{"visitor.previous_visits", "between", `[0, 2]`, yes, ""},
		{"visitor.previous_visits", "between", `[3, 4]`, no, ""},
		{"visitor.previous_visits", "in", `[1, 2]`, yes, ""},
		{"visitor.previous_visits", "not_in", `[1, 2]`, no, ""},
		{"visitor.previous_chats", "is", `0`, yes, ""}, // nought is a number
		{"visitor.previous_chats", "exists", `true`, yes, ""},
		{"time_on_page", ">=", `90`, yes, ""},
		{"time_on_page", ">", `90`, no, ""},
		{"time_on_site", "is", `3600`, yes, ""},
		{"pages_viewed", "is", `4`, yes, ""},
		{"chat.wait_time", "between", `[45, 60]`, yes, ""},
		{"chat.queue_position", "<=", `3`, yes, ""},
		{"agents.online", "is", `2`, yes, ""},

		// hours and times run over midnight
		{"hour_of_day", "is", `9`, yes, ""},
		{"hour_of_day", "between", `[9, 9]`, yes, ""},
		{"hour_of_day", "between", `[22, 9]`, yes, ""},
		{"hour_of_day", "between", `[22, 8]`, no, ""},
		{"hour_of_day", "in", `[8, 10]`, no, ""},
		{"time_of_day", "is", `"09:30"`, yes, ""}, // the whole minute
		{"time_of_day", "<=", `"9:30"`, yes, ""},
		{"time_of_day", "<", `"09:30"`, no, ""},
		{"time_of_day", ">", `"09:29"`, yes, ""},
		{"time_of_day", "between", `["09:00", "09:30"]`, yes, ""},
		{"time_of_day", "between", `["22:00", "09:30"]`, yes, ""},
		{"time_of_day", "between", `["22:00", "09:29"]`, no, ""},
		{"time_of_day", "in", `["09:30"]`, yes, ""},
		{"time_of_day", "not_in", `["09:30"]`, no, ""},
		{"day_of_week", "is", `"mon"`, yes, ""},
		{"day_of_week", "is", `"Monday"`, yes, ""},
		{"day_of_week", "is", `"tue-fri"`, no, ""},
		{"day_of_week", "is_not", `"weekend"`, yes, ""},
		{"day_of_week", "in", `["sat", "sun-mon"]`, yes, ""},
		{"day_of_week", "not_in", `["mon", "tue"]`, no, ""},
		{"date", "is", `"2026-11-23"`, yes, ""},
		{"date", "is_not", `"2026-11-23"`, no, ""},
		{"date", "<", `"2026-12-01"`, yes, ""},
		{"date", ">", `"2026-11-22"`, yes, ""},
		{"date", "<=", `"2025-12-31"`, no, ""},
		{"date", ">=", `"2026-11-24"`, no, ""},
		{"date", "between", `["2026-11-01", "2026-11-23"]`, yes, ""},
		{"date", "in", `["2026-11-22", "2026-11-24"]`, no, ""},
		{"date", "not_in", `["2026-11-22", "2026-11-24"]`, yes, ""},

		// true and false, words, tags
		{"within_hours", "is", `true`, yes, ""},
		{"within_hours", "is", `false`, no, ""},
		{"within_hours", "is_not", `false`, yes, ""},
		{"visitor.returning", "is", `true`, yes, ""},
		{"triggered.Welcome message", "is", `true`, yes, ""},
		{"triggered.Another", "is", `false`, yes, ""},
		{"widget.status", "is", `"online"`, yes, ""},
		{"widget.status", "is_not", `"online"`, no, ""},
		{"department.sales.status", "in", `["away", "offline"]`, yes, ""},
		{"department.sales.status", "not_in", `["away", "offline"]`, no, ""},
		{"department.a.b.status", "is", `"online"`, yes, ""},
		{"visitor.tags", "contains", `"vip"`, yes, ""},
		{"visitor.tags", "contains", `"vip"`, no, "sensitive"},
		{"visitor.tags", "contains", `"buyer"`, no, ""}, // a whole tag
		{"visitor.tags", "not_contains", `"buyer"`, yes, ""},
		{"visitor.tags", "not_contains", `"vip"`, no, ""},
		{"visitor.tags", "in", `["new", "vip"]`, yes, ""},
		{"visitor.tags", "not_in", `["new", "vip"]`, no, ""},
		{"visitor.tags", "exists", `true`, yes, ""},
		{"chat.tags", "contains", `"refund"`, yes, ""},
		{"chat.department", "is", `"Sales"`, yes, ""},

		// addresses
		{"visitor.ip", "is", `"192.0.2.77"`, yes, ""},
		{"visitor.ip", "is", `"::ffff:192.0.2.77"`, yes, ""},
		{"visitor.ip", "is_not", `"192.0.2.77"`, no, ""},
		{"visitor.ip", "in", `["192.0.2.76", "192.0.2.77"]`, yes, ""},
		{"visitor.ip", "not_in", `["192.0.2.76"]`, yes, ""},
		{"visitor.ip", "in_cidr", `"192.0.2.0/24"`, yes, ""},
		{"visitor.ip", "in_cidr", `"192.0.2.99/24"`, yes, ""},
		{"visitor.ip", "in_cidr", `["10.0.0.0/8", "2001:db8::/32"]`, no, ""},
		{"visitor.ip", "in_cidr", `"192.0.2.77"`, yes, ""},

		// the application's own: a text, a number, or true or false
		{"visitor.custom.plan", "is", `"gold"`, yes, ""},
		{"visitor.custom.plan", "in", `["silver", "gold"]`, yes, ""},
		{"visitor.custom.plan", "starts_with", `"go"`, yes, ""},
		{"visitor.custom.plan", "contains", `"ol"`, yes, ""},
		{"visitor.custom.plan", "matches", `"g.*"`, yes, ""},
		{"visitor.custom.plan", ">", `1`, no, ""}, // no number
		{"visitor.custom.plan", "between", `[0, 1]`, no, ""},
		{"visitor.custom.plan", "is", `1`, no, ""},
		{"visitor.custom.plan", "is_not", `1`, yes, ""},
		{"visitor.custom.seats", ">", `9007199254740992`, yes, ""}, // no float64 tells these apart
		{"visitor.custom.seats", "is", `9007199254740993`, yes, ""},
		{"visitor.custom.seats", "is", `9007199254740992`, no, ""},
		{"visitor.custom.rate", "is", `0.1`, yes, ""},
		{"visitor.custom.rate", "is", `0.10`, yes, ""},
		{"visitor.custom.rate", "<", `0.2`, yes, ""},
		{"visitor.custom.version", "is", `"1.1"`, no, ""}, // texts
		{"visitor.custom.version", "is", `1.1`, yes, ""},  // numbers
		{"visitor.custom.paid", "is", `true`, yes, ""},
		{"visitor.custom.paid", "is_not", `true`, no, ""},
		{"visitor.custom.big", ">", `1e299`, yes, ""},
		{"visitor.custom.int", "between", `[5, 5]`, yes, ""},
		{"visitor.custom.list", "exists", `true`, no, ""},
		{"visitor.custom.empty", "exists", `true`, no, ""},
	} {
		rule := condition(t, c.field, c.operator, c.value, c.letters)
		if v := compile(t, "", rule).Match(&facts); v.OK != c.want {
			t.Errorf("%s %s: %s", rule, c.letters, v)
		}
	}
}

// Every operator is false of an absent value, except those that deny.
func TestMatchWhatIsAbsent(t *testing.T) {
	t.Parallel()
	broken := trigger.Facts{
		At: at(t, "2026-11-23 09:30:00"), Page: trigger.PageView{URL: "https://%zz/\x7f?a=%zz&utm_source=%"},
		Visitor: trigger.Visitor{IP: "unknown", Custom: map[string]any{"n": nil, "m": map[string]any{}}},
	}
	values := map[trigger.Kind]string{
		trigger.KindText: `"x"`, trigger.KindWord: `"online"`, trigger.KindNumber: `0`, trigger.KindTruth: `false`, trigger.KindTags: `"x"`, trigger.KindAny: `0`,
		trigger.KindAddress: `"192.0.2.1"`,
	}
	for _, f := range []string{
		"page.path", "page.title", "page.referrer", "page.utm_source", "page.query.a", "time_on_page", "time_on_site", "visitor.country", "visitor.ip",
		"visitor.previous_visits", "visitor.tags", "visitor.custom.n", "visitor.custom.m", "chat.department", "chat.wait_time",
		"chat.queue_position", "chat.tags", "message.text", "widget.status", "department.sales.status",
	} {
		field, _, _ := trigger.FieldNamed(f)
		for _, o := range trigger.Operators() {
			if !o.For(field.Kind) {
				continue
			}
			value, ok := values[field.Kind]
			if !ok {
				t.Fatalf("no value for %s", field.Kind)
			}
			switch o.Takes {
			case trigger.TakesTrue:
				value = `true`
			case trigger.TakesTwo:
				value = "[" + value + "," + value + "]"
			case trigger.TakesList:
				value = "[" + value + "]"
			}
			want := o.Name == "is_not" || o.Name == "not_in" || o.Name == "not_contains" || o.Name == "not_exists"
			v := compile(t, "", condition(t, f, o.Name, value, "")).Match(&broken)
			if v.OK != want {
				t.Errorf("%s %s %s: %s", f, o.Name, value, v)
			}
		}
	}
}

func TestMatchAllAndAny(t *testing.T) {
	t.Parallel()
	facts := full(t)
	holds, fails, absent := condition(t, "visitor.country", "is", `"gb"`, ""), condition(t, "visitor.country", "is", `"<b>"`, ""), condition(t, "page.utm_term", "exists", `true`, "")
	for _, c := range []struct {
		match      string
		conditions []trigger.Condition
		want       bool
		said       string
	}{
		{"", nil, yes, "every condition holds"},
		{"any", nil, yes, "every condition holds"},
		{"all", []trigger.Condition{holds, holds}, yes, "every condition holds"},
		{"", []trigger.Condition{holds, fails}, no, `visitor.country is "<b>": false, it is "GB"`},
		{"all", []trigger.Condition{absent, fails}, no, `page.utm_term exists true: false, it is absent`},
		{"any", []trigger.Condition{fails, holds}, yes, `visitor.country is "gb": true, it is "GB"`},
		{"any", []trigger.Condition{fails, absent}, no, "no condition holds"},
	} {
		v := compile(t, c.match, c.conditions...).Match(&facts)
		if v.OK != c.want || v.String() != c.said {
			t.Errorf("%s %v: %t, %s", c.match, c.conditions, v.OK, v)
		}
	}
}

func TestMatchVerifiedFactsAlone(t *testing.T) {
	t.Parallel()
	sure := func(field, operator, value string) trigger.Condition {
		c, err := trigger.Condition{Field: field, Operator: operator, Verified: true}.Asking(operand(t, value))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	facts := full(t)
	facts.Verified = &trigger.Visitor{Country: "GB", Tags: []string{"VIP"}, Custom: map[string]any{"plan": "Gold"}}
	for _, c := range []struct {
		condition trigger.Condition
		want      bool
		said      string
	}{
		{sure("visitor.country", "is", `"FR"`), no, `verified visitor.country is "FR": false, it is "GB"`},
		{sure("visitor.name", "is", `"Ann"`), no, `verified visitor.name is "Ann": false, nothing verified is known`},
		{condition(t, "visitor.name", "is", `"Ann"`, ""), yes, "every condition holds"},
		{sure("visitor.name", "not_exists", `true`), yes, "every condition holds"},
		{sure("visitor.tags", "contains", `"vip"`), yes, "every condition holds"},
		{sure("visitor.tags", "contains", `"returning buyer"`), no, `verified visitor.tags contains "returning buyer": false, it is "VIP"`},
		{sure("visitor.custom.plan", "is", `"gold"`), yes, "every condition holds"},
		{sure("visitor.custom.paid", "is", `true`), no, `verified visitor.custom.paid is true: false, nothing verified is known`},
		{sure("visitor.returning", "is", `true`), no, `verified visitor.returning is true: false, it is "false"`},
	} {
		if v := compile(t, "", c.condition).Match(&facts); v.OK != c.want || v.String() != c.said {
			t.Errorf("%s: %t, %s", c.condition, v.OK, v)
		}
	}
	all := full(t) // all of it is verified
	if v := compile(t, "", sure("visitor.name", "is", `"Ann"`)).Match(&all); !v.OK {
		t.Error(v)
	}
}

// A page is its URL without the fragment, to a condition that asks about no fragment.
func TestMatchPageWithAFragment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		operator, value string
		want            bool
	}{
		{"is", `"https://shop.example/a"`, yes},
		{"is", `"https://shop.example/a#plans"`, yes},
		{"is", `"https://shop.example/a#faq"`, no},
		{"is", `"https://shop.example/"`, no},
		{"is_not", `"https://shop.example/a"`, no},
		{"in", `["https://shop.example/a", "https://shop.example/b"]`, yes},
		{"ends_with", `"/a"`, yes},
		{"ends_with", `"#plans"`, yes},
		{"contains", `"plans"`, yes}, // as in the paths that applications keep behind the #
		{"not_contains", `"plans"`, no},
		{"not_contains", `"#"`, no},
		{"matches", `".*/[ab]"`, yes},
		{"matches", `"[^#]*"`, no},
	} {
		facts := full(t)
		facts.Page.URL = "https://shop.example/a#plans"
		if v := compile(t, "", condition(t, "page.url", c.operator, c.value, "")).Match(&facts); v.OK != c.want {
			t.Errorf("%s %s: %s", c.operator, c.value, v)
		}
	}
}

// The URL of a page trigger is a condition like the others.
func TestMatchPage(t *testing.T) {
	t.Parallel()
	url := condition(t, "", "contains", `"/pricing"`, "")
	c, err := trigger.Compile(trigger.Trigger{Type: trigger.Page, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	facts := full(t)
	if v := c.Match(&facts); !v.OK {
		t.Error(v)
	}
	facts.Page.URL = "https://shop.example/"
	if v := c.Match(&facts); v.OK || v.String() != `page.url contains "/pricing": false, it is "https://shop.example/"` {
		t.Error(v)
	}
}

func TestClocksAheadOfOursCountNothing(t *testing.T) {
	t.Parallel()
	facts := full(t)
	facts.Page.Since = facts.At.Add(time.Minute)
	if v := compile(t, "", condition(t, "time_on_page", "is", `0`, "")).Match(&facts); !v.OK {
		t.Error(v)
	}
	facts.Page.URL = "https://shop.example"
	if v := compile(t, "", condition(t, "page.path", "is", `"/"`, "")).Match(&facts); !v.OK {
		t.Error(v)
	}
}

func TestAnAddressMatchesHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"192.0.2.77:80", "::ffff:192.0.2.77", "[::ffff:192.0.2.77]:443", "[::ffff:192.0.2.77]"} {
		for _, operator := range []string{"is", "in_cidr"} { // records of old events may have a port still
			rule := condition(t, "visitor.ip", operator, `"192.0.2.77"`, "")
			if v := compile(t, "", rule).Match(&trigger.Facts{Visitor: trigger.Visitor{IP: written}}); !v.OK {
				t.Errorf("%s, %s: %s", written, operator, v)
			}
		}
	}
	rule := condition(t, "visitor.ip", "in_cidr", `"fe80::/10"`, "")
	if v := compile(t, "", rule).Match(&trigger.Facts{Visitor: trigger.Visitor{IP: "fe80::1%eth0"}}); !v.OK {
		t.Error(v)
	}
}
