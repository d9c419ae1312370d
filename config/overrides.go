package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// Override is a line of a file of events that opens or closes a property or a department, as deskbell open and close do:
//
//	{"time": "2026-11-23T14:00:00Z", "override": {"property": "acme", "department": "sales", "open": false, "for": "30m"}}
//	{"time": "2026-11-23T14:10:00Z", "override": {"property": "acme", "department": "sales", "clear": true}}
type Override struct {
	Time       time.Time
	Property   string
	Department string // empty: the property itself
	Clear      bool   // take back whichever is in force; Open and End do not count
	Open       bool
	End        hours.End
}

// Name is acme or acme/sales.
func (o *Override) Name() string {
	if o.Department == "" {
		return o.Property
	}
	return o.Property + "/" + o.Department
}

// String is "closed for 30m0s", "open until 2026-11-23T15:00:00Z" or "as its hours say".
func (o *Override) String() string {
	word := "closed"
	if o.Open {
		word = "open"
	}
	switch {
	case o.Clear:
		return "as its hours say"
	case o.End.For != nil:
		return word + " for " + hours.Duration(*o.End.For).String()
	case o.End.Next:
		return word + " until the next boundary"
	case !o.End.Until.IsZero():
		return word + " until " + o.End.Until.Format(time.RFC3339)
	default:
		return word
	}
}

// In makes the override of schedules that are all open together. The error is that of hours.JointOverride.
func (o *Override) In(gates []*hours.Schedule) (*hours.Override, error) {
	if o.Clear {
		return nil, nil
	}
	return hours.JointOverride(o.Open, o.End, o.Time, gates...)
}

// readOverride reads a line; false for one that is no override. The error is of type Faults.
func readOverride(line []byte) (o Override, is bool, err error) {
	if !bytes.Contains(line, []byte(`"override"`)) || !json.Valid(line) {
		return o, false, nil
	}
	var twice definition.Faults
	var r table.Reader
	tree, ok := table.Tree(line, func(k table.TreeKey) {
		if k.Twice {
			twice = append(twice, definition.Fault{Path: k.Below(r.Root()).Path, Value: k.Name, Problem: "is there twice", Allowed: "each key once"})
		}
	}).(map[string]any)
	if !ok {
		return o, false, nil
	}
	if _, is = tree["override"]; !is {
		return o, false, nil
	}
	r.Faults = twice
	o.read(r.Root(), tree)
	return o, true, r.Faults.Err()
}

// read reads the whole line.
func (o *Override) read(at table.Place, tree map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		if key != "time" && key != "override" {
			at.Key(key).Fault(key, "is not a key of an override", table.Choices(key, []string{"time", "override"}))
		}
	}
	const instant = "RFC 3339, such as 2026-12-24T18:00:00+01:00"
	text, _ := tree["time"].(string)
	var err error
	switch o.Time, err = time.Parse(time.RFC3339, text); {
	case tree["time"] == nil:
		at.Fault("time", "is missing", instant)
	case err != nil:
		at.Key("time").Fault(table.Show(tree["time"]), "is not an instant", instant)
	}
	below := at.Key("override")
	m, ok := tree["override"].(map[string]any)
	if !ok {
		below.Fault(table.Show(tree["override"]), "is not an object", "property, department, open, and one of for, until and until_next; or clear")
		return
	}
	m = maps.Clone(m)
	o.Property, o.Department = id(below, m, "property"), id(below, m, "department")
	if _, named := m["property"]; !named {
		below.Fault("property", "is missing", "the id of a property")
	}
	delete(m, "property")
	delete(m, "department")
	o.readEnd(below, m)
}

// id is the id of a key; empty where it is not there.
func id(at table.Place, m map[string]any, key string) string {
	text, isText := m[key].(string)
	if _, named := m[key]; named && (!isText || !definition.ValidID(text)) {
		at.Key(key).Fault(table.Show(m[key]), "is not an id", definition.IDAllowed)
	}
	return text
}

// readEnd reads the rest, which is that of an override over HTTP, or clear.
func (o *Override) readEnd(at table.Place, m map[string]any) {
	if clears, there := m["clear"]; there {
		if o.Clear, _ = clears.(bool); !o.Clear {
			at.Key("clear").Fault(table.Show(clears), "is not true", "true, or no such key")
		}
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if key != "clear" {
				at.Key(key).Fault(key, "stands beside clear", "clear alone")
			}
		}
		return
	}
	asked, err := hours.ParseOverride(m)
	if err != nil {
		at.Nested(err)
		return
	}
	o.Open, o.End = asked.Open, asked.End
	if o.Time.IsZero() || o.End.Next {
		return
	}
	switch _, err := hours.JointOverride(o.Open, o.End, o.Time); {
	case errors.Is(err, hours.ErrTooShort):
		at.Key("for").Fault(o.End.For.String(), err.Error(), "")
	case err != nil:
		at.Key("until").Fault(o.End.Until.Format(time.RFC3339), err.Error(), "an instant after time")
	}
}
