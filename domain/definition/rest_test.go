package definition_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
)

// restDestination is a file with a destination of type rest, and more keys of it.
func restDestination(more string) string {
	return `{"properties": {"acme": {}}, "agents": {"lea": {}}, "destinations": {"desk": {"type": "rest", "url": "https://x/api", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", ` + more + `}}}`
}

func TestFaultsOfRest(t *testing.T) {
	t.Parallel()
	const rules = `"rules": [{"when": {"/event": "typing"}}]`
	for more, want := range map[string]string{
		`"rules": []`: `/rules: "" is empty; allowed: at least one`,
		`"rules": [{"type": "chat.ended", "id": "/id", "data": {"chat": "/room"}}]`: `/rules/0: "when" is missing; allowed: map of texts by JSON pointers`,
		`"rules": [{"when": {}}]`:                                                                                                  `/rules/0/when: "" is empty; allowed: at least one`,
		`"rules": [{"when": {"event": "a"}}]`:                                                                                      `/rules/0/when/event: "event" is not a JSON pointer; allowed: / and the keys that lead to a value, as in /message/id`,
		`"rules": [{"when": {"/event": null}}]`:                                                                                    `/rules/0/when/~1event: "" is not what a request may have there; allowed: a text of at most 1000 characters, a number, true or false`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.endet", "id": "/id"}]`:                                                        `(did you mean "chat.ended"?)`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.ended", "id": "id"}]`:                                                         `/rules/0/id: "id" is not a JSON pointer; allowed: / and the keys that lead to a value, as in /message/id`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.ended", "data": {"chat": "/c"}}]`:                                             `/rules/0: "id" is missing; allowed: a JSON pointer to what tells one event from others, such as /message/id: else one that comes twice is two`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.ended", "id": "/id"}]`:                                                        `/rules/0/data: "chat" is missing; allowed: where it is in the request: chat.ended needs it`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.message", "id": "/id", "data": {"chat": "/c", "from": "=bot", "txt": "/t"}}]`: `/rules/0/data/txt: "txt" is not of the data of chat.message; allowed: chat, from, visitor, visit, tab, agent, text, bot (did you mean "text"?)`,
		`"rules": [{"when": {"/a": 1}, "type": "chat.ended", "id": "/id", "data": {"chat": "c"}}]`:                                 `/rules/0/data/chat: "c" is not a JSON pointer, nor a text after =; allowed: /message/id, or =visitor for the text visitor`,
		rules + `, "send": {}`:                                                           `/send: "path" is missing; allowed: path`,
		rules + `, "send": {"path": "rooms"}`:                                            `/send/path: "rooms" is not a path; allowed: one / at its beginning, and no blank and no #, as in /rooms/{chat}/messages`,
		rules + `, "send": {"path": "//other.example/{chat}"}`:                           `/send/path: "//other.example/{chat}" is not a path; allowed: one / at its beginning, and no blank and no #, as in /rooms/{chat}/messages`,
		rules + `, "send": {"path": "/a", "method": "GET"}`:                              `/send/method: "GET" is not a method of a call; allowed: POST, PUT, PATCH, DELETE`,
		rules + `, "send": {"path": "/{agent}"}`:                                         `/send/path: "{agent}" has no value here; allowed: text, chat, visitor, id`,
		rules + `, "status": {"path": "/", "body": {"a": ["{statu}", "{not one} {}"]}}`:  `/status/body/a/0: "{statu}" has no value here; allowed: status, until, chat, visitor, id (did you mean "status"?)`,
		rules + `, "note": {"path": "/", "body": "` + strings.Repeat("a", 16<<10) + `"}`: `/note/body: "" is not a body of a call; allowed: JSON of at most 16384 bytes`,
		rules + `, "signature_header": "X Signature"`:                                    `/signature_header: "X Signature" is not the name of a header; allowed: letters, digits and -, such as X-Signature-256`,
		rules + `, "inboxes": {"7": "acme"}`:                                             `/inboxes: "inboxes" is of no use to type rest; allowed: for type chatwoot only`,
		rules + `, "agents": {"u-7": "eva"}`:                                             `/agents/u-7: "eva" is not the name of an agent; allowed: lea`,
	} {
		_, err := definition.Parse(tree(t, restDestination(more)))
		if err == nil || !strings.HasPrefix(err.Error(), "/destinations/desk") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.200s\n got %v\nwant %s", more, err, want)
		}
	}
}

func TestRestIsRead(t *testing.T) {
	t.Parallel()
	d, err := definition.Parse(tree(t, restDestination(`"agents": {"u-7": "lea"}, "token_header": "X-Key", "signature_header": "X-Sum",
		"rules": [{"when": {"/event": "bot", "/flag": true, "/n": 7}}, {"when": {"/event": "end"}, "type": "chat.ended", "id": "/id", "time": "/at", "data": {"chat": "/room/id"}}],
		"send": {"path": "/rooms/{chat}?key={id}", "body": {"text": "{text}", "big": 12345678901234567890, "list": [null, true]}}, "status": {"method": "PATCH", "path": "/rooms/{chat}"}`)))
	if err != nil {
		t.Fatal(err)
	}
	reparse(t, d)
	want := &definition.Destination{
		Type: "rest", URL: "https://x/api", Property: "acme", TokenEnv: "REST_TOKEN", SecretEnv: []string{"A_SECRET"}, TokenHeader: "X-Key", SignatureHeader: "X-Sum",
		Agents: map[string]string{"u-7": "lea"},
		Rules: []definition.RestRule{
			{When: map[string]string{"/event": "bot", "/flag": "true", "/n": "7"}},
			{When: map[string]string{"/event": "end"}, Type: "chat.ended", ID: "/id", Time: "/at", Data: map[string]string{"chat": "/room/id"}},
		},
		Send:   &definition.RestCall{Path: "/rooms/{chat}?key={id}", Body: []byte(`{"big":12345678901234567890,"list":[null,true],"text":"{text}"}`)},
		Status: &definition.RestCall{Method: "PATCH", Path: "/rooms/{chat}"},
	}
	if diff := cmp.Diff(want, d.Destinations["desk"]); diff != "" {
		t.Error(diff)
	}
	if to := d.Destinations["desk"]; !to.Joins("acme", "") || !to.Joins("", "lea") || to.Joins("beta", "eva") || to.Joins("", "") {
		t.Error("it joins others")
	}
}
