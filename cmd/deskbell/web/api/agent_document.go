package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

const (
	agentTag   = "Pages of agents" // of its operations in the document
	linkScheme = "link"
)

// describeAgentPage adds what the page of an agent asks to the document, which package agentpage serves. An agent's page asks by the
// cookie of its link, and never by a key.
func describeAgentPage(d *huma.OpenAPI) {
	d.Components.SecuritySchemes[linkScheme] = &huma.SecurityScheme{
		Type: "apiKey", In: "cookie", Name: web.AgentCookie, Description: "POST " + web.AgentSession + " gives it for the secret of a link: deskbell agents link NAME.",
	}
	word, yes := map[string]any{"type": "string"}, map[string]any{"type": "boolean"}
	session := agentOperation(http.MethodPost, "session", "enter-agent-page", "Exchange the secret of a link for the cookie of the page",
		http.StatusNoContent, object([]string{"secret"}, map[string]any{"secret": word}))
	session.Security = []map[string][]string{}
	choice := agentOperation(http.MethodPost, "status", "choose-status", "Choose a status", http.StatusAccepted, object([]string{"status"}, map[string]any{
		"status": map[string]any{"type": "string", "enum": []any{"online", "away", "invisible", "offline", "scheduled"}}, "locked": yes,
	}))
	alive := agentOperation(http.MethodPost, "alive", "keep-agent-page", "Say that the page is open, and whether it is used", http.StatusAccepted,
		object([]string{"session"}, map[string]any{"session": word, "began": yes, "used": yes}))
	for op, example := range map[*huma.Operation]string{session: `{"secret": "dba_of-the-link"}`, choice: `{"status": "away"}`, alive: `{"session": "s1", "used": true}`} {
		op.RequestBody.Content["application/json"].Example = json.RawMessage(example)
	}
	for _, op := range []*huma.Operation{
		session,
		agentOperation(http.MethodGet, "state", "get-agent-page", "Read all that the page shows", http.StatusOK, nil),
		choice,
		alive,
		agentOperation(http.MethodPost, "subscription", "subscribe-device", "Send notices to this browser from now on", http.StatusOK,
			object([]string{"endpoint", "keys"}, map[string]any{"endpoint": word, "keys": object([]string{"p256dh", "auth"}, map[string]any{"p256dh": word, "auth": word})})),
		agentOperation(http.MethodDelete, "subscription/{id}", "unsubscribe-device", "Send no more notices to a browser", http.StatusNoContent, nil, needed("path", "id", "Of the subscription.")),
		agentOperation(http.MethodPost, "test", "test-notices", "Send a test notice to all browsers of the agent", http.StatusOK, nil),
	} {
		d.AddOperation(op)
	}
}

func object(required []string, properties map[string]any) map[string]any {
	return map[string]any{"type": "object", "required": required, "properties": properties}
}

func agentOperation(method, path, id, summary string, status int, body map[string]any, params ...*huma.Param) *huma.Operation {
	op := keyless(&huma.Operation{
		Path: web.AgentPath + "/" + path, OperationID: id, Summary: summary, Tags: []string{agentTag}, Parameters: params,
		Description: "For the page of an agent: it may change with the page.",
	}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	op.Method, op.Security = method, []map[string][]string{{linkScheme: {}}}
	if body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: raw(body)}}}
	}
	answer := &huma.Response{Description: http.StatusText(status)}
	if status == http.StatusOK {
		answer.Content = map[string]*huma.MediaType{"application/json": {Schema: raw(map[string]any{})}}
	}
	op.Responses[strconv.Itoa(status)] = answer
	return op
}
