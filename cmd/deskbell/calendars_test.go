package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const calendarOfClosures = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=Europe/Paris:20261222T100000\r\nDTEND;TZID=Europe/Paris:20261222T113000\r\nSUMMARY:Stocktaking\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20261223\r\nSUMMARY:Birthday\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// written writes files into a new folder.
func writtenTo(t *testing.T, files map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestHoursWithACalendarBesideThem(t *testing.T) {
	t.Parallel()
	folder := writtenTo(t, map[string]string{
		"office.yaml":            "{time_zone: Europe/Paris, weekly: daily 9-18, exceptions: [{ical: calendars/closures.ics}]}",
		"calendars/closures.ics": calendarOfClosures,
	})
	got := testBundle{}.run(t, "hours", filepath.Join(folder, "office.yaml"), "--from", "2026-12-22T09:30", "--to", "2026-12-25", "--json")
	want := `{"at":"2026-12-22T08:30:00Z","local":"2026-12-22T09:30:00+01:00","open":true,"reason":"weekly"}
{"at":"2026-12-22T09:00:00Z","local":"2026-12-22T10:00:00+01:00","open":false,"reason":"Stocktaking"}
{"at":"2026-12-22T10:30:00Z","local":"2026-12-22T11:30:00+01:00","open":true,"reason":"weekly"}
{"at":"2026-12-22T17:00:00Z","local":"2026-12-22T18:00:00+01:00","open":false,"reason":"weekly"}
{"at":"2026-12-23T08:00:00Z","local":"2026-12-23T09:00:00+01:00","open":true,"reason":"weekly"}
{"at":"2026-12-23T17:00:00Z","local":"2026-12-23T18:00:00+01:00","open":false,"reason":"weekly"}
`
	if got.stdout != want || got.stderr != "calendars/closures.ics: events that are marked as free time close nothing: 1\n" {
		t.Errorf("stdout:\n%s\nstderr:\n%s", got.stdout, got.stderr)
	}
}

func TestCalendarsStayInTheirFolder(t *testing.T) {
	t.Parallel()
	outside := writtenTo(t, map[string]string{"closures.ics": calendarOfClosures})
	folder := writtenTo(t, map[string]string{"broken.ics": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:No end", "large.ics": strings.Repeat("X", 1<<20+1)})
	if err := os.Symlink(filepath.Join(outside, "closures.ics"), filepath.Join(folder, "link.ics")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"none.ics": `is not there; allowed: a file in the folder of the definitions, or below it`,
		"link.ics": `cannot be read: path escapes from parent; allowed: a file in the folder of the definitions, or below it`,
		"../" + filepath.Base(outside) + "/closures.ics": `cannot be read: path escapes from parent`,
		filepath.Join(outside, "closures.ics"):           `cannot be read: path escapes from parent`,
		".":                                              `is not a regular file`,
		"large.ics":                                      `has more than 1048576 bytes`,
		"broken.ics":                                     `line 3: is cut off: END:VEVENT is missing; allowed: the whole file`,
	} {
		file := filepath.Join(folder, "deskbell.yaml")
		if err := os.WriteFile(file, []byte("agents:\n  lea:\n    leave:\n      - ical: "+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got := testBundle{}.run(t, "validate", file)
		if got.code != 1 || !strings.Contains(got.stderr, file+":4:15: ") || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: code %d, stderr:\n%s", name, got.code, got.stderr)
		}
	}
}

func TestToolsSayWhichCalendarsAreNotTakenIn(t *testing.T) {
	t.Parallel()
	const definitions = `agents: {lea: {leave: [{ical_url: "https://calendar.example/private-token/lea.ics"}]}}`
	got := testBundle{stdin: definitions}.run(t, "validate", "-")
	want := "not taken in: the calendar at calendar.example: REDIS_URL, where workers keep it, is not set; add --fetch to fetch it now\n"
	if got.code != 0 || got.stderr != want {
		t.Errorf("%+v", got)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(calendarOfClosures)) }))
	t.Cleanup(server.Close)
	got = testBundle{stdin: strings.Replace(definitions, "https://calendar.example", server.URL, 1)}.run(t, "validate", "--fetch", "-")
	if got.code != 1 || !strings.Contains(got.stderr, "its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE") || strings.Contains(got.stderr, "private-token") {
		t.Errorf("%+v", got)
	}
}
