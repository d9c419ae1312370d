package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/store"
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

// Slots gives keys of a cluster that are never there; see jobs.Slots. It gives nil as long as it is not known which are needed.
type Slots func() []string

// RedisAnswers checks whether Redis answers and takes writes. In a cluster, the nodes of all slots that are needed have to. It does not wait
// for a client that is busy with dialling, which may ignore the deadline.
func RedisAnswers(rdb redis.UniversalClient, needed Slots) Check {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, redisWithin)
		defer cancel()
		answer := make(chan error, 1)
		go func() { answer <- takesWrites(ctx, rdb, needed) }()
		select {
		case err := <-answer:
			switch t := store.TroubleOf(err); {
			case err == nil:
				return nil
			case t.Kind == store.RefusesWrites:
				return errors.New("Redis refuses writes: " + t.Remedy)
			case errors.As(err, new(redis.Error)) && t.Remedy != "":
				return errors.New("Redis cannot be used now: " + t.Remedy)
			}
		case <-ctx.Done():
		}
		return errors.New("no answer from Redis")
	}
}

// takesWrites asks any key, and in a cluster one of each slot that is needed.
func takesWrites(ctx context.Context, rdb redis.UniversalClient, needed Slots) error {
	if _, cluster := rdb.(*redis.ClusterClient); cluster && needed != nil {
		return jobs.TakesWrites(ctx, rdb, needed()...)
	}
	return jobs.TakesWrites(ctx, rdb)
}
