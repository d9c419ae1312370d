// Package layout says where the records of subjects are in Redis. It is for package redisstore, which alone writes them, and
// for package client, which reads them in programs that have no store.
package layout

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// MetaKey is the key of a hash with the layout, in the fields shards and partitions.
const MetaKey = "deskbell:meta"

// MaxShards bounds the keys, and the work of a tick.
const MaxShards = 4096

// Layout is how the work is divided. It is fixed at the first start and kept in Redis.
type Layout struct {
	Shards     int // slots of subjects; 1 to 4096
	Partitions int // queues of each kind of work; 1 but in a large Redis Cluster
}

// ErrNone is returned for a Redis that has no layout.
var ErrNone = errors.New("no worker of Deskbell has started on this Redis yet")

// Read reads the layout of a Redis. The error is ErrNone where it has none.
func Read(ctx context.Context, rdb redis.UniversalClient) (Layout, error) {
	meta, err := rdb.HMGet(ctx, MetaKey, "shards", "partitions").Result()
	switch {
	case err != nil:
		return Layout{}, fmt.Errorf("reading the layout: %w", err)
	case meta[0] == nil || meta[1] == nil:
		return Layout{}, ErrNone
	}
	return Parse(meta[0], meta[1])
}

// Parse reads the values of the two fields, as Redis has answered them.
func Parse(shards, partitions any) (Layout, error) {
	one, _ := shards.(string)
	other, _ := partitions.(string)
	n, err1 := strconv.Atoi(one)
	m, err2 := strconv.Atoi(other)
	if errors.Join(err1, err2) != nil || n < 1 || n > MaxShards || m < 1 {
		return Layout{}, fmt.Errorf("reading the layout: key %q holds shards=%v partitions=%v; allowed are 1 to %d shards, and 1 or more partitions",
			MetaKey, shards, partitions, MaxShards)
	}
	return Layout{Shards: n, Partitions: m}, nil
}

// Shard is the shard of a subject, from 0.
func (l Layout) Shard(s store.Subject) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // never fails
	return int(h.Sum32() % uint32(l.Shards))
}

// Key is a key of a shard.
func Key(shard int, name string) string { return "deskbell:{" + strconv.Itoa(shard) + "}:" + name }

// StateKey is the key of a hash with the states of a shard's subjects. SplitState reads its values.
func StateKey(shard int) string { return Key(shard, "state") }

// SplitState takes a value apart: the record's revision, whether it was woken, and its state; nil: no worker has decided on it
// yet. The revision is 0, as of a record that there is not, for a value that cannot be read.
func SplitState(value string) (rev int64, woken bool, state []byte) {
	head, body, _ := strings.Cut(value, " ")
	head, woken = strings.CutSuffix(head, "!")
	rev, _ = strconv.ParseInt(head, 10, 64)
	if body != "" {
		state = []byte(body)
	}
	return rev, woken, state
}
