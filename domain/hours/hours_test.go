package hours

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/goccy/go-yaml"
)

// zone loads a zone that the test needs.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	location, err := zones.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// instant reads RFC 3339.
func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// tree reads YAML as deskbell.yaml is read.
func tree(t testing.TB, text string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return value
}

// schedule compiles a preset ("mon-fri 9-17") or YAML.
func schedule(t testing.TB, zoneName, text string) *Schedule {
	t.Helper()
	spec, err := Parse(tree(t, text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(zone(t, zoneName))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verdict writes a state on one line: "open (weekly) from … to …".
func verdict(s State) string {
	var b strings.Builder
	b.WriteString("closed (")
	if s.Open {
		b.Reset()
		b.WriteString("open (")
	}
	b.WriteString(s.Reason + ") from ")
	for i, edge := range []time.Time{s.Since, s.Until} {
		if i > 0 {
			b.WriteString(" to ")
		}
		if edge.IsZero() {
			b.WriteString("ever")
		} else {
			b.WriteString(edge.Format(time.RFC3339Nano))
		}
	}
	return b.String()
}
