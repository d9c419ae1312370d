package hours

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInspectWarns(t *testing.T) {
	t.Parallel()
	const wholeHours = `"9-5" is open for 20h, until 05:00 on the next day; if 09:00-17:00 is meant, write that`
	for _, tt := range []struct{ name, text, want string }{
		{"nine to five", "{weekly: {mon: 9-5}}", "/weekly/mon: " + wholeHours},
		{"in a list", "{weekly: {mon: [9-12, 12-8]}}", `/weekly/mon/1: "12-8" is open for 20h, until 08:00 on the next day; if 12:00-20:00 is meant, write that`},
		{"with minutes", "{weekly: {mon: 08:30-06:15}}", `/weekly/mon: "08:30-06:15" is open for 21h45m, until 06:15 on the next day; if 08:30-18:15 is meant, write that`},
		{"as long as a day", "{weekly: {mon: 9-9}}", `/weekly/mon: "9-9" is open for 1d, until 09:00 on the next day; if 09:00-21:00 is meant, write that`},
		{"in a preset", "mon 10-12; tue 9-5", `"9-5" is open for 20h, until 05:00 on the next day; if 09:00-17:00 is meant, write that (at byte 15)`},
		{"in an exception", "{weekly: closed, exceptions: [{on: 2026-12-24, hours: 9-5}]}", "/exceptions/0/hours: " + wholeHours},
		{"of a holiday", "{weekly: closed, holidays: {country: FR, hours: {Assomption: 9-5}}}", "/holidays/hours/Assomption: " + wholeHours},
		{"the last minute", "{weekly: {mon: 00:00-23:59}}", `/weekly/mon: "00:00-23:59" is closed for the last minute of the day; if the end of the day is meant, write 24:00`},
		{"a holiday that is none any more", "{weekly: closed, holidays: {country: DK, except: [Grundlovsdag]}}", `/holidays/except/0: "Grundlovsdag" is no public holiday there any more, and does nothing`},
		{"a night", "daily 22-6", ""},
		{"sixteen hours", "daily 8-24", ""},
		{"a bar", "daily 16-4", ""},
		{"a long night", "daily 10-2", ""},
		{"a very long night, which nine to five could not be", "daily 15-10", ""},
		{"with am and pm", "daily 9am-5am", ""},
		{"a whole day", "daily 0-24", ""},
		{"a whole day, otherwise", "daily 0-0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			spec, warnings, err := Inspect(tree(t, tt.text))
			if err != nil || spec == nil {
				t.Fatal(spec, err)
			}
			if diff := cmp.Diff(tt.want, warnings.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
	if spec, warnings, err := Inspect("mon 9-5; tue 9-25"); err == nil || spec != nil || warnings != nil {
		t.Error(spec, warnings, err)
	}
}
