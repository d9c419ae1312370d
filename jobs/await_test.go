package jobs_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestFirstStepsAreTakenAgainWhenRedisGoesAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	r := jobs.Connect(server.Options())
	t.Cleanup(func() { _ = r.Close() })
	log, _ := logtest.NewNullLogger()
	tries := 0
	err := r.Await(t.Context(), log, func(ctx context.Context) error {
		if tries++; tries == 1 {
			server.Stop(t)
			defer server.Restart(t)
		}
		return r.Client.Set(ctx, "step", tries, 0).Err()
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestAFirstStepThatCannotSucceedEndsTheWait(t *testing.T) {
	t.Parallel()
	r := jobs.Connect(redistest.Start(t).Options())
	t.Cleanup(func() { _ = r.Close() })
	log, _ := logtest.NewNullLogger()
	fault := errors.New("a fault in a file")
	if err := r.Await(t.Context(), log, func(context.Context) error { return fault }); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}

func TestARedisThatTakesNoWritesIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rdb := server.Client(t)
	do := func(args ...any) {
		if err := rdb.Do(t.Context(), args...).Err(); err != nil {
			t.Error(err)
		}
	}
	do("CONFIG", "SET", "maxmemory", "1") // one byte: it has more
	r := jobs.Connect(server.Options())
	t.Cleanup(func() { _ = r.Close() })
	log, lines := logtest.NewNullLogger()
	tries := 0
	err := r.Await(t.Context(), log, func(ctx context.Context) error {
		if tries++; tries == 3 {
			do("CONFIG", "SET", "maxmemory", "0")
		}
		return r.Client.Set(ctx, "step", tries, 0).Err()
	})
	if err != nil || tries != 3 {
		t.Errorf("%d tries, %v", tries, err)
	}
	if said := lines.AllEntries(); len(said) != 2 || !strings.Contains(said[0].Message, "its memory is full") || said[1].Level != logrus.InfoLevel {
		t.Errorf("it says %v", said)
	}
}

func TestAHostThatNobodyKnowsIsNamed(t *testing.T) {
	t.Parallel()
	o := redistest.Start(t).Options()
	o.DialerRetries, o.Dialer = 1, func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "redsi", IsNotFound: true}
	}
	r := jobs.Connect(o)
	t.Cleanup(func() { _ = r.Close() })
	var unusable *jobs.UnusableError
	if err := r.AwaitSoon(t.Context()); !errors.As(err, &unusable) || !strings.Contains(err.Error(), "correct the name in REDIS_URL") || !strings.Contains(err.Error(), "redsi") {
		t.Errorf("a tool: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log, lines := logtest.NewNullLogger()
	log.AddHook(stopsWaiting{cancel})
	_ = r.Await(ctx, log)
	if said := lines.LastEntry(); said == nil || !strings.Contains(said.Message, "nobody knows its host") {
		t.Errorf("a worker says %v", said)
	}
}

// stopsWaiting is a hook of a log that ends a wait with the first line.
type stopsWaiting struct{ end func() }

func (stopsWaiting) Levels() []logrus.Level { return logrus.AllLevels }

func (s stopsWaiting) Fire(*logrus.Entry) error {
	s.end()
	return nil
}

// TestSettingsThatCannotWorkEndTheWait: nothing but another REDIS_URL helps.
func TestSettingsThatCannotWorkEndTheWait(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*redis.UniversalOptions){
		"a wrong password": func(o *redis.UniversalOptions) { o.Username, o.Password = "lea", "wrong" },
		"no such database": func(o *redis.UniversalOptions) { o.DB = 99 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := redistest.Start(t).Options()
			change(&o)
			r := jobs.Connect(o)
			t.Cleanup(func() { _ = r.Close() })
			log, lines := logtest.NewNullLogger()
			var unusable *jobs.UnusableError
			if err := r.Await(t.Context(), log); !errors.As(err, &unusable) || !strings.Contains(unusable.Remedy, "REDIS_URL") || len(lines.AllEntries()) > 0 {
				t.Errorf("got %v, and %v", err, lines.AllEntries())
			}
		})
	}
}
