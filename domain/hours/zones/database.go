package zones

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Database is the rules of all zones, of one version. Goroutines may share it. The zero Database has no zones.
type Database struct {
	version string
	sum     string            // of the built-in one; see Content
	names   map[string]string // lower case → the database's spelling
	sorted  []string          // all names in the database's spelling
	links   map[string]string // name → the name of a zone that is no link
	read    func(zone string) ([]byte, error)

	loaded sync.Map // name → *time.Location
}

// Files are the contents of a database.
type Files struct {
	Version string            // "2026f"
	Zones   map[string][]byte // name → TZif (RFC 8536)
	Links   map[string]string // name → another name
}

// New makes a database of files. Its error names a version, a zone or a link that is none.
func New(f Files) (*Database, error) {
	for _, name := range slices.Sorted(maps.Keys(f.Zones)) {
		if _, err := time.LoadLocationFromTZData(name, f.Zones[name]); err != nil {
			return nil, fmt.Errorf("reading the zone %s: %w", name, err)
		}
	}
	read := func(zone string) ([]byte, error) { return f.Zones[zone], nil }
	return newDatabase(f.Version, maps.Keys(f.Zones), f.Links, read)
}

func newDatabase(version string, zones func(func(string) bool), links map[string]string, read func(string) ([]byte, error)) (*Database, error) {
	if !IsVersion(version) {
		return nil, fmt.Errorf("the version %q is none; one is such as 2026f", version)
	}
	d := &Database{version: version, names: make(map[string]string), links: make(map[string]string), read: read}
	for name := range zones {
		d.names[strings.ToLower(name)] = name
	}
	if d.names["utc"] == "" && links["UTC"] == "" {
		return nil, fmt.Errorf("of the %d zones, none is UTC", len(d.names))
	}
	for name := range links {
		target := name
		for steps := 0; links[target] != "" && steps < len(links); steps++ {
			target = links[target]
		}
		if d.names[strings.ToLower(target)] != target {
			return nil, fmt.Errorf("the link %s leads to %s, which is no zone", name, target)
		}
		d.links[name] = target
	}
	for name := range links {
		d.names[strings.ToLower(name)] = name
	}
	d.sorted = slices.Sorted(maps.Values(d.names))
	return d, nil
}

// IsVersion tells whether a text is the name of a version: a year, and letters that count through it. Of two versions, the
// one that is greater as a text is newer.
func IsVersion(s string) bool {
	const year = 4
	if len(s) <= year || len(s) > year+4 {
		return false
	}
	for i, c := range []byte(s) {
		if digit := '0' <= c && c <= '9'; digit != (i < year) || !digit && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// Version is the version of the database, such as "2026f".
func (d *Database) Version() string { return d.version }

// Names are all names that Load takes, sorted.
func (d *Database) Names() []string { return slices.Clone(d.sorted) }

// Link gives the name of the zone to which a name is a link; a name that is none is its own.
func (d *Database) Link(name string) string {
	if target, ok := d.links[name]; ok {
		return target
	}
	return name
}

// Load gives the zone of a name, in any case of its letters. It is the same one each time, and bears the name in the
// database's spelling. The error is a *[NameError].
func (d *Database) Load(name string) (*time.Location, error) {
	if location, ok := d.loaded.Load(name); ok {
		return location.(*time.Location), nil
	}
	spelt, ok := d.names[strings.ToLower(name)]
	if !ok {
		return nil, d.refuse(name)
	}
	if location, ok := d.loaded.Load(spelt); ok {
		return location.(*time.Location), nil
	}
	location, err := d.parse(spelt)
	if err != nil {
		return nil, err
	}
	kept, _ := d.loaded.LoadOrStore(spelt, location)
	return kept.(*time.Location), nil
}

func (d *Database) parse(name string) (*time.Location, error) {
	if name == time.UTC.String() {
		return time.UTC, nil // as the package time has it: programs compare with it
	}
	data, err := d.read(d.Link(name))
	if err == nil {
		var location *time.Location
		if location, err = time.LoadLocationFromTZData(name, data); err == nil {
			return location, nil
		}
	}
	return nil, &NameError{name, fmt.Sprintf("cannot be read from the time zone database (%v)", err), "another zone"}
}
