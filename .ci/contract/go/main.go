// Command contract sends every type of event to a real web, reads every type of action and the answers of its operations, by the types that
// oapi-codegen makes of its document: contract FOLDER, where the folder has an example of each type of action.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"deskbell.example/contract/api"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string) error {
	types, err := readAll(folder)
	if err != nil {
		return err
	}
	if want := members(new(api.Action)); types != want {
		return fmt.Errorf("there are %d types of actions, and %d are read", want, types)
	}
	c, err := api.NewClientWithResponses(os.Getenv("DESKBELL_URL"), api.WithRequestEditorFn(identify))
	if err != nil {
		return err
	}
	hook, err := standardwebhooks.NewWebhook(os.Getenv("CONTRACT_SECRET"))
	if err != nil {
		return err
	}
	arrived := make(chan error, 100)
	receiver := httptest.NewServer(receive(hook, arrived))
	defer receiver.Close()
	if err := define(ctx, c, receiver.URL); err != nil {
		return err
	}
	events, err := all()
	if err != nil {
		return err
	}
	if want := members(new(api.Event)); len(events) != want {
		return fmt.Errorf("there are %d types of events, and %d are sent", want, len(events))
	}
	answer, err := c.PostEventsWithApplicationCloudeventsBatchPlusJSONBodyWithResponse(ctx, nil, events)
	if err != nil {
		return err
	}
	if answer.JSON202 == nil || answer.JSON202.Counts.Taken != int64(len(events)) {
		return fmt.Errorf("of %d events, not all were taken: %s", len(events), answer.Body)
	}
	select {
	case err := <-arrived:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return errors.New("no message came by webhook")
	}
	operations, err := readAnswers(ctx, c, os.Getenv("DESKBELL_PAGE_KEY"))
	if err != nil {
		return err
	}
	fmt.Printf("Go: %d types of events taken, %d types of actions read, %d more operations, a signed webhook\n", len(events), types, operations)
	return nil
}

// identify gives a request the key, and the origin of a page.
func identify(_ context.Context, r *http.Request) error {
	if strings.HasPrefix(r.URL.Path, "/v1/page/") {
		r.Header.Set("Origin", "https://acme.example")
		return nil
	}
	r.Header.Set("Authorization", "Bearer "+os.Getenv("DESKBELL_KEY"))
	return nil
}

// receive answers a webhook, and says of a message whether it is signed and can be read.
func receive(hook *standardwebhooks.Webhook, arrived chan<- error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		var a api.Action
		if err == nil {
			err = json.Unmarshal(body, &a)
		}
		if kind, _ := a.Discriminator(); err != nil || kind == "message.send" {
			if err == nil {
				_, err = read(a)
			}
			arrived <- err
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// define defines a property whose actions come to a URL.
func define(ctx context.Context, c *api.ClientWithResponses, url string) error {
	var secret api.Destination_SecretEnv
	var schedule api.Property_Schedule
	if err := errors.Join(secret.FromDestinationSecretEnv0("CONTRACT_SECRET"), schedule.FromPropertySchedule0("closed")); err != nil {
		return err
	}
	d, err := c.PutDestinationWithResponse(ctx, "go", nil, api.Destination{Type: "webhook", Url: &url, SecretEnv: &secret})
	if err != nil {
		return err
	}
	if d.StatusCode() >= http.StatusMultipleChoices {
		return fmt.Errorf("defining a destination: %s", d.Body)
	}
	agent, err := c.PutAgentWithResponse(ctx, "lea", nil, api.Agent{})
	if err != nil {
		return err
	}
	if agent.StatusCode() >= http.StatusMultipleChoices {
		return fmt.Errorf("defining an agent: %s", agent.Body)
	}
	p, err := c.PutPropertyWithResponse(ctx, "acme", nil, api.Property{
		Schedule: &schedule, Destinations: &[]string{"go"}, AutoReplies: &api.PropertyAutoReplies{Outside: ptr("Closed")},
		Departments: &map[string]api.PropertyDepartments{"sales": {}},
	})
	if err != nil {
		return err
	}
	if p.StatusCode() >= http.StatusMultipleChoices {
		return fmt.Errorf("defining a property: %s", p.Body)
	}
	return nil
}

// readAll reads the examples in a folder, and says of how many types they are.
func readAll(folder string) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return 0, err
	}
	types := make(map[string]bool)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var a api.Action
		if err := json.Unmarshal(body, &a); err != nil {
			return 0, err
		}
		kind, err := read(a)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		types[kind] = true
	}
	return len(types), nil
}

func ptr[T any](v T) *T { return &v }
