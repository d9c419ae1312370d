package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/client"
	"github.com/deskbell/deskbell/jobs/embedded"
	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

// A shop's server says that a visitor asks for somebody. Here the web of Deskbell is one that takes whatever comes.
func ExampleHTTP() {
	address, key, stop := exampleWeb()
	defer stop()
	ctx := context.Background()

	desk, err := client.HTTP(address, key) // https://bell.example, and what deskbell keys add printed
	if err != nil {
		log.Fatal(err)
	}
	defer desk.Close()

	asked := event.NewChatRequested("acme", "v1", "c1")
	asked.Data.Text = "Hello?"
	asked.ID = "chat-c1" // known again, however often it is sent within a day
	if err := desk.Send(ctx, event.NewVisitorArrived("acme", "v1", "s1"), asked); err != nil {
		log.Fatal(err)
	}

	widget, err := desk.Widget(ctx, "acme")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(widget.Status, "until", widget.Until.Format("15:04"))
	// Output:
	// online until 17:00
}

// The connections are made as the program wishes: here by a transport that trusts one certificate alone.
func ExampleHTTPClient() {
	server := httptest.NewTLSServer(http.HandlerFunc(exampleAnswer))
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	through := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS13}}
	defer through.CloseIdleConnections()
	address, key := server.URL, "the key"

	desk, err := client.HTTPClient(address, key, &http.Client{Transport: through, Timeout: 5 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer desk.Close()
	fmt.Println(desk.Send(context.Background(), event.NewVisitorArrived("acme", "v1", "s1")))
	// Output:
	// <nil>
}

// Whatever the server has not taken is in the error, event by event.
func ExampleRefusedError() {
	address, key, stop := exampleWeb()
	defer stop()
	desk, err := client.HTTP(address, key)
	if err != nil {
		log.Fatal(err)
	}
	defer desk.Close()

	err = desk.Send(context.Background(), event.NewVisitorArrived("acme", "v1", "s1"), event.NewVisitorArrived("nobody", "v1", "s1"))
	var refused *client.RefusedError
	var failed *client.AnswerError
	switch {
	case errors.As(err, &refused):
		fmt.Println(refused.Index, refused.Status, refused.Faults)
	case errors.As(err, &failed) && failed.RetryAfter > 0:
		fmt.Println("again in", failed.RetryAfter)
	case err != nil:
		fmt.Println("again in a while:", err)
	}
	// Output:
	// 1 unknown_property /data/property: "nobody" is not defined
}

// A program beside the workers needs no web. Here Redis is embedded, and a worker has started on it before.
func ExampleDialOptions() {
	options, stop := embedded.Start(time.Now, time.Second)
	defer stop()
	rdb := outage.Open(options)
	defer rdb.Close()
	ctx := context.Background()
	if _, err := redisstore.Open(ctx, rdb, redisstore.Layout{Shards: 64, Partitions: 1}); err != nil {
		log.Fatal(err)
	}

	desk, err := client.DialOptions(ctx, options) // or client.Dial(ctx, os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer desk.Close()
	fmt.Println(desk.Send(ctx, event.NewVisitorArrived("acme", "v1", "s1")))
	fmt.Println(desk.Send(ctx, event.NewChatEnded("acme", "")))
	_, err = desk.Widget(ctx, "acme")
	fmt.Println(err)
	// Output:
	// <nil>
	// sending events: event 0: /data: "chat" is missing; allowed: id of chat
	// finding property "acme": not defined
}

// Events that come one by one go together: fifty in one task or request cost about as much as three alone.
func ExampleSender() {
	address, key, stop := exampleWeb()
	defer stop()
	desk, err := client.HTTP(address, key)
	if err != nil {
		log.Fatal(err)
	}
	defer desk.Close()

	sender := client.NewSender(desk, client.SenderConfig{
		Failed: func(events []event.Event, err error) { log.Print(len(events), " events: ", err) },
	})
	defer sender.Close()
	fmt.Println(sender.Send(context.Background(), event.NewVisitorArrived("acme", "v1", "s1")))
	// Output:
	// <nil>
}

// exampleWeb is a web that has the property acme alone.
func exampleWeb() (address, key string, stop func()) {
	server := httptest.NewServer(http.HandlerFunc(exampleAnswer))
	return server.URL, "the key", server.Close
}

func exampleAnswer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		fmt.Fprint(w, `{"status": "online", "mode": "chat", "until": "2026-11-23T17:00:00Z", "next": "offline", "version": 1}`)
		return
	}
	var events []event.Event
	if err := json.NewDecoder(r.Body).Decode(&events); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	type fault map[string]string
	type result struct {
		Index  int     `json:"index"`
		Status string  `json:"status"`
		Errors []fault `json:"errors,omitempty"`
	}
	results := make([]result, len(events))
	for i, e := range events {
		results[i] = result{Index: i, Status: "taken"}
		if e.Data.Property != "acme" {
			results[i].Status = "unknown_property"
			results[i].Errors = []fault{{"location": "/data/property", "message": "is not defined", "value": e.Data.Property}}
		}
	}
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]any{"results": results})
}
