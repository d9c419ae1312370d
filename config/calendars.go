package config

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// Reader reads files of definitions. The zero value is for definitions that may not name other files.
type Reader struct {
	// Beside reads an iCalendar that definitions name, beside them. It gives the closures, or every fault: of these
	// faults, Problem and Allowed count.
	Beside func(file string) ([]hours.Closure, []definition.Fault)

	Checks []Check // of whole definitions that have no fault otherwise
}

// Definitions is InspectDefinitions, with the calendars that the definitions name.
func (r Reader) Definitions(name string, src []byte) (*definition.Definitions, *Warnings, error) {
	return read(name, src, takingIn(r.Beside, inspectWith(r.Checks)))
}

// Schedule is ReadSchedule, with the calendars that the schedules name.
func (r Reader) Schedule(name string, src []byte) (map[string]Timetable, *Warnings, error) {
	return read(name, src, takingIn(r.Beside, timetables))
}

// takingIn inspects a tree in which each calendar has the closures of its file.
func takingIn[V any](beside func(string) ([]hours.Closure, []definition.Fault), inspect inspection[V]) inspection[V] {
	if beside == nil {
		return inspect
	}
	return func(tree any) (V, definition.Faults, error) {
		t := taker{beside: beside, known: map[string][]any{}}
		t.walk("", "", tree)
		v, warnings, err := inspect(tree)
		if len(t.faults) == 0 {
			return v, warnings, err
		}
		var faults definition.Faults
		if err != nil && !errors.As(err, &faults) {
			return v, warnings, err
		}
		return v, warnings, append(t.faults, faults...)
	}
}

// taker puts the closures of files into a tree.
type taker struct {
	beside func(string) ([]hours.Closure, []definition.Fault)
	known  map[string][]any // by file
	faults definition.Faults
}

// walk looks for calendars below a value, which stands at a path behind a key.
func (t *taker) walk(path, key string, tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			t.walk(path+table.Segment(k), k, v[k])
		}
	case []any:
		for i, item := range v {
			at := path + "/" + strconv.Itoa(i)
			fields, _ := item.(map[string]any)
			if file, ok := fields["ical"].(string); ok && (key == "exceptions" || key == "leave") && fields["closures"] == nil {
				fields["closures"] = t.read(at+"/ical", file)
				continue
			}
			t.walk(at, "", item)
		}
	}
}

// read gives the closures of a file, as a tree; nothing, where it is at fault.
func (t *taker) read(path, file string) []any {
	if said, ok := t.known[file]; ok {
		return said
	}
	closures, faults := t.beside(file)
	for _, f := range faults {
		f.Path, f.Value = path, file
		t.faults = append(t.faults, f)
	}
	said := []any{}
	body, err := json.Marshal(closures)
	if err == nil && len(closures) > 0 {
		err = json.Unmarshal(body, &said)
	}
	if err != nil {
		t.faults = append(t.faults, definition.Fault{Path: path, Value: file, Problem: "cannot be taken in: " + err.Error()})
	}
	t.known[file] = said
	return said
}
