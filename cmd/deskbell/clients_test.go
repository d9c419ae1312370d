package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/client"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// greeted is a shop that greets each visitor.
const greeted = `
properties:
  acme: {schedule: 24/7, agents: [lea], triggers: [{name: Hello, type: site, message: Hello}]}
agents:
  lea: {schedule: 24/7}
destinations:
  crm: {type: redis_stream, stream: "crm:actions"}
`

// TestGoClients sends by either way of package client to a worker and a web, and reads their states.
func TestGoClients(t *testing.T) {
	t.Parallel()
	s := newSite(t, time.Now(), greeted)
	rdb := s.redis.Client(t)
	key := strings.TrimSpace(s.run("", "keys", "add", "shop"))
	ways := make(map[string]*client.Client)
	var err error
	if ways["http"], err = client.HTTP(s.address(), key); err != nil {
		t.Fatal(err)
	}
	if ways["redis"], err = client.Dial(t.Context(), s.redis.URL()); err != nil {
		t.Fatal(err)
	}
	for way, desk := range ways {
		if err := desk.Send(t.Context(), event.NewAgentLoggedIn("lea")); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		redistest.Wait(t, way+" sees the widget and the agent online", func() bool {
			w, errW := desk.Widget(t.Context(), "acme")
			a, errA := desk.Agent(t.Context(), "lea")
			if err := errors.Join(errW, errA); err != nil {
				t.Fatal(err)
			}
			return w.Status == "online" && w.Mode == "chat" && w.NewChats && a.Status == "online"
		})
		for _, e := range []error{errorOf(desk.Widget(t.Context(), "nobody")), errorOf(desk.Agent(t.Context(), "nobody"))} {
			if !errors.Is(e, client.ErrNotFound) {
				t.Errorf("%s: %v", way, e)
			}
		}
		if err := desk.Send(t.Context(), event.NewVisitorArrived("acme", "by-"+way, "s1")); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		redistest.Wait(t, "the visitor who came by "+way+" is greeted", func() bool {
			all, err := rdb.XRange(t.Context(), "crm:actions", "-", "+").Result()
			if err != nil {
				t.Fatal(err)
			}
			return strings.Contains(fmt.Sprint(all), "by-"+way)
		})
	}
	err = ways["http"].Send(t.Context(), event.NewVisitorArrived("acme", "v2", "s2"), event.NewVisitorArrived("nobody", "v2", "s2"))
	var refused *client.RefusedError
	if !errors.As(err, &refused) || refused.Index != 1 || refused.Status != "unknown_property" || len(refused.Faults) == 0 {
		t.Errorf("of a property that is not defined: %v", err)
	}
	strange, err := client.HTTP(s.address(), "wrong")
	if err != nil {
		t.Fatal(err)
	}
	ways["a wrong key"] = strange
	var failed *client.AnswerError
	if err := strange.Send(t.Context(), event.NewVisitorArrived("acme", "v3", "s3")); !errors.As(err, &failed) || failed.Status != 401 || failed.Detail == "" {
		t.Errorf("a wrong key: %v", err)
	}
	for way, desk := range ways {
		if err := desk.Close(); err != nil {
			t.Errorf("closing %s: %v", way, err)
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }
