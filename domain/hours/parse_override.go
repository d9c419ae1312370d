package hours

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// Request is an override as somebody asks for it.
type Request struct {
	Open bool
	End  End
	Note string // see Override
}

// MostNote is the longest note of an override, in characters.
const MostNote = 200

// NoteAllowed is what CheckNote lets pass.
const NoteAllowed = "one line of at most 200 characters"

// CheckNote tells whether a text may be the note of an override.
func CheckNote(note string) bool {
	return utf8.RuneCountInString(note) <= MostNote && utf8.ValidString(note) && !strings.ContainsFunc(note, table.Hidden)
}

// ParseOverride reads an override from the tree that a JSON decoder yields: a map with open, at most one of for, until and
// until_next, and maybe a note. The error, of type [Faults], lists everything that is wrong.
func ParseOverride(tree any) (Request, error) {
	const allowed = "open, one of for, until and until_next, and note"
	var r Request
	m, ok := tree.(map[string]any)
	if !ok {
		return r, Faults{{Problem: "is not an object", Allowed: allowed}}
	}
	var faults Faults
	fault := func(key, problem, allowed string) {
		faults = append(faults, table.Fault{Path: table.Segment(key), Value: fmt.Sprintf("%.60s", fmt.Sprint(m[key])), Problem: problem, Allowed: allowed})
	}
	if _, there := m["open"]; !there {
		faults = append(faults, table.Fault{Path: "/open", Problem: "is missing", Allowed: "true, false"})
	} else if r.Open, ok = m["open"].(bool); !ok {
		fault("open", "is not true or false", "true, false")
	}
	ends := 0
	for _, key := range slices.Sorted(maps.Keys(m)) {
		text, _ := m[key].(string)
		var wrong error
		switch key {
		case "open":
			continue
		case "note":
			if r.Note, ok = m[key].(string); !ok || !CheckNote(r.Note) {
				fault(key, "is no note", NoteAllowed)
			}
			continue
		case "for":
			var d time.Duration
			if d, wrong = ParseSpan(text); wrong != nil {
				fault(key, "is not a duration", "90s, 30m, 8h or 2d")
			}
			r.End.For = &d
		case "until":
			if r.End.Until, wrong = time.Parse(time.RFC3339, text); wrong != nil || r.End.Until.IsZero() {
				fault(key, "is not an instant", "RFC 3339, such as 2026-12-24T18:00:00+01:00")
			}
		case "until_next":
			if r.End.Next, ok = m[key].(bool); !ok || !r.End.Next {
				fault(key, "is not true", "true, or no such key")
			}
		default:
			faults = append(faults, table.Fault{Path: table.Segment(key), Value: cut(key), Problem: "is not a key of an override", Allowed: allowed})
			continue
		}
		if ends++; ends == 2 {
			fault(key, "is one end too many", allowed)
		}
	}
	if len(faults) > 0 {
		return Request{}, faults
	}
	return r, nil
}
