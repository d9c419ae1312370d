package definition

import (
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// A definition says which environment variable holds a secret, and where the secret is used. So each use has names of its own: whoever
// writes a definition can use what was meant for this, and nothing else of the environment.
const (
	secretPattern = `^[A-Z][A-Z0-9_]*_SECRET$`              //nolint:gosec // of names
	tokenPattern  = `^(CHATWOOT|REST)_([A-Z0-9_]*_)?TOKEN$` //nolint:gosec // of names
)

// secretVariable is the name of an environment variable with a secret by which something is signed. It is never sent.
func secretVariable() table.Kind[string] {
	return variable("a secret", secretPattern, "CRM_SECRET", "with _SECRET at the end", func(s string) bool {
		return strings.HasSuffix(s, "_SECRET")
	})
}

// tokenVariable is the same with a token of a chat product. It is sent to the URL of its definition.
func tokenVariable() table.Kind[string] {
	return variable("a token of a chat product", tokenPattern, "CHATWOOT_TOKEN", "with CHATWOOT_ or REST_ at the beginning and _TOKEN at the end", func(s string) bool {
		return (strings.HasPrefix(s, "CHATWOOT_") || strings.HasPrefix(s, "REST_")) && strings.HasSuffix(s, "_TOKEN")
	})
}

// variable is the name of an environment variable. Anything else there is not shown: it may be the secret.
func variable(holds, pattern, example, form string, fits func(string) bool) table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostName, "pattern": pattern, "examples": []any{example}}
	return table.NewKind("environment variable", schema, func(at table.Place, tree any) string {
		s, _ := tree.(string)
		if !isVariable(s) || !fits(s) {
			at.Fault("…", "is not the name of an environment variable for "+holds,
				"capitals, digits and _, "+form+", such as "+example+"; the "+strings.Fields(holds)[1]+" itself belongs into that variable")
			return ""
		}
		return s
	})
}

func isVariable(s string) bool {
	unfit := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' }
	return s != "" && len(s) <= mostName && s[0] >= 'A' && s[0] <= 'Z' && !strings.ContainsFunc(s, unfit)
}
