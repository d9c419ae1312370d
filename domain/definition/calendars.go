package definition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/table"
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
	eachCalendar("", tree, func(_, url string) string {
		urls = append(urls, url)
		return url
	})
	slices.Sort(urls)
	return slices.Compact(urls)
}

// Calendars are the URLs of the calendars that the definitions name, each once.
func (d *Definitions) Calendars() []string {
	urls := slices.Sorted(maps.Values(d.CalendarPlaces()))
	return slices.Compact(urls)
}

// CalendarPlaces are the same by the JSON pointers of their places.
func (d *Definitions) CalendarPlaces() map[string]string {
	body, err := json.Marshal(d)
	var tree any
	if err != nil || !bytes.Contains(body, []byte(`"`+urlKey+`"`)) || json.Unmarshal(body, &tree) != nil {
		return nil // what cannot be stored is refused elsewhere
	}
	places := make(map[string]string)
	eachCalendar("", tree, func(path, url string) string {
		places[path] = url
		return url
	})
	return places
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
	eachCalendar("", tree, func(_, url string) string { return hideURL(url) })
	return json.Marshal(tree)
}

// eachCalendar puts another address in the place of each.
func eachCalendar(path string, tree any, put func(path, url string) string) {
	switch v := tree.(type) {
	case []any:
		for i, item := range v {
			eachCalendar(fmt.Sprint(path, "/", i), item, put)
		}
	case map[string]any:
		for key, value := range v {
			below := path + table.Segment(key)
			if url, isText := value.(string); isText && key == urlKey {
				v[key] = put(below, url)
				continue
			}
			eachCalendar(below, value, put)
		}
	}
}
