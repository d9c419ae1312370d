package main

import (
	"strings"
	"testing"
)

func TestHolidaysListsDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args string }{
		{"holidays_of_a_country", "FR --year 2027"},
		{"holidays_of_a_region", "CA --region ON --year 2026"},
		{"holidays_with_remarks", "TR --year 2026"},
		{"holidays_in_wide_letters", "JP --year 2026 --also bank"},
		{"holidays_as_json", "IS --year 2026 --json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := testBundle{}.run(t, append([]string{"holidays"}, strings.Fields(c.args)...)...)
			if got.code != 0 || got.stderr != "" {
				t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
			}
			golden(t, c.name, got.stdout)
		})
	}
}

func TestHolidaysOfThisYear(t *testing.T) {
	t.Parallel()
	got := testBundle{at: "2031-06-01T00:00:00Z"}.run(t, "holidays", "de-by")
	if got.code != 0 || !strings.Contains(got.stdout, "Bayern, Germany (DE-BY), 2031: 12 holidays") {
		t.Errorf("code %d:\n%s%s", got.code, got.stdout, got.stderr)
	}
}

func TestHolidaysListsCountries(t *testing.T) {
	t.Parallel()
	text := testBundle{}.run(t, "holidays")
	for _, line := range []string{"AT  Austria                           9 regions\n", "AU  Australia                         8 regions, of which one must be named\n", "PL  Poland\n"} {
		if !strings.Contains(text.stdout, line) {
			t.Errorf("there is no line %q in:\n%s", line, text.stdout)
		}
	}
	lines := strings.Split(strings.TrimSpace(testBundle{}.run(t, "holidays", "--json").stdout), "\n")
	if want := `{"code":"AD","name":"Andorra","regional":false,"regions":["03","07"]}`; len(lines) != 207 || lines[0] != want {
		t.Errorf("%d lines, the first %s, want %s", len(lines), lines[0], want)
	}
}

func TestHolidaysSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"AU":              `"AU" has no holidays of the whole country: name a region; allowed: ACT, NSW, NT, QLD, SA, TAS, VIC, WA`,
		"AU-VICTORIA":     "allowed: VIC, the code of Victoria",
		"Germany":         `(did you mean "DE"?)`,
		"FR-75":           "is not a region of FR with holidays of its own; allowed: 57, 67, 68",
		"US-CAL":          `(did you mean "US-CA"?)`,
		"FR --year 2061":  `2061 lies outside the years that are known, 2015 to 2060 (did you mean "2060"?)`,
		"FR --year 27":    `(did you mean "2027"?)`,
		"FR --also banks": `"banks" is not a type of holidays; allowed: bank, school, optional (did you mean "bank"?)`,
		"--year 2027":     "name a country",
		"PL --region MZ":  "is no region with known holidays: of PL only those of the whole country are known",
	} {
		got := testBundle{}.run(t, append([]string{"holidays"}, strings.Fields(args)...)...)
		if got.code == 0 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: code %d, %q, want %q", args, got.code, got.stderr, want)
		}
	}
}

func TestValidateSaysWhereHolidaysEnd(t *testing.T) {
	t.Parallel()
	const file = `
schedules: {office: {weekly: 24/7, holidays: FR}, night: "daily 22-6"}
properties:
  shop:
    schedule: {weekly: {mon-fri: 9-17}, holidays: DE-BY}
    departments: {sales: {schedule: {weekly: {mon: 9-17}, holidays: AT}}}
agents: {lea: {schedule: {weekly: {mon: 9-17}, holidays: CH}}}
`
	for year, want := range map[string]int{"2059": 0, "2060": 4} {
		got := testBundle{at: year + "-02-01T00:00:00Z", stdin: file}.run(t, "validate", "-")
		if n := strings.Count(got.stderr, "are known until 2060; a newer version of Deskbell knows more"); got.code != 0 || n != want {
			t.Errorf("in %s: code %d, %d warnings, want %d:\n%s", year, got.code, n, want, got.stderr)
		}
	}
}
