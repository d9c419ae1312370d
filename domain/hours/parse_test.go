package hours

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseWindowsReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tree any
		want string
	}{
		{"09:00-17:00", "09:00-17:00"},
		{"9-17", "09:00-17:00"},
		{" 9 - 17 ", "09:00-17:00"},
		{"9:30-17:05", "09:30-17:05"},
		{"9.30-17.05", "09:30-17:05"},
		{"9h-17h30", "09:00-17:30"},
		{"9am-5:30pm", "09:00-17:30"},
		{"9 AM – 5 PM", "09:00-17:00"},
		{"9 a.m. to 5 p.m.", "09:00-17:00"},
		{"9—17", "09:00-17:00"},
		{"12am-12pm", "00:00-12:00"},
		{"12pm-12am", "12:00-24:00"},
		{"09:00-12:00, 13:00-18:00", "09:00-12:00, 13:00-18:00"},
		{"13-18,9-12", "09:00-12:00, 13:00-18:00"},
		{"9-12, 12-13", "09:00-13:00"},
		{"22:00-02:00", "22:00-02:00"},
		{"22-24", "22:00-24:00"},
		{"22-0", "22:00-24:00"},
		{"0-24", "00:00-24:00"},
		{"0-0", "00:00-24:00"},
		{"9-9", "09:00-09:00"},
		{"10-22, 22-11", "10:00-22:00, 22:00-11:00"}, // 25 hours in one would read as one
		{"closed", "closed"},
		{" Closed ", "closed"},
		{"Off", "closed"},
		{[]any{}, "closed"},
		{[]any{"9-12", "13-18"}, "09:00-12:00, 13:00-18:00"},
		{[]any{"9-12, 13-18", "20-22"}, "09:00-12:00, 13:00-18:00, 20:00-22:00"},
	}
	for _, tt := range tests {
		windows, err := ParseWindows(tt.tree)
		if got := windowsText(windows); err != nil || got != tt.want {
			t.Errorf("%v: got %s, %v, want %s", tt.tree, got, err, tt.want)
		}
	}
}

func TestParseDaysReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"mon", "mon"},
		{"Monday", "mon"},
		{"mondays", "mon"},
		{"mo,we", "mon,wed"},
		{"tues, thur", "tue,thu"},
		{"mon-fri", "mon-fri"},
		{"Mon – Fri", "mon-fri"},
		{"mon to fri", "mon-fri"},
		{"fri-mon", "mon,fri-sun"},
		{"sat-sun", "sat,sun"},
		{"mon-mon", "mon"},
		{"weekdays", "mon-fri"},
		{"weekend", "sat,sun"},
		{"daily", "mon-sun"},
		{"weekend,mon", "mon,sat,sun"},
	}
	for _, tt := range tests {
		days, err := ParseDays(tt.text)
		var set daySet
		for _, day := range days {
			set |= 1 << day
		}
		if err != nil || set.String() != tt.want {
			t.Errorf("%q: got %s, %v, want %s", tt.text, set, err, tt.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	if got, err := ParseDate("2024-02-29"); err != nil || got != (Date{2024, time.February, 29}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-1", "0000-01-01", "12-24", "24.12.2026", "2026-12-24T00:00:00Z", "２０２６-12-24"} {
		if got, err := ParseDate(bad); err == nil || got != (Date{}) {
			t.Errorf("%q: got %v, %v, want a fault", bad, got, err)
		}
	}
}

func TestDatesCountAsTimeDoes(t *testing.T) {
	t.Parallel()
	for number := -719528; number < 2932897; number += 13 {
		want := time.Unix(int64(number)*secondsPerDay, 0).UTC()
		got := dateOf(number)
		if got != DateOf(want) || got.number() != number || weekdayOf(number) != want.Weekday() {
			t.Fatalf("day %d: got %v, %s, which is day %d; want %v", number, got, weekdayOf(number), got.number(), want)
		}
	}
}

func TestParseLeave(t *testing.T) {
	t.Parallel()
	got, err := ParseLeave(tree(t, `[{from: 2026-12-21, to: 2027-01-03}, {on: 2027-05-14}]`))
	want := []DateRange{{Date{2026, 12, 21}, Date{2027, 1, 3}}, {Date{2027, 5, 14}, Date{2027, 5, 14}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	data, err := json.Marshal(got)
	var back []DateRange
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if diff := cmp.Diff(want, back); err != nil || diff != "" {
		t.Errorf("through %s: %v %s", data, err, diff)
	}
}

func TestEveryFaultSaysWhereAndWhatAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
	}{
		{"nothing at all", `null`,
			`"null" is not a map; allowed: the keys time_zone, weekly, holidays, exceptions, rotation`},
		{"a list", `[mon]`,
			`"[mon]" is not a map; allowed: the keys time_zone, weekly, holidays, exceptions, rotation`},
		{"an unknown key", `{weekly: 24/7, timezone: UTC}`,
			`/timezone: "timezone" is not a known key; allowed: time_zone, weekly, holidays, exceptions, rotation (did you mean "time_zone"?)`},
		{"no week", `{time_zone: UTC}`,
			`"{time_zone: UTC}" lacks weekly; allowed: weekly: {mon-fri: "9-17"}, "24/7" or "closed"`},
		{"a week that is a number", `{weekly: 247}`,
			`/weekly: "247" is not a week; allowed: windows by day such as {mon-fri: "9-17"}, "24/7" or "closed"`},
		{"an unknown zone", `{weekly: 24/7, time_zone: Europe/Pariss}`,
			`/time_zone: "Europe/Pariss" is not a time zone; allowed: an IANA name such as "Europe/Paris" or "UTC" (did you mean "Europe/Paris"?)`},
		{"the zone of the machine", `{weekly: 24/7, time_zone: Local}`,
			`/time_zone: "Local" is another time zone on every machine; allowed: an IANA name such as "Europe/Paris" or "UTC"`},
		{"a zone that is a number", `{weekly: 24/7, time_zone: 1}`,
			`/time_zone: "1" is not text; allowed: an IANA name such as "Europe/Paris"`},
		{"an unknown preset", `always`,
			`"always" is not a schedule; allowed: "24/7", "closed", "mon-fri 9-17" or "weekdays 9-17; sat 10-14"`},
		{"an empty preset", `""`,
			`"" is not a schedule; allowed: "24/7", "closed", "mon-fri 9-17" or "weekdays 9-17; sat 10-14"`},
		{"a preset with a wrong day", `mon-fri 9-17; sut 10-14`,
			`"sut" is not a day (at byte 14); allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a preset with a wrong time", `mon-fri 9-17; sat 10-25`,
			`"25" is not a time of day (at byte 21); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"a preset with hours that overlap", `mon-fri 9-12; fri-sat 11-17`,
			`"fri-sat" covers Friday, as "mon-fri" does, and 11:00-17:00 overlaps 09:00-12:00 (at byte 14); allowed: windows of one day that do not overlap, or each day once`},
		{"a preset with a day open and closed", `mon-fri 9-12; fri off`,
			`"fri" is closed, and "mon-fri" is open on Friday (at byte 14); allowed: hours or closed for Friday, or days in "mon-fri" without it`},
		{"public holidays, as OpenStreetMap has them", `mon-fri 9-12; PH off`,
			`"PH" is not a day (at byte 14); allowed: holidays: FR beside weekly, with the code of your country, which closes on its public holidays; or mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a wrong day in a key", `{weekly: {mon-fry: 9-17}}`,
			`/weekly/mon-fry: "fry" is not a day (at byte 4); allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a group in a range", `{weekly: {weekdays-sat: 9-17}}`,
			`/weekly/weekdays-sat: "weekdays-sat" is not a range of two days; allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"hours of two keys that overlap", `{weekly: {mon-fri: 9-17, fri: 9-12}}`,
			`/weekly/mon-fri: "mon-fri" covers Friday, as "fri" does, and 09:00-17:00 overlaps 09:00-12:00; allowed: windows of one day that do not overlap, or each day once`},
		{"hours of two keys that overlap at night", `{weekly: {mon-fri: 20-4, fri: 22-23}}`,
			`/weekly/mon-fri: "mon-fri" covers Friday, as "fri" does, and 20:00-04:00 overlaps 22:00-23:00; allowed: windows of one day that do not overlap, or each day once`},
		{"a day open and closed", `{weekly: {mon-fri: 9-17, fri: off}}`,
			`/weekly/mon-fri: "mon-fri" is open, and "fri" is closed on Friday; allowed: hours or closed for Friday, or days in "fri" without it`},
		{"public holidays as a day", `{weekly: {mon-fri: 9-17, PH: off}}`,
			`/weekly/PH: "PH" is not a day; allowed: holidays: FR beside weekly, with the code of your country, which closes on its public holidays; or mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a day without hours", `{weekly: {mon: }}`,
			`/weekly/mon: "null" is not a list of windows; allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed", or a list of at most 48`},
		{"a day that is a number", `{weekly: {mon: 9}}`,
			`/weekly/mon: "9" is not a list of windows; allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed", or a list of at most 48`},
		{"one time alone", `{weekly: {mon: "9-12, 13"}}`,
			`/weekly/mon: "13" is not a window (at byte 6); allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed"`},
		{"an empty window", `{weekly: {mon: "9-12,"}}`,
			`/weekly/mon: "" is not a window (at byte 5); allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed"`},
		{"25 o'clock", `{weekly: {mon: "9-12, 13-25"}}`,
			`/weekly/mon: "25" is not a time of day (at byte 9); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"past 24:00", `{weekly: {mon: "9-24:01"}}`,
			`/weekly/mon: "24:01" is not a time of day (at byte 2); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"seconds", `{weekly: {mon: "09:00:30-17:00"}}`,
			`/weekly/mon: "09:00:30" is not a time; allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"60 minutes", `{weekly: {mon: "9:60-17"}}`,
			`/weekly/mon: "9:60" is not a time of day; allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"13 pm", `{weekly: {mon: "9am-13pm"}}`,
			`/weekly/mon: "13pm" is not a time of day (at byte 4); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{"am, but pm unsaid", `{weekly: {mon: "9am-5"}}`,
			`/weekly/mon: "9am-5" says am or pm only once; allowed: both times with am or pm, or neither`},
		{"an opening at 24:00", `{weekly: {mon: "24:00-02:00"}}`,
			`/weekly/mon: "24:00" cannot open a window; allowed: 00:00 to 23:59`},
		{"windows that overlap", `{weekly: {mon: "9-12, 11-13"}}`,
			`/weekly/mon: "11-13" overlaps 09:00-12:00 (at byte 6); allowed: windows of one day that do not overlap`},
		{"windows that overlap at night", `{weekly: {mon: "20-4, 22-23"}}`,
			`/weekly/mon: "22-23" overlaps 20:00-04:00 (at byte 6); allowed: windows of one day that do not overlap`},
		{"windows of a list that overlap", `{weekly: {mon: ["9-12", "11-13"]}}`,
			`/weekly/mon/1: "11-13" overlaps 09:00-12:00; allowed: windows of one day that do not overlap`},
		{"a list of numbers", `{weekly: {mon: [9]}}`,
			`/weekly/mon/0: "9" is not a window; allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed"`},
		{"a key with a slash", `{weekly: {mon/tue: 9-17}}`,
			`/weekly/mon~1tue: "mon/tue" is not a day; allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"an unknown country", `{weekly: 24/7, holidays: {country: FX}}`,
			`/holidays/country: "FX" is not a country with known holidays; allowed: the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them`},
		{"a country in short form", `{weekly: 24/7, holidays: DE-XX}`,
			`/holidays: "XX" is not a region of DE with holidays of its own; allowed: BB, BE, BW, BY, BY-A, BY-EVANG, BY-KATH, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, SN-BZ, ST, TH, TH-EIC, TH-UH, TH-WAK`},
		{"no country", `{weekly: 24/7, holidays: {region: BY}}`,
			`/holidays: "{region: BY}" lacks country; allowed: a country such as {country: FR}`},
		{"an unknown region", `{weekly: 24/7, holidays: {country: CH, region: BY}}`,
			`/holidays/region: "BY" is not a region of CH with holidays of its own; allowed: AG, AI, AR, BE, BL, BS, FR, GE, GL, GR, JU, LU, NE, NW, OW, SG, SH, SO, SZ, TG, TI, UR, VD, VS, ZG, ZH`},
		{"the beginning of a region's name", `{weekly: 24/7, holidays: DE-Bay}`,
			`/holidays: "BAY" is not a region of DE with holidays of its own; allowed: BB, BE, BW, BY, BY-A, BY-EVANG, BY-KATH, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, SN-BZ, ST, TH, TH-EIC, TH-UH, TH-WAK (did you mean "DE-BY"?)`},
		{"a country without regions", `{weekly: 24/7, holidays: {country: FR, region: BY}}`,
			`/holidays/region: "BY" is not a region of FR with holidays of its own; allowed: 57, 67, 68, BL, GF, GP, MF, MQ, RE, YT`},
		{"a country that is the same everywhere", `{weekly: 24/7, holidays: PL-MZ}`,
			`/holidays: "MZ" is no region with known holidays: of PL only those of the whole country are known; allowed: no region`},
		{"the name of a country", `{weekly: 24/7, holidays: {country: germany}}`,
			`/holidays/country: "GERMANY" is not a country with known holidays; allowed: the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them (did you mean "DE"?)`},
		{"the initials of a country", `{weekly: 24/7, holidays: USA}`,
			`/holidays: "USA" is not a country with known holidays; allowed: the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them (did you mean "US"?)`},
		{"a code that is none", `{weekly: 24/7, holidays: CAL}`,
			`/holidays: "CAL" is not a country with known holidays; allowed: the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them`},
		{"a misspelt country", `{weekly: 24/7, holidays: Germny}`,
			`/holidays: "GERMNY" is not a country with known holidays; allowed: the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them (did you mean "Germany"?)`},
		{"a country and another region", `{weekly: 24/7, holidays: {country: FR-57, region: "67"}}`,
			`/holidays/region: "67" is not the region that FR-57 names; allowed: 57, or no region here`},
		{"a dash and no region", `{weekly: 24/7, holidays: DE-}`,
			`/holidays: "DE-" names no region after the dash; allowed: DE, or a region such as DE-BY`},
		{"a number that is no region", `{weekly: 24/7, holidays: {country: FR, region: 75}}`,
			`/holidays/region: "75" is not a region of FR with holidays of its own; allowed: 57, 67, 68, BL, GF, GP, MF, MQ, RE, YT`},
		{"a calendar in place of hours", `"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR"`,
			`"BEGIN:VCALENDAR" is a calendar, which closes a schedule and is none; allowed: hours in whose exceptions it stands, as {weekly: 24/7, exceptions: [{ical_url: https://…}]}; in a file also [{ical: closures.ics}]`},
		{"the name of a calendar in place of hours", `closures.ics`,
			`"closures.ics" is a calendar, which closes a schedule and is none; allowed: hours in whose exceptions it stands, as {weekly: 24/7, exceptions: [{ical_url: https://…}]}; in a file also [{ical: closures.ics}]`},
		{"the address of a calendar in place of a week", `{weekly: "https://calendar.example/secret/basic.ics"}`,
			`/weekly: "https://…" is a calendar, which closes a schedule and is none; allowed: hours in whose exceptions it stands, as {weekly: 24/7, exceptions: [{ical_url: https://…}]}; in a file also [{ical: closures.ics}]`},
		{"a calendar beside the week", `{weekly: 24/7, ical: closures.ics}`,
			`/ical: "ical" is not a known key; allowed: time_zone, weekly, holidays, exceptions, rotation; exceptions: [{ical: …}] closes by a calendar`},
		{"a calendar in place of exceptions", `{weekly: 24/7, exceptions: "webcal://calendar.example/secret"}`,
			`/exceptions: "webcal://…" is not a list of exceptions; allowed: a list such as [{ical_url: https://…}]`},
		{"a calendar in place of an exception", `{weekly: 24/7, exceptions: [closures.ics]}`,
			`/exceptions/0: "closures.ics" is a calendar, and no exception; allowed: {ical_url: https://…}; in a file also {ical: closures.ics}`},
		{"an unknown type of holidays", `{weekly: 24/7, holidays: {country: FR, also: [banks]}}`,
			`/holidays/also/0: "banks" is not a type of holidays; allowed: bank, school, optional (did you mean "bank"?)`},
		{"a holiday of a type that is not asked for", `{weekly: 24/7, holidays: {country: SE, hours: {Midsummer Eve: 9-12}}}`,
			`/holidays/hours/Midsummer Eve: "Midsummer Eve" is not a public holiday there but of the type bank; allowed: also: [bank] beside it`},
		{"a holiday by both of its names", `{weekly: 24/7, holidays: {country: FR, hours: {Noël: 9-12, Christmas Day: 9-12}}}`,
			`/holidays/hours/Noël: "Noël" is given twice; allowed: each holiday once`},
		{"a country of regions", `{weekly: 24/7, holidays: {country: AU}}`,
			`/holidays/region: "AU" has no holidays of the whole country: name a region; allowed: ACT, NSW, NT, QLD, SA, TAS, VIC, WA`},
		{"an unknown holiday", `{weekly: 24/7, holidays: {country: FR, except: [Noel]}}`,
			`/holidays/except/0: "Noel" is not a holiday there; allowed: Nouvel An, Lundi de Pâques, Fête du travail, Victoire 1945, Ascension, Lundi de Pentecôte, Fête nationale, Assomption, Toussaint, Armistice 1918, Noël (did you mean "Noël"?)`},
		{"hours for an unknown holiday", `{weekly: 24/7, holidays: {country: FR, hours: {Pâques: 9-12}}}`,
			`/holidays/hours/Pâques: "Pâques" is not a holiday there; allowed: Nouvel An, Lundi de Pâques, Fête du travail, Victoire 1945, Ascension, Lundi de Pentecôte, Fête nationale, Assomption, Toussaint, Armistice 1918, Noël`},
		{"wrong hours for a holiday", `{weekly: 24/7, holidays: {country: FR, hours: {Noël: 9}}}`,
			`/holidays/hours/Noël: "9" is not a list of windows; allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed", or a list of at most 48`},
		{"a holiday both off and with hours", `{weekly: 24/7, holidays: {country: FR, except: noël, hours: {Noël: 9-12}}}`,
			`/holidays/hours/Noël: "Noël" is switched off by except; allowed: either except or hours`},
		{"a holiday with hours twice", `{weekly: 24/7, holidays: {country: FR, hours: {noël: 9-12, Noël: 9-12}}}`,
			`/holidays/hours/noël: "noël" is given twice; allowed: each holiday once`},
		{"holidays that are a number", `{weekly: 24/7, holidays: 33}`,
			`/holidays: "33" is not a map; allowed: the keys country, region, also, except, hours`},
		{"names that are a number", `{weekly: 24/7, holidays: {country: FR, except: 1}}`,
			`/holidays/except: "1" is not a list of names; allowed: at most 200 names of holidays`},
		{"hours by holiday that are a list", `{weekly: 24/7, holidays: {country: FR, hours: []}}`,
			`/holidays/hours: "[]" is not a table of hours by holiday; allowed: at most 200 entries such as {Noël: "09:00-12:00"}`},
		{"exceptions that are a map", `{weekly: 24/7, exceptions: {on: 2026-12-24}}`,
			`/exceptions: "{on: 2026-12-24}" is not a list of exceptions; allowed: a list such as [{on: 2026-12-24, closed: true}]`},
		{"an exception that is a date", `{weekly: 24/7, exceptions: [2026-12-24]}`,
			`/exceptions/0: "2026-12-24" is not a map; allowed: the keys on, from, to, yearly, closed, hours, name, ical, ical_url`},
		{"an exception without a date", `{weekly: 24/7, exceptions: [{closed: true}]}`,
			`/exceptions/0: "{closed: true}" is not a date or a range of dates; allowed: either on: 2026-12-24, or from: 2026-12-24 and to: 2027-01-02`},
		{"an exception without an end", `{weekly: 24/7, exceptions: [{from: 2026-12-24, closed: true}]}`,
			`/exceptions/0: "{closed: true, from: 2026-12-24}" is not a date or a range of dates; allowed: either on: 2026-12-24, or from: 2026-12-24 and to: 2027-01-02`},
		{"an exception without hours", `{weekly: 24/7, exceptions: [{on: 2026-12-24}]}`,
			`/exceptions/0: "{on: 2026-12-24}" says neither closed nor hours; allowed: closed: true or hours: "09:00-12:00"`},
		{"an exception that is not closed", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: false}]}`,
			`/exceptions/0: "{closed: false, on: 2026-12-24}" says neither closed nor hours; allowed: closed: true or hours: "09:00-12:00"`},
		{"an exception both closed and not", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: true, hours: 9-12}]}`,
			`/exceptions/0/hours: "9-12" is given for a day that is closed; allowed: either closed: true or hours`},
		{"an exception with a wrong date", `{weekly: 24/7, exceptions: [{on: 24.12.2026, closed: true}]}`,
			`/exceptions/0/on: "24.12.2026" is not a date; allowed: a date such as "2026-12-24"`},
		{"30 February", `{weekly: 24/7, exceptions: [{on: " 2026-02-30", closed: true}]}`,
			`/exceptions/0/on: "2026-02-30" is not in the calendar (at byte 1); allowed: a date such as "2026-12-24"`},
		{"a date that is a number", `{weekly: 24/7, exceptions: [{on: 20261224, closed: true}]}`,
			`/exceptions/0/on: "20261224" is not a date; allowed: a date such as "2026-12-24"`},
		{"a day of every year that is not yearly", `{weekly: 24/7, exceptions: [{on: 12-24, closed: true}]}`,
			`/exceptions/0/on: "12-24" is not a date; allowed: a date such as "2026-12-24"`},
		{"an end before its start", `{weekly: 24/7, exceptions: [{from: 2026-12-24, to: 2026-12-23, closed: true}]}`,
			`/exceptions/0/to: "2026-12-23" is before 2026-12-24; allowed: the same date or a later one`},
		{"a yearly range of a year", `{weekly: 24/7, exceptions: [{from: 2026-12-24, to: 2027-12-24, closed: true, yearly: true}]}`,
			`/exceptions/0/to: "2027-12-24" is a year or more after 2026-12-24; allowed: a yearly range of less than a year`},
		{"yearly that is text", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: true, yearly: "yes"}]}`,
			`/exceptions/0/yearly: "yes" is not yes or no; allowed: true, false`},
		{"a name that is a number", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: true, name: 1}]}`,
			`/exceptions/0/name: "1" is not text; allowed: text`},
		{"a name of two lines", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: true, name: "a\nb"}]}`,
			`/exceptions/0/name: "a\nb" is not a line of text; allowed: text, of 1 to 200 printable bytes`},
		{"exceptions of one length on one date", `{weekly: 24/7, exceptions: [{from: 2026-12-20, to: 2026-12-24, closed: true}, {from: 2026-12-24, to: 2026-12-28, closed: true}, {on: 2026-12-24, closed: true}, {on: 2026-12-24, hours: 9-12}]}`,
			`/exceptions/1: "2026-12-24" has an exception of this length already, /exceptions/0; allowed: exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one
/exceptions/3: "2026-12-24" has an exception of this length already, /exceptions/2; allowed: exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one`},
		{"yearly exceptions of one length on one date", `{weekly: 24/7, exceptions: [{from: 01-01, to: 01-10, yearly: true, closed: true}, {from: 12-24, to: 01-02, yearly: true, closed: true}]}`,
			`/exceptions/1: "01-01" has an exception of this length already, /exceptions/0; allowed: exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one`},
		{"two typing errors", `{weekly: {mon: 9-25}, exceptions: [{on: 2026-12-24, hour: 9-12}]}`,
			`/weekly/mon: "25" is not a time of day (at byte 2); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"
/exceptions/0/hour: "hour" is not a known key; allowed: on, from, to, yearly, closed, hours, name, ical, ical_url (did you mean "hours"?)`},
		{"a date under another key", `{weekly: 24/7, exceptions: [{form: 2026-12-24, to: 2026-12-26, closed: true}, {at: 2026-12-24, closed: true}]}`,
			`/exceptions/0/form: "form" is not a known key; allowed: on, from, to, yearly, closed, hours, name, ical, ical_url (did you mean "from"?)
/exceptions/1/at: "at" is not a known key; allowed: on, from, to, yearly, closed, hours, name, ical, ical_url`},
		{"misspelt keys that are needed", `{weekly: 24/7, holidays: {contry: FR}, rotation: {evry: 1w, of: [a, b], from: 2026-11-30}}`,
			`/holidays/contry: "contry" is not a known key; allowed: country, region, also, except, hours (did you mean "country"?)
/rotation/evry: "evry" is not a known key; allowed: every, of, from (did you mean "every"?)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			spec, err := Parse(tree(t, tt.text))
			var faults Faults
			if !errors.As(err, &faults) || spec != nil {
				t.Fatalf("%s: got %v, %v, want faults", tt.text, spec, err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("%s:\n%s", tt.text, diff)
			}
		})
	}
}

func TestFaultsOfDefinitionsTooLarge(t *testing.T) {
	t.Parallel()
	many := func(n int, item any) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = item
		}
		return list
	}
	names := make(map[string]any)
	for i := range maxNames + 1 {
		names[fmt.Sprint(i)] = "9-12"
	}
	tests := []struct {
		name string
		tree map[string]any
		want string
	}{
		{"exceptions", map[string]any{"weekly": "24/7", "exceptions": many(1001, nil)}, `/exceptions: "1001 exceptions" are too many; allowed: at most 1000`},
		{"windows in a list", map[string]any{"weekly": map[string]any{"mon": many(49, "9-10")}}, `is not a list of windows; allowed: windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed", or a list of at most 48`},
		{"windows in a string", map[string]any{"weekly": map[string]any{"mon": strings.Repeat("9-10,", 48) + "10-11"}}, `/weekly/mon: "49 windows" are too many; allowed: at most 48 windows a day`},
		{"text of hours", map[string]any{"weekly": map[string]any{"mon": strings.Repeat(" ", 2001)}}, `is too long; allowed: at most 2000 bytes`},
		{"a list of days", map[string]any{"weekly": map[string]any{strings.Repeat("mon,", 51): "9-10"}}, `is too long; allowed: at most 200 bytes of days`},
		{"text of a preset", map[string]any{"weekly": strings.Repeat("mon 9-10;", 2001)}, `is too long; allowed: at most 2000 bytes`},
		{"names of holidays", map[string]any{"weekly": "24/7", "holidays": map[string]any{"country": "FR", "except": many(201, "x")}}, `at most 200 names of holidays`},
		{"hours of holidays", map[string]any{"weekly": "24/7", "holidays": map[string]any{"country": "FR", "hours": names}}, `at most 200 entries`},
		{"a name", map[string]any{"weekly": "24/7", "time_zone": strings.Repeat("é", 101)}, `/time_zone: "` + strings.Repeat("é", 38) + `…" is not a line of text`},
	}
	for _, tt := range tests {
		_, err := Parse(tt.tree)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := ParseLeave(many(1001, nil)); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("leave: got %v", err)
	}
}

func TestFaultsOfSpecsWrittenInGo(t *testing.T) {
	t.Parallel()
	day := Date{2026, time.December, 24}
	tests := []struct {
		name string
		spec Spec
		want string
	}{
		{"a window that ends before it opens", Spec{Weekly: [7][]Window{time.Monday: {{600, 540}}}}, `/weekly/mon: "{600 540}" is not a window; allowed: 0 <= Opens < 1440, Opens < Closes <= Opens+1440`},
		{"a window of more than a day", Spec{Weekly: [7][]Window{time.Sunday: {{600, 2041}}}}, `/weekly/sun: "{600 2041}" is not a window; allowed: 0 <= Opens < 1440, Opens < Closes <= Opens+1440`},
		{"windows that overlap", Spec{Weekly: [7][]Window{time.Monday: {{660, 720}, {540, 700}}}}, `/weekly/mon: "11:00-12:00" overlaps 09:00-11:40; allowed: windows of one day that do not overlap`},
		{"too many windows", Spec{Exceptions: []Exception{{From: day, Hours: make([]Window, 49)}}}, `/exceptions/0/hours: "49 windows" are too many; allowed: at most 48 windows a day`},
		{"too many exceptions", Spec{Exceptions: make([]Exception, 1001)}, `/exceptions: "1001 exceptions" are too many; allowed: at most 1000`},
		{"an exception without a date", Spec{Exceptions: []Exception{{}}}, `/exceptions/0: "00-00" is not in the calendar`},
		{"a dated exception without a year", Spec{Exceptions: []Exception{{From: Date{0, 12, 24}}}}, `/exceptions/0: "12-24" is not in the calendar`},
		{"two exceptions on one date", Spec{Exceptions: []Exception{{From: day}, {From: day}}}, `/exceptions/1: "2026-12-24" has an exception of this length already, /exceptions/0; allowed: exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one`},
		{"an unknown country", Spec{Holidays: &Holidays{Country: "fr"}}, `/holidays/country: "fr" is not a country with known holidays`},
		{"an unknown zone", Spec{TimeZone: "Local"}, `/time_zone: "Local" is another time zone on every machine; allowed: an IANA name such as "Europe/Paris" or "UTC"`},
	}
	for _, tt := range tests {
		s, err := tt.spec.Compile(nil)
		if s != nil || err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, %v, want %s", tt.name, s, err, tt.want)
		}
	}
}

func TestFaultsOfLeaveDaysAndDates(t *testing.T) {
	t.Parallel()
	leave := func(text string) error { _, err := ParseLeave(tree(t, text)); return err }
	days := func(text string) error { _, err := ParseDays(text); return err }
	date := func(text string) error { return new(Date).UnmarshalText([]byte(text)) }
	spec := func(text string) error { return json.Unmarshal([]byte(text), new(Spec)) }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"leave that is a date", leave(`2026-12-24`), `"2026-12-24" is not a list of leave; allowed: a list such as [{from: 2026-12-21, to: 2027-01-03}, {on: 2026-12-24}]`},
		{"leave that ends before it begins", leave(`[{on: 2026-12-20}, {from: 2026-12-21, to: 2026-12-20}]`), `/1/to: "2026-12-20" is before 2026-12-21; allowed: the same date or a later one`},
		{"leave of every year", leave(`[{on: 12-24}]`), `/0/on: "12-24" is not a date; allowed: a date such as "2026-12-24"`},
		{"leave with a reason", leave(`[{on: 2026-12-24, reason: ill}]`), `/0/reason: "reason" is not a known key; allowed: on, from, to`},
		{"an unknown day", days("mon, dimanche"), `"dimanche" is not a day (at byte 5); allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a letter for a day", days("m-f"), `"m" is not a day; allowed: mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`},
		{"a date as text", date("tomorrow"), `"tomorrow" is not a date; allowed: a date such as "2026-12-24", or "12-24" for every year`},
		{"a definition in JSON", spec(`{"weekly":"9-17"}`), `"9-17" is not a schedule; allowed: "24/7", "closed", "mon-fri 9-17" or "weekdays 9-17; sat 10-14"`},
	}
	for _, tt := range tests {
		if tt.err == nil || !strings.HasSuffix(tt.err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, tt.err, tt.want)
		}
	}
}
