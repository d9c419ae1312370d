package event_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
)

func TestForget(t *testing.T) {
	t.Parallel()
	full := func() event.Event {
		return event.New(event.FormSubmitted, event.Data{
			Property: "acme", Visitor: "v1", Text: "email",
			Attributes: event.Attributes{Name: "Ada", Email: "ada@example.com", Tags: []string{}, Custom: event.Values{"plan": "pro"}},
			Values:     event.Values{"email": "ada@example.com", "city": "Lyon"},
			Form:       event.Form{Fields: event.Values{"email": "ada@example.com"}},
		})
	}
	for name, c := range map[string]struct {
		names []string
		want  func(d *event.Data)
	}{
		"an attribute, a value and a field of a form": {[]string{"email"}, func(d *event.Data) {
			d.Attributes.Email, d.Values, d.Form.Fields = "", event.Values{"city": "Lyon"}, event.Values{}
		}},
		"one of the application's own": {[]string{"plan"}, func(d *event.Data) { d.Attributes.Custom = event.Values{} }},
		"several":                      {[]string{"city", "name", "none"}, func(d *event.Data) { d.Attributes.Name, d.Values = "", event.Values{"email": "ada@example.com"} }},
		"none that is there":           {[]string{"phone", "text", "visitor"}, nil},
		"none":                         {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want := full(), full()
			if c.want != nil {
				c.want(&want.Data)
			}
			changed, err := event.Forget(&got, c.names)
			if err != nil || changed != (c.want != nil) {
				t.Errorf("changed %v, %v", changed, err)
			}
			if diff := cmp.Diff(want.Data, got.Data); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
