package holidays

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
)

// dayOff leaves out the entries of rickar/cal that earlier versions of Deskbell left out.
func dayOff(h *cal.Holiday) bool {
	return h.Type != cal.ObservanceOther && h.Type != cal.ObservanceReligious
}

// TestNamesOfEarlierVersions holds that whatever a definition could name before is still taken.
func TestNamesOfEarlierVersions(t *testing.T) {
	t.Parallel()
	for code, before := range calCountries() {
		country, ok := Find(code)
		if !ok {
			t.Errorf("%s was known", code)
			continue
		}
		places := maps.Clone(before.regions)
		if before.national != nil {
			places = maps.Clone(places)
			if places == nil {
				places = map[string][]*cal.Holiday{}
			}
			places[""] = before.national
		}
		for region, list := range places {
			if !country.Has(region) {
				t.Errorf("%s-%s was known", code, region)
			}
			now := country.In(region, Public)
			for _, h := range list {
				named := func(n Holiday) bool { return n.Called(h.Name) }
				if dayOff(h) && !slices.ContainsFunc(now, named) && len(Former(code, h.Name)) == 0 {
					t.Errorf("%s-%s: %s was known", code, region, h.Name)
				}
			}
		}
	}
}

// TestComparisonWithRickarCal lists each day on which the two tables differ in 2025 to 2027, at the level of the
// country, and holds the list against the one that is checked in, where each has its reason and says which is right.
func TestComparisonWithRickarCal(t *testing.T) {
	t.Parallel()
	reasons := comparisonFile(t)
	for _, code := range slices.Sorted(maps.Keys(calCountries())) {
		before := calCountries()[code]
		if before.national == nil {
			continue
		}
		country, _ := Find(code)
		theirs := calDays(before.national)
		ours := map[string]string{}
		for year := 2025; year <= 2027; year++ {
			for _, day := range country.Year("", year, Public) {
				ours[day.Date] = day.LocalName
			}
		}
		for _, date := range slices.Sorted(maps.Keys(theirs)) {
			if _, both := ours[date]; !both {
				key := fmt.Sprintf("%s -%s", code, date)
				if reasons[key] == "" {
					t.Errorf("%s %s: cal has it alone", key, theirs[date])
				}
				delete(reasons, key)
			}
		}
		for _, date := range slices.Sorted(maps.Keys(ours)) {
			if _, both := theirs[date]; !both {
				key := fmt.Sprintf("%s +%s", code, date)
				if reasons[key] == "" {
					t.Errorf("%s %s: we have it alone", key, ours[date])
				}
				delete(reasons, key)
			}
		}
	}
	for key := range reasons {
		t.Errorf("%s: no difference any more", key)
	}
}

// calDays is the names by date; a holiday on a weekend counts, and so does the day that stands in for it.
func calDays(list []*cal.Holiday) map[string]string {
	days := map[string]string{}
	for _, h := range list {
		if !dayOff(h) || h.Func == nil {
			continue
		}
		for year := 2024; year <= 2028; year++ {
			actual, observed := h.Calc(year)
			for _, day := range []time.Time{actual, observed} {
				if date := day.Add(2 * time.Hour); !day.IsZero() && date.Year() >= 2025 && date.Year() <= 2027 {
					days[date.Format(time.DateOnly)] = h.Name
				}
			}
		}
	}
	return days
}

// comparisonFile reads testdata/rickar_cal.txt: below a line with a reason, the days that differ for it.
func comparisonFile(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.Open("testdata/rickar_cal.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	reasons, reason := map[string]string{}, ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "# "); ok {
			reason = text
			continue
		}
		code, days, _ := strings.Cut(line, " ")
		for day := range strings.FieldsSeq(days) {
			reasons[code+" "+day] = reason
		}
	}
	return reasons
}
