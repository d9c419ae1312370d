// Package redisstore keeps the state of Deskbell in Redis: single, Sentinel or
// Cluster, or the embedded miniredis. Keys are listed in keys.go, and each atomic
// step is one Lua script in lua/.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/layout"
	"github.com/deskbell/deskbell/jobs/store"
)

// Store implements store.Store over Redis.
type Store struct {
	rdb       redis.UniversalClient
	run       scripts
	keys      []shardKeys
	layout    Layout
	zone      string
	timetable timetable
}

var _ store.Store = (*Store)(nil)

// Layout is how the work is divided. It is fixed at the first start and kept in Redis:
// a later start uses the stored one, whatever it asks for.
type Layout = layout.Layout

// Open reads the layout, or writes it into a Redis that has none.
func Open(ctx context.Context, rdb redis.UniversalClient, first Layout) (*Store, error) {
	meta, err := rdb.HMGet(ctx, layout.MetaKey, metaFields()...).Result()
	if err == nil && (meta[0] == nil || meta[1] == nil) {
		meta, err = writeLayout(ctx, rdb, first)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the layout: %w", err)
	}
	return newStore(rdb, meta)
}

// Peek reads the layout; for a Redis that has none, it uses first, and writes nothing.
// It is for processes that only read.
func Peek(ctx context.Context, rdb redis.UniversalClient, first Layout) (*Store, error) {
	meta, err := rdb.HMGet(ctx, layout.MetaKey, metaFields()...).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the layout: %w", err)
	}
	if meta[0] == nil || meta[1] == nil {
		meta = []any{strconv.Itoa(first.Shards), strconv.Itoa(first.Partitions), nil}
	}
	return newStore(rdb, meta)
}

// metaFields are those of layout.MetaKey, as newStore takes them.
func metaFields() []string { return []string{"shards", "partitions", "time_zone"} }

func newStore(rdb redis.UniversalClient, meta []any) (*Store, error) {
	run, err := loadScripts()
	if err != nil {
		return nil, fmt.Errorf("loading scripts: %w", err)
	}
	l, err := layout.Parse(meta[0], meta[1])
	if err != nil {
		return nil, err
	}
	s := &Store{rdb: rdb, run: run, layout: l, zone: text(meta[2])}
	for n := range l.Shards {
		s.keys = append(s.keys, keysOf(n))
	}
	return s, nil
}

// writeLayout writes the missing values, and gives those stored then: another process
// may have been quicker.
func writeLayout(ctx context.Context, rdb redis.UniversalClient, l Layout) ([]any, error) {
	if l.Shards < 1 || l.Shards > layout.MaxShards || l.Partitions < 1 {
		return nil, fmt.Errorf("this Redis has none, and %d shards in %d partitions are none either; allowed are 1 to %d shards, and 1 or more partitions",
			l.Shards, l.Partitions, layout.MaxShards)
	}
	if err := rdb.HSetNX(ctx, layout.MetaKey, "shards", l.Shards).Err(); err != nil {
		return nil, err
	}
	if err := rdb.HSetNX(ctx, layout.MetaKey, "partitions", l.Partitions).Err(); err != nil {
		return nil, err
	}
	return rdb.HMGet(ctx, layout.MetaKey, metaFields()...).Result()
}

// Shards implements store.Store.
func (s *Store) Shards() int { return len(s.keys) }

// Partitions is the number of queues of each kind of work.
func (s *Store) Partitions() int { return s.layout.Partitions }

// TimeZone is that of the worker which started last before the store was opened, for schedules and subjects that name none; empty: of none
// that said so.
func (s *Store) TimeZone() string { return s.zone }

// KeepTimeZone keeps it for those who start later.
func (s *Store) KeepTimeZone(ctx context.Context, zone string) error {
	if err := s.rdb.HSet(ctx, layout.MetaKey, "time_zone", zone).Err(); err != nil {
		return fmt.Errorf("keeping the time zone: %w", err)
	}
	return nil
}

// Shard implements store.Store.
func (s *Store) Shard(subject store.Subject) int { return s.layout.Shard(subject) }

// sweepWork is the name of the lease of a shard's sweeps.
const sweepWork = "sweep"

// Claim implements store.Store. The script only gives the due subjects. Their records
// are read as Load does: a script computes a hash of each byte that passes through it,
// so large definitions would cost several times as much.
func (s *Store) Claim(ctx context.Context, shard int, l store.Lease, at time.Time, limit int) (store.Claim, error) {
	k := s.keys[shard]
	for {
		due, err := s.run.claim.Run(ctx, s.rdb, []string{k.lease(sweepWork), k.due, k.def, k.state, k.runs()}, l.Holder, milliseconds(l), score(at), limit, store.PartBytes, l.Run).StringSlice()
		if errors.Is(err, redis.Nil) {
			return store.Claim{Busy: true}, nil
		}
		if err != nil {
			return store.Claim{}, fmt.Errorf("claiming shard %d: %w", shard, err)
		}
		records, err := s.claimed(ctx, k, due)
		if err != nil || len(records) > 0 || len(due) == 0 {
			return store.Claim{Records: records}, err
		}
	}
}

// claimed gives the records of due subjects, except those that were removed in the
// meantime.
func (s *Store) claimed(ctx context.Context, k shardKeys, due []string) ([]store.Record, error) {
	if len(due) == 0 {
		return nil, nil
	}
	names := make([]store.Subject, len(due)/2)
	for i := range names {
		names[i] = store.Subject(due[2*i])
	}
	loaded, err := s.Load(ctx, names)
	if err != nil {
		return nil, err
	}
	records := loaded[:0]
	var gone []any
	for i, r := range loaded {
		if r.Rev == 0 {
			needs := 1
			if r.Subject.Undefined() {
				needs = 0
			}
			gone = append(gone, string(r.Subject), needs)
			continue
		}
		if r.Due, err = instant(due[2*i+1]); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	if len(gone) > 0 {
		if err := s.run.forget.Run(ctx, s.rdb, []string{k.def, k.state, k.due, k.dues}, gone...).Err(); err != nil {
			return nil, fmt.Errorf("forgetting %d subjects: %w", len(gone)/2, err)
		}
	}
	return records, nil
}

// Load implements store.Store. A state is read before its definition: when an edit
// comes in between, the revision is the old one, and a decision on the record is lost.
// The other way round an old definition would pass for the new one.
func (s *Store) Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error) {
	byShard := make(map[int][]int) // shard → indexes into subjects
	for i, subject := range subjects {
		n := s.Shard(subject)
		byShard[n] = append(byShard[n], i)
	}
	type part struct {
		at          []int
		state, defs *redis.SliceCmd // defs are nil where there are none
	}
	var parts []part
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, at := range byShard {
			one, defined := part{at: at}, false
			fields := make([]string, len(at))
			for i, j := range at {
				fields[i] = string(subjects[j])
				defined = defined || !subjects[j].Undefined()
			}
			one.state = p.HMGet(ctx, s.keys[n].state, fields...)
			if defined {
				one.defs = p.HMGet(ctx, s.keys[n].def, fields...)
			}
			parts = append(parts, one)
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("loading %d subjects: %w", len(subjects), err)
	}
	records := make([]store.Record, len(subjects))
	for _, p := range parts {
		for i, j := range p.at {
			var def any
			if p.defs != nil {
				def = p.defs.Val()[i]
			}
			records[j] = record(subjects[j], def, p.state.Val()[i])
		}
	}
	return records, nil
}

// Page implements store.Store.
func (s *Store) Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error) {
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	pairs, next, err := s.rdb.HScan(ctx, s.keys[shard].def, at, "", int64(limit)).Result()
	if err != nil {
		return nil, "", fmt.Errorf("paging through shard %d: %w", shard, err)
	}
	subjects := make([]store.Subject, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		subjects = append(subjects, store.Subject(pairs[i]))
	}
	if len(subjects) == 0 {
		return nil, formatCursor(next), nil
	}
	records, err := s.Load(ctx, subjects)
	records = slices.DeleteFunc(records, func(r store.Record) bool { return r.Rev == 0 }) // removed in between
	return records, formatCursor(next), err
}

// Commit implements store.Store, in one pipeline. A server that does not know the script yet
// learns it from the changes of the first shard.
func (s *Store) Commit(ctx context.Context, changes []store.Change) (lost []store.Subject, err error) {
	if err := s.noteChatters(ctx, changes); err != nil {
		return nil, err
	}
	byShard := make(map[int][]store.Change)
	for _, c := range changes {
		shard := s.Shard(c.Subject)
		byShard[shard] = append(byShard[shard], c)
	}
	replies := make(map[int]*redis.Cmd, len(byShard))
	_, _ = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each reply has its own error
		for shard, changes := range byShard {
			keys, args, twice := s.commitment(shard, changes)
			lost = append(lost, twice...)
			replies[shard] = s.run.commit.EvalSha(ctx, p, keys, args...)
		}
		return nil
	})
	var errs []error
	for shard, reply := range replies {
		if redis.HasErrorPrefix(reply.Err(), "NOSCRIPT") {
			keys, args, _ := s.commitment(shard, byShard[shard])
			reply = s.run.commit.Run(ctx, s.rdb, keys, args...)
		}
		names, err := reply.StringSlice()
		if err != nil {
			errs = append(errs, fmt.Errorf("committing %d changes on shard %d: %w", len(byShard[shard]), shard, err))
		}
		lost = append(lost, subjects(names)...)
	}
	return lost, errors.Join(errs...)
}

// commitment gives the keys and arguments of commit.lua. Of two changes of one subject, the
// second is lost.
func (s *Store) commitment(shard int, changes []store.Change) (keys []string, args []any, lost []store.Subject) {
	k, latest := s.keys[shard], time.Time{}
	for i := range changes {
		if at := changes[i].At; at.After(latest) {
			latest = at
		}
	}
	keys = []string{k.state, k.due, k.out, k.notices, k.wake, k.wishes, k.recent, k.heard(latest), k.chatting, k.waits, k.waiting, k.dues, k.runs()}
	args = make([]any, 2, 2+16*len(changes))
	args[0], args[1] = int(heardFor.Seconds()), ""
	seen := make(map[store.Subject]bool, len(changes))
	for _, c := range changes {
		if seen[c.Subject] {
			lost = append(lost, c.Subject)
			continue
		}
		seen[c.Subject] = true
		args[1] = c.Run
		serves := 0
		if c.Wake || c.Stir {
			keys = append(keys, k.serves(c.Subject))
			if serves = len(keys); !c.Wake {
				serves = -serves
			}
		}
		args = append(args, string(c.Subject), before(c), after(c), score(c.Due), serves, len(c.Actions), len(c.Seen), told(c), chats(c), c.At.UnixMilli(), waits(c))
		for _, a := range c.Actions {
			args = append(args, a.Body, addressee(a))
		}
		for _, id := range c.Seen {
			args = append(args, seenAs(c.Subject, id)[:seenSize])
		}
	}
	return keys, args, lost
}

// told is 1 for a change that followers are to hear of. Visitors are many, and their pages wait
// for actions, and end with them.
func told(c store.Change) int {
	if c.Subject.Undefined() && len(c.Actions) == 0 && !c.Remove {
		return 0
	}
	return 1
}

// chats says whether commit.lua adds a visitor to the list of those who chat, or
// removes them.
func chats(c store.Change) string {
	_, _, visitor := c.Subject.Visitor()
	switch {
	case visitor && (c.ChatsEnd || c.Remove):
		return "-"
	case visitor && c.ChatsBegin:
		return "+"
	}
	return ""
}

// addressee is the receivers of an action, as commit.lua reads them. Lists of names and texts encode without an error.
func addressee(a store.Outgoing) string {
	if a.Push {
		a.Push = false
		return "@@" + addressee(a)
	}
	switch {
	case a.Notice:
		return "@"
	case !a.Leaves():
		return "-"
	case a.For != nil:
		shares, _ := json.Marshal(a.For)
		return string(shares)
	}
	return strings.Join(a.To, ",") // no name of one begins with a sign
}

// before is how the value of a state has to begin for a change to be written; empty:
// there must be none.
func before(c store.Change) string {
	if c.Makes() {
		return ""
	}
	return token(c.Rev, c.Woken) + " "
}

// after is the value of a state after a change: empty to leave it, a revision alone to
// keep what follows it, '-' to remove the subject. A change that must not be repeated
// has to give the record a new revision, so that a repeat of the script is lost.
func after(c store.Change) string {
	switch {
	case c.Remove:
		return "-"
	case c.Makes():
		return strconv.FormatInt(c.NewRev, 10) + " " + string(c.State)
	case c.State == nil && !c.Woken && !c.Wake && !c.Stir && len(c.Actions) == 0 && len(c.Seen) == 0:
		return ""
	}
	rev := strconv.FormatInt(store.NextRev(c.Rev, c.At), 10)
	if c.State == nil {
		return rev
	}
	return rev + " " + string(c.State)
}

// Edit implements store.Store.
func (s *Store) Edit(ctx context.Context, e store.Edit) (bool, error) {
	k := s.keys[s.Shard(e.Subject)]
	keys := []string{k.def, k.state, k.due, k.serves(e.Subject), k.dues}
	for _, schedule := range append(append([]string{}, e.Uses...), e.Unuses...) {
		keys = append(keys, k.uses(schedule))
	}
	n, err := s.run.edit.Run(ctx, s.rdb, keys, string(e.Subject), e.Rev, max(e.Rev+1, e.NewRev), e.Definition, score(e.Due), len(e.Uses)).Int()
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", e.Subject, err)
	}
	return n == 1, nil
}

// token is the part of a state's value that tells whether it was written since.
func token(rev int64, woken bool) string {
	t := strconv.FormatInt(rev, 10)
	if woken {
		t += "!"
	}
	return t
}

// record joins the values of a subject in two hashes. When one of them is missing, the
// subject is just being made or removed.
func record(subject store.Subject, def, state any) store.Record {
	r := store.Record{Subject: subject}
	value, definition := text(state), text(def)
	if value == "" || definition == "" && !subject.Undefined() {
		return r
	}
	r.Rev, r.Woken, r.State = layout.SplitState(value)
	if definition != "" {
		r.Definition = []byte(definition)
	}
	return r
}

// score is an instant as the timetable has it; empty for zero.
func score(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
}

// instant is the inverse of score, to the millisecond.
func instant(score string) (time.Time, error) {
	seconds, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading a due time: %w", err)
	}
	return fromScore(seconds), nil
}

func fromScore(seconds float64) time.Time {
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
}

// milliseconds is how long a lease lasts; Redis allows no less than one.
func milliseconds(l store.Lease) int64 { return max(1, l.For.Milliseconds()) }

// text is a reply as a string; empty for nil.
func text(reply any) string {
	s, _ := reply.(string)
	return s
}

func subjects(names []string) []store.Subject {
	if len(names) == 0 {
		return nil
	}
	s := make([]store.Subject, len(names))
	for i, name := range names {
		s[i] = store.Subject(name)
	}
	return s
}

// A cursor of HSCAN or SSCAN is a number; 0 is both the first and the last. Outside of
// this package both are "".
func parseCursor(cursor string) (uint64, error) {
	if cursor == "" {
		return 0, nil
	}
	at, err := strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading the cursor %q: %w", cursor, err)
	}
	return at, nil
}

func formatCursor(cursor uint64) string {
	if cursor == 0 {
		return ""
	}
	return strconv.FormatUint(cursor, 10)
}
