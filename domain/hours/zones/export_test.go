package zones

import (
	"maps"
	"slices"
	"strings"
)

// Hints are all names of zones that stand for other names, some of them several with commas between.
func Hints() []string {
	hints := slices.Collect(maps.Values(railsNames()))
	hints = append(hints, slices.Collect(maps.Values(abbreviations()))...)
	for line := range strings.Lines(windowsNames) {
		_, zone, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		hints = append(hints, zone)
	}
	return hints
}
