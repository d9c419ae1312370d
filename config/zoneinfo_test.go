package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
)

// zoneinfo makes a directory of files; a text that begins with -> is a symbolic link.
func zoneinfo(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		target, isLink := strings.CutPrefix(text, "->")
		err := os.WriteFile(path, []byte(text), 0o600)
		if isLink {
			_ = os.Remove(path)
			err = os.Symlink(target, path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadZoneinfo(t *testing.T) {
	t.Parallel()
	files, err := config.ReadZoneinfo(zoneinfo(t, map[string]string{
		"Etc/UTC": "TZif2", "Europe/Paris": "TZif2 Paris", "Paris": "->Europe/Paris", "UTC": "->Etc/UTC", "localtime": "->/etc/localtime",
		"posix/Europe/Paris": "TZif2", "right/Europe/Paris": "TZif2", "posixrules": "TZif2", "Factory": "TZif2",
		"tzdata.zi": "# version 2026f\n# redo\n", "zone.tab": "FR +4852+00220 Europe/Paris\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if files.Version != "2026f" {
		t.Errorf("the version is %q", files.Version)
	}
	if diff := cmp.Diff(map[string][]byte{"Etc/UTC": []byte("TZif2"), "Europe/Paris": []byte("TZif2 Paris")}, files.Zones); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"Paris": "Europe/Paris", "UTC": "Etc/UTC"}, files.Links); diff != "" {
		t.Error(diff)
	}
}

func TestZoneinfoIsWatched(t *testing.T) {
	t.Parallel()
	zone := func(offset byte) string { // TZif, version 1: always that far from UTC, in seconds
		return "TZif" + strings.Repeat("\x00", 16) + strings.Repeat("\x00", 12) + strings.Repeat("\x00", 4) + "\x00\x00\x00\x01\x00\x00\x00\x04" +
			"\x00\x00\x00" + string([]byte{offset}) + "\x00\x00" + "ABC\x00"
	}
	dir := zoneinfo(t, map[string]string{"Etc/UTC": zone(0), "UTC": "->Etc/UTC", "Europe/Paris": zone(60), "tzdata.zi": "# version 2026f\n"})
	read := func() string {
		t.Helper()
		files, err := config.ReadZoneinfo(dir)
		if err != nil {
			t.Fatal(err)
		}
		d, err := zones.New(files)
		if err != nil {
			t.Fatal(err)
		}
		content, err := d.Content()
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	w := config.ZoneinfoWatch{Dir: dir, Version: "2026f", Content: read()}
	written := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		written = written.Add(time.Second)
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chtimes(file, written, written)); err != nil {
			t.Fatal(err)
		}
	}
	now := func(want string) {
		t.Helper()
		for range 2 { // the second time from memory
			if got, err := w.Now(); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		}
	}
	now("2026f")
	write("Europe/Paris", zone(61))
	now("2026f with other rules")
	write("Europe/Paris", zone(60))
	now("2026f")
	write("tzdata.zi", "# version 2026g\n")
	now("2026g")
	write("tzdata.zi", "# half")
	if got, err := w.Now(); err == nil {
		t.Errorf("of a directory that is being written: %q", got)
	}
	write("tzdata.zi", "# version 2026f\n")
	now("2026f")
	if err := os.Remove(filepath.Join(dir, "Europe", "Paris")); err != nil {
		t.Fatal(err)
	}
	now("2026f with other rules")
}

func TestDirectoriesThatAreNoZoneinfo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files map[string]string
		want  string
	}{
		{nil, "there is no zone in it"},
		{map[string]string{"notes.txt": "no zone"}, "there is no zone in it"},
		{map[string]string{"UTC": "TZif2"}, "none of tzdata.zi, +VERSION and version"},
		{map[string]string{"UTC": "TZif2", "version": "latest"}, `version names no version such as 2026f, but "latest"`},
		{map[string]string{"UTC": "TZif2" + strings.Repeat("x", 70_000), "version": "2026f"}, "UTC has more than"},
	} {
		_, err := config.ReadZoneinfo(zoneinfo(t, c.files))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.files, err)
		}
	}
	if _, err := config.ReadZoneinfo(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a directory that is not there is read")
	}
	for name, text := range map[string]string{"tzdata.zi": "# version 2030b", "+VERSION": "2030b\n", "version": "2030b"} {
		if got, err := config.ZoneinfoVersion(zoneinfo(t, map[string]string{name: text})); err != nil || got != "2030b" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
