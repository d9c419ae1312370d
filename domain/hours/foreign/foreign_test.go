package foreign_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/foreign"
)

func tree(t testing.TB, text string) (value any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return value
}

// Each form as its product writes it.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, form, line, left string }{
		{"schema.org, a text", `{"@type": "Store", "name": "Acme", "openingHours": "Mo-Fr 09:00-17:00"}`,
			"the openingHours of schema.org", `{weekly: {mon-fri: 09:00-17:00}}`, ""},
		{"schema.org, texts", `openingHours: ["Mo,Tu,We 09:00-12:00", "Mo-We 14:00-17:00", "Sa 10:00-14:00", "Su"]`,
			"the openingHours of schema.org", `{weekly: {mon-wed: "09:00-12:00, 14:00-17:00", sat: 10:00-14:00, sun: 00:00-24:00}}`, ""},
		{"schema.org, specifications", `{"openingHoursSpecification": [
			{"@type": "OpeningHoursSpecification", "dayOfWeek": ["Monday", "https://schema.org/Tuesday"], "opens": "09:00", "closes": "17:00:00"},
			{"dayOfWeek": "http://schema.org/Saturday", "opens": "18:00", "closes": "02:00"}, {"dayOfWeek": "Sunday", "opens": "00:00", "closes": "23:59"},
			{"dayOfWeek": "Friday", "opens": "00:00", "closes": "00:00"}, {"dayOfWeek": "PublicHolidays", "opens": "10:00", "closes": "12:00"},
			{"opens": "00:00", "closes": "00:00", "validFrom": "2026-12-24", "validThrough": "2026-12-26"}]}`,
			"the openingHours of schema.org",
			`{weekly: {"mon,tue": 09:00-17:00, sat: 18:00-02:00, sun: 00:00-24:00}, exceptions: [{from: 2026-12-24, to: 2026-12-26, closed: true}]}`,
			`"PublicHolidays", for which holidays: FR is written, with the code of your country: it closes on them`},
		{"Google Business Profile", `{"regularHours": {"periods": [
			{"openDay": "MONDAY", "openTime": "09:00", "closeDay": "MONDAY", "closeTime": "17:00"}, {"openDay": "FRIDAY", "openTime": "22:00", "closeDay": "SATURDAY", "closeTime": "02:00"},
			{"openDay": "SUNDAY", "openTime": "00:00", "closeDay": "SUNDAY", "closeTime": "24:00"}]},
			"specialHours": {"specialHourPeriods": [{"startDate": {"year": 2026, "month": 12, "day": 25}, "closed": true},
			{"startDate": {"year": 2026, "month": 12, "day": 24}, "openTime": "09:00", "endDate": {"year": 2026, "month": 12, "day": 24}, "closeTime": "12:00"}]}}`,
			"the hours of Google Business Profile",
			`{weekly: {mon: 09:00-17:00, fri: 22:00-02:00, sun: 00:00-24:00}, exceptions: [{on: 2026-12-25, closed: true}, {on: 2026-12-24, hours: 09:00-12:00}]}`, ""},
		{"Google Business Profile, with objects", `{"regularHours": {"periods": [{"openDay": "MONDAY", "openTime": {"hours": 9}, "closeDay": "MONDAY", "closeTime": {"hours": 17, "minutes": 30}},
			{"openDay": "TUESDAY", "openTime": {}, "closeDay": "THURSDAY", "closeTime": {"hours": 12}}]}}`,
			"the hours of Google Business Profile", `{weekly: {mon: 09:00-17:30, "tue,wed": 00:00-24:00, thu: 00:00-12:00}}`, ""},
		{"Google Maps", `{"opening_hours": {"open_now": true, "periods": [{"open": {"day": 1, "time": "0900"}, "close": {"day": 1, "time": "1700"}}]}}`,
			"the hours of Google Business Profile", `{weekly: {mon: 09:00-17:00}}`, ""},
		{"Google Maps, always", `{"periods": [{"open": {"day": 0, "hour": 0, "minute": 0}}]}`,
			"the hours of Google Business Profile", `{weekly: 24/7}`, ""},
		{"Chatwoot", `{"timezone": "America/Los_Angeles", "working_hours": [
			{"day_of_week": 0, "closed_all_day": true, "open_hour": null, "open_minutes": null, "close_hour": null, "close_minutes": null, "open_all_day": false},
			{"day_of_week": 1, "closed_all_day": false, "open_hour": 9, "open_minutes": 30, "close_hour": 17, "close_minutes": 0, "open_all_day": false},
			{"day_of_week": 6, "closed_all_day": false, "open_hour": 0, "open_minutes": 0, "close_hour": 23, "close_minutes": 59, "open_all_day": true}]}`,
			"the working_hours of Chatwoot", `{time_zone: America/Los_Angeles, weekly: {mon: 09:30-17:00, sat: 00:00-24:00}}`, ""},
		{"Chatwoot, the list", `[{"day_of_week": 1, "open_hour": 9, "open_minutes": 0, "close_hour": 17, "close_minutes": 0}]`,
			"the working_hours of Chatwoot", `{weekly: {mon: 09:00-17:00}}`, ""},
		{"Zendesk", `{"schedule": {"id": 1, "name": "Office", "time_zone": "Europe/Paris", "intervals": [{"start_time": 1980, "end_time": 2460}, {"start_time": 8640, "end_time": 10140}]}}`,
			"the intervals of Zendesk", `{time_zone: Europe/Paris, weekly: {mon: 09:00-17:00, sat: 00:00-24:00, sun: 00:00-01:00}}`, ""},
		{"Zendesk, always", `{"intervals": [{"start_time": 0, "end_time": 10080}]}`, "the intervals of Zendesk", `{weekly: 24/7}`, ""},
		{"spatie", `{"monday": ["09:00-12:00", "13:00-18:00"], "tuesday": [], "friday": [{"hours": "22:00-04:00", "data": "late"}],
			"exceptions": {"2026-11-11": ["09:00-12:00"], "12-25": [], "2026-08-03 to 2026-08-14": {"hours": [], "data": "Summer break"}}, "overflow": true, "timezone": "Europe/Paris"}`,
			"spatie/opening-hours, with days outside of weekly",
			`{time_zone: Europe/Paris, weekly: {mon: "09:00-12:00, 13:00-18:00", fri: 22:00-04:00}, exceptions: [{on: 12-25, yearly: true, closed: true}, ` +
				`{from: 2026-08-03, to: 2026-08-14, closed: true, name: Summer break}, {on: 2026-11-11, hours: 09:00-12:00}]}`, ""},
		{"keys of Deskbell beside another form", `{openingHours: Mo-Fr 09:00-17:00, time_zone: Europe/Paris, holidays: FR, exceptions: [{on: 2026-12-24, closed: true}]}`,
			"the openingHours of schema.org", `{time_zone: Europe/Paris, weekly: {mon-fri: 09:00-17:00}, holidays: {country: FR}, exceptions: [{on: 2026-12-24, closed: true}]}`, ""},
		{"keys of Deskbell that are wrong", `{openingHours: Mo-Fr 09:00-17:00, holidays: XX}`,
			"the openingHours of schema.org", `{weekly: {mon-fri: 09:00-17:00}}`, `*`},
		{"days without weekly", `{time_zone: Europe/Paris, mon-fri: 9-17, exceptions: [{on: 2026-12-24, closed: true}]}`,
			"spatie/opening-hours, with days outside of weekly", `{time_zone: Europe/Paris, weekly: {mon-fri: 09:00-17:00}, exceptions: [{on: 2026-12-24, closed: true}]}`, ""},
		{"OpenStreetMap", `Mo-Fr 08:00-18:00; Sa 10:00-14:00; PH off`,
			"the opening_hours of OpenStreetMap", `{weekly: {mon-fri: 08:00-18:00, sat: 10:00-14:00}}`,
			`"PH off", for which holidays: FR is written, with the code of your country: it closes on them`},
		{"OpenStreetMap, a rule that replaces, and one that adds", `opening_hours: "Mo-Su,PH 09:00-12:00,13:00-17:00, Th 19:00-21:00; We off"`,
			"the opening_hours of OpenStreetMap", `{weekly: {"mon,tue,fri-sun": "09:00-12:00, 13:00-17:00", thu: "09:00-12:00, 13:00-17:00, 19:00-21:00"}}`,
			`"Mo-Su,PH 09:00-12:00,13:00-17:00", for which holidays: FR is written, with the code of your country: it closes on them`},
		{"OpenStreetMap, seasons and the sun", `opening_hours: "Mo-Fr sunrise-sunset; Apr-Sep Sa 10:00-14:00; Su 10:00-12:00; Mo 09:00+; 24/7"`,
			"the opening_hours of OpenStreetMap", `{weekly: 24/7}`,
			`"Mo-Fr sunrise-sunset", which names no days of the week; "Apr-Sep Sa 10:00-14:00", which names no days of the week; "Mo 09:00+", whose times are no windows of a day`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, ok := foreign.Read(tree(t, tt.text))
			if !ok || r.Spec == nil {
				t.Fatalf("%+v", r)
			}
			if tt.left == "*" && len(r.Left) > 0 {
				tt.left = strings.Join(r.Left, "; ")
			}
			if diff := cmp.Diff([]string{tt.form, tt.line, tt.left}, []string{r.Form, r.Spec.Line(), strings.Join(r.Left, "; ")}); diff != "" {
				t.Error(diff)
			}
			same(t, r)
			if fault := r.Fault().String(); strings.Contains(fault, "\n") || !strings.Contains(fault, r.Spec.Line()) {
				t.Error(fault)
			}
		})
	}
}

// same reads back the YAML that is shown, and that on one line.
func same(t *testing.T, r foreign.Reading) {
	t.Helper()
	for _, shown := range []string{r.YAML(), r.Spec.Line()} {
		back, err := hours.Parse(tree(t, shown))
		if diff := cmp.Diff(r.Spec, back); err != nil || diff != "" {
			t.Errorf("%v\n%s\n%s", err, shown, diff)
		}
	}
}

func TestReadLeavesTheFormOfDeskbellAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"null", "1", "mon-fri 9-17", "24/7", "closed", "weekdays 9-17; sut 10-14", "{weekly: {mon: 9-17}}", "{time_zone: UTC}", "{}", "[]",
		"{schedules: {office: 24/7}}", "{weekly: {mon: 9-17}, exceptions: [{on: 2026-12-24, closed: true}]}", "{working_hours: []}", "{periods: [1]}", "office", "Mo-Fr 9-25", "Mo-Fr 9-17; Sut 10-14", "Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; Sa 10"} {
		if r, ok := foreign.Read(tree(t, text)); ok {
			t.Errorf("%s: %+v", text, r)
		}
	}
}

func TestWhatCannotBeConvertedIsSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a zone of Rails", `{"time_zone": "Eastern Time (US & Canada)", "intervals": [{"start_time": 1980, "end_time": 2460}]}`, `"Eastern Time (US & Canada)", which is`},
		{"an interval beyond the week", `{"intervals": [{"start_time": 20000, "end_time": 20001}]}`, "10080 minutes"},
		{"a day that is none", `{"working_hours": [{"day_of_week": 7}]}`, "0 to 6"},
		{"a time that is none", `{"working_hours": [{"day_of_week": 1, "open_hour": 99, "close_hour": 2}]}`, "open_hour"},
		{"a period without days", `{"periods": [{"openDay": "MONTAG", "openTime": "9:00"}]}`, "MONTAG"},
		{"a date that is none", `{"monday": [], "exceptions": {"2026-02-30": []}}`, "is not in the calendar"},
		{"windows that overlap", `{"monday": ["9-12", "11-13"]}`, "overlaps"},
		{"a part of a day that is closed", `opening_hours: "Mo-Fr 09:00-17:00; 12:00-13:00 off"`, "a part of a day"},
		{"school holidays", `opening_hours: "SH 09:00-17:00"`, "school holidays"},
		{"a week of a season", `{"openingHoursSpecification": {"dayOfWeek": "Monday", "opens": "09:00", "closes": "17:00", "validFrom": "2026-06-01", "validThrough": "2026-08-31"}}`, "some dates only"},
	} {
		r, ok := foreign.Read(tree(t, tt.text))
		if left := strings.Join(r.Left, "; "); !ok || !strings.Contains(left, tt.want) || !strings.Contains(r.Fault().String(), tt.want) {
			t.Errorf("%s: %v, %q", tt.name, ok, left)
		}
	}
}

// FuzzRead holds that any JSON is answered, and that schedules compile, read back equal, and are shown within bounds.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"openingHours": ["Mo-Fr 09:00-17:00"]}`, `{"openingHoursSpecification": [{"dayOfWeek": ["Monday"], "opens": "09:00", "closes": "17:00", "validFrom": "2026-01-01"}]}`,
		`{"regularHours": {"periods": [{"openDay": "MONDAY", "openTime": {"hours": 9}, "closeDay": "TUESDAY", "closeTime": "24:00"}]}, "specialHours": {"specialHourPeriods": [{"startDate": {"year": 2026, "month": 12, "day": 25}, "closed": true}]}}`,
		`{"periods": [{"open": {"day": 1, "time": "0900"}, "close": {"day": 6, "hour": 5}}]}`,
		`[{"day_of_week": 1, "open_hour": 9, "open_minutes": 0, "close_hour": 17, "close_minutes": 59}]`,
		`{"schedule": {"time_zone": "x", "intervals": [{"start_time": 1980, "end_time": 2460}], "holidays": [{"start_date": "2026-01-01", "end_date": "2026-01-02", "name": "n"}]}}`,
		`{"monday": ["09:00-12:00"], "exceptions": {"2016-11-11 to 2016-11-12": [], "12-25": ["9-12"]}, "timezone": "UTC"}`,
		`"Mo-Fr,PH 08:00-18:00,19:00-23:59, Sa 10:00+; Su off; PH off \"x\""`, `{"opening_hours": "Dec 25 off; 24/7"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) != nil {
			return
		}
		r, ok := foreign.Read(value)
		if !ok {
			return
		}
		if fault := r.Fault().String(); len(fault) > 12_000 || strings.Contains(fault, "\n") {
			t.Errorf("%d bytes: %s", len(fault), fault)
		}
		if r.Spec == nil {
			return
		}
		if _, err := r.Spec.Compile(nil); err != nil {
			t.Fatal(err)
		}
		same(t, r)
	})
}
