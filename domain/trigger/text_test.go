package trigger_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/trigger"
)

func TestRender(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"visitor.name": "Ann", "agent.name": " \t ", "page.title": "Two\r\n lines {{visitor.name}}", "closes_at": "17:30",
		"department": strings.Repeat("é", 300), "": "nothing",
	}
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Hello", "Hello"},
		{"Hello {{visitor.name}}!", "Hello Ann!"},
		{"Hello {{visitor.name|there}}!", "Hello Ann!"},
		{"{{ visitor.name | there }}{{visitor.name}}", "AnnAnn"},
		{"{{agent.name|an agent}} is {{agent.name}}.", "an agent is ."},
		{"{{agent.name|a|b}}", "a|b"},
		{"{{agent.name| }}", ""},
		{"{{page.title}}", "Two lines {{visitor.name}}"}, // a value is no text with placeholders
		{"{{department}}", strings.Repeat("é", 199) + "…"},
		{"{a} } { {}", "{a} } { {}"},
		{"👋🏽 https://example.com/?a={b}", "👋🏽 https://example.com/?a={b}"},
		{"We close at {{closes_at}}", "We close at 17:30"},
	} {
		text, err := trigger.ParseText(c.text, trigger.InClosingSoon)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		if got := text.Render(values); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// What a visitor writes for a name must not turn or break the message around it.
func TestValuesFromOutsideAreHarmless(t *testing.T) {
	t.Parallel()
	text, err := trigger.ParseText("Hi {{visitor.name|there}}, welcome", trigger.InMessage)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"\u202Egnp.exe\u202C":               "gnp.exe",
		"A\u202An\u202Bn\u202C\u202D":       "Ann",
		"\u2066A\u2067n\u2068n\u2069":       "Ann",
		"\u200EAnn\u200F\u061C":             "Ann",
		"\u202E\u2066\u200F":                "there",
		"\u202E \x00\u0085":                 "there",
		"A\x1b[31mnn\x7f":                   "A [31mnn",
		"A\u0080\u009Bnn":                   "A nn",
		"Ann\u2028Bob\u2029":                "Ann Bob",
		"👩\u200D🚀":                          "👩\u200D🚀",      // a joiner makes one emoji
		"می\u200Cخواهم":                     "می\u200Cخواهم", // a non-joiner parts letters
		"דנה":                               "דנה",           // letters turn by themselves
		strings.Repeat("\u202E", 300) + "A": "A",
	} {
		if got := text.Render(map[string]string{"visitor.name": name}); got != "Hi "+want+", welcome" {
			t.Errorf("%q: %q, want the name %q", name, got, want)
		}
	}
}

func TestParseTextRefuses(t *testing.T) {
	t.Parallel()
	const names = "visitor.name, agent.name, property.name, department, next_open, page.title"
	const example = "a placeholder such as {{visitor.name}} or {{visitor.name|there}}"
	for _, c := range []struct{ text, want string }{
		{"Hé {{visitor.nam}}", `"visitor.nam" is not a placeholder (at byte 4); allowed: ` + names + ` (did you mean "visitor.name"?)`},
		{"{{closes_at}}", `"closes_at" is not a placeholder; allowed: ` + names},
		{"{{}}", `"" is not a placeholder; allowed: ` + names},
		{"a {{visitor.name", `"{{visitor.name" is not closed (at byte 2); allowed: ` + example},
		{"a }} b", `"}}" closes no placeholder (at byte 2); allowed: ` + example},
		{"{{visitor.name}}}}", `"}}" closes no placeholder (at byte 16); allowed: ` + example},
		{"{{visitor.name {{agent.name}}", `"{{visitor.name {{agent.name}}" is not closed; allowed: ` + example},
		{"{{x}} {{y}} }}", `"x" is not a placeholder; allowed: ` + names + "\n" + `"y" is not a placeholder (at byte 6); allowed: ` + names + "\n" + `"}}" closes no placeholder (at byte 12); allowed: ` + example},
		{strings.Repeat("🙂", 1001), `"1001 characters" are too many; allowed: at most 1000`},
	} {
		_, err := trigger.ParseText(c.text, trigger.InMessage)
		if err == nil || err.Error() != c.want {
			t.Errorf("%.40q\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := trigger.ParseText(strings.Repeat("🙂", 1000), trigger.InMessage); err != nil {
		t.Error(err)
	}
}

func FuzzParseText(f *testing.F) {
	f.Add("Hello {{visitor.name|there}}, {{ agent.name }} {x} }} {{")
	f.Add(" ")
	f.Fuzz(func(t *testing.T, s string) {
		text, err := trigger.ParseText(s, trigger.InMessage)
		if err != nil {
			return
		}
		want := s
		if strings.TrimSpace(s) == "" {
			want = ""
		}
		if got := text.Render(nil); !strings.Contains(s, "{{") && got != want {
			t.Fatalf("%q became %q", s, got)
		}
		_ = text.Render(map[string]string{"visitor.name": s})
	})
}
