package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// RetryAt implements store.Store.
func (s *Store) RetryAt(ctx context.Context, r store.Retry) error {
	if err := s.rdb.ZAdd(ctx, allKey("retries"), redis.Z{Score: float64(r.At.UnixMilli()), Member: retryName(r.Lane)}).Err(); err != nil {
		return fmt.Errorf("noting the retry of %q on shard %d: %w", r.Destination, r.Shard, err)
	}
	return nil
}

// Retries implements store.Store. It leaves out names that cannot be read, or of a
// shard that does not exist.
func (s *Store) Retries(ctx context.Context, at time.Time, limit int) ([]store.Retry, error) {
	zs, err := s.rdb.ZRangeByScoreWithScores(ctx, allKey("retries"),
		&redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(at.UnixMilli(), 10), Count: int64(limit)}).Result()
	if err != nil {
		return nil, fmt.Errorf("reading what is to be tried again: %w", err)
	}
	var retries []store.Retry
	for _, z := range zs {
		head, destination, _ := strings.Cut(fmt.Sprint(z.Member), ":")
		shard, err := strconv.Atoi(head)
		if err != nil || shard < 0 || shard >= len(s.keys) {
			continue
		}
		retries = append(retries, store.Retry{Lane: store.Lane{Shard: shard, Destination: destination}, At: time.UnixMilli(int64(z.Score)).UTC()})
	}
	return retries, nil
}

// Retried implements store.Store.
func (s *Store) Retried(ctx context.Context, r store.Retry) error {
	return s.strike(ctx, allKey("retries"), []store.WakeRequest{{Name: retryName(r.Lane), Count: float64(r.At.UnixMilli())}})
}

func retryName(l store.Lane) string { return strconv.Itoa(l.Shard) + ":" + l.Destination }

// Circuits implements store.Store.
func (s *Store) Circuits(ctx context.Context) (map[string][]byte, error) {
	return s.Globals(ctx, "circuits")
}

// SetCircuit implements store.Store.
func (s *Store) SetCircuit(ctx context.Context, destination string, before, after []byte) (bool, error) {
	n, err := s.run.setCircuit.Run(ctx, s.rdb, []string{allKey("circuits")}, destination, before, after).Int()
	if err != nil {
		return false, fmt.Errorf("writing the circuit of %q: %w", destination, err)
	}
	return n == 1, nil
}

// Probe implements store.Store.
func (s *Store) Probe(ctx context.Context, destination string, lease store.Lease) (bool, error) {
	n, err := s.run.lease.Run(ctx, s.rdb, []string{allKey("probe:" + destination)}, lease.Holder, leaseTime(lease)).Int()
	if err != nil {
		return false, fmt.Errorf("taking the probe of %q: %w", destination, err)
	}
	return n == 1, nil
}
