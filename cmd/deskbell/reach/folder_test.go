//go:build unix

package reach

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// world is an environment.
type world map[string]string

func (w world) get(name string) string { return w[name] }

// dir makes a folder of a mode.
func dir(t *testing.T, mode os.FileMode) string {
	t.Helper()
	d := filepath.Join(shortDir(t), "d")
	if err := os.Mkdir(d, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d, mode); err != nil {
		t.Fatal(err)
	}
	return d
}

// shortDir is a folder in which sockets fit: that of t has the name of the test in it.
func shortDir(t *testing.T) string {
	t.Helper()
	d, err := os.MkdirTemp("/tmp", "reach") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) })
	return d
}

func TestTheFolder(t *testing.T) {
	t.Parallel()
	own := fmt.Sprintf("deskbell-%d", os.Geteuid())
	private, readable, shared := dir(t, 0o700), dir(t, 0o755), dir(t, 0o777|os.ModeSticky)
	long := filepath.Join(shortDir(t), strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		env  world
		want string
	}{
		{"the runtime folder", world{"XDG_RUNTIME_DIR": private, "TMPDIR": readable}, private + "/deskbell/up.sock"},
		{"one that others may read", world{"XDG_RUNTIME_DIR": readable}, readable + "/deskbell/up.sock"},
		{"one that others may change", world{"XDG_RUNTIME_DIR": shared, "TMPDIR": private}, private + "/" + own + "/up.sock"},
		{"one that is not there", world{"XDG_RUNTIME_DIR": private + "/no", "TMPDIR": private}, private + "/" + own + "/up.sock"},
		{"no path from the root", world{"XDG_RUNTIME_DIR": "run", "TMPDIR": private}, private + "/" + own + "/up.sock"},
		{"none", world{}, "/tmp/" + own + "/up.sock"},
		{"a temporary folder that is no path from the root", world{"TMPDIR": "tmp"}, "/tmp/" + own + "/up.sock"},
	} {
		if got := socketFolder(c.env.get).file(1, socketEnding); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	names := make(map[string]bool)
	for _, env := range []world{{"XDG_RUNTIME_DIR": long}, {"TMPDIR": long}, {"TMPDIR": long + "y"}} {
		f := socketFolder(env.get)
		name := f.file(mostPlaces, socketEnding)
		if f.path != "/tmp/"+own || len(name) > longestPath || !strings.HasPrefix(f.base, "up-") {
			t.Errorf("%v: got %s", env, name)
		}
		names[name] = true
	}
	if len(names) != 3 {
		t.Errorf("several long paths share a name: %v", names)
	}
}

func TestAFolderThatOthersMayChangeIsRefused(t *testing.T) {
	t.Parallel()
	own := fmt.Sprintf("deskbell-%d", os.Geteuid())
	for _, c := range []struct {
		name  string
		above os.FileMode
		make  func(t *testing.T, folder string)
		want  string // empty: taken
	}{
		{"made by itself", 0o700, nil, ""},
		{"in a folder that all share", 0o777 | os.ModeSticky, nil, ""},
		{"in a folder where others may replace it", 0o777, nil, "others may replace it"},
		{"a link to a folder of the user", 0o777 | os.ModeSticky, func(t *testing.T, folder string) {
			if err := os.Symlink(dir(t, 0o700), folder); err != nil {
				t.Fatal(err)
			}
		}, "a symbolic link"},
		{"a link to nowhere", 0o777 | os.ModeSticky, func(t *testing.T, folder string) {
			if err := os.Symlink("/nowhere", folder); err != nil {
				t.Fatal(err)
			}
		}, "a symbolic link"},
		{"a file", 0o777 | os.ModeSticky, func(t *testing.T, folder string) {
			if err := os.WriteFile(folder, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "it is no folder"},
		{"one that others may enter", 0o777 | os.ModeSticky, func(t *testing.T, folder string) {
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(folder, 0o711); err != nil {
				t.Fatal(err)
			}
		}, "others may enter it (mode 0711): chmod 700 it"},
		{"one of another user", 0o777 | os.ModeSticky, func(t *testing.T, folder string) {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(folder, 54321, -1); err != nil {
				t.Skipf("only root may give a folder away: %v", err)
			}
		}, "it belongs to another user"},
		{"in a folder of another user", 0o755, func(t *testing.T, folder string) {
			if err := os.Chown(filepath.Dir(folder), 54321, -1); err != nil {
				t.Skipf("only root may give a folder away: %v", err)
			}
		}, "others may replace it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			above := dir(t, c.above)
			if c.make != nil {
				c.make(t, filepath.Join(above, own))
			}
			env := world{"TMPDIR": above}
			taken, err := Take(env.get)
			switch {
			case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("taking: %v", err)
			case err == nil:
				_ = taken.Close()
			}
			if _, err := Places(env.get); c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("looking: %v", err)
			}
		})
	}
}

func TestWithoutAFolderThereIsNoPlace(t *testing.T) {
	t.Parallel()
	env := world{"TMPDIR": dir(t, 0o700)}
	if places, err := Places(env.get); err != nil || len(places) > 0 {
		t.Errorf("got %d places, %v", len(places), err)
	}
}

func TestNobodyElseMayConnect(t *testing.T) {
	t.Parallel()
	env := world{"XDG_RUNTIME_DIR": dir(t, 0o755)}
	taken, err := Take(env.get)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for path, want := range map[string]os.FileMode{
		filepath.Dir(taken.Socket()): 0o700 | os.ModeDir, taken.Socket(): 0o600 | os.ModeSocket,
	} {
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestASocketOfOneThatWasKilledIsStale: the system gives the lock back, and leaves the file.
func TestASocketOfOneThatWasKilledIsStale(t *testing.T) {
	t.Parallel()
	env := world{"XDG_RUNTIME_DIR": dir(t, 0o700)}
	first, err := Take(env.get)
	if err != nil {
		t.Fatal(err)
	}
	first.door.Listener.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	places, err := Places(env.get)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(places[0].Socket()); err != nil {
		t.Fatal("the file was to stay")
	}
	if conn, err := places[0].Dial(t.Context()); err == nil {
		conn.Close()
		t.Error("somebody listens at the stale socket")
	}
	second, err := Take(env.get)
	if err != nil || second.Socket() != places[0].Socket() {
		t.Fatalf("the second has %+v (%v)", second, err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(places[0].Socket()); err == nil {
		t.Error("the socket stays after its end")
	}
}
