package visit

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	wiretest.Check(t, (*State).Form)
}

func TestAttributesAreKeptAsEncodingJSONWritesThem(t *testing.T) {
	t.Parallel()
	three := 3
	for _, a := range []event.Attributes{
		{},
		{Country: "FR", Region: "Île", City: "A & B", Language: "fr", Browser: "\"<>\u2028", OS: "x", Device: "y", IP: "::1", Name: "Zoë", Email: "a@b.example"},
		{PreviousVisits: &three, PreviousChats: new(int), Tags: []string{}, Custom: event.Values{}},
		{Tags: []string{"a", "<b>"}},
	} {
		body, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[string]json.RawMessage)
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, given(a)); diff != "" {
			t.Errorf("%+v: %s", a, diff)
		}
		var s State
		s.describe(a, time.Unix(0, 0).UTC(), false)
		if diff := cmp.Diff(a, s.known(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("read back: %s", diff)
		}
	}
}

// An older version may have kept another kind of value, and a null is for a value that is forgotten.
func TestAttributesOfOtherKindsAreNotKnown(t *testing.T) {
	t.Parallel()
	s := State{
		Attributes: map[string]Attribute{"name": {Value: json.RawMessage("null")}, "country": {Value: json.RawMessage("5")}, "language": {Value: json.RawMessage(`"\u0066r"`)}},
		Custom:     map[string]Attribute{"seats": {Value: json.RawMessage("5")}, "gone": {Value: json.RawMessage("null")}},
	}
	want := event.Attributes{Language: "fr", Custom: event.Values{"seats": json.Number("5"), "gone": nil}}
	if diff := cmp.Diff(want, s.known()); diff != "" {
		t.Error(diff)
	}
}
