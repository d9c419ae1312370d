// Deskbell keeps the hours of live chat: it flips widgets and agents at every
// boundary of their schedules. Each subcommand is in the file of its name.
package main

import (
	"context"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/cmd/deskbell/signals"
	"github.com/deskbell/deskbell/jobs"
)

func main() {
	ctx, stop := signals.Context(context.Background())
	redis.SetLogger(&jobs.RedisLog{Log: quiet(), Now: time.Now}) // a tool gets its errors returned
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
