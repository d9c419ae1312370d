package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/reach"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// TestUpKeepsWhatItHas kills a deskbell up with --data. The next one has its definitions, states and overrides; one beside it is refused.
func TestUpKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	redistest.Program(t, "redis-server")
	dir, file := filepath.Join(runtimeDir(t), "data"), filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("properties: {acme: {schedule: 24/7}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	up := func() *proc {
		return start(t, 0, []string{"REDIS_URL=", "DESKBELL_DEFINITIONS=" + file, "DESKBELL_LISTEN=127.0.0.1:0", "DESKBELL_TIME_ZONE=UTC"}, "up", "--data", dir)
	}
	in := func(args ...string) result {
		return testBundle{at: time.Now().UTC().Format(time.RFC3339), env: map[string]string{"REDIS_URL": "unix://" + filepath.Join(dir, "redis.sock")}}.run(t, args...)
	}
	state := func() (p view.PropertyStatus) {
		t.Helper()
		got := in("status", "acme", "--json")
		if err := json.Unmarshal([]byte(got.stdout), &p); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		return p
	}
	first := up()
	first.says("all is kept in "+dir, "widget acme is online")
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	if got := in("close", "acme"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	first.says("widget acme is offline")
	before := state()

	second := up()
	if err := second.cmd.Wait(); err == nil {
		t.Error("a second one on the folder ends well")
	}
	second.says("another deskbell up has it; end that first, or choose another folder")

	first.kill()
	third := up()
	third.says("definitions are as they were")
	after := state()
	if before.Widget.Reason != "override" || !after.Widget.Since.Equal(before.Widget.Since) || !gocmp.Equal(before.Override, after.Override) || after.Widget.Status != before.Widget.Status {
		t.Errorf("it was %+v, and is %+v", before, after)
	}
	third.stop()
	redistest.Wait(t, "its redis-server has ended", func() bool {
		lock, err := reach.Lock(filepath.Join(dir, "redis.lock"))
		if err != nil {
			return false
		}
		return lock.Close() == nil
	})
}

func TestUpSaysThatNothingIsKeptWithoutARedisServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := start(t, 0, []string{"REDIS_URL=", "PATH=" + t.TempDir(), "DESKBELL_DEFINITIONS=", "DESKBELL_LISTEN=127.0.0.1:0"}, "up", "--data", dir)
	p.says("nothing is kept in "+dir+": there is no redis-server on this machine; install one (apt-get install redis-server", "using an embedded Redis")
	p.stop()
	if _, err := os.Stat(dir); err == nil {
		t.Error("it made the folder")
	}
}

func TestUpRefusesTwoRedis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		args []string
	}{
		{map[string]string{"REDIS_URL": "redis://127.0.0.1:1/0"}, []string{"up", "--data", "x"}},
		{nil, []string{"up", "--data", "x", "--with-fake-chatwoot"}},
	} {
		if got := (testBundle{env: c.env}).run(t, c.args...); got.code != 2 {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}
