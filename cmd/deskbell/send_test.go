package main

import (
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/redistest"
)

const sentEvent = `{"id":"e1","type":"visitor.arrived","data":{"property":"acme","visitor":"v1","visit":"s1"}}`

func TestSend(t *testing.T) { //nolint:tparallel // its cases share a Redis
	t.Parallel()
	server := redistest.Start(t)
	data := `{"property":"acme","visitor":"v1","visit":"s1"}`
	many := strings.Repeat(sentEvent+"\n", 2500)
	for _, c := range []struct {
		name        string
		args        []string
		stdin       string
		code, tasks int
		out, errs   string
	}{
		{name: "lines", args: []string{"-"}, stdin: many, tasks: 3, out: "sent 2500", errs: `There is no property "acme": its 2500 of these events lead to nothing.`},
		{name: "an array", args: []string{"-"}, stdin: "[" + sentEvent + ",\n" + sentEvent + "]", tasks: 1, out: "sent 2"},
		{name: "behind a byte order mark", args: []string{"-"}, stdin: "\uFEFF[" + sentEvent + ",\n" + sentEvent + "]", tasks: 1, out: "sent 2"},
		{name: "lines behind one", args: []string{"-"}, stdin: "\uFEFF" + sentEvent + "\n" + sentEvent, tasks: 1, out: "sent 2"},
		{name: "one by hand", args: []string{"--type", "visitor.arrived", "--data", data}, tasks: 1, out: "sent 1"},
		{name: "with an id", args: []string{"--type", "visitor.arrived", "--data", data, "--id", "e7"}, tasks: 1, out: "sent 1"},
		{name: "one of some is wrong", args: []string{"-"}, stdin: many + "\n" + `{"type":"visitor.flown","data":{}}`, code: 1, errs: "stdin, line 2502: "},
		{name: "data that are none", args: []string{"--type", "visitor.arrived", "--data", "{"}, code: 2, errs: "--data is not JSON"},
		{name: "a file and a type", args: []string{"-", "--type", "visitor.arrived"}, code: 2, errs: "either a file"},
		{name: "nothing", code: 2, errs: "either a file"},
		{name: "an id for a file", args: []string{"-", "--id", "x"}, code: 2, errs: "belong to --type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rdb := server.Client(t)
			if err := rdb.FlushDB(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			var out, errs output
			a := &app{
				env:   func(name string) string { return map[string]string{"REDIS_URL": server.URL()}[name] },
				stdin: strings.NewReader(c.stdin), stdout: &out, stderr: &errs, now: time.Now,
			}
			if code := a.run(t.Context(), append([]string{"send"}, c.args...)); code != c.code {
				t.Errorf("code %d: %s", code, errs.String())
			}
			if !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.errs) {
				t.Errorf("it says %q, %q", out.String(), errs.String())
			}
			tasks := 0
			if info, err := asynq.NewInspectorFromRedisClient(rdb).GetQueueInfo("deskbell-event"); err == nil {
				tasks = info.Pending
			}
			if tasks != c.tasks {
				t.Errorf("%d tasks", tasks)
			}
		})
	}
}
