package chatwoot

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/deskbell/deskbell/domain/event"
)

// pageOf is the page on which a conversation began, or a bubble was opened.
func pageOf(browser open) event.Page { return event.Page{URL: browser.text("referer")} }

// attributesOf is what Chatwoot knows of a contact and of their browser. Languages, countries and cities are as browsers and Chatwoot
// write them.
func attributesOf(p *person, browser open) event.Attributes {
	return event.Attributes{
		Country:  cmp.Or(p.More.text("country_code"), p.More.text("country")),
		City:     p.More.text("city"),
		Language: cmp.Or(browser.text("browser_language"), browser.text("widget_language")),
		Browser:  browser.text("browser", "browser_name"),
		OS:       browser.text("browser", "platform_name"),
		Device:   browser.text("browser", "device_name"),
		Name:     p.Name,
		Email:    p.Email,
		Custom:   customOf(p.Custom),
	}
}

// customOf are the custom attributes of a contact that an event may have: texts, flags and numbers, the first ones by name.
func customOf(all open) event.Values {
	const mostName, mostText = 64, 1024 // bytes: no more than an event may have of characters
	kept := make(event.Values)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !isPlain(name, mostName) || len(kept) == event.MostValues {
			continue
		}
		switch v := all[name].(type) {
		case bool:
			kept[name] = v
		case string:
			if len(v) <= mostText {
				kept[name] = v
			}
		case json.Number:
			if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
				kept[name] = v
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// isPlain tells whether a name has so many bytes at most, and nothing that is not seen.
func isPlain(s string, most int) bool {
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.:/&+#@()", r)
	})
}
