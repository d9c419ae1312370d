package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

// TestEventsBelongToTheTraceOfTheirRequest where they say of none.
func TestEventsBelongToTheTraceOfTheirRequest(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	rdb := b.Redis.Client(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	const form = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b%d-01"
	of, own := fmt.Sprintf(form, 1), fmt.Sprintf(form, 2)
	for i, c := range []struct {
		headers map[string]string
		body    string
		want    []string // of each event that is queued
	}{
		{map[string]string{"traceparent": of, "tracestate": "a=b"}, "[" + goodEvent + "," + strings.Replace(goodEvent, "{", `{"traceparent":"`+own+`",`, 1) + "]",
			[]string{`"traceparent":"` + of + `","tracestate":"a=b"`, `"traceparent":"` + own + `"`}},
		{map[string]string{"traceparent": of, "Content-Type": "application/x-ndjson"}, goodEvent + "\n", []string{`"traceparent":"` + of + `"`}},
		{map[string]string{"traceparent": of, "ce-specversion": "1.0", "ce-type": "visitor.arrived"}, `{"property":"acme","visitor":"v1","visit":"s1"}`, []string{`"traceparent":"` + of + `"`}},
		{map[string]string{"traceparent": "of", "tracestate": "a=b"}, goodEvent, nil},
		{map[string]string{"tracestate": "a=b"}, goodEvent, nil},
	} {
		if err := rdb.Del(t.Context(), "asynq:{deskbell-event}:pending").Err(); err != nil {
			t.Fatal(err)
		}
		b.Want(202, webtest.Request{Headers: c.headers}, "POST", "/v1/events", c.body)
		ids, err := rdb.LRange(t.Context(), "asynq:{deskbell-event}:pending", 0, -1).Result()
		if err != nil || len(ids) != 1 {
			t.Fatalf("%d: %v, %v", i, ids, err)
		}
		task, err := rdb.HGet(t.Context(), "asynq:{deskbell-event}:t:"+ids[0], "msg").Result()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, regexp.MustCompile(`"trace(?:parent|state)":[^{]*"`).FindAllString(strings.ReplaceAll(task, `,"data"`, "{"), -1)); diff != "" {
			t.Errorf("%d: %s in %s", i, diff, task)
		}
	}
}
