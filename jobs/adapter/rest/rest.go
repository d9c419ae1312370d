// Package rest joins a chat product to Deskbell whose API is JSON over HTTP, without a program: rules say by JSON pointers (RFC 6901) what its
// requests tell, and templates what it is to be asked. It is the smallest adapter, and shows what another one needs.
//
// As in every adapter, the name of the destination stands before the ids of visitors, visits and chats: the chat 12 is "desk:12". Templates have the
// id without it, and a chat with another name before it gets nothing from here.
//
// It makes each call again when an answer was lost. A product that can tell repeats gets the id of the action, as {id}.
package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/event"
)

// The bounds of a Config.
const (
	mostRules    = 50
	mostPointers = 20   // of one rule
	mostText     = 1000 // bytes of a pointer, a path, or a text of a body
	mostBody     = 16 << 10
)

// Config says what the requests of a product tell, and what it is to be asked.
type Config struct {
	Name     string            // of the destination
	Property string            // all of it is of this one
	Agents   map[string]string // agent by the product's id of them. What others write is an agent's, who has no name

	Rules []Rule // the first that fits counts

	Send   *Template // message.send; nil: none
	Note   *Template // note.add and note.replace
	Assign *Template // chat.reassign to an agent
	Status *Template // chat.close and chat.snooze, as {status}: closed or snoozed; {until} is when a snooze ends
}

// Rule makes an event of a request.
type Rule struct {
	When map[string]string // text by pointer: it fits where all are there. Numbers and flags count as they are written
	Type event.Type        // empty: the request tells nothing, as one about Deskbell's own messages
	ID   string            // pointer to what the event is about: a message, a change
	Time string            // pointer; empty: the time of arrival
	Data map[string]string // pointer by key of the event's data, or a text after "="
}

// Template is a call.
type Template struct {
	Method string // empty: POST
	Path   string // "/rooms/{chat}/messages"
	Body   any    // what JSON decodes to. Each of its texts may have placeholders
}

// The placeholders of templates.
const (
	chat    = "chat"
	visitor = "visitor"
	text    = "text"
	agent   = "agent"
	status  = "status"
	until   = "until"
	id      = "id"
)

// Table is a Config that has no fault. It is never written to while it is used.
type Table struct{ c Config }

// New checks a Config. The error joins every fault of it.
func New(c Config) (*Table, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Name == "" || c.Property == "" {
		fault("it needs a name and a property")
	}
	if len(c.Rules) > mostRules {
		fault("it has %d rules, and at most %d are allowed", len(c.Rules), mostRules)
	}
	for i, r := range c.Rules {
		r.check(func(format string, args ...any) { fault(fmt.Sprintf("rule %d: ", i+1)+format, args...) })
	}
	for _, named := range []struct {
		name string
		t    *Template
		more []string
	}{{"send", c.Send, []string{text}}, {"note", c.Note, []string{text}}, {"assign", c.Assign, []string{agent}}, {"status", c.Status, []string{status, until}}} {
		if named.t != nil {
			named.t.check(append(named.more, chat, visitor, id), func(format string, args ...any) { fault(named.name+": "+format, args...) })
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Table{c}, nil
}

func (r Rule) check(fault func(format string, args ...any)) {
	if r.Type != "" && !slices.Contains(event.Types(), r.Type) {
		fault("%q is no type of event", r.Type)
	}
	if r.Type != "" && r.ID == "" {
		fault("without an id, an event that comes twice is two")
	}
	if len(r.When) == 0 {
		fault("it fits every request: it needs a when")
	}
	if len(r.When)+len(r.Data) > mostPointers {
		fault("it has %d pointers, and at most %d are allowed", len(r.When)+len(r.Data), mostPointers)
	}
	pointers := []string{r.ID, r.Time}
	for pointer := range r.When {
		pointers = append(pointers, pointer)
	}
	for _, value := range r.Data {
		if !strings.HasPrefix(value, "=") {
			pointers = append(pointers, value)
		}
	}
	slices.Sort(pointers)
	for _, p := range pointers {
		if p != "" && !strings.HasPrefix(p, "/") || len(p) > mostText {
			fault("%q is no pointer: it begins with /, as in /message/id, and has %d bytes at most", p[:min(len(p), 50)], mostText)
		}
	}
}

func (t *Template) check(allowed []string, fault func(format string, args ...any)) {
	if !slices.Contains([]string{"", http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, t.Method) {
		fault("%q is no method of a call: POST, PUT, PATCH or DELETE", t.Method)
	}
	if !strings.HasPrefix(t.Path, "/") || strings.HasPrefix(t.Path, "//") || strings.ContainsAny(t.Path, "#\\ ") || len(t.Path) > mostText {
		fault("its path begins with one /, and has no blank and no #")
	}
	body, err := json.Marshal(t.Body)
	if err != nil || len(body) > mostBody {
		fault("its body is JSON of at most %d bytes", mostBody)
		return
	}
	all := append(texts(t.Body), t.Path)
	slices.Sort(all)
	for _, s := range all {
		for _, name := range placeholders(s) {
			if !slices.Contains(allowed, name) {
				fault("{%s} is no placeholder there; there are {%s}", name, strings.Join(allowed, "}, {"))
			}
		}
	}
}

// texts are all texts of a body, in no order.
func texts(v any) (list []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			list = append(list, texts(item)...)
		}
	case map[string]any:
		for _, item := range v {
			list = append(list, texts(item)...)
		}
	}
	return list
}

// placeholders are the names in braces of a text: small letters.
func placeholders(s string) (names []string) {
	for {
		_, rest, found := strings.Cut(s, "{")
		if !found {
			return names
		}
		name, after, closed := strings.Cut(rest, "}")
		if s = rest; closed && isName(name) {
			names, s = append(names, name), after
		}
	}
}

func isName(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }
