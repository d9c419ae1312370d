package foreign

import (
	"fmt"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// Reading is opening hours that were found in another form.
type Reading struct {
	Form string      // a fault's words for it: "the working_hours of Chatwoot"
	Spec *hours.Spec // the same hours; nil where they cannot be converted
	Left []string    // parts that Spec does not have, each with the reason

	key, text string // the key that it was recognised by, or the whole text; both empty for a list
}

// form recognises one form. It tells whether the tree has it, and the key that says so; then it adds the hours to the draft.
type form struct {
	name string
	read func(d *draft, tree any) (key string, ok bool)
}

func forms() []form {
	return []form{
		{"the openingHours of schema.org", readSchemaOrg},
		{"the hours of Google Business Profile", readGoogle},
		{"the working_hours of Chatwoot", readChatwoot},
		{"the intervals of Zendesk", readZendesk},
		{"the opening_hours of OpenStreetMap", readOSM},
	}
}

func daysForm() form { return form{"spatie/opening-hours, with days outside of weekly", readSpatie} }

// Read recognises a tree, of the kinds that [hours.Parse] takes. ok is false when it has none of the forms; a schedule in
// the form of Deskbell has none of them, unless it is also a string that OpenStreetMap would take.
func Read(tree any) (r Reading, ok bool) { return read(tree, append(forms(), daysForm())) }

// ReadWeek is Read for the value of weekly, where days stand in the form of Deskbell as well.
func ReadWeek(tree any) (r Reading, ok bool) { return read(tree, forms()) }

func read(tree any, forms []form) (r Reading, ok bool) {
	for _, f := range forms {
		var d draft
		if key, ok := f.read(&d, tree); ok {
			d.keep(tree)
			spec := d.spec()
			return Reading{Form: f.name, Spec: spec, Left: d.left, key: key, text: d.shown}, true
		}
	}
	return r, false
}

// mostShown is the length of a fault's example, in bytes.
const mostShown = 1000

// Fault is the one fault of a tree in another form. It names the form, and shows the YAML to write.
func (r Reading) Fault() table.Fault {
	f := table.Fault{Value: table.Clip(r.text), Problem: "has the form of " + r.Form, Allowed: "a schedule of Deskbell"}
	if r.key != "" {
		f.Path, f.Value = table.Segment(r.key), r.key
	}
	if r.Spec != nil {
		line := r.Spec.Line()
		if len(line) > mostShown {
			line = table.First(line, mostShown) + "…"
		}
		f.Allowed = "the same hours as " + line + " (deskbell hours --convert FILE prints them)"
	}
	if len(r.Left) > 0 {
		f.Allowed += "; without " + table.First(strings.Join(r.Left, "; without "), mostShown)
	}
	return f
}

// YAML is the schedule to write, as it stands under a name in deskbell.yaml, and in comments what it does not have.
func (r Reading) YAML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# made of %s\n", r.Form)
	for _, left := range r.Left {
		fmt.Fprintf(&b, "# without %s\n", left)
	}
	if r.Spec != nil {
		b.WriteString(r.Spec.String() + "\n")
	}
	return b.String()
}
