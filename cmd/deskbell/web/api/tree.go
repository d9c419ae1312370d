package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// readTree decodes JSON to the tree that package definition reads. A key that is
// there twice is an error: one of its values would be lost unseen.
func readTree(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not in UTF-8")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty; it has to be JSON")
	}
	var checked json.RawMessage
	if err := json.Unmarshal(body, &checked); err != nil {
		offset := int64(len(body))
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		return nil, fmt.Errorf("%s: %w", position(body, offset), err)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	tree, err := value(dec)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", position(body, dec.InputOffset()), err)
	}
	return tree, nil
}

func value(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return object(dec)
	case json.Delim('['):
		return array(dec)
	}
	return token, nil
}

// mostKey bounds a key. Each fault below one repeats it, in its pointer.
const mostKey = 1000

func object(dec *json.Decoder) (any, error) {
	m := make(map[string]any)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // as in all JSON that is valid
		if len(key) > mostKey {
			return nil, fmt.Errorf("the key %.60q is too long: %d bytes at most", key, mostKey)
		}
		if _, twice := m[key]; twice {
			return nil, fmt.Errorf("the key %.60q is there twice", key)
		}
		if m[key], err = value(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return m, err
}

func array(dec *json.Decoder) (any, error) {
	list := []any{}
	for dec.More() {
		item, err := value(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := dec.Token()
	return list, err
}

// position is "line 3, column 5", of the byte before an offset.
func position(body []byte, offset int64) string {
	before := string(body[:max(0, min(offset, int64(len(body)))-1)])
	line := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d", strings.Count(before, "\n")+1, utf8.RuneCountInString(before[line:])+1)
}
