// Command cut makes the description of Chatwoot's API that the tests go by, of the whole one that Chatwoot 4.14.2 comes with
// (swagger/swagger.json in its repository): it keeps the operations that Deskbell uses, and the components that these refer to.
//
//	go run testdata/cut.go < swagger.json > testdata/chatwoot-4.14.2.json
//
// It also mends what the description says otherwise than Chatwoot does; see amend.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
)

type object = map[string]any

const (
	account      = "/api/v1/accounts/{account_id}"
	conversation = account + "/conversations/{conversation_id}"
)

// operations are the paths with the methods that are used.
func operations() map[string][]string {
	return map[string][]string{
		"/api/v1/profile":                      {"get"},
		account + "/agents":                    {"get"},
		account + "/agents/{id}":               {"patch"},
		account + "/agent_bots":                {"get"},
		account + "/inboxes":                   {"get"},
		account + "/inboxes/{id}":              {"get", "patch"},
		account + "/inboxes/{id}/agent_bot":    {"get"},
		account + "/inbox_members/{inbox_id}":  {"get"},
		account + "/teams":                     {"get"},
		account + "/webhooks":                  {"get", "post"},
		account + "/webhooks/{webhook_id}":     {"patch", "delete"},
		account + "/contacts":                  {"post"},
		account + "/contacts/{id}":             {"get", "put"},
		account + "/contacts/search":           {"get"},
		account + "/conversations":             {"get", "post"},
		account + "/conversations/meta":        {"get"},
		conversation:                           {"get", "patch"},
		conversation + "/messages":             {"get", "post"},
		conversation + "/toggle_status":        {"post"},
		conversation + "/toggle_priority":      {"post"},
		conversation + "/toggle_typing_status": {"post"},
		conversation + "/custom_attributes":    {"post"},
		conversation + "/assignments":          {"post"},
		conversation + "/labels":               {"get", "post"},
	}
}

func main() {
	var whole object
	if err := json.NewDecoder(os.Stdin).Decode(&whole); err != nil {
		log.Fatal(fmt.Errorf("reading the description: %w", err))
	}
	kept := object{"openapi": whole["openapi"], "info": whole["info"], "servers": whole["servers"]}
	cut := object{}
	for path, methods := range operations() {
		of := object{}
		if parameters := at(whole, "paths", path).(object)["parameters"]; parameters != nil {
			of["parameters"] = parameters
		}
		for _, method := range methods {
			of[method] = at(whole, "paths", path, method)
		}
		cut[path] = of
	}
	kept["paths"] = cut
	components := object{"securitySchemes": at(whole, "components", "securitySchemes")}
	kept["components"] = components
	keep(whole, components, cut)
	amend(kept)
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(kept); err != nil {
		log.Fatal(err)
	}
}

// at is what stands at a place.
func at(o object, place ...string) any {
	var v any = o
	for _, name := range place {
		inner, ok := v.(object)
		if !ok || inner[name] == nil {
			log.Fatal(strings.Join(place, " ") + " is not in the description")
		}
		v = inner[name]
	}
	return v
}

// keep copies the components to which a value refers.
func keep(whole, components object, v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			keep(whole, components, one)
		}
	case object:
		if ref, ok := v["$ref"].(string); ok {
			kind, name, _ := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
			of, _ := components[kind].(object)
			if of == nil {
				of = object{}
				components[kind] = of
			}
			if of[name] == nil {
				of[name] = at(whole, "components", kind, name)
				keep(whole, components, of[name])
			}
		}
		for _, one := range v {
			keep(whole, components, one)
		}
	}
}

// amend mends what the description says otherwise than Chatwoot's own views.
func amend(d object) {
	of := at(d, "components", "schemas", "conversation", "properties").(object)
	// It leaves out that conversations may be snoozed, and that the time is written as a text.
	of["status"].(object)["enum"] = []string{"open", "resolved", "pending", "snoozed"}
	of["snoozed_until"].(object)["type"] = []string{"number", "string", "null"}
	// Webhooks are in an envelope.
	webhook := object{"$ref": "#/components/schemas/webhook"}
	envelope := func(name string, of any) object {
		payload := object{"type": "object", "required": []string{name}, "properties": object{name: of}}
		return object{"type": "object", "required": []string{"payload"}, "properties": object{"payload": payload}}
	}
	answer(d, account+"/webhooks", "get", envelope("webhooks", object{"type": "array", "items": webhook}))
	answer(d, account+"/webhooks", "post", envelope("webhook", webhook))
	answer(d, account+"/webhooks/{webhook_id}", "patch", envelope("webhook", webhook))
	// So is a contact that is made.
	answer(d, account+"/contacts", "post", envelope("contact", object{"$ref": "#/components/schemas/contact_list_item"}))
	// Version 3.1 of OpenAPI has no nullable.
	secret := at(d, "components", "schemas", "webhook", "properties", "secret").(object)
	delete(secret, "nullable")
	secret["type"] = []string{"string", "null"}
	// These answers have a body, and so are not 204.
	for path, method := range map[string]string{account + "/inboxes/{id}/agent_bot": "get", account + "/contacts/{id}": "put"} {
		responses := at(d, "paths", path, method, "responses").(object)
		responses["200"] = responses["204"]
		delete(responses, "204")
	}
	// A contact that is changed is one, and no list.
	answer(d, account+"/contacts/{id}", "put", object{"type": "object", "required": []string{"payload"}, "properties": object{
		"payload": object{"$ref": "#/components/schemas/contact_list_item"},
	}})
	// Nobody is assigned: null.
	answer(d, conversation+"/assignments", "post", object{"anyOf": []any{
		object{"$ref": "#/components/schemas/user"}, object{"type": "null"},
	}})
}

// answer sets the schema of the answer 200.
func answer(d object, path, method string, schema object) {
	at(d, "paths", path, method, "responses", "200", "content", "application/json").(object)["schema"] = schema
}
