package zones

import (
	"archive/zip"
	"bytes"
	_ "embed" // of the copy
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed zones.zip
var packed []byte

//go:embed zones.sum
var packedSum string

// The entries of zones.zip that are no zones.
const (
	versionEntry = "VERSION"
	linksEntry   = "LINKS" // lines of a name, a space and the name of a zone
)

// BuiltIn is Deskbell's own copy. Its zones are unpacked one by one, when they are first asked for.
func BuiltIn() (*Database, error) { return builtIn() }

var builtIn = sync.OnceValues(func() (*Database, error) { //nolint:gochecknoglobals // it is a constant that takes a millisecond to make
	d, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("unpacking the built-in time zone database: %w", err)
	}
	d.sum = strings.TrimSpace(packedSum)
	return d, nil
})

func unpack(packed []byte) (*Database, error) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	zones := make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		zones[f.Name] = f
	}
	version, err := contents(zones[versionEntry])
	if err != nil {
		return nil, err
	}
	list, err := contents(zones[linksEntry])
	if err != nil {
		return nil, err
	}
	delete(zones, versionEntry)
	delete(zones, linksEntry)
	links := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		name, target, _ := strings.Cut(strings.TrimSpace(line), " ")
		links[name] = target
	}
	names := func(yield func(string) bool) {
		for name := range zones {
			if !yield(name) {
				return
			}
		}
	}
	return newDatabase(string(version), names, links, func(zone string) ([]byte, error) { return contents(zones[zone]) })
}

func contents(f *zip.File) ([]byte, error) {
	if f == nil {
		return nil, fmt.Errorf("%w: an entry is missing", zip.ErrFormat)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Pack writes a database as a zip file, as BuiltIn reads it. The same files make the same bytes.
func Pack(w io.Writer, f Files) error {
	if _, err := New(f); err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	add := func(name string, data []byte) error {
		entry, err := archive.Create(name)
		if err == nil {
			_, err = entry.Write(data)
		}
		return err
	}
	var links strings.Builder
	for _, name := range slices.Sorted(maps.Keys(f.Links)) {
		fmt.Fprintf(&links, "%s %s\n", name, f.Links[name])
	}
	if err := add(versionEntry, []byte(f.Version)); err != nil {
		return err
	}
	if err := add(linksEntry, []byte(links.String())); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f.Zones)) {
		if err := add(name, f.Zones[name]); err != nil {
			return err
		}
	}
	return archive.Close()
}
