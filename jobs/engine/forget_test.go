package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestForget(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		subject store.Subject
		state   string
		person  engine.Person
		want    string // "": nothing is of them; "removed"; or what the state has no longer, and has still
		keeps   string
	}{
		"the visitor":                 {"visitor/acme/v1", `{}`, engine.Person{Visitor: "v1"}, "removed", ""},
		"another visitor":             {"visitor/acme/v2", `{}`, engine.Person{Visitor: "v1"}, "", ""},
		"any visitor":                 {"visitor/acme/v2", `{}`, engine.Person{}, "removed", ""},
		"of another property":         {"visitor/beta/v1", `{}`, engine.Person{Visitor: "v1"}, "", ""},
		"one that cannot be read":     {"visitor/acme/v1", `{`, engine.Person{Visitor: "v1"}, "removed", ""},
		"facts":                       {"visitor/acme/v1", `{"visit":{"attributes":{"email":{"value":"e"},"name":{"value":"n"}}}}`, engine.Person{Visitor: "v1", Fields: []string{"email"}}, "email", "name"},
		"facts of one's own":          {"visitor/acme/v1", `{"visit":{"custom":{"plan":{"value":"p"}},"attributes":{"name":{"value":"n"}}}}`, engine.Person{Visitor: "v1", Fields: []string{"plan"}}, "plan", "name"},
		"no such facts":               {"visitor/acme/v1", `{"visit":{"attributes":{"name":{"value":"n"}}}}`, engine.Person{Visitor: "v1", Fields: []string{"email"}}, "", ""},
		"their chat":                  {"chat/acme/c1", `{"visitor":"v1"}`, engine.Person{Visitor: "v1"}, "removed", ""},
		"another's chat":              {"chat/acme/c1", `{"visitor":"v2"}`, engine.Person{Visitor: "v1"}, "", ""},
		"a chat that they name":       {"chat/acme/c1", `{}`, engine.Person{Visitor: "v1", Chats: map[string]bool{"c1": true}}, "removed", ""},
		"a chat of nobody":            {"chat/acme/c1", `{}`, engine.Person{Visitor: "v1"}, "", ""},
		"facts in parked events":      {"chat/acme/c1", `{"parked":[{"specversion":"1.0","id":"1","source":"s","type":"form.submitted","time":"2026-11-23T08:00:00Z","data":{"property":"acme","visitor":"v1","form":{"kind":"contact","fields":{"email":"e","city":"c"}}}}]}`, engine.Person{Fields: []string{"email"}}, "email", "city"},
		"the digest":                  {"digest/acme", `{"chats":[{"chat":"c1","visitor":"v1"},{"chat":"c2","visitor":"v2"}]}`, engine.Person{Visitor: "v1"}, "v1", "v2"},
		"a digest without them":       {"digest/acme", `{"chats":[{"chat":"c2","visitor":"v2"}]}`, engine.Person{Visitor: "v1"}, "", ""},
		"the digest, for everybody":   {"digest/acme", `{}`, engine.Person{}, "removed", ""},
		"an agent who had them":       {"agent/lea", `{"presence":{"chats":{"acme/c1":{"visitor":"v1"},"acme/c2":{"visitor":"v2"}}}}`, engine.Person{Visitor: "v1"}, "v1", "v2"},
		"an agent, of two properties": {"agent/lea", `{"presence":{"chats":{"acme/c1":{"visitor":"v1"},"beta/c2":{"visitor":"v2"}}}}`, engine.Person{}, "v1", "v2"},
		"an agent who had not":        {"agent/lea", `{"presence":{"chats":{"beta/c1":{"visitor":"v1"}}}}`, engine.Person{Visitor: "v1"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.person.Property = "acme"
			got, err := engine.Forget(&store.Record{Subject: c.subject, State: []byte(c.state), Rev: 3}, c.person, at)
			switch {
			case err != nil:
				t.Fatal(err)
			case got == nil:
				if c.want != "" {
					t.Error("nothing is forgotten")
				}
			case got.Remove != (c.want == "removed"):
				t.Errorf("removed: %v, %s", got.Remove, got.State)
			case !got.Remove && (strings.Contains(string(got.State), c.want) || !strings.Contains(string(got.State), c.keeps) || !got.Due.Equal(at) && c.keeps != "city"):
				t.Errorf("got %s, due %s", got.State, got.Due)
			}
		})
	}
	if _, err := engine.Forget(&store.Record{Subject: "agent/lea", State: []byte("{"), Rev: 3}, engine.Person{Property: "acme"}, at); err == nil {
		t.Error("an agent that cannot be read gave no error")
	}
}
