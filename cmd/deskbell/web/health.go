package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"
)

// Check is an error when something is wrong. Everybody may read its text, which has no secrets and no addresses.
type Check func(context.Context) error

// Health answers 200 and "ok", or 503 and the error of the first check that fails.
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

// DegradedError is the error of a check that something is wrong which does not keep the process from its own work.
type DegradedError string

// Error implements error.
func (e DegradedError) Error() string { return string(e) }

// Ready answers as Health does, in JSON: {"status": "ok"}, or {"status": "unavailable", "error": …}, and the fields of
// detail. After a DegradedError the other checks still count; alone, it is told with 200 and the status "degraded".
func Ready(detail func() map[string]any, checks ...Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/json")
		answer, status := detail(), http.StatusOK
		answer["status"] = "ok"
		for _, check := range checks {
			err := check(r.Context())
			if degraded := DegradedError(""); errors.As(err, &degraded) {
				answer["status"], answer["error"] = "degraded", err.Error()
			} else if err != nil {
				answer["status"], answer["error"], status = "unavailable", err.Error(), http.StatusServiceUnavailable
				break
			}
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer) // whoever asked has gone
	})
}

// redisWithin is how long Redis has to answer.
const redisWithin = time.Second

// RedisAnswers checks Redis by a PING. It does not wait for a client that is busy with dialling, which may ignore the
// deadline.
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
