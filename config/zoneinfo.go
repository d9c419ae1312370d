package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// ZoneinfoVariable is the one that names another time zone database than the built-in one.
const ZoneinfoVariable = "DESKBELL_ZONEINFO"

// Bounds of a time zone database. Those of machines have 600 names, and no zone of more than 4 KB.
const (
	mostZones   = 5000
	largestZone = 64 << 10
)

// ReadZoneinfo reads a directory such as /usr/share/zoneinfo, wholly. Of its subdirectories, it leaves out right and posix,
// which have each zone once more. A symbolic link to another zone of the directory is a link of the database.
func ReadZoneinfo(dir string) (zones.Files, error) {
	files := zones.Files{Zones: make(map[string][]byte), Links: make(map[string]string)}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return files, fmt.Errorf("reading the time zone database: %w", err)
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name, relative := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil || relative != nil:
			return errors.Join(err, relative)
		case entry.IsDir() && (name == "right" || name == "posix"):
			return filepath.SkipDir
		case entry.IsDir() || slices.Contains([]string{"posixrules", "localtime", "Factory"}, name):
			return nil
		case len(files.Zones)+len(files.Links) >= mostZones:
			return fmt.Errorf("there are more than %d zones", mostZones)
		}
		return readZoneFile(&files, root, path, name)
	})
	if err == nil && len(files.Zones) == 0 {
		err = errors.New("there is no zone in it")
	}
	if err == nil {
		files.Version, err = ZoneinfoVersion(root)
	}
	if err != nil {
		return files, fmt.Errorf("reading the time zone database: %w; name a directory such as /usr/share/zoneinfo", err)
	}
	return files, nil
}

// UseZoneinfo makes this process use the time zone database of the directory that ZoneinfoVariable names, if it names one. Call
// it before anything that knows zones.
func UseZoneinfo(getenv func(string) string) error {
	dir := strings.TrimSpace(getenv(ZoneinfoVariable))
	if dir == "" {
		return nil
	}
	files, err := ReadZoneinfo(dir)
	if err != nil {
		return fmt.Errorf("%s=%s: %w", ZoneinfoVariable, dir, err)
	}
	d, err := zones.New(files)
	if err != nil {
		return fmt.Errorf("%s=%s: %w", ZoneinfoVariable, dir, err)
	}
	return zones.Use(d)
}

// ZoneinfoWatch tells of the time zone database that lies in a directory now, while a process uses the one that lay there. It is
// for one goroutine at a time.
type ZoneinfoWatch struct {
	Dir     string
	Version string // of the one in use
	Content string // zones.Database.Content of the one in use; empty: only versions are compared
	seen    string // the marks of its files when they were last read
	now     string
}

// Now is the version of the database, with a remark where its rules are others than those in use under that version. It reads
// the files anew when the size or the time of one is another. While they are being written there may be an error.
func (w *ZoneinfoWatch) Now() (string, error) {
	marks, err := zoneinfoMarks(w.Dir)
	if err != nil || marks == w.seen {
		return w.now, err
	}
	version, err := ZoneinfoVersion(w.Dir)
	if err != nil {
		return "", err
	}
	differs, err := w.differs(version)
	if err != nil {
		return "", err
	}
	if differs {
		version += " with other rules"
	}
	w.seen, w.now = marks, version
	return version, nil
}

// differs tells whether the rules are others than those in use, of the version in use; of another version that says itself.
func (w *ZoneinfoWatch) differs(version string) (bool, error) {
	if w.Content == "" || version != w.Version {
		return false, nil
	}
	files, err := ReadZoneinfo(w.Dir)
	if err != nil {
		return false, err
	}
	d, err := zones.New(files)
	if err != nil {
		return false, err
	}
	content, err := d.Content()
	return content != w.Content, err
}

// zoneinfoMarks are the names, sizes and times of the files of a directory, and where its links lead.
func zoneinfoMarks(dir string) (string, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	sum, files := sha256.New(), 0
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if files++; files > 4*mostZones { // right and posix have each once more
			return errors.New("there are too many files")
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		target, _ := os.Readlink(path) // of a file: none
		fmt.Fprintln(sum, path, target, info.Size(), info.ModTime().UnixNano())
		return nil
	})
	return string(sum.Sum(nil)), err
}

// readZoneFile adds a file, unless it is no zone: there are tables beside them.
func readZoneFile(files *zones.Files, root, path, name string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil && target != path {
		if to, err := filepath.Rel(root, target); err == nil && filepath.IsLocal(to) {
			files.Links[name] = filepath.ToSlash(to)
			return nil
		}
	}
	data, err := readSome(path, largestZone+1)
	switch {
	case err != nil:
		return err
	case !bytes.HasPrefix(data, []byte("TZif")):
		return nil
	case len(data) > largestZone:
		return fmt.Errorf("%s has more than %d bytes", name, largestZone)
	}
	files.Zones[name] = data
	return nil
}

// ZoneinfoVersion is the version of the database in a directory: that of tzdata.zi, else of +VERSION or version.
func ZoneinfoVersion(dir string) (string, error) {
	for _, name := range []string{"tzdata.zi", "+VERSION", "version"} {
		head, err := readSome(filepath.Join(dir, name), 256)
		if err != nil {
			continue
		}
		line, _, _ := strings.Cut(string(head), "\n")
		version := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " version"))
		if !zones.IsVersion(version) {
			return "", fmt.Errorf("%s names no version such as 2026f, but %q", name, version)
		}
		return version, nil
	}
	return "", errors.New("none of tzdata.zi, +VERSION and version, which say its version, is there")
}

func readSome(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
