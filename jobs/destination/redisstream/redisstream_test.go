package redisstream_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func open(t *testing.T, rdb redis.UniversalClient, name string, def definition.Destination) deliver.Destination {
	t.Helper()
	out, err := redisstream.Open(rdb)(name, def)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// send delivers actions with these places; each body is its place.
func send(t *testing.T, out deliver.Destination, shard int, seqs ...string) {
	t.Helper()
	var batch []deliver.Delivery
	for _, seq := range seqs {
		batch = append(batch, deliver.Delivery{Shard: shard, Seq: seq, Body: fmt.Appendf(nil, `{"%d":%q}`, shard, seq)})
	}
	if err := out.Deliver(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, rdb redis.UniversalClient, stream string) (actions []string) {
	t.Helper()
	entries, err := rdb.XRange(context.Background(), stream, "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if len(e.Values) != 1 {
			t.Errorf("an entry has the fields %v", e.Values)
		}
		actions = append(actions, fmt.Sprint(e.Values["action"]))
	}
	return actions
}

func TestAPingIsAnEntryAndMovesNoPlace(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	out := open(t, rdb, "out", definition.Destination{Stream: "actions"})
	to, ok := out.(deliver.Pinger)
	if !ok {
		t.Fatal("it shows nothing")
	}
	answer, err := to.Ping(t.Context(), deliver.Delivery{Shard: -1, Seq: "9-0", Body: []byte(`"ping"`)})
	if err != nil || !strings.HasSuffix(answer.Text, "of the stream actions") {
		t.Errorf("%+v, %v", answer, err)
	}
	send(t, out, 0, "1-0")
	if diff := cmp.Diff([]string{`"ping"`, `{"0":"1-0"}`}, read(t, rdb, "actions")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if keys, err := rdb.HKeys(t.Context(), "{actions}:seen").Result(); err != nil || len(keys) != 1 {
		t.Errorf("places: %v, %v", keys, err)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	for name, connect := range map[string]func(testing.TB) redis.UniversalClient{
		"Redis":    func(t testing.TB) redis.UniversalClient { return redistest.Start(t).Client(t) },
		"embedded": redistest.EmbeddedClient,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			t.Run("has each action once and in order, whatever comes again", func(t *testing.T) {
				t.Parallel()
				rdb := connect(t)
				out := open(t, rdb, "out", definition.Destination{})
				send(t, out, 0, "100-0", "100-1", "101-0")
				send(t, out, 0, "100-0", "100-1", "101-0")          // all of it
				send(t, out, 0, "101-0", "101-1", "1000-0")         // in part; as texts, 1000 is before 101
				send(t, out, 1, "100-0", "100-10")                  // another shard counts by itself
				send(t, out, 1, "100-2", "100-10", "100-9", "99-5") // older ones
				want := []string{`{"0":"100-0"}`, `{"0":"100-1"}`, `{"0":"101-0"}`, `{"0":"101-1"}`, `{"0":"1000-0"}`, `{"1":"100-0"}`, `{"1":"100-10"}`}
				if diff := cmp.Diff(want, read(t, rdb, definition.DefaultStream)); diff != "" {
					t.Error(diff)
				}
			})

			t.Run("of two destinations with one stream, neither loses what the other has had", func(t *testing.T) {
				t.Parallel()
				rdb := connect(t)
				one, two := open(t, rdb, "one", definition.Destination{Stream: "s"}), open(t, rdb, "two", definition.Destination{Stream: "s"})
				send(t, one, 0, "100-0", "102-0")
				send(t, two, 0, "101-0")
				if diff := cmp.Diff([]string{`{"0":"100-0"}`, `{"0":"102-0"}`, `{"0":"101-0"}`}, read(t, rdb, "s")); diff != "" {
					t.Error(diff)
				}
			})

			t.Run("keeps about as many as it is told", func(t *testing.T) {
				t.Parallel()
				rdb := connect(t)
				out := open(t, rdb, "out", definition.Destination{Stream: "short", MaxLen: 100})
				for i := range 10 {
					var seqs []string
					for n := range 100 {
						seqs = append(seqs, fmt.Sprintf("%d-%d", i+1, n))
					}
					send(t, out, 0, seqs...)
				}
				left := read(t, rdb, "short")
				if len(left) < 100 || len(left) > 300 || left[len(left)-1] != `{"0":"10-99"}` {
					t.Errorf("%d are left, the last is %s", len(left), left[len(left)-1])
				}
			})
		})
	}
}

func TestErrorsNameTheStream(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	if err := rdb.Set(t.Context(), "taken", "by a text", 0).Err(); err != nil {
		t.Fatal(err)
	}
	out := open(t, rdb, "out", definition.Destination{Stream: "taken"})
	err := out.Deliver(t.Context(), []deliver.Delivery{{Seq: "1-1", Body: []byte("{}")}})
	if err == nil || !strings.HasPrefix(err.Error(), `adding to the stream "taken": `) {
		t.Error(err)
	}
}

// In a cluster, one script can write only keys in one slot.
func TestCluster(t *testing.T) {
	t.Parallel()
	rdb := redistest.StartCluster(t).Client(t)
	for _, stream := range []string{definition.DefaultStream, "plain", "{tag}rest", "rest{tag}", "a{b", "{a", "{a{b}c}", "{}{a"} {
		out, err := redisstream.Open(rdb)("out", definition.Destination{Stream: stream})
		if err != nil {
			if !strings.Contains(stream, "}") {
				t.Errorf("%s: %v", stream, err)
			}
			continue
		}
		send(t, out, 3, "1-1", "1-2")
		send(t, out, 3, "1-2")
		if got := read(t, rdb, stream); len(got) != 2 {
			t.Errorf("%s has %q", stream, got)
		}
	}
	for _, stream := range []string{"a}b", "{}", "}{"} {
		if _, err := redisstream.Open(rdb)("out", definition.Destination{Stream: stream}); err == nil || !strings.Contains(err.Error(), "rename it") {
			t.Errorf("%s: %v", stream, err)
		}
	}
}
