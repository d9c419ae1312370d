package config

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zoneFile is the file of a zone of the built-in database.
func zoneFile(t *testing.T, name string) string {
	t.Helper()
	archive, err := zip.OpenReader("../domain/hours/zones/zones.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	f, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheZoneOfAMachine(t *testing.T) {
	t.Parallel()
	paris, havana := zoneFile(t, "Europe/Paris"), zoneFile(t, "America/Havana")
	for _, c := range []struct {
		of                            string
		tz, link, localtime, timezone string
		want, warning                 string
	}{
		{of: "a machine without a zone", want: "UTC"},
		{of: "TZ", tz: "Asia/Calcutta", link: "/usr/share/zoneinfo/Europe/Paris", want: "Asia/Calcutta"},
		{of: "TZ with a colon", tz: ":Europe/Paris", want: "Europe/Paris"},
		{of: "TZ as a path", tz: "/usr/share/zoneinfo/Europe/Paris", want: "Europe/Paris"},
		{of: "TZ with a rule", tz: "CET-1CEST", want: "UTC", warning: "TZ=CET-1CEST names no time zone"},
		{of: "a link", link: "/usr/share/zoneinfo/US/Pacific", localtime: paris, want: "US/Pacific"},
		{of: "a link into posix", link: "../usr/share/zoneinfo/posix/Europe/Paris", localtime: paris, want: "Europe/Paris"},
		{of: "a link, and an old name of a copy", link: "/var/db/timezone/zoneinfo/Europe/Paris", localtime: paris, timezone: "Etc/UTC", want: "Europe/Paris"},
		{of: "a copy with its name", localtime: paris, timezone: "Europe/Monaco\n", want: "Europe/Monaco"},
		{of: "a copy with another name", localtime: havana, timezone: "Etc/UTC\n", want: "America/Havana", warning: "taking America/Havana"},
		{of: "a copy without a name", localtime: havana, want: "America/Havana", warning: "taking America/Havana"},
		{of: "no zone file", localtime: "Paris", want: "UTC", warning: "/etc/localtime cannot be read"},
	} {
		root := t.TempDir()
		etc := filepath.Join(root, "etc")
		if err := os.Mkdir(etc, 0o700); err != nil {
			t.Fatal(err)
		}
		place := filepath.Join(etc, "localtime")
		if c.link != "" { // of a chroot: the file is below the root
			target := filepath.Join(root, "target", c.link)
			if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, place); err != nil {
				t.Fatal(err)
			}
			place = target
		}
		for file, text := range map[string]string{place: c.localtime, filepath.Join(etc, "timezone"): c.timezone} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		getenv := func(name string) string { return map[string]string{"TZ": c.tz}[name] }
		zone, warning := machine{root, getenv}.zone()
		if zone.String() != c.want || !strings.Contains(warning, c.warning) || c.warning == "" && warning != "" {
			t.Errorf("%s: %s, warning %q", c.of, zone, warning)
		}
	}
}
