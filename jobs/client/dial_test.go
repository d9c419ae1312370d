package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/client"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// dialled is a client of a Redis on which a worker has started.
func dialled(t *testing.T) (*client.Client, redis.UniversalClient, *redisstore.Store) {
	t.Helper()
	server := redistest.Start(t)
	rdb := server.Client(t)
	s, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 7, Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	desk, err := client.Dial(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := desk.Close(); err != nil {
			t.Error(err)
		}
	})
	return desk, rdb, s
}

func arrived(visitor string) event.Event {
	return event.NewVisitorArrived("acme", visitor, "s-"+visitor)
}

// tasks are how many wait with events.
func tasks(t *testing.T, rdb redis.UniversalClient) (n int64) {
	t.Helper()
	for partition := range 2 {
		n += rdb.LLen(t.Context(), fmt.Sprintf("asynq:{deskbell-event-%d}:pending", partition)).Val()
	}
	return n
}

// TestAClientWritesTasksAlone: beside them are their notes, and nothing of what workers and web keep.
func TestAClientWritesTasksAlone(t *testing.T) {
	t.Parallel()
	desk, rdb, _ := dialled(t)
	meta := rdb.HGetAll(t.Context(), "deskbell:meta").Val()
	if err := desk.Send(t.Context(), arrived("v1"), arrived("v2"), event.NewAgentLoggedIn("lea")); err != nil {
		t.Fatal(err)
	}
	_, _ = desk.Widget(t.Context(), "acme")
	_, _ = desk.Agent(t.Context(), "lea")
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if !strings.HasPrefix(key, "asynq:") && !strings.HasSuffix(key, ":accepted") && key != "deskbell:meta" {
			t.Errorf("it wrote %s", key)
		}
	}
	if after := rdb.HGetAll(t.Context(), "deskbell:meta").Val(); !maps.Equal(meta, after) {
		t.Errorf("the layout was %v and is %v", meta, after)
	}
	if tasks(t, rdb) == 0 {
		t.Error("no task waits")
	}
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	if _, err := client.Dial(t.Context(), server.URL()); !errors.Is(err, client.ErrNoDeskbell) {
		t.Errorf("an empty Redis: %v", err)
	}
	if keys := server.Client(t).Keys(t.Context(), "*").Val(); len(keys) > 0 {
		t.Errorf("it wrote %q", keys)
	}
	for url, want := range map[string]string{
		"http://me:hunter2@desk.example":  "reading the URL of a Redis: it has no scheme that is known",
		"redis://me:hunter2@desk/nowhere": "reading the URL of a Redis: it has no number from 0 to 9999",
	} {
		if _, err := client.Dial(t.Context(), url); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
	url := server.URL()
	server.Stop(t)
	if _, err := client.Dial(t.Context(), url); err == nil || errors.Is(err, client.ErrNoDeskbell) {
		t.Errorf("no Redis: %v", err)
	}
}

// TestDialReadsStates writes them as a worker does.
func TestDialReadsStates(t *testing.T) {
	t.Parallel()
	desk, _, s := dialled(t)
	if _, err := desk.Widget(t.Context(), "acme"); !errors.Is(err, client.ErrNotFound) || err.Error() != `finding property "acme": not defined` {
		t.Errorf("no property: %v", err)
	}
	if _, err := desk.Agent(t.Context(), "lea"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("no agent: %v", err)
	}
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	written := func(subject store.Subject, state any) {
		t.Helper()
		body, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		if done, err := s.Edit(t.Context(), store.Edit{Subject: subject, Definition: []byte(`{}`), Due: at, NewRev: 1}); err != nil || !done {
			t.Fatalf("defining %s: %t, %v", subject, done, err)
		}
		if state == nil {
			return
		}
		r, err := s.Load(t.Context(), []store.Subject{subject})
		if err != nil {
			t.Fatal(err)
		}
		if lost, err := s.Commit(t.Context(), []store.Change{{Subject: subject, Rev: r[0].Rev, Woken: r[0].Woken, State: body, At: at}}); err != nil || len(lost) > 0 {
			t.Fatalf("committing %s: %v, %v", subject, lost, err)
		}
	}
	written("property/new", nil)
	written("property/acme", map[string]any{"widget": shown(at), "past": map[string]any{}})
	written("agent/lea", agent.State{Status: agent.Online, Reason: "weekly", Since: at, Until: at.Add(time.Hour), Next: agent.Offline, Version: 7})
	if w, err := desk.Widget(t.Context(), "new"); err != nil || w.Version != 0 {
		t.Errorf("nobody has decided: %+v, %v", w, err)
	}
	w, err := desk.Widget(t.Context(), "acme")
	if diff := cmp.Diff(fromWeb(t, shown(at)), w); diff != "" || err != nil {
		t.Errorf("%v, %s", err, diff)
	}
	a, err := desk.Agent(t.Context(), "lea")
	if want := (client.Agent{Status: "online", Reason: "weekly", Since: at, Until: at.Add(time.Hour), Next: "offline"}); a != want || err != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

// shown is a state with something in every field.
func shown(at time.Time) widget.State {
	return widget.State{
		Status: widget.Online, Mode: widget.Chat, NewChats: true, Message: "Hello", Reason: "weekly", Since: at, Until: at.Add(time.Hour),
		Next: widget.Offline, NextMode: widget.OfflineForm, NextOpen: at.Add(24 * time.Hour), Version: 5,
		Departments: map[string]widget.State{"sales": {Status: widget.Offline, Mode: widget.OfflineForm, Reason: "weekly", Since: at, Version: 5}},
	}
}

// fromWeb is a state as the web would give it. It has no field that Widget has not, and fills each of Widget's.
func fromWeb(t *testing.T, s widget.State) (w client.Widget) {
	t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	strict := json.NewDecoder(strings.NewReader(string(body)))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&w); err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	var filled map[string]any
	if err := json.Unmarshal(again, &filled); err != nil {
		t.Fatal(err)
	}
	if len(filled) != len(fields) {
		t.Errorf("Widget has the fields %v, and the web %v", filled, fields)
	}
	return w
}
