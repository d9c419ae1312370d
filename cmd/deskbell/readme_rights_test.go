package main

import (
	"path"
	"strings"
	"testing"
)

// TestREADMEShowsWhoMayAskWhat prints the matrix of rights for people: what is so for several rows of one route is one row.
func TestREADMEShowsWhoMayAskWhat(t *testing.T) {
	var rows [][]string
	seen := make(map[string]bool)
	for _, r := range rights() {
		cell := "`" + r.pattern + "`"
		if path.Ext(r.pattern) != "" && !strings.Contains(r.pattern, "{") && r.pattern != "GET /openapi.json" { // a file of a page, which goes with it
			continue
		}
		if seen[r.pattern] {
			cell += " of another"
		}
		seen[r.pattern] = true
		row := []string{cell}
		for _, answer := range strings.Fields(r.who) {
			row = append(row, strings.Replace(answer, "+", "yes", 1))
		}
		rows = append(rows, row)
	}
	checkTable(t, "cmd/deskbell/web/README.md", "rights", markdownTable(append([]string{"Route"}, callers()...), rows))
}
