package definition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

const urlKey = "ical_url" // of a calendar that is fetched

// Calendars are the URLs of the calendars that a definition names, from its canonical JSON, each once. A definition that
// cannot be read names none.
func Calendars(body []byte) (urls []string) {
	if !bytes.Contains(body, []byte(`"`+urlKey+`"`)) { // nearly always
		return nil
	}
	var tree any
	if json.Unmarshal(body, &tree) != nil {
		return nil
	}
	eachCalendar(tree, func(url string) string {
		urls = append(urls, url)
		return url
	})
	slices.Sort(urls)
	return slices.Compact(urls)
}

// Calendars are the URLs of the calendars that the definitions name, each once.
func (d *Definitions) Calendars() []string {
	body, err := json.Marshal(d)
	if err != nil { // it cannot be stored, and so is refused elsewhere
		return nil
	}
	return Calendars(body)
}

// WithoutSecrets is the canonical JSON of a definition as every reader may see it: without the addresses of calendars. It
// cannot be stored by mistake.
func WithoutSecrets(body []byte) ([]byte, error) {
	if !bytes.Contains(body, []byte(`"`+urlKey+`"`)) {
		return body, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("reading a definition: %w", err)
	}
	eachCalendar(tree, hideURL)
	return json.Marshal(tree)
}

// eachCalendar puts another address in the place of each.
func eachCalendar(tree any, put func(url string) string) {
	switch v := tree.(type) {
	case []any:
		for _, item := range v {
			eachCalendar(item, put)
		}
	case map[string]any:
		for key, value := range v {
			if url, isText := value.(string); isText && key == urlKey {
				v[key] = put(url)
				continue
			}
			eachCalendar(value, put)
		}
	}
}
