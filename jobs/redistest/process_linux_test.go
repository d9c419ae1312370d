package redistest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestKilled starts this test binary, lets it start a server, and kills it.
func TestKilled(t *testing.T) {
	const asChild = "REDISTEST_CHILD"
	if os.Getenv(asChild) != "" {
		os.Stdout.WriteString(redistest.Start(t).Addr() + "\n")
		select {}
	}
	t.Parallel()
	redistest.Start(t) // skips where there is no redis-server
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), asChild+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(&redis.Options{Addr: strings.TrimSpace(string(line[:n])), MaxRetries: -1, DialerRetries: 1})
	defer rdb.Close()
	if err := rdb.Ping(t.Context()).Err(); err != nil {
		t.Errorf("the child's server does not answer: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	redistest.Wait(t, "the server of a killed test ends", func() bool { return rdb.Ping(context.Background()).Err() != nil })
}
