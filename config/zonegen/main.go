// Zonegen makes Deskbell's copy of the time zone database: zonegen ZONEINFO WINDOWS OUT. See domain/hours/zones.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "zonegen ZONEINFO WINDOWS OUT")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(zoneinfo, windows, out string) error {
	files, err := config.ReadZoneinfo(zoneinfo)
	if err != nil {
		return err
	}
	d, err := zones.New(files) // of the files as they are
	if err != nil {
		return err
	}
	sum, err := zones.Sum(d)
	if err != nil {
		return err
	}
	for name, data := range files.Zones {
		if files.Zones[name], err = slim(data); err != nil {
			return fmt.Errorf("slimming %s: %w", name, err)
		}
	}
	var packed bytes.Buffer
	if err := zones.Pack(&packed, files); err != nil {
		return err
	}
	names, err := windowsNames(d, windows)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(out, "zones.zip"), packed.Bytes(), 0o644),   //nolint:gosec // it is checked in
		os.WriteFile(filepath.Join(out, "zones.sum"), []byte(sum+"\n"), 0o644), //nolint:gosec // likewise
		os.WriteFile(filepath.Join(out, "windows.txt"), []byte(names), 0o644),  //nolint:gosec // likewise
	)
}

// The header of a TZif file: "TZif", the version, 15 bytes of nothing, and six counts.
const headerSize = 44

// slim empties the first of the two blocks of a TZif file, which is for readers that know 32 bits alone (RFC 8536, section 4).
// One type has to stay.
func slim(data []byte) ([]byte, error) {
	if len(data) < headerSize || data[4] < '2' {
		return nil, errors.New("it has no block of 64 bits")
	}
	count := func(i int) int { return int(binary.BigEndian.Uint32(data[20+4*i:])) }
	isUT, isStd, leaps, times, types, chars := count(0), count(1), count(2), count(3), count(4), count(5)
	second := headerSize + 5*times + 6*types + chars + 8*leaps + isStd + isUT
	if len(data) < second {
		return nil, errors.New("its first block is cut off")
	}
	head := slices.Clone(data[:headerSize])
	clear(head[20:])
	head[20+4*4+3], head[20+4*5+3] = 1, 1 // one type, one character
	return slices.Concat(head, make([]byte, 7), data[second:]), nil
}

// windowsNames are lines of a name of Windows, a tab, and the zone that CLDR gives for the whole world.
func windowsNames(d *zones.Database, file string) (string, error) {
	text, err := os.ReadFile(file) //nolint:gosec // whoever runs it names it
	if err != nil {
		return "", err
	}
	var tree struct {
		Supplemental struct {
			WindowsZones struct {
				MapTimezones []struct {
					MapZone struct {
						Other     string `json:"_other"`
						Type      string `json:"_type"`
						Territory string `json:"_territory"`
					} `json:"mapZone"`
				} `json:"mapTimezones"`
			} `json:"windowsZones"`
		} `json:"supplemental"`
	}
	if err := json.Unmarshal(text, &tree); err != nil {
		return "", err
	}
	var lines []string
	for _, m := range tree.Supplemental.WindowsZones.MapTimezones {
		if m.MapZone.Territory != "001" {
			continue
		}
		location, err := d.Load(m.MapZone.Type)
		if err != nil {
			return "", err
		}
		// CLDR keeps the first name that a zone ever had.
		lines = append(lines, m.MapZone.Other+"\t"+d.Link(location.String())+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}
