package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestWhyAnAgentIsOffline(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office + "  kim: {name: Kim, schedule: mon-fri 9-17, auto_offline_after: 10m, idle: {after: 2h, to: away}}\n")
	o.decide(mondayMorning)
	o.expect(result{code: 1, stderr: "deskbell: finding agent \"kin\": not defined (did you mean \"kim\"?)\n"}, mondayMorning, "", "why", "agent", "kin")
	golden(t, "why_outside_hours", o.run(mondayMorning, "", "why", "agent", "tom").stdout)

	at, err := time.Parse(time.RFC3339, "2026-11-23T09:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	came := agent.Presence{}.With(agent.Agent{}, agent.Sign{ID: "e1", Kind: event.AgentActive, At: at})
	o.hears("kim", came.Hold(agent.Rules{}, "acme/c7", agent.Held{Visitor: "v1", Assigned: at.Add(time.Minute), Asked: at.Add(time.Minute)}))
	const later = "2026-11-23T09:30:00Z"
	said := o.run(later, "", "why", "agent", "kim").stdout
	golden(t, "why_a_chat_waited", said)
	if readme, err := os.ReadFile(filepath.Join(root, "config", "README.md")); err != nil || !strings.Contains(string(readme), "```text\n"+said+"```\n") {
		t.Errorf("config/README.md shows something else: %v", err)
	}
	var why struct {
		Status, Reason string
		Steps          []struct {
			Question string
			Decisive bool
		}
	}
	if err := json.Unmarshal([]byte(o.run(later, "", "why", "agent", "kim", "--json").stdout), &why); err != nil {
		t.Fatal(err)
	}
	var decisive []string
	for _, s := range why.Steps {
		if s.Decisive {
			decisive = append(decisive, s.Question)
		}
	}
	if why.Status != "offline" || why.Reason != "auto_offline" || strings.Join(decisive, " ") != "chats" {
		t.Errorf("%+v", why)
	}
}

// hears puts into the store what events have said of an agent.
func (o online) hears(id string, p agent.Presence) {
	o.Helper()
	db, err := redisstore.Open(o.Context(), o.server.Client(o.T), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		o.Fatal(err)
	}
	records, err := db.Load(o.Context(), []store.Subject{store.AgentSubject(id)})
	if err != nil {
		o.Fatal(err)
	}
	state, err := json.Marshal(agent.State{Presence: p})
	if err != nil {
		o.Fatal(err)
	}
	lost, err := db.Commit(o.Context(), []store.Change{{Subject: records[0].Subject, Rev: records[0].Rev, Woken: records[0].Woken, State: state}})
	if err != nil || len(lost) > 0 {
		o.Fatal(lost, err)
	}
}
