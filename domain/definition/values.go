package definition

import (
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/hours"
)

// timeZone is a name of the IANA database. "Local" is none: it is another zone on every machine.
func timeZone() kind[string] {
	schema := map[string]any{"type": "string", "minLength": 1, "examples": []any{"Europe/Paris", "America/New_York", "UTC"}}
	valid := func(at place, name string) bool {
		known, looked := at.zones[name]
		if !looked {
			_, err := time.LoadLocation(name)
			known = err == nil && name != "" && name != "Local"
			at.zones[name] = known
		}
		return known
	}
	return textual("IANA time zone", "an IANA time zone", "a name such as Europe/Paris or UTC", schema, valid)
}

const mostURL = 2048 // bytes

// serviceURL is where a person is told something: ntfy://…, slack://…. It holds tokens and passwords, so that no fault
// shows more of it than the scheme.
func serviceURL() kind[string] {
	schema := map[string]any{
		"type": "string", "maxLength": mostURL, "pattern": `^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$`,
		"examples": []any{"ntfy://ntfy.sh/topic", "telegram://token@telegram?chats=@channel"},
	}
	read := func(at place, tree any) string {
		s, _ := tree.(string)
		scheme, rest, _ := strings.Cut(s, "://")
		if !isScheme(scheme) || rest == "" || len(s) > mostURL || strings.ContainsFunc(s, blank) {
			at.fault(hideURL(s), "is not the URL of a service", "a URL without blanks, such as ntfy://ntfy.sh/topic")
			return ""
		}
		return s
	}
	return kind[string]{shape{name: "service URL", schema: schema}, read}
}

func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}

func isScheme(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && (i == 0 || !alphanumeric(s[i]) && !strings.Contains("+.-", s[i:i+1])) {
			return false
		}
	}
	return s != ""
}

// IsSecret tells whether what stands at the path of a fault must not be shown: it is a secret, or a place at which one
// may stand by mistake.
func IsSecret(path string) bool {
	if within, ok := strings.CutPrefix(path, "/destinations/"); ok {
		_, path, _ = strings.Cut(within, "/")
		path = "/" + path
	}
	return strings.HasSuffix(path, "/notify") || strings.Contains(path, "/notify/via") ||
		strings.HasPrefix(path, "/url") || strings.HasPrefix(path, "/secret")
}

// hideURL shows the scheme alone.
func hideURL(s string) string {
	if scheme, _, found := strings.Cut(s, "://"); found && isScheme(scheme) && len(scheme) <= 20 {
		return scheme + "://…"
	}
	return "…"
}

// leave is the kind of one absence: {from, to}, both days included, or {on}.
func leave() kind[hours.DateRange] {
	type absence struct{ from, to, on hours.Date }
	fields := []field[absence]{
		key("from", date(), func(a *absence) *hours.Date { return &a.from }, "First day away."),
		key("to", date(), func(a *absence) *hours.Date { return &a.to }, "Last day away."),
		key("on", date(), func(a *absence) *hours.Date { return &a.on }, "The day away, instead of `from` and `to`."),
	}
	const allowed = "{from: 2026-12-21, to: 2027-01-03} or {on: 2026-12-24}"
	var none hours.Date
	k := object("a leave", fields, func(at place, a *absence) {
		one, two := a.on != none, a.from != none && a.to != none
		partly := a.from != none || a.to != none
		switch {
		case !one && !two, one && partly:
			at.fault("leave", "needs either `on` or both `from` and `to`", allowed)
		case two && a.to.Compare(a.from) < 0:
			at.key("to").fault(a.to.String(), "is before "+a.from.String(), "a day at or after `from`")
		}
	})
	k.schema["type"] = "object"
	k.schema["oneOf"] = []any{
		map[string]any{"required": []any{"on"}, "maxProperties": 1},
		map[string]any{"required": []any{"from", "to"}, "maxProperties": 2},
	}
	return then(k, func(_ place, a absence) hours.DateRange {
		if a.on != none {
			return hours.DateRange{From: a.on, To: a.on}
		}
		return hours.DateRange{From: a.from, To: a.to}
	})
}

func date() kind[hours.Date] {
	schema := map[string]any{"type": "string", "format": "date", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	return kind[hours.Date]{shape{name: "date", schema: schema}, func(at place, tree any) hours.Date {
		s, ok := asText(tree)
		if !ok {
			at.fault(show(tree), "is not a date", `a date such as "2026-12-24"`)
			return hours.Date{}
		}
		d, err := hours.ParseDate(s)
		if err != nil {
			at.nested(err)
		}
		return d
	}}
}
