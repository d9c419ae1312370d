package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"
)

// Check says what is wrong; nil: nothing. What it says is for everybody, and has no
// secrets and no addresses.
type Check func(context.Context) error

// Health answers 200 and "ok", or 503 and what is wrong.
func Health(checks ...Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		for _, check := range checks {
			if err := check(r.Context()); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		fmt.Fprintln(w, "ok")
	})
}

// redisWithin is how long Redis has to answer.
const redisWithin = time.Second

// RedisAnswers checks it by a PING. A client that is busy with dialling may know no
// deadline: it is not waited for.
func RedisAnswers(rdb redis.UniversalClient) Check {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, redisWithin)
		defer cancel()
		answer := make(chan error, 1)
		go func() { answer <- rdb.Ping(ctx).Err() }()
		select {
		case err := <-answer:
			if err == nil {
				return nil
			}
		case <-ctx.Done():
		}
		return errors.New("no answer from Redis")
	}
}
