package chatwoot_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

func TestTextOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"We are closed.": "We are closed.",
		"Hi {{ contact.name }}, it is {{agent.name}} of {{inbox.name}}": "Hi {{visitor.name}}, it is {{agent.name}} of {{property.name}}",
		"Hi {{contact.phone}}!":              "Hi ! without {{contact.phone}}",
		"{% if contact.name %}Hi{% endif %}": "Hi without {% if contact.name %} {% endif %}",
		"A {{ b":                             "A  b without {{",
		"":                                   "",
	} {
		got, unknown := chatwoot.TextOf(text)
		if len(unknown) > 0 {
			got += " without " + strings.Join(unknown, " ")
		}
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
