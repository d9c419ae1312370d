package hours

import (
	"sync"
	"testing"
	"time"
)

func TestPrecedenceAndReasons(t *testing.T) {
	t.Parallel()
	const office = `
weekly: {mon-fri: 9-17, sat: 22-2}
holidays: {country: FR, except: [Lundi de Pentecôte], hours: {Assomption: 10-12}}
exceptions:
  - {on: 2026-12-24, hours: 9-12, name: Christmas Eve}
  - {on: 12-24, yearly: true, closed: true, name: Every Christmas Eve}
  - {from: 12-27, to: 01-02, yearly: true, closed: true}
  - {on: 02-29, yearly: true, hours: 9-10, name: Leap day}
  - {on: 2026-05-01, hours: 10-11, name: Open on Labour Day}
  - {on: 2026-11-22, closed: true, name: Sunday}
  - {from: 2027-08-02, to: 2029-08-15, closed: true, name: Sabbatical}
`
	tests := []struct{ name, clock, want string }{
		{"a week day", "2026-11-20T10:00:00+01:00", "open (weekly) from 2026-11-20T09:00:00+01:00 to 2026-11-20T17:00:00+01:00"},
		{"a night runs on into a closed date", "2026-11-22T01:00:00+01:00", "open (weekly) from 2026-11-21T22:00:00+01:00 to 2026-11-22T02:00:00+01:00"},
		{"the closed date afterwards", "2026-11-22T02:00:00+01:00", "closed (Sunday) from 2026-11-22T02:00:00+01:00 to 2026-11-23T09:00:00+01:00"},
		{"a holiday", "2026-07-14T10:00:00+02:00", "closed (Fête nationale) from 2026-07-13T17:00:00+02:00 to 2026-07-15T09:00:00+02:00"},
		{"a holiday that moves", "2026-04-06T10:00:00+02:00", "closed (Lundi de Pâques) from 2026-04-05T02:00:00+02:00 to 2026-04-07T09:00:00+02:00"},
		{"a holiday switched off", "2026-05-25T10:00:00+02:00", "open (weekly) from 2026-05-25T09:00:00+02:00 to 2026-05-25T17:00:00+02:00"},
		{"a holiday with hours", "2026-08-15T11:00:00+02:00", "open (Assomption) from 2026-08-15T10:00:00+02:00 to 2026-08-15T12:00:00+02:00"},
		{"a holiday with hours has no others", "2026-08-15T22:30:00+02:00", "closed (Assomption) from 2026-08-15T12:00:00+02:00 to 2026-08-17T09:00:00+02:00"},
		{"an exception beats a holiday", "2026-05-01T10:30:00+02:00", "open (Open on Labour Day) from 2026-05-01T10:00:00+02:00 to 2026-05-01T11:00:00+02:00"},
		{"a dated exception beats a yearly one", "2026-12-24T11:00:00+01:00", "open (Christmas Eve) from 2026-12-24T09:00:00+01:00 to 2026-12-24T12:00:00+01:00"},
		{"a yearly exception", "2025-12-24T11:00:00+01:00", "closed (Every Christmas Eve) from 2025-12-23T17:00:00+01:00 to 2025-12-26T09:00:00+01:00"},
		{"a yearly range beats a holiday, and has no name", "2026-01-01T12:00:00+01:00", "closed (exception) from 2025-12-26T17:00:00+01:00 to 2026-01-03T22:00:00+01:00"},
		{"29 February", "2024-02-29T09:30:00+01:00", "open (Leap day) from 2024-02-29T09:00:00+01:00 to 2024-02-29T10:00:00+01:00"},
		{"1 March of a common year", "2027-03-01T09:30:00+01:00", "open (weekly) from 2027-03-01T09:00:00+01:00 to 2027-03-01T17:00:00+01:00"},
		{"two years in one step", "2027-08-02T00:00:00+02:00", "closed (Sabbatical) from 2027-08-01T02:00:00+02:00 to 2029-08-16T09:00:00+02:00"},
	}
	s := schedule(t, "Europe/Paris", office)
	for _, tt := range tests {
		if got := verdict(s.At(instant(t, tt.clock))); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}

func TestHolidaysByCountryAndRegion(t *testing.T) {
	t.Parallel()
	tests := []struct{ holidays, date, want string }{
		{"FR", "2026-07-14", "Fête nationale"},
		{"US", "2026-07-04", "Independence Day"},                                     // a Saturday
		{"US", "2026-07-03", "Independence Day (observed)"},                          // the Friday before
		{"US", "2021-12-31", "New Year's Day (observed)"},                            // of 2022, a Saturday
		{"GB", "2021-12-25", "Christmas Day"},                                        // a Saturday
		{"GB", "2021-12-27", "Christmas Day (observed)"},                             // Monday
		{"GB", "2021-12-28", "Boxing Day (observed)"},                                // Tuesday
		{"GB", "2026-08-03", "weekly"},                                               // summer holiday of Scotland only
		{"GB-SCT", "2026-08-03", "Summer bank holiday"},                              // gov.uk
		{"GB-SCT", "2026-08-31", "weekly"},                                           // summer holiday of the others
		{"GB-SCT", "2026-11-30", "St Andrew's Day"},                                  // gov.uk
		{"GB-SCT", "2023-01-02", "January 2nd"},                                      // gov.uk: 2 and 3 January 2023
		{"GB-SCT", "2023-01-03", "New Year's Day (observed)"},                        // gov.uk
		{"GB-SCT", "2022-01-04", "New Year's Day (observed)"},                        // gov.uk: 3 and 4 January 2022
		{"GB-SCT", "2026-04-06", "weekly"},                                           // Easter Monday is none in Scotland
		{"GB-NIR", "2026-03-17", "St Patrick's Day"},                                 // gov.uk
		{"GB-NIR", "2026-07-13", "Battle of the Boyne (Orangemen's Day) (observed)"}, // gov.uk, 12 July is a Sunday
		{"GB-ENG", "2026-03-17", "weekly"},
		{"DE", "2026-06-04", "weekly"},
		{"DE-BY", "2026-06-04", "Fronleichnam"},
		{"DE-BE", "2026-03-08", "Internationaler Frauentag"},
		{"CH-ZH", "2026-05-01", "Tag der Arbeit"},
		{"AU-VIC", "2026-11-03", "Melbourne Cup"},
		{"JP", "2026-09-22", "国民の休日"},  // between two others
		{"SE", "2026-12-24", "weekly"}, // Christmas Eve is no public holiday
		{"{country: SE, also: bank}", "2026-12-24", "julafton"},
		{"FR-57", "2026-12-26", "Lendemain de Noël"},
		{"{country: FR, region: fr-57}", "2026-04-03", "Vendredi saint"},
		{"{country: FR, region: 57}", "2026-04-03", "Vendredi saint"}, // a number in YAML
		{"{country: FR-57, region: fr-57}", "2026-04-03", "Vendredi saint"},
		{"{country: FR, except: [Bastille Day]}", "2026-07-14", "weekly"},      // by its English name
		{"{country: FR, except: [Armistice de 1918]}", "2026-11-11", "weekly"}, // by the name it had in earlier versions
		{"{country: NZ, except: [Queen's Birthday]}", "2026-06-01", "weekly"},  // the same day has another name today
		{"{country: AR, except: [Shrove Monday]}", "2026-02-16", "weekly"},     // "Carnaval" is the local name of both days
		{"{country: AR, except: [Shrove Monday]}", "2026-02-17", "Carnaval"},
		{"{country: AR, except: [Carnaval]}", "2026-02-17", "weekly"},
		{"UK-WLS", "2026-08-31", "Summer bank holiday"},
	}
	for _, tt := range tests {
		s := schedule(t, "UTC", "{weekly: 24/7, holidays: "+tt.holidays+"}")
		date, err := ParseDate(tt.date)
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Unix(startOf(date.number())+12*60*60, 0)
		if got := s.At(noon).Reason; got != tt.want {
			t.Errorf("%s on %s: got %q, want %q", tt.holidays, tt.date, got, tt.want)
		}
	}
}

// TestHolidaysOfAPartOfADate: the rest of the day's hours stays, and a night that would begin in the part does not.
func TestHolidaysOfAPartOfADate(t *testing.T) {
	t.Parallel()
	s := schedule(t, "Atlantic/Reykjavik", `
weekly: {daily: "9-12, 12:30-17, 22-2"}
holidays: IS
`)
	for _, tt := range []struct{ clock, want string }{
		{"2026-12-24T10:00:00Z", "open (Aðfangadagur) from 2026-12-24T09:00:00Z to 2026-12-24T12:00:00Z"},
		{"2026-12-24T12:45:00Z", "open (Aðfangadagur) from 2026-12-24T12:30:00Z to 2026-12-24T13:00:00Z"},
		{"2026-12-24T23:00:00Z", "closed (Aðfangadagur) from 2026-12-24T13:00:00Z to 2026-12-27T09:00:00Z"},
	} {
		if got := verdict(s.At(instant(t, tt.clock))); got != tt.want {
			t.Errorf("at %s:\n got %s\nwant %s", tt.clock, got, tt.want)
		}
	}
	whole := schedule(t, "Atlantic/Reykjavik", `
weekly: {daily: "9-17"}
holidays: {country: IS, hours: {Christmas Eve: 9-11}}
`)
	if got := whole.NextBoundary(instant(t, "2026-12-24T10:00:00Z")); !got.Equal(instant(t, "2026-12-24T11:00:00Z")) {
		t.Errorf("hours of its own end at %v", got)
	}
}

func TestSchedulesAreSafeToShare(t *testing.T) {
	t.Parallel()
	s := schedule(t, "Europe/London", "{weekly: {mon-fri: 9-17}, holidays: GB}")
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				at := time.Date(1990+(i*7+worker)%100, 12, 25, 12, 0, 0, 0, time.UTC)
				if state := s.At(at); state.Open || state.Reason != "Christmas Day" {
					t.Errorf("at %v: %s", at, verdict(state))
				}
			}
		})
	}
	group.Wait()
	if n := len(*s.holidays.years.Load()); n > maxYears {
		t.Errorf("%d years are kept", n)
	}
}
