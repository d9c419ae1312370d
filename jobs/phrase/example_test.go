package phrase_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/jobs/phrase"
)

func ExampleBack() {
	friday := time.Date(2026, time.November, 20, 18, 0, 0, 0, time.UTC)
	monday := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	for _, language := range []string{"en", "fr", "de", "pt-BR", "ja"} {
		fmt.Println(phrase.Back(language, friday, monday))
	}
	fmt.Println(phrase.Back("en", monday.Add(-31*time.Minute), monday))
	// Output:
	// on Monday at 9:00 AM
	// lundi à 09:00
	// am Montag um 09:00
	// segunda-feira às 09:00
	// 月曜日 9:00
	// in 35 minutes
}

func ExampleClock() {
	closes := time.Date(2026, time.November, 20, 17, 30, 0, 0, time.UTC)
	fmt.Println(phrase.Clock("en", closes), phrase.Clock("de", closes))
	// Output: 5:30 PM 17:30
}
