package phrase

import (
	"strings"
	"testing"
)

// Each line has a visitor's language, the property's, and the one that is used.
func TestFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ visitor, property, want string }{
		{"de", "fr", "de"},
		{"de-XY", "fr", "de-XY"}, // an unknown region of a known language
		{"de_AT", "fr", "de_AT"},
		{"deutsch", "fr", "deutsch"},
		{"oc", "de", "de"}, // Occitan has no texts; CLDR has French for it
		{"az-Arab", "de", "de"},
		{"oc, fr", "de", "oc, fr"},
		{"tlh, de;q=0.5", "fr", "tlh, de;q=0.5"},
		{"!!, de", "fr", "!!, de"},
		{"", "fr", "fr"},
		{" ", "fr", "fr"},
		{"tlh", "fr", "fr"},
		{"tlh-Latn-US", "fr", "fr"},
		{"i-klingon", "fr", "fr"},
		{"!!", "fr", "fr"},
		{"*", "fr", "fr"},
		{"*;q=0.5", "fr", "fr"},
		{"tlh, *", "fr", "fr"},
		{"de;q=0", "fr", "fr"},
		{"x-klingon", "fr", "fr"},
		{"und", "fr", "fr"},
		{"und-DE", "fr", "fr"},
		{"mul", "fr", "fr"},
		{"zxx", "fr", "fr"},
		{"qaa", "fr", "fr"},
		{"xx", "fr", "fr"},
		{"de-" + strings.Repeat("a", 300), "fr", "fr"},
		{strings.Repeat("de,", 1000), "fr", "fr"},
		{"\x00", "fr", "fr"},
		{"\xff", "fr", "fr"},
		{"tlh", "", ""},
		{"tlh", "tlh", ""},
	} {
		if got := First(c.visitor, c.property); got != c.want {
			t.Errorf("of %q and %q it is %q, want %q", c.visitor, c.property, got, c.want)
		}
	}
}
