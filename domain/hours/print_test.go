package hours

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/table"
)

// example is a schedule with everything in it, in canonical form.
const example = `time_zone: Europe/Paris
weekly:
  mon-fri: 09:00-12:00, 13:00-18:00
  sat: 22:00-02:00
holidays: {country: FR}
exceptions:
  - {on: 2026-12-24, hours: 09:00-12:00, name: Christmas Eve}
  - {on: 12-25, yearly: true, closed: true}
  - {from: 2027-08-02, to: 2027-08-15, closed: true, name: Summer break}`

func TestStringAndJSONAreCanonical(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, yaml, json string }{
		{"an example", `
time_zone: Europe/Paris
weekly:
  mon-fri: 09:00-12:00, 13:00-18:00
  sat: 22:00-02:00
holidays: {country: FR}
exceptions:
  - {on: 2026-12-24, hours: 09:00-12:00, name: Christmas Eve}
  - {on: 2026-12-25, closed: true, yearly: true}
  - {from: 2027-08-02, to: 2027-08-15, closed: true, name: Summer break}
`, example, `{"time_zone":"Europe/Paris","weekly":{"mon-fri":"09:00-12:00, 13:00-18:00","sat":"22:00-02:00"},"holidays":{"country":"FR"},` +
			`"exceptions":[{"on":"2026-12-24","hours":"09:00-12:00","name":"Christmas Eve"},{"on":"12-25","yearly":true,"closed":true},` +
			`{"from":"2027-08-02","to":"2027-08-15","closed":true,"name":"Summer break"}]}`},
		{"around the clock", "24/7", "weekly: 24/7", `{"weekly":"24/7"}`},
		{"closed", "closed", "weekly: closed", `{"weekly":"closed"}`},
		{"days with the same hours", "mon 9-12; tue-wed 10-12; fri-sat 9-12; sun closed", "weekly:\n  mon,fri,sat: 09:00-12:00\n  tue,wed: 10:00-12:00",
			`{"weekly":{"mon,fri,sat":"09:00-12:00","tue,wed":"10:00-12:00"}}`},
		{"every day", "daily 9am-5pm", "weekly:\n  mon-sun: 09:00-17:00", `{"weekly":{"mon-sun":"09:00-17:00"}}`},
		{"a day under several keys", "{weekly: {mon-fri: 9-12, wed: 18-20, tue-wed: 12-13, sun: off, sat-sun: closed}}", "weekly:\n  mon,thu,fri: 09:00-12:00\n  tue: 09:00-13:00\n  wed: 09:00-13:00, 18:00-20:00",
			`{"weekly":{"mon,thu,fri":"09:00-12:00","tue":"09:00-13:00","wed":"09:00-13:00, 18:00-20:00"}}`},
		{"a day in several rules", "mon-fri 9-12; wed 14-18; sat off", "weekly:\n  mon,tue,thu,fri: 09:00-12:00\n  wed: 09:00-12:00, 14:00-18:00",
			`{"weekly":{"mon,tue,thu,fri":"09:00-12:00","wed":"09:00-12:00, 14:00-18:00"}}`},
		{"OpenStreetMap", "Mo-Fr 08:00-18:00; Sa 10:00-14:00; Su off", "weekly:\n  mon-fri: 08:00-18:00\n  sat: 10:00-14:00", `{"weekly":{"mon-fri":"08:00-18:00","sat":"10:00-14:00"}}`},
		{"off", "off", "weekly: closed", `{"weekly":"closed"}`},
		{"holidays", `{weekly: 24/7, holidays: {country: uk, region: sct, except: "good friday", hours: {boxing day: "12-16, 18-20", Early May: closed}}}`,
			`weekly: 24/7
holidays: {country: GB, region: SCT, except: [Good Friday], hours: {Boxing Day: "12:00-16:00, 18:00-20:00", Early May: closed}}`,
			`{"weekly":"24/7","holidays":{"country":"GB","region":"SCT","except":["Good Friday"],"hours":{"Boxing Day":"12:00-16:00, 18:00-20:00","Early May":"closed"}}}`},
		{"names that YAML would misread", `{weekly: 24/7, exceptions: [{on: 2026-12-24, closed: true, name: "no"}, {on: 2026-12-25, closed: true, name: "a: b, {c} #d"}, {on: 2026-12-26, closed: true, name: "12"}]}`,
			`weekly: 24/7
exceptions:
  - {on: 2026-12-24, closed: true, name: "no"}
  - {on: 2026-12-25, closed: true, name: "a: b, {c} #d"}
  - {on: 2026-12-26, closed: true, name: "12"}`,
			`{"weekly":"24/7","exceptions":[{"on":"2026-12-24","closed":true,"name":"no"},{"on":"2026-12-25","closed":true,"name":"a: b, {c} #d"},{"on":"2026-12-26","closed":true,"name":"12"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			spec, err := Parse(tree(t, tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.yaml, spec.String()); diff != "" {
				t.Error(diff)
			}
			data, err := json.Marshal(spec)
			if diff := cmp.Diff(tt.json, string(data)); err != nil || diff != "" {
				t.Error(err, diff)
			}
			if err := roundTrip(spec); err != nil {
				t.Error(err)
			}
		})
	}
}

// roundTrip reads back both canonical forms.
func roundTrip(spec *Spec) error {
	var document any
	if err := yaml.Unmarshal([]byte(spec.String()), &document); err != nil {
		return fmt.Errorf("%w in\n%s", err, spec)
	}
	back, err := Parse(document)
	if diff := cmp.Diff(spec, back); err != nil || diff != "" {
		return fmt.Errorf("through YAML: %v\n%s\n%s", err, spec, diff)
	}
	data, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	var decoded Spec
	if err := json.Unmarshal(data, &decoded); err != nil {
		return fmt.Errorf("%w in %s", err, data)
	}
	if diff := cmp.Diff(spec, &decoded); diff != "" {
		return fmt.Errorf("through JSON: %s\n%s", data, diff)
	}
	return nil
}

func TestCanonicalFormsReadBackEqual(t *testing.T) {
	t.Parallel()
	names := rapid.OneOf(rapid.SampledFrom([]string{"", "no", "~", "12:30", "-", "- a", "#", "a #b", "é ë", "'", `"`, `\`, "{", "null", "1e3", "0x1F", ".inf", "😀", "a\u00a0b", "\ufeff", "=", "<<", "%", "@", "&a", "*a", "!a"}),
		rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return !table.Hidden(r) }), 0, 20, 200))
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		spec := randomSpec(random, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(4000)))
		spec.TimeZone = rapid.SampledFrom(append(hardZones(), "")).Draw(t, "zone")
		for i := range spec.Exceptions {
			spec.Exceptions[i].Name = names.Draw(t, "name")
			spec.Exceptions[i].Hours = normal(spec.Exceptions[i].Hours)
		}
		for day := range spec.Weekly {
			spec.Weekly[day] = normal(spec.Weekly[day])
		}
		if h := spec.Holidays; h != nil && random.IntN(2) == 0 {
			names := localNames(h.list())
			h.Except = []string{names[0]}
			h.Hours = map[string][]Window{names[1]: normal(randomWindows(random)), names[2]: nil}
		}
		if err := roundTrip(spec); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPresetsMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	for preset, want := range map[string]string{
		"24/7":                            "weekly: 24/7",
		"mon-fri 9-17":                    "weekly:\n  mon-fri: 09:00-17:00",
		"weekdays 9-17; sat 10-14":        "weekly:\n  mon-fri: 09:00-17:00\n  sat: 10:00-14:00",
		"Mon, Wed 9am - 5pm;":             "",
		"mon - fri 9-12, 13-18":           "weekly:\n  mon-fri: 09:00-12:00, 13:00-18:00",
		"weekend closed; weekdays 9-17":   "weekly:\n  mon-fri: 09:00-17:00",
		"daily 0-24":                      "weekly: 24/7",
		"friday to sunday 8 p.m.–4 a.m.":  "weekly:\n  fri-sun: 20:00-04:00",
		"mon 9-17; tue 9-17 ; wed 9 - 17": "weekly:\n  mon-wed: 09:00-17:00",
	} {
		spec, err := Parse(preset)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q: got %s, want a fault", preset, spec)
		case want != "" && (err != nil || spec.String() != want):
			t.Errorf("%q: got %v, %v, want %s", preset, spec, err, want)
		}
	}
}
