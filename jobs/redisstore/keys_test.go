package redisstore_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// keyPattern is a line of the list in keys.go.
type keyPattern struct {
	name, kind string
	*regexp.Regexp
	seen bool
}

// listedKeys reads the list in keys.go.
func listedKeys(t *testing.T) []*keyPattern {
	t.Helper()
	source, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	id := `[A-Za-z0-9._-]+`
	parts := strings.NewReplacer(
		regexp.QuoteMeta("{N}"), `\{\d+\}`,
		"DEST", id,
		"HASH", "[0-9a-f]{32}",
		"PERIOD", `\d+`,
		"DAY", `\d{4}-\d\d-\d\d`,
		"SUBJECT", "(property|agent)/"+id,
		"SCHEDULE", id,
		"WORK", "(sweep|deliver:"+id+")")
	var list []*keyPattern
	for _, m := range regexp.MustCompile(`(?m)^//\t(deskbell:\S+) +(\w+) `).FindAllStringSubmatch(string(source), -1) {
		list = append(list, &keyPattern{name: m[1], kind: m[2], Regexp: regexp.MustCompile("^" + parts.Replace(regexp.QuoteMeta(m[1])) + "$")})
	}
	if len(list) < 10 {
		t.Fatalf("found only %d keys in keys.go", len(list))
	}
	return list
}

// verifyKeys compares what a run of the suite has left with the list in keys.go.
func verifyKeys(t *testing.T, server *redistest.Server, databases int) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // the suite has ended
	list := listedKeys(t)
	for db := range databases {
		o := server.Options()
		o.DB = db
		rdb := redis.NewUniversalClient(&o)
		keys, err := rdb.Keys(ctx, "*").Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			kind, err := rdb.Type(ctx, key).Result()
			if err != nil {
				t.Fatal(err)
			}
			if kind != "none" && !listed(list, key, kind) { // none: a lease that has just run out
				t.Errorf("%s, a %s, is not in the list", key, kind)
			}
		}
		rdb.Close()
	}
	for _, p := range list {
		if !p.seen {
			t.Errorf("%s, a %s, was never written", p.name, p.kind)
		}
	}
}

func listed(list []*keyPattern, key, kind string) bool {
	for _, p := range list {
		if p.MatchString(key) && p.kind == kind {
			p.seen = true
			return true
		}
	}
	return false
}
