package board_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// An agent who goes away shows at once, also where the property stays as it is, since a colleague is there.
func TestBoardStreamsWhyAnAgentIsMissed(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	define(b, `{"properties": {"acme": {"agents": ["lea", "tom", "kim"]}},
		"agents": {"lea": {"name": "Léa"}, "tom": {}, "kim": {"schedule": "daily 20-21"}}}`)
	next, _ := watch(b, url.Values{"id": {"acme"}})
	lea := func() (view.BoardAgent, int) {
		for _, p := range next("rows").data.Properties {
			for _, a := range p.Agents {
				if a.Agent == "lea" {
					return a, p.Online
				}
			}
		}
		return view.BoardAgent{}, 0
	}
	for a, online := lea(); !a.Online || online != 2; {
		a, online = lea()
	}
	choose(b, "lea", agent.Choice{Status: agent.Away, At: b.Now(), Event: "e1"})
	got, online := lea()
	for got.Online {
		got, online = lea()
	}
	want := view.BoardAgent{Agent: "lea", Name: "Léa", Missed: true, Status: agent.Away, Reason: agent.ReasonChosen, Since: b.Now()}
	if diff := cmp.Diff(want, got); diff != "" || online != 1 {
		t.Errorf("%d online (-want +got):\n%s", online, diff)
	}
}

// choose writes a choice as a worker does that has heard of it.
func choose(b *webtest.Bundle, id string, c agent.Choice) {
	b.Helper()
	db, err := redisstore.Open(b.Context(), b.Redis.Client(b.T), redisstore.Layout{Shards: 7, Partitions: 1})
	if err != nil {
		b.Fatal(err)
	}
	state, err := json.Marshal(agent.State{Version: 1, Status: c.Status, Reason: agent.ReasonChosen, Since: c.At.Truncate(time.Second), Presence: agent.Presence{Active: c.At, Choice: c}})
	if err != nil {
		b.Fatal(err)
	}
	records, err := db.Load(b.Context(), []store.Subject{store.AgentSubject(id)})
	if err != nil {
		b.Fatal(err)
	}
	r := records[0]
	if lost, err := db.Commit(b.Context(), []store.Change{{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken, State: state, At: c.At}}); err != nil || len(lost) > 0 {
		b.Fatal(lost, err)
	}
}
