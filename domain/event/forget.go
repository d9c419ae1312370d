package event

import (
	"encoding/json"
	"fmt"
)

// Forget takes the values of some names out of an event: attributes of the visitor, values of the application's own, and fields of
// a form. It tells whether there were any.
func Forget(e *Event, names []string) (changed bool, err error) {
	d := &e.Data
	for _, values := range []Values{d.Values, d.Form.Fields, d.Attributes.Custom} {
		changed = forget(values, names) || changed
	}
	body, err := json.Marshal(d.Attributes)
	if err != nil {
		return changed, fmt.Errorf("encoding attributes: %w", err)
	}
	var known map[string]json.RawMessage
	if err := json.Unmarshal(body, &known); err != nil {
		return changed, fmt.Errorf("decoding attributes: %w", err)
	}
	if !forget(known, names) {
		return changed, nil
	}
	if body, err = json.Marshal(known); err != nil {
		return true, fmt.Errorf("encoding attributes: %w", err)
	}
	var left Attributes
	if err := json.Unmarshal(body, &left); err != nil {
		return true, fmt.Errorf("decoding attributes: %w", err)
	}
	d.Attributes = left
	return true, nil
}

func forget[V any](values map[string]V, names []string) (changed bool) {
	before := len(values)
	for _, name := range names {
		delete(values, name)
	}
	return len(values) != before
}
