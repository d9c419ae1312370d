// Package trace reads the context of a trace as the W3C defines it (https://www.w3.org/TR/trace-context/). Deskbell makes no spans of its
// own: what came with an event goes out with the actions that it caused.
package trace

import (
	"regexp"
	"strings"
)

// Context is the context of a trace. The zero Context is none. Its fields bear the names of the extension attributes of CloudEvents,
// which are those of HTTP's headers, too.
type Context struct {
	TraceParent string `json:"traceparent,omitempty"` // 55 characters
	TraceState  string `json:"tracestate,omitempty"`  // at most mostState; empty without a TraceParent
}

// IsZero tells whether there is none.
func (c Context) IsZero() bool { return c.TraceParent == "" }

// mostState is how many bytes of a state are passed on: the specification asks for as many.
const mostState = 512

// mostMembers is how many members a state has at most.
const mostMembers = 32

// Read reads a context. One that is not valid is none, as the specification has it, and a state that is not valid is left out.
func Read(parent, state string) Context {
	c := Context{TraceParent: parentOf(parent)}
	if !c.IsZero() && isState(state) {
		c.TraceState = state
	}
	return c
}

// parentOf is a parent in version 00, the one that there is; empty where it is not valid. Of a later version, the parts that it shares
// with that one are read.
func parentOf(s string) string {
	const length = len("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	if len(s) < length || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return ""
	}
	version, id, span, flags := s[:2], s[3:35], s[36:52], s[53:length]
	if !isHex(version+id+span+flags) || isZero(id) || isZero(span) || version == "ff" {
		return ""
	}
	switch {
	case version == "00" && len(s) > length, len(s) > length && s[length] != '-':
		return ""
	case version == "00":
		return s
	}
	sampled := "00"
	if strings.Contains("13579bdf", flags[1:]) {
		sampled = "01"
	}
	return "00" + s[2:53] + sampled
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

func isZero(s string) bool { return strings.Trim(s, "0") == "" }

// member is one of a state. Blanks around it say nothing, and an empty one is allowed.
var member = regexp.MustCompile(`^[ \t]*(?:([a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}|[a-z][a-z0-9_\-*/]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])?[ \t]*$`)

func isState(s string) bool {
	if len(s) > mostState || strings.Count(s, ",") >= mostMembers {
		return false
	}
	seen := make(map[string]bool)
	for one := range strings.SplitSeq(s, ",") {
		m := member.FindStringSubmatch(one)
		if len(m) == 0 {
			return false
		}
		if key := m[1]; key != "" {
			if seen[key] {
				return false
			}
			seen[key] = true
		}
	}
	return true
}
