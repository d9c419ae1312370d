package event

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trace"
)

// MaxAge is how long before its arrival an event may have happened. State and the ids by which repeats are known are kept
// for about so long: an older event could be a repeat, or reopen a chat that is forgotten. A week lets a sender catch up
// after a failure over the longest weekend.
const MaxAge = 7 * 24 * time.Hour

// Intake is how events are accepted: at one moment, from one sender's request. An Intake may be used by many at once,
// if NewID may.
type Intake struct {
	// At is when the events arrive. An event without time happened then, and so did one that says it happens later
	// (Arrive). An event older than MaxAge is refused.
	//
	// With the zero At an event must say when it happened and is believed, as in a file of events to simulate.
	At time.Time
	// NewID gives an id to an event that has none; a repeat of such an event is not recognised. An empty one is for the
	// caller to fill in. With a nil NewID an event must have an id.
	NewID func() string

	brief   bool // the first fault of an event is enough: others have many
	isJSON  bool // Decode has found that the texts of events are JSON
	several bool // Decode gives the times of events that are ahead, since it knows the others
}

// draft is the envelope of an event whose data are not yet read.
type draft struct {
	Event
	version string
	data    any
}

var envelopeFields = []table.Field[draft]{
	table.Key("type", typeKind(), func(d *draft) *Type { return &d.Type },
		"What has happened.").Mandatory(),
	table.Key("id", ownID("event"), func(d *draft) *string { return &d.ID },
		"Names the event among those of its source. Sent again with the same id, it is ignored. Without an id it gets one."),
	table.Key("time", instant(), func(d *draft) *time.Time { return &d.Time },
		"When it happened. The time of arrival, where it is absent or later than that; at most 7 days before arrival."),
	table.Key("source", uri(), func(d *draft) *string { return &d.Source },
		"What sent it, a URI or part of one. `"+DefaultSource+"`, where it is absent."),
	table.Key("specversion", table.OneOf("a version that is understood", "1.0"), func(d *draft) *string { return &d.version },
		"The version of CloudEvents."),
	table.Key("data", anyObject(), func(d *draft) *any { return &d.data },
		"What the type asks for.").Mandatory(),
}

var envelopeKind = table.Object[draft]{Fields: envelopeFields, Stray: strayAttribute, ByProgram: true}.Kind()

// Fault is one thing wrong with an event. Its Path is a JSON pointer from the root of the event. The Path of an unknown
// key is the key's own, and its Value is the key. Its Offset counts bytes from the start of the text that is no JSON.
type Fault = table.Fault

// Faults is every fault of an event, as an error.
type Faults = table.Faults

// newReader bounds the work on an event that is wrong all through.
func newReader(in Intake) *table.Reader {
	most := 100
	if in.brief {
		most = 2
	}
	return &table.Reader{Most: most, MostKey: mostName, Context: in}
}

// Parse reads one event from the tree that a decoder of JSON or YAML yields: map[string]any, []any, string, bool, nil,
// and json.Number, int, int64, uint64 or float64 for numbers. The error is of type Faults.
func (in Intake) Parse(tree any) (Event, error) {
	r := newReader(in)
	e := in.event(r, tree)
	if err := r.Faults.Err(); err != nil {
		return Event{}, err
	}
	return e, nil
}

// Complete gives an event made by New its id and time, and checks it as Parse checks one from elsewhere. The error is
// of type Faults.
func (in Intake) Complete(e Event) (Event, error) {
	body, err := e.MarshalJSON()
	if err != nil {
		return Event{}, Faults{{Problem: "cannot be written as JSON: " + err.Error()}}
	}
	return in.ParseJSON(body)
}

func (in Intake) event(r *table.Reader, tree any) Event {
	at := r.Root()
	m, ok := tree.(map[string]any)
	if !ok {
		at.Fault(table.Show(tree), "is not an object", "the keys id, type, time, source, data")
		return Event{}
	}
	d := envelopeKind.Read(at, tree)
	in.identify(at, m, &d.Event)
	if s, ok := specs[d.Type]; ok && d.data != nil {
		d.Data = s.data.Read(at.Key("data"), d.data)
	}
	d.Source = cmp.Or(d.Source, DefaultSource)
	return d.Event
}

// identify gives the event the id and the time that it may leave out, and reads the extensions that say of which trace it is.
func (in Intake) identify(at table.Place, m map[string]any, e *Event) {
	for _, f := range envelopeFields {
		if f.Key == "id" && in.NewID == nil && table.Absent(m["id"]) || f.Key == "time" && in.At.IsZero() && table.Absent(m["time"]) {
			at.Missing(f.Entry)
		}
	}
	if e.ID == "" && in.NewID != nil {
		e.ID = in.NewID()
	}
	if e.Time.IsZero() || !in.several && !in.At.IsZero() && e.Time.After(in.At) {
		e.Time = in.At.Round(0).UTC()
	}
	parent, _ := m["traceparent"].(string)
	state, _ := m["tracestate"].(string)
	e.Context = trace.Read(parent, state)
}

// strayAttribute lets extensions of CloudEvents pass (partitionkey, …), and those of its attributes that
// say nothing here (subject, datacontenttype, dataschema). A field of the data is none: it stands one level too high,
// and an event without it would mean something else.
func strayAttribute(at table.Place, name string) {
	const allowed = "id, type, time, source, specversion, data, and extensions of lower-case letters and digits"
	isField := func(f table.Field[Data]) bool { return f.Key == name }
	switch {
	case name == "data_base64":
		at.Fault(name, "is not understood", "an object as `data`")
	case slices.ContainsFunc(dataFields, isField):
		at.Fault(name, "belongs into data", "as /data/"+name)
	case len(name) > mostName || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "":
		at.Fault(table.Clip(name), "is not a key of an event", allowed+table.Suggest(name, table.Keys(table.Entries(envelopeFields))))
	}
}

func typeKind() table.Kind[Type] { return table.OneOf("a type of event", Types()...) }

// instant is a time as RFC 3339 writes it. Where the events arrive now, it must not be long ago.
func instant() table.Kind[time.Time] {
	schema := map[string]any{"type": "string", "format": "date-time"}
	const allowed = "a date and time with its offset, such as 2026-11-23T08:00:05Z (RFC 3339)"
	return table.NewKind("time", schema, func(at table.Place, tree any) (t time.Time) {
		s, _ := tree.(string)
		if err := t.UnmarshalText([]byte(s)); err != nil || t.UTC().Year() < 1970 || t.UTC().Year() > 9999 {
			at.Fault(table.Show(tree), "is not a time", allowed)
			return time.Time{}
		}
		arrival := at.Context.(Intake).At
		if oldest := arrival.Add(-MaxAge); !arrival.IsZero() && t.Before(oldest) {
			at.Fault(table.Show(tree), fmt.Sprintf("is more than %d days ago", MaxAge/(24*time.Hour)), "a time since "+oldest.UTC().Format(time.RFC3339))
		}
		return t.UTC()
	})
}

// uri is the shape of a URI reference, which must only hold no blank.
func uri() table.Kind[string] {
	return matching("URI", "a URI", "1 to 256 characters of ASCII without blanks", `^[!-~]{1,256}$`, func(s string) bool {
		return s != "" && len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
	}, false)
}

// anyObject is kept as it is until the type of the event is known.
func anyObject() table.Kind[any] {
	return table.NewKind("object", map[string]any{"type": "object"}, func(_ table.Place, tree any) any { return tree })
}
