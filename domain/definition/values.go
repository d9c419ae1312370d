package definition

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/table"
)

// timeZone is a name of the time zone database. It is kept in the spelling of the database.
func timeZone() table.Kind[string] {
	schema := map[string]any{"type": "string", "minLength": 1, "examples": []any{"Europe/Paris", "America/New_York", "UTC"}}
	k := textual("IANA time zone", "an IANA time zone", "a name such as Europe/Paris or UTC", schema, func(_ table.Place, name string) bool { return name != "" })
	return table.Then(k, func(at table.Place, written string) string {
		if written == "" {
			return "" // it has its fault
		}
		name := zoneNamed(at.Context.(lookedUp), written)
		if name.refused != nil {
			at.Fault(table.Clip(written), name.refused.Problem, name.refused.Allowed)
			return ""
		}
		if strange := zones.Warn(written); strange != "" {
			at.Warn(written, strange)
		}
		return name.spelt
	})
}

// zoneName is a name of a time zone in the spelling of the database, or why there is none.
type zoneName struct {
	spelt   string
	refused *zones.NameError
}

func zoneNamed(known lookedUp, written string) zoneName {
	name, ok := known[written]
	if ok {
		return name
	}
	location, err := zones.Load(written)
	if !errors.As(err, &name.refused) {
		name.spelt = location.String()
	}
	known[written] = name
	return name
}

const mostURL = 2048 // bytes

// serviceURL is where a person gets notices: ntfy://…, slack://…. It holds tokens and passwords, so that no fault
// shows more of it than the scheme.
func serviceURL() table.Kind[string] {
	schema := map[string]any{
		"type": "string", "maxLength": mostURL, "pattern": `^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$`,
		"examples": []any{"ntfy://ntfy.sh/topic", "telegram://token@telegram?chats=@channel"},
	}
	return table.NewKind("service URL", schema, func(at table.Place, tree any) string {
		s, _ := tree.(string)
		scheme, rest, _ := strings.Cut(s, "://")
		if !isScheme(scheme) || rest == "" || rest == hidden || len(s) > mostURL || strings.ContainsFunc(s, blank) {
			at.Fault(hideURL(s), "is not the URL of a service", "a URL without blanks, such as ntfy://ntfy.sh/topic")
			return ""
		}
		return s
	})
}

func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}

func isScheme(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && (i == 0 || !strings.Contains("0123456789+.-", s[i:i+1])) {
			return false
		}
	}
	return s != ""
}

// IsSecret tells whether the value at the path of a fault must not be shown: it is a secret, or a place at which one
// may stand by mistake.
func IsSecret(path string) bool {
	if within, ok := strings.CutPrefix(path, "/destinations/"); ok {
		_, path, _ = strings.Cut(within, "/")
		path = "/" + path
	}
	return strings.HasSuffix(path, "/ical_url") || strings.HasSuffix(path, "/notify") || strings.Contains(path, "/notify/via") ||
		strings.HasPrefix(path, "/url") || strings.HasPrefix(path, "/secret") ||
		strings.HasPrefix(path, "/token") || strings.HasPrefix(path, "/admin_token")
}

// hidden stands for the secret part of a URL. It is refused as one.
const hidden = "…"

// hideURL shows the scheme alone.
func hideURL(s string) string {
	if scheme, _, found := strings.Cut(s, "://"); found && isScheme(scheme) && len(scheme) <= 20 {
		return scheme + "://" + hidden
	}
	return hidden
}

// WithoutSecrets is a copy that every reader may see. It cannot be parsed, and so not be stored by mistake.
func (a *Agent) WithoutSecrets() *Agent {
	shown := *a
	shown.Notify.Via = nil
	for _, url := range a.Notify.Via {
		shown.Notify.Via = append(shown.Notify.Via, hideURL(url))
	}
	shown.Leave = slices.Clone(a.Leave)
	for i := range shown.Leave {
		if url := &shown.Leave[i].URL; *url != "" {
			*url = hideURL(*url)
		}
	}
	shown.Schedule = a.Schedule.withoutSecrets()
	return &shown
}

// WithoutSecrets is the same of a destination, whose URL may hold a token. That of a Chatwoot holds none.
func (d *Destination) WithoutSecrets() *Destination {
	shown := *d
	if d.URL != "" && d.Type != chatwoot {
		shown.URL = hideURL(d.URL)
	}
	return &shown
}

func date() table.Kind[hours.Date] {
	schema := map[string]any{"type": "string", "format": "date", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	return table.NewKind("date", schema, func(at table.Place, tree any) hours.Date {
		s, ok := asText(tree)
		if !ok {
			at.Fault(table.Show(tree), "is not a date", `a date such as "2026-12-24"`)
			return hours.Date{}
		}
		d, err := hours.ParseDate(s)
		if err != nil {
			at.Nested(err)
		}
		return d
	})
}
