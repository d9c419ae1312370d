package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// readTree decodes JSON to the tree that package definition reads. A key that is
// there twice is an error: one of its values would be lost unseen.
func readTree(body []byte) (any, error) {
	body = table.Unmarked(body)
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not in UTF-8")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty; it has to be JSON")
	}
	if head := bytes.TrimSpace(body); bytes.HasPrefix(head, []byte("BEGIN:VCALENDAR")) {
		return nil, errors.New("it is an iCalendar, and has to be JSON; exceptions of a schedule, and leave of an agent, name a calendar as {\"ical_url\": \"https://…\"}")
	}
	if n := table.Values(body); n > mostValues {
		return nil, fmt.Errorf("it has %d values and keys; allowed: at most %d", n, mostValues)
	}
	var checked json.RawMessage
	if err := json.Unmarshal(body, &checked); err != nil {
		offset := int64(len(body))
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		return nil, fmt.Errorf("%s: %w", position(body, offset), err)
	}
	var wrong error // the first
	tree := table.Tree(body, func(k table.TreeKey) {
		if problem := keyProblem(k); problem != "" && wrong == nil {
			wrong = fmt.Errorf("%s: the key %.60q %s", position(body, int64(k.End)), k.Name, problem)
		}
	})
	if wrong != nil {
		return nil, wrong
	}
	return tree, nil
}

// mostValues bounds the memory of a tree: some 10 MB.
const mostValues = 100_000

// mostKey bounds a key. Each fault below one repeats it, in its pointer.
const mostKey = 1000

// keyProblem is empty for a good key.
func keyProblem(k table.TreeKey) string {
	switch {
	case len(k.Name) > mostKey:
		return fmt.Sprintf("is too long: %d bytes at most", mostKey)
	case k.Twice:
		return "is there twice"
	}
	return ""
}

// position is "line 3, column 5", of the byte before an offset.
func position(body []byte, offset int64) string {
	before := string(body[:max(0, min(offset, int64(len(body)))-1)])
	line := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d", strings.Count(before, "\n")+1, utf8.RuneCountInString(before[line:])+1)
}
