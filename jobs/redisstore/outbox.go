package redisstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

func leaseOf(destination string) string { return "deliver:" + destination }

// Outbox implements store.Store.
func (s *Store) Outbox(ctx context.Context, l store.Lane, lease store.Lease, limit int) ([]store.Entry, string, bool, error) {
	k := s.keys[l.Shard]
	reply, err := s.run.outbox.Run(ctx, s.rdb, []string{k.lease(leaseOf(l.Destination)), k.out, k.cursor, k.runs()},
		lease.Holder, milliseconds(lease), l.Destination, limit, leaseOf(l.Destination), lease.Run).Slice()
	if errors.Is(err, redis.Nil) {
		return nil, "", true, nil
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("reading the outbox of shard %d: %w", l.Shard, err)
	}
	entries, err := entriesOf(reply[1])
	if err != nil {
		return nil, "", false, fmt.Errorf("reading the outbox of shard %d: %w", l.Shard, err)
	}
	return entries, text(reply[0]), false, nil
}

// entriesOf reads the reply of XRANGE in a script.
func entriesOf(reply any) ([]store.Entry, error) {
	raw, ok := reply.([]any)
	if !ok {
		return nil, fmt.Errorf("reply is %T", reply)
	}
	entries := make([]store.Entry, 0, len(raw))
	for _, r := range raw {
		pair, _ := r.([]any)
		if len(pair) != 2 {
			continue
		}
		fields, _ := pair[1].([]any)
		entries = append(entries, entry(text(pair[0]), inPairs(fields)))
	}
	return entries, nil
}

// entry reads an action of a stream: "a" is its body, "to" are its destinations (absent: all), "for" are its shares, "t" is when it
// was committed. Shares that cannot be read are none.
func entry(id string, fields iter.Seq2[string, any]) store.Entry {
	e := store.Entry{Seq: id}
	for name, value := range fields {
		switch name {
		case "a":
			e.Body = []byte(text(value))
		case "to":
			e.To = strings.Split(text(value), ",")
		case "for":
			if json.Unmarshal([]byte(text(value)), &e.For) != nil || e.For == nil {
				e.For = []store.Share{}
			}
		case "push":
			e.Push = true
		case "t":
			if ms, err := strconv.ParseInt(text(value), 10, 64); err == nil {
				e.At = time.UnixMilli(ms).UTC()
			}
		}
	}
	if e.At.IsZero() {
		e.At = decided(e.Body)
	}
	return e
}

// inPairs gives the names and values of a reply that has them by turns.
func inPairs(fields []any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i := 0; i+1 < len(fields); i += 2 {
			if !yield(text(fields[i]), fields[i+1]) {
				return
			}
		}
	}
}

// decided is when an action was decided, as its body says: older workers did not write when they committed
// it.
func decided(body []byte) time.Time {
	var a struct{ Time time.Time }
	_ = json.Unmarshal(body, &a) // a body that cannot be read has no time
	return a.Time.UTC()
}

// Enter implements store.Store.
func (s *Store) Enter(ctx context.Context, l store.Lane, lease store.Lease, limit int) (in store.Entered, busy bool, err error) {
	k := s.keys[l.Shard]
	reply, err := s.run.enter.Run(ctx, s.rdb, []string{k.lease(leaseOf(l.Destination)), k.out, k.cursor, k.runs(), k.aside(l.Destination)},
		lease.Holder, milliseconds(lease), l.Destination, limit, leaseOf(l.Destination), lease.Run).Slice()
	if errors.Is(err, redis.Nil) {
		return in, true, nil
	}
	if err != nil {
		return in, false, fmt.Errorf("entering the lane of %q on shard %d: %w", l.Destination, l.Shard, err)
	}
	in.Cursor = text(reply[0])
	if in.Entries, err = entriesOf(reply[1]); err != nil {
		return in, false, fmt.Errorf("reading the outbox of shard %d: %w", l.Shard, err)
	}
	pairs, _ := reply[2].([]any)
	for seq, value := range inPairs(pairs) {
		a, err := decodeAside(seq, text(value))
		if err != nil {
			return in, false, fmt.Errorf("reading what %q has aside on shard %d: %w", l.Destination, l.Shard, err)
		}
		in.Aside = append(in.Aside, a)
	}
	slices.SortFunc(in.Aside, func(a, b store.Aside) int { return store.CompareSeq(a.Seq, b.Seq) })
	return in, false, nil
}

// asideHead is kept with an action set aside. The action is on the next line, byte for
// byte.
type asideHead struct {
	Subject string    `json:"subject,omitempty"`
	Tries   int       `json:"tries,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Next    time.Time `json:"next,omitzero"`
	Error   string    `json:"error,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

func encodeAside(a store.Aside) ([]byte, error) {
	head, err := json.Marshal(asideHead{a.Subject, a.Tries, a.Since, a.Next, a.Error, a.At})
	return slices.Concat(head, []byte{'\n'}, a.Body), err
}

func decodeAside(seq, value string) (store.Aside, error) {
	line, body, _ := bytes.Cut([]byte(value), []byte{'\n'})
	var h asideHead
	if err := json.Unmarshal(line, &h); err != nil {
		return store.Aside{}, fmt.Errorf("decoding the action %s: %w", seq, err)
	}
	if h.At.IsZero() { // set aside by an older worker
		h.At = decided(body)
	}
	return store.Aside{Seq: seq, Subject: h.Subject, Tries: h.Tries, Since: h.Since, Next: h.Next, Error: h.Error, At: h.At, Body: body}, nil
}

// Delivered implements store.Store.
func (s *Store) Delivered(ctx context.Context, l store.Lane, done store.Settlement) (bool, error) {
	k := s.keys[l.Shard]
	args := []any{done.Holder, leaseTime(done.Lease), l.Destination, done.From, done.To, len(done.Aside), len(done.Done), leaseOf(l.Destination), done.Run}
	for _, a := range done.Aside {
		value, err := encodeAside(a)
		if err != nil {
			return false, fmt.Errorf("encoding the action %s: %w", a.Seq, err)
		}
		args = append(args, a.Seq, value)
	}
	for _, names := range [][]string{done.Done, done.All} {
		for _, name := range names {
			args = append(args, name)
		}
	}
	n, err := s.run.delivered.Run(ctx, s.rdb, []string{k.lease(leaseOf(l.Destination)), k.out, k.cursor, k.aside(l.Destination), k.runs()}, args...).Int()
	if err != nil {
		return false, fmt.Errorf("moving the cursor of %q on shard %d: %w", l.Destination, l.Shard, err)
	}
	return n == 1, nil
}

// Renew implements store.Store.
func (s *Store) Renew(ctx context.Context, l store.Lane, lease store.Lease) (bool, error) {
	work := sweepWork
	if l.Destination != "" {
		work = leaseOf(l.Destination)
	}
	n, err := s.run.renew.Run(ctx, s.rdb, []string{s.keys[l.Shard].lease(work)}, lease.Holder, milliseconds(lease)).Int()
	if err != nil {
		return false, fmt.Errorf("renewing the lease of %s on shard %d: %w", work, l.Shard, err)
	}
	return n == 1, nil
}

// leaseTime is how long a lease lasts in ms; 0 gives it back.
func leaseTime(l store.Lease) int64 {
	if l.For == 0 {
		return 0
	}
	return milliseconds(l)
}

// Waiting implements store.Store. It sends two pipelines for all lanes: for their
// cursors, then for the first deliveries left.
func (s *Store) Waiting(ctx context.Context, lanes []store.Lane) ([]store.Waiting, error) {
	if len(lanes) == 0 {
		return nil, nil
	}
	cursors, asides := make([]*redis.SliceCmd, len(lanes)), make([]*redis.StringSliceCmd, len(lanes))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, l := range lanes {
			cursors[i], asides[i] = p.HMGet(ctx, s.keys[l.Shard].cursor, l.Destination), p.HKeys(ctx, s.keys[l.Shard].aside(l.Destination))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking at %d lanes: %w", len(lanes), err)
	}
	waiting := make([]store.Waiting, len(lanes))
	nexts, firsts := make([]*redis.XMessageSliceCmd, len(lanes)), make(map[int]*redis.SliceCmd)
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, l := range lanes {
			after := cmp.Or(text(cursors[i].Val()[0]), "0-0")
			nexts[i] = p.XRangeN(ctx, s.keys[l.Shard].out, "("+after, "+", 1)
			waiting[i] = store.Waiting{Lane: l, Aside: len(asides[i].Val())}
			if waiting[i].Aside > 0 {
				waiting[i].First.Seq = slices.MinFunc(asides[i].Val(), store.CompareSeq)
				firsts[i] = p.HMGet(ctx, s.keys[l.Shard].aside(l.Destination), waiting[i].First.Seq)
			}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking at %d lanes: %w", len(lanes), err)
	}
	for i := range waiting {
		if messages := nexts[i].Val(); len(messages) > 0 {
			next := entry(messages[0].ID, maps.All(messages[0].Values))
			waiting[i].Next, waiting[i].NextAt = next.Seq, next.At
		}
		if first := firsts[i]; first != nil && first.Val()[0] != nil { // nil: it was delivered just now
			a, err := decodeAside(waiting[i].First.Seq, text(first.Val()[0]))
			if err != nil {
				return nil, err
			}
			waiting[i].First = a
		}
	}
	return waiting, nil
}

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, l store.Lane) error {
	if err := s.rdb.Del(ctx, s.keys[l.Shard].aside(l.Destination)).Err(); err != nil {
		return fmt.Errorf("forgetting what %q has aside on shard %d: %w", l.Destination, l.Shard, err)
	}
	if err := s.rdb.HDel(ctx, s.keys[l.Shard].runs(), leaseOf(l.Destination)).Err(); err != nil {
		return fmt.Errorf("forgetting the last run of %q on shard %d: %w", l.Destination, l.Shard, err)
	}
	if err := s.rdb.ZRem(ctx, allKey("retries"), retryName(l)).Err(); err != nil {
		return fmt.Errorf("forgetting the retry of %q on shard %d: %w", l.Destination, l.Shard, err)
	}
	return nil
}
