package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestABackupIsRestored does what the README says of backups: another Redis that begins with a copy of the append-only file has the same
// definitions, states, overrides, keys and quotas, and one that has the export has the same definitions.
func TestABackupIsRestored(t *testing.T) {
	t.Parallel()
	from := online{t, redistest.Start(t, redistest.AOF, "appendfsync always")} // what is answered is in the file
	from.apply(office)
	for _, args := range [][]string{
		{"close", "acme", "--until", "2026-11-23T11:30"}, {"keys", "add", "ci"}, {"quotas", "set", "acme", "--events", "50"},
	} {
		if got := from.run(mondayMorning, "", args...); got.code != 0 {
			t.Fatalf("%q: %+v", args, got)
		}
	}
	from.decide(mondayMorning)
	rdb := from.server.Client(t)
	do := func(args ...any) {
		t.Helper()
		if err := rdb.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	do("BGREWRITEAOF") // the file has a base then, and what came after it

	do("CONFIG", "SET", "auto-aof-rewrite-percentage", "0")
	redistest.Wait(t, "no rewrite is under way", func() bool {
		info, err := rdb.Info(t.Context(), "persistence").Result()
		return err == nil && strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0")
	})
	dir, err := rdb.ConfigGet(t.Context(), "dir").Result()
	if err != nil {
		t.Fatal(err)
	}
	backup := t.TempDir()
	const files = "appendonlydir"
	if err := os.CopyFS(filepath.Join(backup, files), os.DirFS(filepath.Join(dir["dir"], files))); err != nil {
		t.Fatal(err)
	}
	do("CONFIG", "SET", "auto-aof-rewrite-percentage", "100")

	to := online{t, redistest.Start(t, redistest.AOF, redistest.Setting(`dir "`+backup+`"`))}
	for _, args := range [][]string{
		{"status", "acme", "--json"}, {"status", "always", "--json"}, {"status"}, {"export"}, {"keys", "list"}, {"quotas", "list", "--json"},
	} {
		want := from.run(mondayMorning, "", args...)
		if want.code != 0 || want.stdout == "" {
			t.Fatalf("%q: %+v", args, want)
		}
		to.expect(want, mondayMorning, "", args...)
	}

	file := from.run(mondayMorning, "", "export").stdout
	empty := newOnline(t)
	empty.apply(file)
	if got := empty.run(mondayMorning, "", "export"); got.stdout != file {
		t.Errorf("after the export alone: %+v", got)
	}
}
