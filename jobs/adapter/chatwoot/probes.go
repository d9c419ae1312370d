package chatwoot

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter"
)

// oldest is the first version that signs webhooks.
const oldest = "4.11.2"

// Checker implements adapter.Check for a table.
type Checker struct{ *Table }

// Probes implements adapter.Check. What only an administrator sees is left out where the table has no token of one.
func (c Checker) Probes(address string) []adapter.Probe {
	probes := []adapter.Probe{
		{Path: "/api", Judge: version},
		{Path: c.conversation(0), Judge: botToken},
	}
	if !c.Admin {
		return probes
	}
	probes = append(probes,
		adapter.Probe{Path: c.path("inboxes"), Admin: true, Judge: c.inboxes},
		adapter.Probe{Path: c.path("agents"), Admin: true, Judge: c.agents},
		adapter.Probe{Path: c.WebhooksPath(), Admin: true, Judge: func(a adapter.Answer) []adapter.Finding { return webhooks(a, address) }},
	)
	for _, inbox := range slices.Sorted(maps.Keys(c.Inboxes)) {
		probes = append(probes, adapter.Probe{Path: c.path("inboxes", number(inbox), "agent_bot"), Admin: true, Judge: func(a adapter.Answer) []adapter.Finding {
			return connectedBot(a, inbox)
		}})
	}
	return probes
}

func works(what string) adapter.Finding { return adapter.Finding{What: what} }

func trouble(what, format string, args ...any) adapter.Finding {
	return adapter.Finding{What: what, Trouble: fmt.Sprintf(format, args...)}
}

func warning(what, format string, args ...any) adapter.Finding {
	return adapter.Finding{What: what, Trouble: fmt.Sprintf(format, args...), Warning: true}
}

// answered reads an answer with 200, or finds why there is none.
func answered(a adapter.Answer, what string, to any) []adapter.Finding {
	switch {
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return []adapter.Finding{trouble(what, "it answered %d: admin_token_env has no token of an administrator of this account", a.Status)}
	case a.Status != http.StatusOK:
		return []adapter.Finding{trouble(what, "it answered %d: is the account right?", a.Status)}
	}
	if err := json.Unmarshal(a.Body, to); err != nil {
		return []adapter.Finding{trouble(what, "its answer is none of Chatwoot's: is the url right?")}
	}
	return nil
}

// version judges what Chatwoot says of itself to everybody, and its clock.
func version(a adapter.Answer) []adapter.Finding {
	const what, clock = "Chatwoot", "the clock"
	var says struct {
		Version string `json:"version"`
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &says) != nil || says.Version == "" {
		return []adapter.Finding{trouble(what, "there is none at this url: its /api answered %d, and no version", a.Status)}
	}
	found := []adapter.Finding{works("Chatwoot " + says.Version)}
	if isBefore(says.Version, oldest) {
		found = []adapter.Finding{trouble("Chatwoot "+says.Version, "it does not sign webhooks: update it to %s or later", oldest)}
	}
	at, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return append(found, warning(clock, "it says no time"))
	}
	if off := a.At.Sub(at).Round(time.Second); off.Abs() > Tolerance {
		return append(found, trouble(clock, "it differs by %s from ours: with more than %s, webhooks are refused", off.Abs(), Tolerance))
	}
	return append(found, works(clock))
}

// isBefore compares versions by their numbers. One that has other parts is as new as its numbers before them.
func isBefore(version, than string) bool {
	numbers := func(s string) (list []int) {
		for part := range strings.SplitSeq(strings.TrimPrefix(s, "v"), ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				break
			}
			list = append(list, n)
		}
		return list
	}
	return slices.Compare(numbers(version), numbers(than)) < 0
}

// botToken judges the answer about a conversation that there is not: a bot may ask for it.
func botToken(a adapter.Answer) []adapter.Finding {
	const what = "the token of the bot"
	switch a.Status {
	case http.StatusNotFound:
		return []adapter.Finding{works(what)}
	case http.StatusUnauthorized, http.StatusForbidden:
		return []adapter.Finding{trouble(what, "it is refused with %d: token_env needs the access token of an agent bot of this account", a.Status)}
	}
	return []adapter.Finding{trouble(what, "it answered %d to a question for a conversation that there is not", a.Status)}
}

func (c Checker) inboxes(a adapter.Answer) []adapter.Finding {
	var list struct {
		Payload []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"payload"`
	}
	if found := answered(a, "the inboxes", &list); found != nil {
		return found
	}
	names := make(map[int64]string)
	for _, inbox := range list.Payload {
		names[inbox.ID] = inbox.Name
	}
	return judgeIDs("inbox", c.Inboxes, names)
}

func (c Checker) agents(a adapter.Answer) []adapter.Finding {
	var list []struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	if found := answered(a, "the agents", &list); found != nil {
		return found
	}
	names := make(map[int64]string)
	for _, agent := range list {
		names[agent.ID] = agent.Name
	}
	return judgeIDs("agent", c.Agents, names)
}

// judgeIDs compares the ids of the table with those that there are. Whatever is there and not in the table is no mistake.
func judgeIDs(noun string, ours, theirs map[int64]string) (found []adapter.Finding) {
	var there []string
	for _, id := range slices.Sorted(maps.Keys(theirs)) {
		there = append(there, fmt.Sprintf("%d (%s)", id, theirs[id]))
	}
	for _, id := range slices.Sorted(maps.Keys(ours)) {
		what := fmt.Sprintf("%s %d, %s", noun, id, ours[id])
		if name, ok := theirs[id]; ok {
			found = append(found, works(what+": "+name))
		} else {
			found = append(found, trouble(what, "there is none; there are %s", strings.Join(there, ", ")))
		}
	}
	return found
}

// webhooks judges the subscription. The secret that the answer shows is not looked at.
func webhooks(a adapter.Answer, address string) []adapter.Finding {
	const what = "the webhook"
	var list hooks
	if found := answered(a, what, &list); found != nil {
		return found
	}
	there := list.to(address)
	if there == nil {
		return []adapter.Finding{trouble(what, "none leads to %s", address)}
	}
	var missing []string
	for _, name := range Subscriptions() {
		if !slices.Contains(there.Subscriptions, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return []adapter.Finding{trouble(what, "it is not subscribed to %s", strings.Join(missing, ", "))}
	}
	return []adapter.Finding{works(what)}
}

// connectedBot warns of a bot that is connected to an inbox: it answers first.
func connectedBot(a adapter.Answer, inbox int64) []adapter.Finding {
	what := fmt.Sprintf("the bot of inbox %d", inbox)
	var says struct {
		Bot *struct {
			Name string `json:"name"`
		} `json:"agent_bot"`
	}
	if found := answered(a, what, &says); found != nil {
		return found
	}
	if says.Bot == nil || says.Bot.Name == "" {
		return []adapter.Finding{works(what + ": none")}
	}
	return []adapter.Finding{warning(what, "%s is connected: every new conversation is pending until that bot hands it over, and Deskbell waits for it. "+
		"Disconnect it where it is the bot of token_env", says.Bot.Name)}
}
