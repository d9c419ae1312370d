package trigger_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Each of these has one fault.
func TestNewConditionRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, operator, value, want string }{
		{"page.ur", "is", `"x"`, `/field: "page.ur" is not a field; allowed: `},
		{"page.query.", "is", `"x"`, `/field: "page.query." is not a field`},
		{"page.query." + strings.Repeat("x", 101), "is", `"x"`, `is not a field`},
		{"department.status", "is", `"online"`, `is not a field`},
		{"page.url", "contain", `"x"`, `/contain: "contain" is not an operator; allowed: is, is_not, <,`},
		{"page.url", "contain", `"x"`, `(did you mean "contains"?)`},
		{"visitor.previous_visits", "contains", `"2"`, `/contains: "contains" is not for visitor.previous_visits, which is of the kind number; allowed: is, is_not, <, <=, >, >=, between, in, not_in, exists, not_exists`},
		{"page.url", "<", `1`, `/<: "<" is not for page.url, which is of the kind text`},
		{"visitor.tags", "is", `"x"`, `"is" is not for visitor.tags`},
		{"visitor.country", "in_cidr", `"10.0.0.0/8"`, `"in_cidr" is not for visitor.country`},

		{"page.url", "is", `null`, `/is: "" is no text; allowed: a text of at most 500 characters`},
		{"page.url", "is", `{}`, `is no text`},
		{"page.url", "is", `true`, `"true" is no text`},
		{"page.url", "is", `""`, "/is: \"\" is empty; allowed: a text; `exists` and `not_exists` tell whether there is one"},
		{"page.url", "is", `["x"]`, `/is: "[…]" is a list; allowed: a value`},
		{"page.url", "in", `"x"`, `/in: "x" is not a list; allowed: a list of values`},
		{"page.url", "in", `[]`, `/in: "0 values" do not fit; allowed: 1 to 100 values`},
		{"page.url", "in", `["x", ["y"]]`, `/in/1: "[…]" is no text`},
		{"page.url", "in", `[` + strings.Repeat(`"x",`, 100) + `"x"]`, `/in: "101 values" do not fit`},
		{"page.url", "contains", `"` + strings.Repeat("é", 501) + `"`, `is too long; allowed: at most 500 characters`},
		{"page.url", "exists", `false`, `/exists: "false" says nothing; allowed: true (or the opposite operator)`},
		{"time_on_page", ">", `"60"`, `/>: "60" is not a number; allowed: a number of at most 40 digits, without quotes`},
		{"time_on_page", ">", `1e9999`, `is not a number`},
		{"time_on_page", ">", `1` + strings.Repeat("0", 40), `is not a number`},
		{"time_on_page", "between", `[1]`, `/between: "1 values" do not fit; allowed: 2 values`},
		{"time_on_page", "between", `[1, "x"]`, `/between/1: "x" is not a number`},
		{"time_on_page", "between", `[2, 1]`, `/between: "[…]" ends before it begins; allowed: the smaller value first`},
		{"date", "between", `["2026-12-24", "2026-12-23"]`, `ends before it begins`},
		{"hour_of_day", "is", `24`, `/is: "24" is not an hour of the day; allowed: a whole number from 0 to 23`},
		{"hour_of_day", "is", `9.5`, `is not an hour of the day`},
		{"hour_of_day", "is", `"x"`, `is not an hour of the day`},
		{"time_of_day", "is", `"24:00"`, `is not a time of day; allowed: a time in quotes, such as "09:00", from "00:00" to "23:59"`},
		{"time_of_day", "is", `9`, `is not a time of day`},
		{"day_of_week", "is", `"someday"`, `is not a day; allowed: mon to sun`},
		{"date", "is", `"24.12.2026"`, `is not a date; allowed: a date such as "2026-12-24"`},
		{"date", "is", `"2027-02-29"`, `is not a date`},
		{"within_hours", "is", `"true"`, `/is: "true" is not true or false; allowed: true, false`},
		{"widget.status", "is", `"onlin"`, `/is: "onlin" is not a status; allowed: online, away, offline (did you mean "online"?)`},
		{"visitor.ip", "is", `"10.0.0.0/8"`, "is not an IP address; allowed: an address such as 192.0.2.1 or 2001:db8::1; `in_cidr` takes networks"},
		{"visitor.ip", "is", `"fe80::1%eth0"`, `is not an IP address`},
		{"visitor.ip", "in_cidr", `"10.0.0.0/33"`, `/in_cidr: "10.0.0.0/33" is not a network; allowed: an address and the length of its prefix`},
		{"visitor.custom.seats", ">", `"many"`, `is not a number`},
		{"page.url", "matches", `"("`, "/matches: \"(\" is not a regular expression: missing closing ): `(`; allowed: an expression of RE2"},
		{"page.url", "matches", `"a)|(b"`, `is not a regular expression: unexpected )`},
		{"page.url", "matches", `"(?=x)"`, `is not a regular expression: invalid or unsupported Perl syntax`},
		{"page.url", "matches", `"(a{50}){50}"`, `is not a regular expression: invalid repeat count`},
		{"page.url", "matches", `"a{1000}b{1000}c{1000}"`, `is too large a regular expression; allowed: fewer or smaller repetitions`},
		{"page.url", "matches", `""`, `is not a regular expression; allowed: an expression of 1 to 500 characters`},
	} {
		_, err := trigger.NewCondition(c.field, c.operator, operand(t, c.value), false)
		var faults hours.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %.60s\n got %v\nwant %s", c.field, c.operator, c.value, err, c.want)
		}
	}
	for _, c := range []struct{ field, operator, value string }{
		{"time_on_page", ">", `1`}, {"page.url", "exists", `true`}, {"visitor.ip", "is", `"192.0.2.1"`}, {"day_of_week", "is", `"mon"`},
	} {
		if _, err := trigger.NewCondition(c.field, c.operator, operand(t, c.value), true); err == nil || !strings.Contains(err.Error(), `/case: "sensitive" is of no use here`) {
			t.Errorf("%s %s: %v", c.field, c.operator, err)
		}
	}
	if _, err := (trigger.Condition{Field: "page.url", Operator: "contains", Verified: true}).Asking("x"); err == nil || !strings.Contains(err.Error(), `/verified: "true" is of no use here; allowed: with fields that begin with visitor.`) {
		t.Error(err)
	}
}

func TestConditionsSurviveJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, operator, value, letters, want string }{
		{"page.url", "contains", `"<a&b>"`, "", `{"field":"page.url","contains":"\u003ca\u0026b\u003e"}`},
		{"", "contains", `"/pricing"`, "sensitive", `{"contains":"/pricing","case":"sensitive"}`},
		{"visitor.previous_visits", ">", `2.50`, "", `{"field":"visitor.previous_visits","\u003e":2.50}`},
		{"page.query.id", "in", `[7, "x"]`, "", `{"field":"page.query.id","in":["7","x"]}`},
		{"visitor.custom.\"x", "is", `true`, "", `{"field":"visitor.custom.\"x","is":true}`},
		{"time_of_day", "between", `["9:00", "17:30"]`, "", `{"field":"time_of_day","between":["09:00","17:30"]}`},
		{"visitor.ip", "in_cidr", `"10.1.2.3/8"`, "", `{"field":"visitor.ip","in_cidr":"10.0.0.0/8"}`},
		{"visitor.name", "not_exists", `true`, "", `{"field":"visitor.name","not_exists":true}`},
	} {
		made := condition(t, c.field, c.operator, c.value, c.letters)
		written, err := json.Marshal(made)
		if err != nil || string(written) != c.want {
			t.Errorf("%s, %v, want %s", written, err, c.want)
		}
		var again trigger.Condition
		if err := json.Unmarshal(written, &again); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(made, again); diff != "" {
			t.Error(diff)
		}
	}
	made, err := trigger.Condition{Field: "visitor.name", Operator: "exists", Verified: true}.Asking(true)
	if err != nil {
		t.Fatal(err)
	}
	const written = `{"field":"visitor.name","exists":true,"verified":true}`
	var again trigger.Condition
	if got, err := json.Marshal(made); err != nil || string(got) != written {
		t.Errorf("%s, %v", got, err)
	}
	if err := json.Unmarshal([]byte(written), &again); err != nil || !cmp.Equal(made, again) {
		t.Errorf("%+v, %v", again, err)
	}
	for _, busted := range []string{`[]`, `{"field":1}`, `{"is":1,"in":[1]}`} {
		if err := json.Unmarshal([]byte(busted), new(trigger.Condition)); err == nil {
			t.Errorf("accepted %s", busted)
		}
	}
}

func TestCompileAnswersEveryFault(t *testing.T) {
	t.Parallel()
	_, err := trigger.Compile(trigger.Trigger{
		URL:        trigger.Condition{Operator: "<", Value: json.RawMessage(`1`)},
		Conditions: []trigger.Condition{{Field: "x", Operator: "is", Value: json.RawMessage(`1`)}, {Field: "page.url", Operator: "is", Value: json.RawMessage(`{`)}},
	})
	var faults hours.Faults
	if !errors.As(err, &faults) || len(faults) != 3 || faults[0].Path != "/url/<" || faults[1].Path != "/conditions/0/field" || faults[2].Path != "/conditions/1/is" {
		t.Error(err)
	}
}

// The tables name each thing once, and describe it.
func TestTables(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	row := func(table, name, doc string) {
		if name == "" || doc == "" || seen[table+name] {
			t.Errorf("%s %q: %q", table, name, doc)
		}
		seen[table+name] = true
	}
	for _, f := range trigger.Fields() {
		row("field", f.Name, f.Doc)
		if (f.Kind == trigger.KindWord) != (f.Words != nil) {
			t.Errorf("%s: %v", f.Name, f.Words)
		}
		name := strings.ReplaceAll(f.Name, "NAME", "a.b")
		if found, _, ok := trigger.FieldNamed(name); !ok || found.Name != f.Name {
			t.Errorf("%s is found as %s", name, found.Name)
		}
		operators := 0
		for _, o := range trigger.Operators() {
			if o.For(f.Kind) {
				operators++
			}
		}
		if operators < 4 {
			t.Errorf("%s has %d operators", f.Name, operators)
		}
	}
	for _, o := range trigger.Operators() {
		row("operator", o.Name, o.Doc)
	}
	for _, s := range trigger.Starts() {
		row("start", s.Name, s.Doc)
	}
	for _, a := range trigger.Actions() {
		row("action", a.Name, a.Doc)
	}
	for _, p := range trigger.Placeholders() {
		row("placeholder", p.Name, p.Doc)
	}
	for _, typ := range trigger.Types() {
		row("type", string(typ), typ.Doc())
	}
}

func FuzzNewCondition(f *testing.F) {
	f.Add("page.url", "matches", `"/p(ri)?.*"`, "https://x.example/?a=b")
	f.Add("visitor.custom.n", ">", `1e3`, "12")
	f.Add("time_of_day", "between", `["09:00","1:00"]`, "")
	f.Add("visitor.ip", "in_cidr", `["10.0.0.0/8"]`, "10.1.1.1")
	f.Add("day_of_week", "in", `["mon-fri"]`, "")
	f.Add("visitor.custom.\xfa", ">", "0", "1")
	facts := full(f)
	f.Fuzz(func(t *testing.T, field, operator, value, found string) {
		var plain any
		d := json.NewDecoder(strings.NewReader(value))
		d.UseNumber()
		if d.Decode(&plain) != nil {
			return
		}
		c, err := trigger.NewCondition(field, operator, plain, false)
		if err != nil {
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var again trigger.Condition
		if err := json.Unmarshal(written, &again); err != nil || !cmp.Equal(c, again) {
			t.Fatal(err, cmp.Diff(c, again))
		}
		compiled, err := trigger.Compile(trigger.Trigger{Conditions: []trigger.Condition{again}})
		if err != nil {
			t.Fatal(err)
		}
		facts := facts
		facts.Page.URL, facts.Visitor.Country, facts.Visitor.IP, facts.Visitor.Custom = found, found, found, map[string]any{"n": found}
		_ = compiled.Match(&facts).String()
	})
}
