package hours

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/table"
)

// ParseOverride reads an override from the tree that a JSON decoder yields: a map with open, and at most one of for, until and
// until_next. The error, of type [Faults], lists everything that is wrong.
func ParseOverride(tree any) (open bool, end End, err error) {
	const allowed = "open, and one of for, until and until_next"
	m, ok := tree.(map[string]any)
	if !ok {
		return false, end, Faults{{Problem: "is not an object", Allowed: allowed}}
	}
	var faults Faults
	fault := func(key, problem, allowed string) {
		faults = append(faults, table.Fault{Path: table.Segment(key), Value: fmt.Sprintf("%.60s", fmt.Sprint(m[key])), Problem: problem, Allowed: allowed})
	}
	if _, there := m["open"]; !there {
		faults = append(faults, table.Fault{Path: "/open", Problem: "is missing", Allowed: "true, false"})
	} else if open, ok = m["open"].(bool); !ok {
		fault("open", "is not true or false", "true, false")
	}
	ends := 0
	for _, key := range slices.Sorted(maps.Keys(m)) {
		text, _ := m[key].(string)
		var wrong error
		switch key {
		case "open":
			continue
		case "for":
			var d time.Duration
			if d, wrong = ParseSpan(text); wrong != nil {
				fault(key, "is not a duration", "90s, 30m, 8h or 2d")
			}
			end.For = &d
		case "until":
			if end.Until, wrong = time.Parse(time.RFC3339, text); wrong != nil || end.Until.IsZero() {
				fault(key, "is not an instant", "RFC 3339, such as 2026-12-24T18:00:00+01:00")
			}
		case "until_next":
			if end.Next, ok = m[key].(bool); !ok || !end.Next {
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
		return false, End{}, faults
	}
	return open, end, nil
}
