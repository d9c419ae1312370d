package phrase

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// mostLanguage is how many bytes of an Accept-Language header are read. Browsers send some fifty.
const mostLanguage = 1000

// First is the first of some languages in which there are texts; empty: there are in none. Each is a tag or an
// Accept-Language header, as Back takes it. A language without texts of its own (tlh), no language (*, x-klingon) and a
// text that is no tag (!!) are passed over, also within a header.
//
// A language that CLDR holds its speakers to understand is not enough: it is English for Klingon, and a French text
// should not have English in it.
func First(languages ...string) string {
	for _, name := range languages {
		if slices.ContainsFunc(wanted(name), written) {
			return name
		}
	}
	return ""
}

// written tells whether there are texts in a language itself, of whatever region.
func written(t language.Tag) bool {
	m := matching()
	_, i, sure := m.matcher.Match(t)
	asked, _ := t.Base()
	found, _ := m.tags[i].Base()
	return sure == language.Exact || sure != language.No && asked == found
}

// wanted are the languages of an Accept-Language header, the best first.
func wanted(header string) (tags []language.Tag) {
	if len(header) > mostLanguage {
		return nil
	}
	type choice struct {
		tag    language.Tag
		weight float64
	}
	var choices []choice
	for entry := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(entry, ";")
		t, named := tagOf(strings.TrimSpace(name))
		if w := weightOf(weight); named && w > 0 {
			choices = append(choices, choice{t, w})
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return cmp.Compare(b.weight, a.weight) })
	for _, c := range choices {
		tags = append(tags, c.tag)
	}
	return tags
}

// tagOf reads one tag. It must name a language: a region alone (und-FR) is none. Unknown parts behind the language are
// left out.
func tagOf(name string) (t language.Tag, ok bool) {
	var unknown language.ValueError
	tags, _, err := language.ParseAcceptLanguage(name) // which knows some words that browsers send, such as "deutsch"
	switch {
	case name == "*":
		return t, false
	case err == nil && len(tags) == 1:
		t = tags[0]
	default:
		if t, err = language.Parse(name); err != nil && !errors.As(err, &unknown) {
			return t, false
		}
	}
	_, sure := t.Base()
	return t, sure == language.Exact
}

// weightOf reads q=0.8 of an entry; 1 where there is none.
func weightOf(parameter string) float64 {
	q, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
	if !ok {
		return 1
	}
	w, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
	if err != nil {
		return 0
	}
	return w
}
