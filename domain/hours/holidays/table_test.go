package holidays

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryLineIsWellFormed reads the whole table by its grammar, since the package itself does not look for faults.
func TestEveryLineIsWellFormed(t *testing.T) {
	t.Parallel()
	date := `\d{4}-\d\d-\d\d`
	anchor := `(\d\d-\d\d|(easter|orthodox)([+-]\d+)?|(sun|mon|tue|wed|thu|fri|sat)>=\d\d-\d\d|@[a-z0-9_]+([+-]\d+)?|` + date + `)`
	term := `(\d{4}\.\.(\d{4})?|\.\.\d{4}|-` + date + `|` + anchor + `(,only)?(,(sun|mon|tue|wed|thu|fri|sat)([+-]\d+|!))*(/\d+)?)`
	holiday := regexp.MustCompile(`^(public|bank|school|optional)( observed)?( estimated)?( \d\d:\d\d-\d\d:\d\d)? \| ` + term + `( ` + term + `)* \| [^|]+( \| [^|]*( \| !?[A-Z0-9. -]+)?)?$`)
	other := regexp.MustCompile(`^(#.*|years 2015 2060|@[a-z0-9_]+( ` + date + `)+|= [A-Z]{2} \| [^|]+( \| regional)?|region \| [A-Z0-9-]+ \| [^|]+|)$`)
	for i, line := range strings.Split(table, "\n") {
		if !holiday.MatchString(line) && !other.MatchString(line) {
			t.Errorf("table.txt:%d: %s", i+1, line)
		}
	}
}

func TestCountriesAndRegions(t *testing.T) {
	t.Parallel()
	codes := Codes()
	if len(codes) != 207 || !slices.IsSorted(codes) {
		t.Errorf("%d countries, sorted: %v", len(codes), slices.IsSorted(codes))
	}
	for _, code := range codes {
		country, ok := Find(code)
		if !ok || country.Code != code || country.Name == "" || len(country.lines) == 0 {
			t.Errorf("%s: %+v", code, country)
		}
		for _, region := range append(country.RegionCodes(), "") {
			if list := country.In(region, Public); len(list) < 3 && country.Has(region) {
				t.Errorf("%s-%s has %d public holidays", code, region, len(list))
			}
		}
	}
	for _, code := range []string{"", "F", "XX", "fr", "FRA", "= "} {
		if _, ok := Find(code); ok {
			t.Errorf("%q is found", code)
		}
	}
}

// TestEveryYearIsComputed asks for years far outside the table, too.
func TestEveryYearIsComputed(t *testing.T) {
	t.Parallel()
	for _, code := range Codes() {
		country, _ := Find(code)
		for _, h := range country.In("", Types()...) {
			for _, year := range []int{0, 1, 999, First - 1, First, Last, Last + 1, 9999} {
				for _, day := range h.Days(year) {
					if yearOf(day) != year {
						t.Errorf("%s %s: %v lies outside %d", code, h.English, dayTime(day), year)
					}
				}
			}
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		if _, ok := Find("US"); !ok {
			b.Fatal("not found")
		}
	}
}

func BenchmarkDays(b *testing.B) {
	country, _ := Find("FR")
	list := country.In("", Public)
	for b.Loop() {
		for i := range list {
			list[i].Days(2027)
		}
	}
}
