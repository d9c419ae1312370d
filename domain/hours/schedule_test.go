package hours

import (
	"testing"
	"time"
)

func TestOddDays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		zone  string
		rule  string
		clock string
		want  string
	}{
		{"a plain day", "Europe/Paris", "mon-fri 9-12, 13-18", "2026-11-20T09:00:00+01:00",
			"open (weekly) from 2026-11-20T09:00:00+01:00 to 2026-11-20T12:00:00+01:00"},
		{"a break", "Europe/Paris", "mon-fri 9-12, 13-18", "2026-11-20T12:00:00+01:00",
			"closed (weekly) from 2026-11-20T12:00:00+01:00 to 2026-11-20T13:00:00+01:00"},
		{"the last second", "Europe/Paris", "mon-fri 9-12, 13-18", "2026-11-20T17:59:59+01:00",
			"open (weekly) from 2026-11-20T13:00:00+01:00 to 2026-11-20T18:00:00+01:00"},
		{"the week-end", "Europe/Paris", "mon-fri 9-12, 13-18", "2026-11-20T18:00:00+01:00",
			"closed (weekly) from 2026-11-20T18:00:00+01:00 to 2026-11-23T09:00:00+01:00"},
		{"an overnight window belongs to the evening", "Europe/Paris", "sat 22-2", "2026-11-22T01:00:00+01:00",
			"open (weekly) from 2026-11-21T22:00:00+01:00 to 2026-11-22T02:00:00+01:00"},
		{"an end at its start is a day later", "Europe/Paris", "sat 9-9", "2026-11-22T08:00:00+01:00",
			"open (weekly) from 2026-11-21T09:00:00+01:00 to 2026-11-22T09:00:00+01:00"},
		{"windows of neighbouring dates that touch are one", "Europe/Paris", "fri 9-24; sat 0-12", "2026-11-20T23:59:59+01:00",
			"open (weekly) from 2026-11-20T09:00:00+01:00 to 2026-11-21T12:00:00+01:00"},
		{"windows of neighbouring dates that overlap are one", "Europe/Paris", "fri 20-4; sat 2-12", "2026-11-21T03:00:00+01:00",
			"open (weekly) from 2026-11-20T20:00:00+01:00 to 2026-11-21T12:00:00+01:00"},

		{"an edge inside a gap falls on the jump", "Europe/Paris", "sun 2:30-12", "2026-03-29T03:00:00+02:00",
			"open (weekly) from 2026-03-29T03:00:00+02:00 to 2026-03-29T12:00:00+02:00"},
		{"a window inside a gap never opens", "Europe/Paris", "sun 2:15-2:45", "2026-03-29T03:00:00+02:00",
			"closed (weekly) from 2026-03-22T02:45:00+01:00 to 2026-04-05T02:15:00+02:00"},
		{"a window around a gap is shorter", "Europe/Paris", "sun 1-4", "2026-03-29T01:30:00+01:00",
			"open (weekly) from 2026-03-29T01:00:00+01:00 to 2026-03-29T04:00:00+02:00"},
		{"a break inside a gap is no break", "Europe/Paris", "sun 0-2, 3-12", "2026-03-29T01:59:59+01:00",
			"open (weekly) from 2026-03-29T00:00:00+01:00 to 2026-03-29T12:00:00+02:00"},
		{"a night shift over a gap", "Europe/Paris", "sat 22-6", "2026-03-29T03:00:00+02:00",
			"open (weekly) from 2026-03-28T22:00:00+01:00 to 2026-03-29T06:00:00+02:00"},
		{"an edge inside an overlap falls on the first pass", "Europe/Paris", "sun 2:30-12", "2026-10-25T02:30:00+02:00",
			"open (weekly) from 2026-10-25T02:30:00+02:00 to 2026-10-25T12:00:00+01:00"},
		{"the second pass goes on", "Europe/Paris", "sun 2:30-12", "2026-10-25T02:10:00+01:00",
			"open (weekly) from 2026-10-25T02:30:00+02:00 to 2026-10-25T12:00:00+01:00"},
		{"what closed on the first pass stays closed", "Europe/Paris", "sun 0-2:30", "2026-10-25T02:10:00+01:00",
			"closed (weekly) from 2026-10-25T02:30:00+02:00 to 2026-11-01T00:00:00+01:00"},
		{"a window inside an overlap opens once", "Europe/Paris", "sun 2:15-2:45", "2026-10-25T02:15:00+01:00",
			"closed (weekly) from 2026-10-25T02:45:00+02:00 to 2026-11-01T02:15:00+01:00"},
		{"an edge at the end of an overlap waits for the clock to show it", "Europe/Paris", "sun 3-12", "2026-10-25T02:59:59+02:00",
			"closed (weekly) from 2026-10-18T12:00:00+02:00 to 2026-10-25T03:00:00+01:00"},

		{"New York, forward", "America/New_York", "daily 2:30-10", "2024-03-10T03:00:00-04:00",
			"open (weekly) from 2024-03-10T03:00:00-04:00 to 2024-03-10T10:00:00-04:00"},
		{"New York, back", "America/New_York", "daily 1:30-10", "2024-11-03T01:30:00-05:00",
			"open (weekly) from 2024-11-03T01:30:00-04:00 to 2024-11-03T10:00:00-05:00"},
		{"Lord Howe, half an hour forward", "Australia/Lord_Howe", "sun 2:15-9", "2026-10-04T02:30:00+11:00",
			"open (weekly) from 2026-10-04T02:30:00+11:00 to 2026-10-04T09:00:00+11:00"},
		{"Lord Howe, half an hour back", "Australia/Lord_Howe", "sun 1:45-9", "2026-04-05T01:45:00+10:30",
			"open (weekly) from 2026-04-05T01:45:00+11:00 to 2026-04-05T09:00:00+10:30"},
		{"Troll, two hours forward", "Antarctica/Troll", "sun 2-9", "2026-03-29T03:00:00+02:00",
			"open (weekly) from 2026-03-29T03:00:00+02:00 to 2026-03-29T09:00:00+02:00"},
		{"Troll, two hours back", "Antarctica/Troll", "sun 2-9", "2026-10-25T01:30:00Z",
			"open (weekly) from 2026-10-25T02:00:00+02:00 to 2026-10-25T09:00:00Z"},
		{"Apia, Friday skipped", "Pacific/Apia", "fri 9-17", "2011-12-29T23:00:00-10:00",
			"closed (weekly) from 2011-12-23T17:00:00-10:00 to 2012-01-06T09:00:00+14:00"},
		{"Apia, a night into the skipped day", "Pacific/Apia", "thu 22-6", "2011-12-29T23:00:00-10:00",
			"open (weekly) from 2011-12-29T22:00:00-10:00 to 2011-12-31T00:00:00+14:00"},
		{"Apia, a night out of the skipped day", "Pacific/Apia", "fri 22-6", "2011-12-31T00:00:00+14:00",
			"open (weekly) from 2011-12-31T00:00:00+14:00 to 2011-12-31T06:00:00+14:00"},
		{"Kwajalein, Saturday skipped", "Pacific/Kwajalein", "daily 9-17", "1993-08-20T18:00:00-12:00",
			"closed (weekly) from 1993-08-20T17:00:00-12:00 to 1993-08-22T09:00:00+12:00"},
		{"Kiritimati, the last day of the year skipped", "Pacific/Kiritimati", "daily 9-17", "1994-12-30T18:00:00-10:00",
			"closed (weekly) from 1994-12-30T17:00:00-10:00 to 1995-01-01T09:00:00+14:00"},
		{"Havana, midnight skipped", "America/Havana", "sun 0-9", "2026-03-08T01:00:00-04:00",
			"open (weekly) from 2026-03-08T01:00:00-04:00 to 2026-03-08T09:00:00-04:00"},
		{"Havana, midnight twice", "America/Havana", "sun 0-9", "2025-11-02T00:30:00-05:00",
			"open (weekly) from 2025-11-02T00:00:00-04:00 to 2025-11-02T09:00:00-05:00"},
		{"Havana, 24:00 before midnight twice", "America/Havana", "sat 9-24", "2025-11-01T23:00:00-04:00",
			"open (weekly) from 2025-11-01T09:00:00-04:00 to 2025-11-02T00:00:00-04:00"},
		{"Sao Paulo, midnight skipped", "America/Sao_Paulo", "sun 0-9", "2018-11-04T01:00:00-02:00",
			"open (weekly) from 2018-11-04T01:00:00-02:00 to 2018-11-04T09:00:00-02:00"},
		{"Sao Paulo, the last hour twice", "America/Sao_Paulo", "sat 9-24", "2018-02-17T23:30:00-03:00",
			"open (weekly) from 2018-02-17T09:00:00-02:00 to 2018-02-18T00:00:00-03:00"},
		{"Sao Paulo, Sunday begins once", "America/Sao_Paulo", "sun 0-9", "2018-02-17T23:30:00-02:00",
			"closed (weekly) from 2018-02-11T09:00:00-02:00 to 2018-02-18T00:00:00-03:00"},
		{"Beirut, midnight skipped", "Asia/Beirut", "sun 0-9", "2026-03-29T01:00:00+03:00",
			"open (weekly) from 2026-03-29T01:00:00+03:00 to 2026-03-29T09:00:00+03:00"},
		{"Beirut, the last hour twice", "Asia/Beirut", "sat 23:30-24", "2026-10-24T23:10:00+02:00",
			"open (weekly) from 2026-10-24T23:30:00+03:00 to 2026-10-25T00:00:00+02:00"},
		{"Cairo, midnight skipped", "Africa/Cairo", "fri 0:30-9", "2026-04-24T01:00:00+03:00",
			"open (weekly) from 2026-04-24T01:00:00+03:00 to 2026-04-24T09:00:00+03:00"},
		{"Cairo, the last hour twice", "Africa/Cairo", "thu 9-23:30", "2026-10-29T23:10:00+02:00",
			"closed (weekly) from 2026-10-29T23:30:00+03:00 to 2026-11-05T09:00:00+02:00"},
		{"Asuncion, midnight skipped", "America/Asuncion", "sun 0-9", "2023-10-01T01:00:00-03:00",
			"open (weekly) from 2023-10-01T01:00:00-03:00 to 2023-10-01T09:00:00-03:00"},
		{"Santiago, midnight skipped", "America/Santiago", "sun 0-9", "2026-09-06T01:00:00-03:00",
			"open (weekly) from 2026-09-06T01:00:00-03:00 to 2026-09-06T09:00:00-03:00"},
		{"Santiago, the last hour twice", "America/Santiago", "sat 20-24", "2026-04-04T23:59:59-04:00",
			"open (weekly) from 2026-04-04T20:00:00-03:00 to 2026-04-05T00:00:00-04:00"},
		{"Casablanca, back for Ramadan", "Africa/Casablanca", "sun 2:30-9", "2026-02-15T02:30:00Z",
			"open (weekly) from 2026-02-15T02:30:00+01:00 to 2026-02-15T09:00:00Z"},
		{"Casablanca, forward after Ramadan", "Africa/Casablanca", "sun 2:30-9", "2026-03-22T03:00:00+01:00",
			"open (weekly) from 2026-03-22T03:00:00+01:00 to 2026-03-22T09:00:00+01:00"},
		{"Kathmandu, a quarter of an hour off", "Asia/Kathmandu", "daily 9-17", "2026-11-20T09:00:00+05:45",
			"open (weekly) from 2026-11-20T09:00:00+05:45 to 2026-11-20T17:00:00+05:45"},
		{"St John's, one minute past midnight", "America/St_Johns", "sun 0:01-9", "2010-03-14T01:01:00-02:30",
			"open (weekly) from 2010-03-14T01:01:00-02:30 to 2010-03-14T09:00:00-02:30"},
		{"St John's, two hours forward", "America/St_Johns", "sun 0:30-9", "1988-04-03T02:01:00-01:30",
			"open (weekly) from 1988-04-03T02:01:00-01:30 to 1988-04-03T09:00:00-01:30"},
		{"Dublin, where summer is standard", "Europe/Dublin", "sun 1-2", "2026-10-25T01:30:00Z",
			"open (weekly) from 2026-10-25T01:00:00+01:00 to 2026-10-25T02:00:00Z"},
		{"Caracas, half an hour forward for good", "America/Caracas", "sun 2:30-9", "2016-05-01T03:00:00-04:00",
			"open (weekly) from 2016-05-01T03:00:00-04:00 to 2016-05-01T09:00:00-04:00"},

		{"never open", "Europe/Paris", "closed", "2026-11-20T12:00:00+01:00",
			"closed (weekly) from ever to ever"},
		{"always open", "Europe/Paris", "24/7", "2026-11-20T12:00:00+01:00",
			"open (weekly) from ever to ever"},
		{"around the clock in windows from noon to noon", "Europe/Paris", "daily 12-12", "2026-11-20T12:00:00+01:00",
			"open (weekly) from ever to ever"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := schedule(t, tt.zone, tt.rule)
			clock := instant(t, tt.clock).In(s.Location())
			if shown := clock.Format(time.RFC3339); shown != tt.clock {
				t.Fatalf("the clock never showed %s but %s", tt.clock, shown)
			}
			if got := verdict(s.At(clock)); got != tt.want {
				t.Errorf("%s at %s\n got %s\nwant %s", tt.rule, tt.clock, got, tt.want)
			}
			if got, want := s.NextBoundary(clock), s.At(clock).Until; !got.Equal(want) {
				t.Errorf("NextBoundary says %v, At says %v", got, want)
			}
		})
	}
}
