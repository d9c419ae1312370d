package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
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
