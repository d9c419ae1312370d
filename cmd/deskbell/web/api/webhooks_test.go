package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/action"
)

// TestWebhooksAreAsTheDocumentSays holds the schema of each type of action against the actions that were ever sent, which have every
// field between them.
func TestWebhooksAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	d := b.Document()
	webhooks, _ := webtest.Part(d.Root, "webhooks").(map[string]any)
	if len(webhooks) != len(action.Types()) {
		t.Errorf("%d webhooks, and %d types of actions", len(webhooks), len(action.Types()))
	}
	files, err := filepath.Glob("../../../../domain/action/testdata/v1/*.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[action.Type]bool)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sent action.Action
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		if webhooks[string(sent.Type)] == nil {
			continue // it is never delivered
		}
		seen[sent.Type] = true
		content := "/webhooks/" + string(sent.Type) + "/post/requestBody/content/"
		d.Check(content+"application~1cloudevents+json/schema", string(body))
		d.Check(content+"application~1cloudevents-batch+json/schema", "["+string(body)+"]")
	}
	for _, kind := range action.Types() {
		if !seen[kind] {
			t.Errorf("no example of %s", kind)
		}
	}
	schemas, _ := webtest.Part(d.Root, "components", "schemas").(map[string]any)
	state, _ := schemas["ActionState"].(map[string]any)
	if webtest.Part(state, "properties", "until", "type") == nil || webtest.Part(state, "required") == nil {
		t.Errorf("got %v", state)
	}
}
