package engine

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A calendar that changes each hour, and is large, does not fill the memory.
func TestCompiledSchedulesAreBoundedByTheirText(t *testing.T) {
	t.Parallel()
	const url = "https://calendar.example/a.ics"
	s := newSchedules(time.UTC)
	body := []byte(`{"weekly": "24/7", "exceptions": [{"ical_url": "` + url + `"}]}`)
	most := 0
	for i := range 100 {
		said := []byte(fmt.Sprintf(`[]%s%d`, strings.Repeat(" ", 1<<20), i))[:1<<20] // a megabyte that closes nothing
		c := calendars{url: {said, sha256.Sum256([]byte(fmt.Sprint(i)))}}
		one, err := s.compile(body, "", c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.compile(body, "", c); again != one || err != nil {
			t.Fatalf("it is compiled twice, or not: %v", err)
		}
		most = max(most, len(s.compiled.byKey))
	}
	if most > schedulesBytes>>21 || most < schedulesBytes>>22 {
		t.Errorf("%d are kept at once", most)
	}
}
