package reach

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// longestPath is how long the path of a socket may be: sun_path has 104 bytes on macOS and the BSDs, 108 on Linux, and ends
// with a zero.
const longestPath = 103

// folder is where the places of a user are, and the beginning of their names.
type folder struct {
	path, base string
	private    bool // the system keeps others out of it
}

func (f folder) file(n int, ending string) string {
	name := f.base
	if n > 1 {
		name = fmt.Sprintf("%s-%d", f.base, n)
	}
	return filepath.Join(f.path, name+ending)
}

// socketFolder is the folder of sockets. getenv reads the environment. An XDG_RUNTIME_DIR that is not the user's own, as sudo
// may leave it, does not count.
func socketFolder(getenv func(string) string) folder {
	const shared = "/tmp"
	own := fmt.Sprintf("deskbell-%d", os.Geteuid())
	f := folder{base: "up"}
	if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && isOwn(dir) {
		f.path = filepath.Join(dir, "deskbell")
	} else if f.path = filepath.Join(cmp.Or(getenv("TMPDIR"), shared), own); !filepath.IsAbs(f.path) {
		f.path = filepath.Join(shared, own)
	}
	if len(f.file(mostPlaces, socketEnding)) > longestPath {
		sum := sha256.Sum256([]byte(f.path))
		f = folder{path: filepath.Join(shared, own), base: "up-" + hex.EncodeToString(sum[:8])}
	}
	return f
}

// portFolder is the folder of the files with ports.
func portFolder(getenv func(string) string) (folder, error) {
	dir := getenv("LOCALAPPDATA")
	if !filepath.IsAbs(dir) {
		return folder{}, errors.New("LOCALAPPDATA does not name the folder for the files of programs")
	}
	return folder{path: filepath.Join(dir, "deskbell"), base: "up", private: true}, nil
}

// isOwn tells whether a folder is the user's and no other may change it.
func isOwn(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && isMine(info) && info.Mode().Perm()&0o022 == 0
}

// make makes the folder where it is not there. Another may have made it.
func (f folder) make() error {
	if err := os.Mkdir(f.path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the folder: %w", err)
	}
	return nil
}

// check refuses a folder into which another may put things. Its error is an fs.ErrNotExist where there is none.
func (f folder) check() error {
	info, err := os.Lstat(f.path)
	if err != nil {
		return fmt.Errorf("looking at the folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("refusing %s: it is no folder, or a symbolic link, which another may have put there: remove it, or set XDG_RUNTIME_DIR to a folder of your own", f.path)
	}
	if f.private {
		return nil
	}
	if !isMine(info) {
		return fmt.Errorf("refusing %s: it belongs to another user: set XDG_RUNTIME_DIR to a folder of your own", f.path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("refusing %s: others may enter it (mode %04o): chmod 700 it", f.path, mode)
	}
	above, err := os.Stat(filepath.Dir(f.path))
	if err != nil {
		return fmt.Errorf("looking at the folder above: %w", err)
	}
	if !isMine(above) && !isRoots(above) || above.Mode().Perm()&0o022 != 0 && above.Mode()&fs.ModeSticky == 0 {
		return fmt.Errorf("refusing %s: others may replace it, since %s is theirs to change: set XDG_RUNTIME_DIR to a folder of your own", f.path, filepath.Dir(f.path))
	}
	return nil
}
