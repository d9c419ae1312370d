package definition

import (
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

const (
	mostInboxes   = 1000
	mostAccount   = 1 << 53 // what every JSON reader has as a whole number
	numberPattern = `^[1-9][0-9]{0,15}$`
)

// chatwootFields are the keys of a destination that only a Chatwoot has. Ids of Chatwoot are numbers, which count within one installation.
func chatwootFields() []table.Field[Destination] {
	return []table.Field[Destination]{
		table.Key("account", whole(1, mostAccount), func(d *Destination) *int64 { return &d.Account },
			"The number of the account, as it is in the addresses of its pages.").NeededBy(chatwoot),
		table.Key("token_env", tokenVariable(), func(d *Destination) *string { return &d.TokenEnv },
			"The environment variable that holds the token of the agent bot as which messages are sent, or by which calls are made. It goes to `url`, so its name begins with "+
				"`CHATWOOT_` or `REST_` and ends in `_TOKEN`: whoever writes a definition can so use what was meant for this, and nothing else.").NeededBy(chatwoot, rest),
		table.Key("admin_token_env", tokenVariable(), func(d *Destination) *string { return &d.AdminTokenEnv },
			"The same with the token of an administrator. Without it, the availability of agents and the names of contacts are not written.").Of(chatwoot),
		table.Key("inboxes", some("object", numbered("inboxes", mostInboxes, id("property"))), func(d *Destination) *map[string]string { return &d.Inboxes },
			"The property of each inbox, by the number of the inbox: `{7: acme}`. Others are not Deskbell's.").NeededBy(chatwoot),
		table.Key("agents", mapOf("agents", mostAgents, id("agent")), func(d *Destination) *map[string]string { return &d.Agents },
			"The agents here, by their numbers or ids there: `{12: lea}`. What others write is an agent's without a name.").Of(chatwoot, rest),
	}
}

// numbered is a map of ids by numbers of Chatwoot.
func numbered(plural string, most int, of table.Kind[string]) table.Kind[map[string]string] {
	k := mapOf(plural, most, of)
	k.Schema["propertyNames"] = map[string]any{"pattern": numberPattern}
	return table.Then(k, checkNumbers)
}

func checkNumbers(at table.Place, all map[string]string) map[string]string {
	for number := range sorted(all) {
		if !isNumber(number) && ValidID(number) {
			at.Key(number).Fault(table.Clip(number), "is not a number of Chatwoot", "a whole number from 1, as it is in the addresses of Chatwoot's pages")
		}
	}
	return all
}

// some is a map or a list, by its JSON Schema an object or an array, that is not empty.
func some[V any](typ string, k table.Kind[V]) table.Kind[V] {
	k.Schema["type"], k.Schema[map[string]string{"object": "minProperties", "array": "minItems"}[typ]] = typ, 1
	read := k.Read
	k.Read = func(at table.Place, tree any) V {
		m, isMap := tree.(map[string]any)
		list, isList := tree.([]any)
		if tree == nil || isMap && len(m) == 0 || isList && len(list) == 0 {
			at.Fault("", "is empty", "at least one")
		}
		return read(at, tree)
	}
	return k
}

// isNumber tells whether s matches numberPattern.
func isNumber(s string) bool {
	return s != "" && len(s) <= 16 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// checkChatwoot refuses an address with a path, which people copy from their browser: calls go to paths of their own.
func checkChatwoot(at table.Place, d *Destination) {
	if d.Type != chatwoot {
		return
	}
	checkNumbers(at.Key("agents"), d.Agents)
	_, address, _ := strings.Cut(d.URL, "://")
	if strings.ContainsAny(strings.TrimSuffix(address, "/"), "/?") {
		at.Key("url").Fault(hideURL(d.URL), "is more than the address of a Chatwoot", "the scheme and the host alone, such as https://app.chatwoot.com")
	}
}

// checkJoined looks up the properties and agents whom a destination names.
func (d *Definitions) checkJoined(at table.Place, to *Destination) {
	for number, property := range sorted(to.Inboxes) {
		lookUpOne(at.Key("inboxes").Key(number), "a property", property, d.Properties)
	}
	if to.Property != "" {
		lookUpOne(at.Key("property"), "a property", to.Property, d.Properties)
	}
	for number, agent := range sorted(to.Agents) {
		lookUpOne(at.Key("agents").Key(number), "an agent", agent, d.Agents)
	}
}

// Joins tells whether the destination names a property, or an agent.
func (d *Destination) Joins(property, agent string) bool {
	return d.Property == property && property != "" || names(d.Inboxes, property) || names(d.Agents, agent)
}

// names tells whether a map of ids has one; none is empty.
func names(ids map[string]string, id string) bool {
	for _, one := range ids {
		if one == id && id != "" {
			return true
		}
	}
	return false
}
