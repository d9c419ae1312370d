package definition

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/table"
)

const (
	// DefaultStream is the Redis stream of a redis_stream destination that names none.
	DefaultStream = "deskbell:actions"
	// DefaultMaxLen is about how many entries such a stream keeps.
	DefaultMaxLen = 100_000

	redisStream = "redis_stream"
	webhook     = "webhook"
	chatwoot    = "chatwoot"
	mostSecrets = 2 // of a webhook: the one before stays while receivers change to the new one
)

func destinationKind() table.Kind[Destination] {
	fields := []table.Field[Destination]{
		table.Key("type", table.OneOf("a type of destination", "log", redisStream, webhook, chatwoot, rest), func(d *Destination) *string { return &d.Type },
			"How actions are delivered: as log lines, as entries of a Redis stream, by HTTP, or as calls of the API of a Chatwoot, or of another chat product.").Mandatory(),
		table.Key("stream", line(mostName), func(d *Destination) *string { return &d.Stream },
			"The key of the stream.").ByDefault(DefaultStream).Of(redisStream),
		table.Key("max_len", whole(1, 1_000_000_000), func(d *Destination) *int64 { return &d.MaxLen },
			"About how many entries the stream keeps. Older ones are lost to slow readers.").ByDefault(DefaultMaxLen).Of(redisStream),
		table.Key("url", webURL(), func(d *Destination) *string { return &d.URL },
			"Where actions are posted to, or what the paths of calls stand below. Not shown: it may hold a token. Of a Chatwoot, the scheme and the host alone, and shown. An address that "+
				"is not public must be in `DESKBELL_ALLOW_PRIVATE`.").
			NeededBy(webhook, chatwoot, rest),
		table.Key("secret_env", oneOrMore(secretVariable(), setOf("environment variables", mostSecrets, secretVariable(), table.Clip)), func(d *Destination) *[]string { return &d.SecretEnv },
			"The environment variable that holds the secret by which requests are signed, those of a webhook or those that a chat product sends, or a "+
				"list of two, the newest first, while the secret is replaced. Its name ends in `_SECRET`: whoever writes a definition can so use what was meant for this, and nothing else.").
			NeededBy(webhook, chatwoot, rest),
		table.Key("batch", flag(), func(d *Destination) *bool { return &d.Batch },
			"Whether the receiver takes a list of up to 100 actions in one request.").ByDefault(false).Of(webhook),
		table.Key("actions", setOf("types of action", mostAgents, table.OneOf("a type of action", actionTypes()...), table.Clip),
			func(d *Destination) *[]string { return &d.Actions },
			"Only these types of action, and what a `notify` sends to it by name. All of them where none is listed. `agent.*` are all those "+
				"of agents. Actions of agents who serve no property come only where their type, or `agent.*`, is listed."),
	}
	check := func(at table.Place, d *Destination) { checkStream(at, d); checkChatwoot(at, d) }
	return table.ByType(object("a destination", slices.Concat(fields, chatwootFields(), restFields()), check), func(d *Destination) string { return d.Type })
}

func checkStream(at table.Place, d *Destination) {
	for _, taken := range []string{"deskbell:{", "{deskbell", "deskbell:meta", "asynq:"} {
		if strings.HasPrefix(d.Stream, taken) {
			at.Key("stream").Fault(table.Clip(d.Stream), "is a key of Deskbell's or asynq's own", "any that does not begin with "+taken)
		}
	}
}

// Wants tells whether the destination asks for a type of action: names it in its list, or has no list.
func (d *Destination) Wants(t action.Type) bool { return len(d.Actions) == 0 || d.Names(t) }

// Names tells whether a type of action is in the destination's list.
func (d *Destination) Names(t action.Type) bool {
	return slices.Contains(d.Actions, string(t)) || t.OfAgent() && slices.Contains(d.Actions, action.AllOfAgents)
}

// actionTypes are the types that a destination may ask for.
func actionTypes() []string {
	types := action.Types()
	names := make([]string, len(types), len(types)+1)
	for i, t := range types {
		names[i] = string(t)
	}
	return append(names, action.AllOfAgents)
}

// webURL is where something is posted to. It may hold a token, so that no fault shows more of it than the scheme. The
// host is checked only when it is reached: a name leads elsewhere tomorrow.
func webURL() table.Kind[string] {
	schema := map[string]any{
		"type": "string", "maxLength": mostURL, "pattern": `^https?://[^\s/?#@]+([/?][^\s#]*)?$`,
		"examples": []any{"https://crm.example.com/hooks"},
	}
	return table.NewKind("URL", schema, func(at table.Place, tree any) string {
		s, _ := tree.(string)
		if !isWebURL(s) {
			at.Fault(hideURL(s), "is not a URL to post to",
				"https:// (or http://), a host and a path, such as https://crm.example.com/hooks, without a user, a password, blanks or a #fragment")
			return ""
		}
		return s
	})
}

func isWebURL(s string) bool {
	if len(s) > mostURL || strings.ContainsFunc(s, blank) || strings.Contains(s, "#") {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Hostname() == "" || u.Host == hidden || !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return false
	}
	_, err = strconv.ParseUint(u.Port(), 10, 16)
	return err == nil || u.Port() == ""
}
