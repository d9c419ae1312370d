package event_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/trace"
)

// TestATraceComesWithAnEvent in JSON and in binary mode. One that is not valid is none, and no fault.
func TestATraceComesWithAnEvent(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, c := range []struct {
		parent, state string
		want          trace.Context
	}{
		{`"` + parent + `"`, `"congo=t61, a=b"`, trace.Context{TraceParent: parent, TraceState: "congo=t61, a=b"}},
		{`"` + parent + `"`, `"Congo"`, trace.Context{TraceParent: parent}},
		{`"` + strings.ToUpper(parent) + `"`, `"a=b"`, trace.Context{}},
		{`""`, `"a=b"`, trace.Context{}},
		{`17`, `{}`, trace.Context{}},
		{`null`, `null`, trace.Context{}},
	} {
		body := `{"id": "e1", "type": "agent.active", "traceparent": ` + c.parent + `, "tracestate": ` + c.state + `, "data": {"agent": "lea"}}`
		e, err := intake().ParseJSON([]byte(body))
		if err != nil || e.Context != c.want {
			t.Errorf("%s: %+v, %v", body, e.Context, err)
			continue
		}
		remake(t, e)
		if c.parent[0] != '"' {
			continue
		}
		header, data := headers(t, []byte(body))
		header["Ce-Specversion"] = []string{"1.0"}
		if got := intake().DecodeBinary(header, data); len(got.Faults) > 0 || got.Event.Context != c.want {
			t.Errorf("%v: %+v, %v", header, got.Event.Context, got.Faults)
		}
	}
}
