package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
)

// A receiver verifies the body as it came, before it reads it.
func Example_receiver() {
	secret := getenv("CRM_SECRET")
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	seen := map[string]bool{} // in a database, in earnest
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || verifier.Verify(body, r.Header) != nil {
			http.Error(w, "not signed by Deskbell", http.StatusUnauthorized)
			return
		}
		var action struct{ ID, Type string }
		if err := json.Unmarshal(body, &action); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !seen[action.ID] { // it comes again when an answer was lost
			seen[action.ID] = true
			fmt.Println(action.Type)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()

	crm := definition.Destination{Type: webhook.Type, URL: receiver.URL, SecretEnv: []string{"CRM_SECRET"}}
	out, err := webhook.Open(loopback(), getenv, time.Now, "Deskbell")("crm", crm)
	if err != nil {
		fmt.Println(err)
		return
	}
	const id = "widget.state_changed:acme:1764057600"
	body := []byte(`{"specversion":"1.0","id":"` + id + `","type":"widget.state_changed","source":"deskbell"}`)
	for range 2 {
		if err := out.Deliver(context.Background(), []deliver.Delivery{{ID: id, Body: body}}); err != nil {
			fmt.Println(err)
		}
	}
	// Output: widget.state_changed
}
