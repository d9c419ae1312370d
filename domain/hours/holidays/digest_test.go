package holidays

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestRulesGiveTheDatesOfTheirSource compares every date of every place, 2015 to 2060, with the digests that the
// generator made of the same: it reads the rules with code of its own, and makes none that its source does not agree with.
func TestRulesGiveTheDatesOfTheirSource(t *testing.T) {
	t.Parallel()
	digests, err := os.ReadFile("testdata/digests.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, code := range Codes() {
		country, _ := Find(code)
		facts := factsOf(country)
		fmt.Fprintf(&got, "%s %d %x\n", code, len(facts), sha256.Sum256([]byte(strings.Join(facts, "\n"))))
	}
	want := strings.Split(string(digests), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("got %s, want %s", line, want[min(i, len(want)-1)])
		}
	}
}

// factsOf lists what the generator hashes: a line for each place, date and holiday.
func factsOf(country *Country) []string {
	var facts []string
	for _, region := range append(country.RegionCodes(), "") {
		for _, h := range country.In(region, Types()...) {
			head := string(h.Type)
			if h.Observed {
				head += " observed"
			}
			if h.Estimated {
				head += " estimated"
			}
			if !h.Whole() {
				head += fmt.Sprintf(" %02d:%02d-%02d:%02d", h.From/60, h.From%60, h.To/60, h.To%60)
			}
			for year := First; year <= Last; year++ {
				for _, day := range h.Days(year) {
					facts = append(facts, strings.Join([]string{country.Code, region, dayTime(day).Format("2006-01-02"), head, h.English, h.Local}, "|"))
				}
			}
		}
	}
	slices.Sort(facts)
	return slices.Compact(facts)
}
