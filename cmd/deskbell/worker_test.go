package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// says waits until a process has written all of some texts.
func (p *proc) says(texts ...string) {
	p.t.Helper()
	missing := ""
	defer func() {
		if p.t.Failed() {
			p.t.Logf("no %q in\n%s", missing, p.out)
		}
	}()
	for _, missing = range texts {
		redistest.Wait(p.t, "it says "+missing, func() bool { return strings.Contains(p.out.String(), missing) })
	}
}

func TestWorkerWaitsForRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Stop(t)
	env := []string{"REDIS_URL=" + strings.Replace(server.URL(), "//", "//:hunter2@", 1), "LOG_FORMAT=text"}
	waiting := start(t, 0, env, "worker")
	waiting.says("Redis does not answer: waiting for it; is REDIS_URL right, and the server up?")
	waiting.stop() // also before it has begun

	p := start(t, 0, []string{"REDIS_URL=" + server.URL(), "LOG_FORMAT=text"}, "worker")
	p.says("Redis does not answer: waiting for it")
	server.Restart(t)
	p.says("Redis answers: starting", "Redis keeps no append-only file", "worker started")
	p.stop()
	p.says("worker stopped")
	if strings.Contains(waiting.out.String(), "hunter2") {
		t.Errorf("it shows the password:\n%s", waiting.out)
	}
}

func TestWorkerKeepsTheLayoutOfTheFirstStart(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_SHARDS=8"}, "worker")
	p.says("keeping the layout of the first start", "shards=64", "worker started")
	p.stop()
}

func TestWorkerFollowsAFileOfDefinitions(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	file := filepath.Join(t.TempDir(), "deskbell.yaml")
	write := func(definitions string) {
		t.Helper()
		// As editors and Kubernetes do: another file takes its place.
		next := file + ".new"
		if err := os.WriteFile(next, []byte(definitions), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, file); err != nil {
			t.Fatal(err)
		}
	}
	status := func(want string) {
		t.Helper()
		redistest.Wait(t, "acme is "+want, func() bool {
			return strings.Contains(o.run("", "", "status", "acme", "--json").stdout, `"status":"`+want+`"`)
		})
	}
	const open, closed = "properties:\n  acme: {schedule: 24/7}\n", "properties:\n  acme: {schedule: closed}\n"
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC"}

	write("properties: {acme: {schedule: sometimes}}\n")
	refused := start(t, 0, env, "worker", "--definitions", file)
	if err := refused.cmd.Wait(); err == nil || refused.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("with a fault at start it ends with %v", err)
	}
	refused.says(`"sometimes" is not the name of a schedule`, "deskbell.yaml:1:")

	write(open)
	p := start(t, 0, env, "worker", "--definitions", file)
	p.says("definitions applied", "1 added", "worker started")
	status("online")
	write("properties: {acme: {schedule: sometimes}}\n")
	p.says("definitions refused: ", "sometimes", "the definitions before stay in force")
	status("online")
	write(closed)
	p.says("1 changed")
	status("offline")
	p.stop()

	again := start(t, 0, env, "worker", "--definitions", file)
	again.says("definitions are as they were", "worker started")
	again.stop()

	missing := start(t, 0, env, "worker", "--definitions", file+".not")
	if err := missing.cmd.Wait(); err == nil {
		t.Error("without its file, it ends well")
	}
	missing.says("there is no such file")
}

// TestWorkersHandOver lets a boundary fall due while one worker is told to stop.
func TestWorkersHandOver(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	noon, err := time.Parse(time.RFC3339, "2026-11-23T11:00:00Z") // in Paris
	if err != nil {
		t.Fatal(err)
	}
	offset := noon.Sub(time.Now().Truncate(5 * time.Second).Add(10 * time.Second))
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC"}
	one, two := start(t, offset, env, "worker"), start(t, offset, env, "worker")
	one.says("worker started")
	two.says("worker started")
	redistest.Wait(t, "it is noon", func() bool { return !time.Now().Add(offset).Before(noon) })
	one.stop()
	redistest.Wait(t, "acme is closed", func() bool {
		return strings.Contains(o.run("", "", "status", "acme", "--json").stdout, `"widget":{"status":"offline"`)
	})
	two.stop()
}
