package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/embedded"
	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

// A program defines a property and closes it for half an hour. Here Redis is
// embedded; give outage.Open the address of the workers' Redis instead.
func Example() {
	if err := define(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// schedule office added
	// property acme added
	// open: false, override, until 2026-11-23 10:30
}

// A chat application sends an event of a visitor. A worker on the same Redis answers, with actions.
func ExampleClient_Send() {
	options, stop := embedded.Start(time.Now, time.Second)
	defer stop()
	rdb := outage.Open(options)
	defer rdb.Close()
	store, err := redisstore.Open(context.Background(), rdb, redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		log.Fatal(err)
	}
	client := jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: store.Partitions(), Now: time.Now, TimeZone: time.UTC})
	asked := event.NewChatRequested("acme", "v1", "c1")
	asked.Data.Text = "Hello?"
	fmt.Println(client.Send(context.Background(), event.NewVisitorArrived("acme", "v1", "s1"), asked))
	fmt.Println(client.Send(context.Background(), event.NewChatEnded("acme", "")))
	// Output:
	// <nil>
	// sending events: event 0: /data: "chat" is missing; allowed: id of chat
}

func define(ctx context.Context) error {
	now := func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }
	options, stop := embedded.Start(time.Now, time.Second)
	defer stop()
	rdb := outage.Open(options)
	defer rdb.Close()
	store, err := redisstore.Open(ctx, rdb, redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		return err
	}
	client := jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: store.Partitions(), Now: now, TimeZone: time.UTC})

	var tree any
	body := `{"schedules": {"office": {"weekly": {"mon-fri": "9-17"}}}, "properties": {"acme": {"schedule": "office"}}}`
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		return err
	}
	definitions, err := definition.Parse(tree)
	if err != nil {
		return err
	}
	steps, err := client.Plan(ctx, definitions)
	if err != nil {
		return err
	}
	if err := client.Apply(ctx, steps, func(s edit.Step) { fmt.Println(s.Kind, s.Name, s.Op) }); err != nil {
		return err
	}
	state, err := client.SetOverride(ctx, "acme", &hours.Override{From: now(), Until: now().Add(30 * time.Minute)})
	if err != nil {
		return err
	}
	fmt.Printf("open: %t, %s, until %s\n", state.Open, state.Reason, state.Until.Format("2006-01-02 15:04"))
	return nil
}
