package phrase_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/phrase"
)

func TestHoursInALanguage(t *testing.T) {
	t.Parallel()
	day := []hours.Window{{Opens: 9 * 60, Closes: 12 * 60}, {Opens: 13 * 60, Closes: 17*60 + 30}}
	week := [7][]hours.Window{nil, day, day, day, day, {{Opens: 20 * 60, Closes: 26 * 60}}, {{Opens: 0, Closes: 24 * 60}}}
	date := func(day int) hours.Date { return hours.Date{Year: 2026, Month: time.December, Day: day} }
	special := []hours.SpecialDays{
		{Dates: hours.DateRange{From: date(25), To: date(25)}, Name: "Noël"}, {Dates: hours.DateRange{From: date(28), To: date(31)}, Windows: day[:1]},
	}
	for language, want := range map[string]string{
		"en": "Monday – Thursday: 9:00 AM – 12:00 PM, 1:00 PM – 5:30 PM\nFriday: 8:00 PM – 2:00 AM\nSaturday: 24 h\nSunday: –\n\n" +
			"Friday, December 25, 2026 (Noël): –\nMonday, December 28, 2026 – Thursday, December 31, 2026: 9:00 AM – 12:00 PM\n",
		"fr-FR": "lundi – jeudi: 09:00 – 12:00, 13:00 – 17:30\nvendredi: 20:00 – 02:00\nsamedi: 24 h\ndimanche: –\n\n" +
			"vendredi 25 décembre 2026 (Noël): –\nlundi 28 décembre 2026 – jeudi 31 décembre 2026: 09:00 – 12:00\n",
	} {
		if diff := cmp.Diff(want, phrase.Hours(language, hours.OpenHours{Week: week, Special: special})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", language, diff)
		}
	}
	if got := phrase.Hours("tlh", hours.OpenHours{Week: week}); got != phrase.Hours("en", hours.OpenHours{Week: week}) {
		t.Errorf("of a language without texts: %s", got)
	}
}
