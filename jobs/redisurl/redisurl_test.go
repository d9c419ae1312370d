package redisurl_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/jobs/redisurl"
)

func TestParse(t *testing.T) {
	t.Parallel()
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, c := range []struct {
		url, redacted string
		want          redis.UniversalOptions
	}{
		{"redis://localhost", "redis://localhost:6379", redis.UniversalOptions{Addrs: []string{"localhost:6379"}}},
		{"redis://localhost:6380/", "redis://localhost:6380", redis.UniversalOptions{Addrs: []string{"localhost:6380"}}},
		{"redis://:p%40ss@10.0.0.1/3", "redis://***@10.0.0.1:6379/3", redis.UniversalOptions{Addrs: []string{"10.0.0.1:6379"}, Password: "p@ss", DB: 3}},
		{"redis://app:p:w@[::1]:7000?client_name=deskbell", "redis://***@[::1]:7000?client_name=deskbell",
			redis.UniversalOptions{Addrs: []string{"[::1]:7000"}, Username: "app", Password: "p:w", ClientName: "deskbell"}},
		{"rediss://db.example.com:6380", "rediss://db.example.com:6380", redis.UniversalOptions{Addrs: []string{"db.example.com:6380"}, TLSConfig: secure}},
		{"rediss://db?skip_verify=true", "rediss://db:6379?skip_verify=true",
			redis.UniversalOptions{Addrs: []string{"db:6379"}, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}}},
		{"unix:///run/redis.sock", "unix:///run/redis.sock", redis.UniversalOptions{Addrs: []string{"/run/redis.sock"}}},
		{"unix://u:p@/run/redis.sock?db=2", "unix://***@/run/redis.sock?db=2",
			redis.UniversalOptions{Addrs: []string{"/run/redis.sock"}, Username: "u", Password: "p", DB: 2}},
		{"redis-sentinel://:pw@a,b:26380/1?master=mymaster&sentinel_username=s&sentinel_password=sp",
			"redis-sentinel://***@a:26379,b:26380/1?master=mymaster&sentinel_password=***&sentinel_username=***",
			redis.UniversalOptions{Addrs: []string{"a:26379", "b:26380"}, Password: "pw", DB: 1, MasterName: "mymaster", SentinelUsername: "s", SentinelPassword: "sp"}},
		{"rediss-sentinel://a?master=m", "rediss-sentinel://a:26379?master=m", redis.UniversalOptions{Addrs: []string{"a:26379"}, MasterName: "m", TLSConfig: secure}},
		{"redis-cluster://a", "redis-cluster://a:6379", redis.UniversalOptions{Addrs: []string{"a:6379"}, IsClusterMode: true}},
		{"rediss-cluster://u:p@a:1,b:2/0", "rediss-cluster://***@a:1,b:2",
			redis.UniversalOptions{Addrs: []string{"a:1", "b:2"}, Username: "u", Password: "p", IsClusterMode: true, TLSConfig: secure}},
	} {
		got, err := redisurl.Parse(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		same := cmp.Comparer(func(a, b *tls.Config) bool {
			return (a == nil) == (b == nil) && (a == nil || a.InsecureSkipVerify == b.InsecureSkipVerify && a.MinVersion == b.MinVersion)
		})
		if diff := cmp.Diff(&c.want, got, same); diff != "" {
			t.Errorf("%s: %s", c.url, diff)
		}
		if got := redisurl.Redact(c.url); got != c.redacted {
			t.Errorf("%s: redacted to %s", c.url, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{"", "has no scheme that is known"},
		{"hunter2@localhost:6379", "has no scheme that is known"},
		{"hunter2://localhost", "has no scheme that is known"},
		{"redis://", "has no valid host:port"},
		{"redis://:hunter2:6379", "has no valid host:port"},
		{"redis://:hunter2@", "has no valid host:port"},
		{"redis://:hun/ter2@localhost", "is malformed"},
		{"redis://:hun?ter2@localhost", "is malformed"},
		{"redis://:hun#ter2@localhost", "is malformed"},
		{"redis://:hun@ter2@localhost", "is malformed before the @"},
		{"redis://:hunter2%zz@localhost", "is malformed before the @"},
		{"redis://a:0", "has no valid host:port"},
		{"redis://a:65536", "has no valid host:port"},
		{"redis://a b", "has no valid host:port"},
		{"redis://a/hunter2", "has no number from 0 to 9999"},
		{"redis://a/-1", "has no number from 0 to 9999"},
		{"redis://a?db=1", "has an option that does not belong there"},
		{"redis://a?skip_verify=true", "has an option that does not belong there"},
		{"rediss://a?skip_verify=hunter2", "has an option that does not belong there"},
		{"redis://a?password=hunter2", "has an option that does not belong there"},
		{"redis://a?%zz=hunter2", "has an option that does not belong there"},
		{"redis://a,b", "names several hosts, which is for redis-sentinel:// and redis-cluster://"},
		{"unix://run/redis.sock", "has no absolute path"},
		{"unix://", "has no absolute path"},
		{"redis-sentinel://a", "names no master"},
		{"redis-cluster://a/1", "names a database, of which a cluster has only 0"},
	} {
		o, err := redisurl.Parse(c.url)
		if err == nil || o != nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.url, err, c.want)
			continue
		}
		if strings.Contains(err.Error()+redisurl.Redact(c.url), "ter2") {
			t.Errorf("%s: shows the password: %v, %s", c.url, err, redisurl.Redact(c.url))
		}
	}
}

// A password stays hidden however the URL is mangled.
func TestRedisURLHidesPasswords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		const password = "hunter2"
		noise := rapid.StringMatching(`[a-z/?#@:%,\[\]]{0,5}`)
		s := rapid.SampledFrom([]string{"redis://", "rediss-cluster://", "redis-sentinel://", "unix://", "redsi://", ""}).Draw(r, "scheme") +
			noise.Draw(r, "user") + ":" + noise.Draw(r, "before") + password + noise.Draw(r, "after") + "@" + noise.Draw(r, "host") + "localhost:6379/0"
		shown := redisurl.Redact(s)
		if _, err := redisurl.Parse(s); err != nil {
			shown += err.Error()
		}
		if strings.Contains(shown, password) {
			r.Fatalf("%s: %s", s, shown)
		}
	})
}
