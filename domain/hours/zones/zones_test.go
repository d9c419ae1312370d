package zones_test

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

//go:embed zones.sum
var sum string

func TestEveryTransitionIsThatOfThePackage(t *testing.T) {
	t.Parallel()
	d, err := zones.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	got, err := zones.Sum(d)
	if err != nil || got != strings.TrimSpace(sum) {
		t.Errorf("the sum is %s (%v), and zones.sum has %s", got, err, sum)
	}
	if !zones.IsVersion(d.Version()) || d.Version() < "2026f" {
		t.Errorf("the version is %q", d.Version())
	}
	if n := len(d.Names()); n < 590 {
		t.Errorf("there are %d names", n)
	}
}

func TestLoadedZonesBearTheirNames(t *testing.T) {
	t.Parallel()
	for _, name := range zones.Names() {
		for _, written := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			location, err := zones.Load(written)
			if err != nil {
				t.Errorf("%s: %v", written, err)
				continue
			}
			if location.String() != name {
				t.Errorf("%s bears the name %s", written, location)
			}
			if again, _ := zones.Load(name); again != location {
				t.Errorf("%s is another one the second time", written)
			}
		}
	}
}

func TestClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, utc, want string }{
		{"America/Vancouver", "2026-11-26T16:00:00Z", "2026-11-26 09:00"}, // summer time all year, since March 2026
		{"Canada/Pacific", "2026-11-26T16:00:00Z", "2026-11-26 09:00"},
		{"America/Edmonton", "2026-11-26T15:00:00Z", "2026-11-26 09:00"},
		{"Africa/Casablanca", "2026-11-26T09:00:00Z", "2026-11-26 09:00"},
		{"Asia/Calcutta", "2026-11-26T09:00:00Z", "2026-11-26 14:30"},
		{"Europe/Kiev", "2026-11-26T09:00:00Z", "2026-11-26 11:00"},
		{"US/Pacific", "2026-11-26T09:00:00Z", "2026-11-26 01:00"},
		// After the last transition of the file, its footer says the rule.
		{"Europe/Paris", "2060-03-28T00:59:00Z", "2060-03-28 01:59"}, // in a leap year
		{"Europe/Paris", "2060-03-28T01:00:00Z", "2060-03-28 03:00"},
		{"America/New_York", "2060-02-29T12:00:00Z", "2060-02-29 07:00"},
		{"Australia/Lord_Howe", "2099-04-04T15:00:00Z", "2099-04-05 01:30"},
	} {
		location, err := zones.Load(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(location).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.utc, c.zone, got, c.want)
		}
	}
}

func TestRefusedNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, problem, allowed string }{
		{"right/Europe/Paris", "leap seconds", "Europe/Paris"},
		{"posix/europe/paris", "copy", "Europe/Paris"},
		{"posixrules", "every machine", "IANA"},
		{"localtime", "every machine", "IANA"},
		{"Local", "every machine", "IANA"},
		{"Factory", "no time zone", "IANA"},
		{"Romance Standard Time", "Windows", "Europe/Paris"},
		{"india standard time", "Windows", "Asia/Kolkata"},
		{"Eastern Time (US & Canada)", "Rails", "America/New_York"},
		{"Paris", "first part", "Europe/Paris"},
		{"Mexico City", "first part", "America/Mexico_City"},
		{"Buenos Aires", "first part", "America/Argentina/Buenos_Aires"},
		{"GMT+2", "offset", "Etc/GMT-2"},
		{"UTC+1", "offset", "IANA"},
		{"+02:00", "offset", "IANA"},
		{"-0530", "offset", "IANA"},
		{"PST", "abbreviation", "America/Los_Angeles"},
		{"CEST", "abbreviation", "Europe/Paris"},
		{"IST", "abbreviation", "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem"},
		{"Europe/Kiyv", "not a time zone", `did you mean "Europe/Kyiv"?`},
		{"Europe/Pariss", "not a time zone", `did you mean "Europe/Paris"?`},
		{"US/Pacifc", "not a time zone", `did you mean "America/Los_Angeles"?`},
		{"", "not a time zone", "IANA"},
		{"../etc/passwd", "not a time zone", "IANA"},
		{"VERSION", "not a time zone", "IANA"},
		{strings.Repeat("a/", 500), "not a time zone", "IANA"},
	} {
		_, err := zones.Load(c.name)
		var refused *zones.NameError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !strings.Contains(refused.Problem, c.problem) || !strings.Contains(refused.Allowed, c.allowed) {
			t.Errorf("%s: %v", c.name, refused)
		}
	}
}

// TestHintsAreZones asks for every zone that a hint names.
func TestHintsAreZones(t *testing.T) {
	t.Parallel()
	for _, hint := range zones.Hints() {
		for name := range strings.SplitSeq(hint, ", ") {
			location, err := zones.Load(name)
			if err != nil || location.String() != name {
				t.Errorf("a hint names %q: %v", name, err)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Etc/GMT+2": "2 h behind UTC", "etc/gmt-14": "14 h ahead of UTC", "EST": "America/New_York",
		"Etc/GMT": "", "Etc/GMT+0": "", "Etc/UTC": "", "Europe/Paris": "", "EST5EDT": "",
	} {
		if got := zones.Warn(name); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestDatabasesOfOthers(t *testing.T) {
	t.Parallel()
	files, links := packedFiles(t)
	some := func(names ...string) map[string][]byte {
		chosen := make(map[string][]byte)
		for _, name := range names {
			chosen[name] = files[name]
		}
		return chosen
	}
	for _, c := range []struct {
		of   string
		from zones.Files
		want string // part of the error
	}{
		{"all", zones.Files{Version: "2030a", Zones: files, Links: links}, ""},
		{"two", zones.Files{Version: "2030aa", Zones: some("Etc/UTC", "Europe/Paris"), Links: map[string]string{"UTC": "Etc/UTC", "Paris": "Europe/Paris"}}, ""},
		{"no version", zones.Files{Version: "new", Zones: files}, "version"},
		{"without UTC", zones.Files{Version: "2030a", Zones: some("Europe/Paris")}, "none is UTC"},
		{"a broken zone", zones.Files{Version: "2030a", Zones: map[string][]byte{"UTC": []byte("TZif2")}}, "UTC"},
		{"a link to nowhere", zones.Files{Version: "2030a", Zones: files, Links: map[string]string{"UTC": "Etc/UTC", "A": "B"}}, "A leads to B"},
		{"a circle of links", zones.Files{Version: "2030a", Zones: files, Links: map[string]string{"UTC": "Etc/UTC", "A": "B", "B": "A"}}, "leads to"},
	} {
		d, err := zones.New(c.from)
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", c.of, err)
		case err == nil:
			if _, err := d.Load("UTC"); err != nil || d.Version() != c.from.Version {
				t.Errorf("%s: %v, version %s", c.of, err, d.Version())
			}
		}
	}
}

func TestPackingIsRepeatable(t *testing.T) {
	t.Parallel()
	files, links := packedFiles(t)
	var one, two bytes.Buffer
	for _, to := range []*bytes.Buffer{&one, &two} {
		if err := zones.Pack(to, zones.Files{Version: "2026f", Zones: files, Links: links}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same files make other bytes")
	}
}

func TestOneDatabaseInUse(t *testing.T) {
	t.Parallel()
	before := zones.InUse()
	files, links := packedFiles(t)
	d, err := zones.New(zones.Files{Version: "2030a", Zones: files, Links: links})
	if err != nil {
		t.Fatal(err)
	}
	if err := zones.Use(d); !errors.Is(err, zones.ErrInUse) || zones.Version() != before.Version() {
		t.Errorf("a second one: %v, version %s", err, zones.Version())
	}
	if err := zones.Use(before); err != nil {
		t.Errorf("the same one: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"Europe/Paris", "utc", "Etc/GMT+2", "right/UTC", "GMT+2", "PST", "\x00", "İstanbul", "Paris\n", "a\tb"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		location, err := zones.Load(name)
		var refused *zones.NameError
		switch {
		case err == nil:
			if !strings.EqualFold(location.String(), name) {
				t.Errorf("%q is %s", name, location)
			}
		case !errors.As(err, &refused) || refused.Name != name || refused.Problem == "" || refused.Allowed == "":
			t.Errorf("%q: %v", name, err)
		}
		if strange := zones.Warn(name); strange != "" && err != nil {
			t.Logf("%q: a name that is refused has a warning: %s", name, strange)
		}
	})
}

func TestNamesAreSorted(t *testing.T) {
	t.Parallel()
	names := zones.Names()
	if diff := cmp.Diff(slices.Compact(slices.Sorted(slices.Values(names))), names); diff != "" {
		t.Error(diff)
	}
}

// packedFiles are the zones and the links of the built-in database.
func packedFiles(t *testing.T) (files map[string][]byte, links map[string]string) {
	t.Helper()
	archive, err := zip.OpenReader("zones.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files, links = make(map[string][]byte), make(map[string]string)
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		switch f.Name {
		case "VERSION":
		case "LINKS":
			for line := range strings.Lines(string(data)) {
				name, target, _ := strings.Cut(strings.TrimSpace(line), " ")
				links[name] = target
			}
		default:
			files[f.Name] = data
		}
	}
	return files, links
}
