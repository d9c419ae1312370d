package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// refusal lets a Redis refuse writes, and take them again.
type refusal struct {
	name, says    string
	begin, finish func(t *testing.T, rdb redis.UniversalClient)
}

func refusals() []refusal {
	do := func(t *testing.T, rdb redis.UniversalClient, args ...any) {
		t.Helper()
		if err := rdb.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// In the place of the snapshot, there is a folder: it cannot be written, also not by root.
	inTheWay := func(t *testing.T, rdb redis.UniversalClient) string {
		t.Helper()
		dir, err := rdb.ConfigGet(t.Context(), "dir").Result()
		if err != nil {
			t.Fatal(err)
		}
		name, err := rdb.ConfigGet(t.Context(), "dbfilename").Result()
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir["dir"], name["dbfilename"], "in the way")
	}
	snapshot := func(t *testing.T, rdb redis.UniversalClient, status string) {
		t.Helper()
		redistest.Wait(t, "the last snapshot was "+status, func() bool {
			_ = rdb.BgSave(context.WithoutCancel(t.Context())).Err() // one is under way
			info, err := rdb.Info(t.Context(), "persistence").Result()
			return err == nil && strings.Contains(info, "rdb_last_bgsave_status:"+status)
		})
	}
	return []refusal{
		{
			"its memory is full", "its memory is full: give it more (maxmemory)",
			func(t *testing.T, rdb redis.UniversalClient) {
				t.Helper()
				do(t, rdb, "CONFIG", "SET", "maxmemory", "1")
			}, // one byte: it has more
			func(t *testing.T, rdb redis.UniversalClient) {
				t.Helper()
				do(t, rdb, "CONFIG", "SET", "maxmemory", "0")
			},
		},
		{
			"its disk fails", "it cannot write its data to its disk",
			func(t *testing.T, rdb redis.UniversalClient) {
				t.Helper()
				if err := os.MkdirAll(inTheWay(t, rdb), 0o700); err != nil {
					t.Fatal(err)
				}
				do(t, rdb, "CONFIG", "SET", "save", "3600 1000000")
				snapshot(t, rdb, "err")
			},
			func(t *testing.T, rdb redis.UniversalClient) {
				t.Helper()
				if err := os.RemoveAll(filepath.Dir(inTheWay(t, rdb))); err != nil {
					t.Fatal(err)
				}
				snapshot(t, rdb, "ok")
			},
		},
		{
			"it is a replica", "it is a replica: point REDIS_URL to the primary",
			func(t *testing.T, rdb redis.UniversalClient) { t.Helper(); do(t, rdb, "REPLICAOF", "127.0.0.1", "1") },
			func(t *testing.T, rdb redis.UniversalClient) { t.Helper(); do(t, rdb, "REPLICAOF", "NO", "ONE") },
		},
	}
}

// TestARedisThatRefusesWritesIsOutlived: worker and web say once what is wrong and what to do, are not ready meanwhile, lose nothing, give
// nothing up, and go on by themselves.
func TestARedisThatRefusesWritesIsOutlived(t *testing.T) {
	t.Parallel()
	for _, c := range refusals() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, redistest.AOF)
			rdb := server.Client(t)
			o := online{t, server}
			o.apply("properties: {acme: {triggers: [{name: Welcome, type: site, delay: 3s, expiry: 1h, message: Hello}]}}\n")
			env := []string{"REDIS_URL=" + server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC"}
			worker := startListening(t, "REDIS_URL="+server.URL())
			address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
			served := listening{start(t, 0, env, "web", "--listen", address), "http://" + address}
			worker.ready()
			served.ready()
			actions := func(want int64) {
				t.Helper()
				redistest.Wait(t, "the actions are delivered", func() bool { return rdb.XLen(t.Context(), "deskbell:actions").Val() == want })
			}
			actions(1) // the widget
			if status, _ := served.arrives("one"); status != http.StatusAccepted {
				t.Fatal(status)
			}
			c.begin(t, rdb)
			for _, p := range []listening{worker, served} {
				redistest.Wait(t, "it is not ready", func() bool {
					got := p.get("/readyz", "")
					return got.status == http.StatusServiceUnavailable && strings.Contains(got.body, c.says)
				})
			}
			if status, after := served.arrives("two"); status != http.StatusServiceUnavailable || after == "" {
				t.Errorf("an event: %d, again after %q", status, after)
			}
			worker.says("Redis refuses writes: " + c.says)
			served.says("Redis refuses writes: " + c.says)
			redistest.Wait(t, "it is refused many times", func() bool { return refusedWrites(t, rdb) >= 30 })
			c.finish(t, rdb)
			for _, p := range []listening{worker, served} {
				p.says("Redis takes writes again")
				p.ready()
				log := p.out.String()
				if n := strings.Count(log, "Redis refuses writes"); n != 1 {
					t.Errorf("it says it %d times", n)
				}
				for line := range strings.Lines(log) {
					if strings.Contains(line, "level=error") && !strings.Contains(line, "Redis refuses writes") {
						t.Errorf("it says: %s", line)
					}
				}
				if n := strings.Count(log, "level=warning"); n > 10 {
					t.Errorf("it warns %d times:\n%s", n, log)
				}
			}
			actions(2) // and the message
			if n := rdb.ZCard(t.Context(), "asynq:{deskbell-event}:archived").Val() + rdb.ZCard(t.Context(), "asynq:{deskbell-timer}:archived").Val(); n > 0 {
				t.Errorf("%d tasks were given up", n)
			}
			worker.stop()
			served.stop()
		})
	}
}

// refusedWrites is how many commands a Redis has refused.
func refusedWrites(t *testing.T, rdb redis.UniversalClient) (n int) {
	t.Helper()
	stats, err := rdb.Info(t.Context(), "errorstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stats) {
		for _, kind := range []string{"OOM", "MISCONF", "READONLY"} {
			one := 0
			if _, err := fmt.Sscanf(line, "errorstat_"+kind+":count=%d", &one); err == nil {
				n += one
			}
		}
	}
	return n
}

// arrives sends the arrival of a visitor.
func (l listening) arrives(visitor string) (status int, retryAfter string) {
	l.t.Helper()
	body := fmt.Sprintf(`{"type": "visitor.arrived", "data": {"property": "acme", "visitor": %q, "visit": %q}}`, visitor, visitor)
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url+"/v1/events", strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	got.Body.Close()
	return got.StatusCode, got.Header.Get("Retry-After")
}

// TestAWorkerStartsWhenRedisTakesWrites begins with one that takes none.
func TestAWorkerStartsWhenRedisTakesWrites(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.AOF)
	rdb, c := server.Client(t), refusals()[0]
	c.begin(t, rdb)
	worker := startListening(t, "REDIS_URL="+server.URL())
	worker.says("Redis refuses writes: " + c.says)
	redistest.Wait(t, "it is not ready", func() bool { return worker.get("/readyz", "").status == http.StatusServiceUnavailable })
	if got := (online{t, server}).run("", "", "keys", "add", "ci"); got.code != 1 || !strings.Contains(got.stderr, c.says) {
		t.Errorf("a command: %+v", got)
	}
	c.finish(t, rdb)
	worker.says("Redis answers: starting", "worker started")
	worker.ready()
	worker.stop()
}

// TestARedisThatCannotBeUsedIsNamed: no wait mends what REDIS_URL says, so everything ends at once and says what to correct.
func TestARedisThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	open, locked := redistest.Start(t), redistest.Start(t)
	if err := locked.Client(t).Do(t.Context(), "ACL", "SETUSER", "default", "resetpass", ">hunter2").Err(); err != nil {
		t.Fatal(err)
	}
	at := func(s *redistest.Server, before, after string) string { return "redis://" + before + s.Addr() + after }
	for _, c := range []struct{ command, name, url, says string }{
		{"status", "a wrong password", at(locked, ":wrong@", "/0"), "Redis wants another password or user: correct them in REDIS_URL"},
		{"worker", "a wrong password", at(locked, ":wrong@", "/0"), "Redis wants another password or user: correct them in REDIS_URL"},
		{"web", "a wrong password", at(locked, ":wrong@", "/0"), "Redis wants another password or user: correct them in REDIS_URL"},
		{"up", "a wrong password", at(locked, ":wrong@", "/0"), "Redis wants another password or user: correct them in REDIS_URL"},
		{"worker", "no password", at(locked, "", "/0"), "Redis wants a password: put it into REDIS_URL"},
		{"status", "a user that is not there", at(open, "lea:wrong@", "/0"), "Redis wants another password or user"},
		{"status", "a database that is not there", at(open, "", "/99"), "Redis has no database of that number: correct the number at the end of REDIS_URL"},
		{"web", "a database that is not there", at(open, "", "/99"), "Redis has no database of that number: correct the number at the end of REDIS_URL"},
	} {
		t.Run(c.command+", "+c.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, 0, []string{"REDIS_URL=" + c.url, "LOG_FORMAT=text"}, c.command)
			p.says(c.says)
			_ = p.cmd.Wait() // it ends with a fault
			if got := p.out.String(); p.cmd.ProcessState.ExitCode() != 1 || strings.Contains(got, "no answer") || strings.Contains(got, "wrong@") || strings.Contains(got, "waiting") {
				t.Errorf("%d %s", p.cmd.ProcessState.ExitCode(), got)
			}
		})
	}
}
