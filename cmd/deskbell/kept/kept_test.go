package kept

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// shortFolder is one in whose path a socket fits.
func shortFolder(t *testing.T) string {
	t.Helper()
	redistest.Program(t, program)
	dir, err := os.MkdirTemp("", "kept") //nolint:usetesting // the path of that of t has the name of the test in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func started(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAServerThatOutlivedItsUpIsEnded closes the locks of a first one, as the system does where its process is killed. The server still has
// one of them, and writes.
func TestAServerThatOutlivedItsUpIsEnded(t *testing.T) {
	t.Parallel()
	dir := shortFolder(t)
	first := started(t, dir)
	if got := first.say(t.Context(), "SET k v"); got != "+OK" {
		t.Fatalf("it says %q", got)
	}
	if _, err := Start(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "another deskbell up has it") {
		t.Errorf("a second one: %v", err)
	}
	if err := first.unlock(); err != nil {
		t.Fatal(err)
	}
	second := started(t, dir)
	<-first.exited
	if got := second.say(t.Context(), "EXISTS k"); got != ":1" {
		t.Errorf("of what the first one had, there is %q", got)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	<-second.Exited()
	third := started(t, dir)
	if got := third.say(t.Context(), "EXISTS k"); got != ":1" {
		t.Errorf("after an end in peace, there is %q", got)
	}
	if err := third.Close(); err != nil {
		t.Error(err)
	}
}

func TestFoldersThatAreRefused(t *testing.T) {
	t.Parallel()
	open := shortFolder(t)
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, says := range map[string]string{
		open: "others may enter it (mode 0755): chmod 700 it",
		filepath.Join(t.TempDir(), strings.Repeat("x", longestPath)): "its path is too long for a socket in it",
	} {
		if s, err := Start(t.Context(), dir); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v", dir, s, err)
		}
	}
}

func TestAServerThatCannotStart(t *testing.T) {
	t.Parallel()
	dir := shortFolder(t)
	if err := os.WriteFile(filepath.Join(dir, "appendonlydir"), nil, 0o600); err != nil { // in the way of its folder
		t.Fatal(err)
	}
	_, err := Start(t.Context(), dir)
	if err == nil || errors.Is(err, ErrNoProgram) || !strings.Contains(err.Error(), filepath.Join(dir, "redis.log")+" says why") {
		t.Errorf("%v", err)
	}
}
