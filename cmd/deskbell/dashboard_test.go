package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const dashboardFile = "testdata/dashboard.json"

// dashboard gives the expressions of the panels of Grafana's dashboard, by their titles. What Grafana puts in is put in.
func dashboard(t *testing.T) map[string][]string {
	t.Helper()
	src, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	type datasource struct{ Type, UID string }
	var d struct {
		UID, Title string
		Panels     []struct {
			ID                       int
			Type, Title, Description string
			Datasource               datasource
			GridPos                  struct{ H, W, X, Y int }
			Targets                  []struct {
				Datasource datasource
				Expr       string
			}
		}
	}
	if err := json.Unmarshal(src, &d); err != nil {
		t.Fatal(err)
	}
	all, ids, taken := make(map[string][]string), make(map[int]bool), make(map[[2]int]string)
	chosen := datasource{"prometheus", "${datasource}"} // by whoever looks at it
	for _, p := range d.Panels {
		name := p.Type + " " + p.Title
		if ids[p.ID] || all[p.Title] != nil || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s: not the only one of its id and title, or too wide", name)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != "" {
					t.Fatalf("%s covers %s", name, taken[at])
				}
				taken[at] = name
			}
		}
		if p.Type == "row" {
			continue
		}
		if !strings.HasSuffix(p.Description, ".") || len(p.Targets) == 0 || p.Datasource != chosen {
			t.Errorf("%s: no description, nothing to show, or another source of data", name)
		}
		for _, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			if expr == "" || strings.Contains(expr, "$") || target.Datasource != chosen {
				t.Errorf("%s: %+v", name, target)
			}
			all[p.Title] = append(all[p.Title], expr)
		}
	}
	if d.UID != "deskbell" || d.Title != "Deskbell" || len(all) < 20 {
		t.Errorf("%s, %q, %d panels", d.UID, d.Title, len(all))
	}
	return all
}

// TestPromtoolTriesAlertsAndTheDashboard has promtool try the alerts by alerts_test.yaml, and evaluate each expression of the
// dashboard over ten minutes in which a worker and web said the same all the time: each has something to show.
func TestPromtoolTriesAlertsAndTheDashboard(t *testing.T) {
	const variable = "DESKBELL_PROMTOOL"
	promtool, end := os.Getenv(variable), t.Skipf
	if os.Getenv("CI") == "true" {
		end = t.Fatalf
	}
	if promtool == "" {
		end("needs %[1]s: export %[1]s=$PWD/.ci/promtool", variable) // .ci/tests counts these lines
	}
	t.Parallel()
	type series struct {
		Series string `json:"series"`
		Values string `json:"values"`
	}
	type want struct {
		Labels string `json:"labels"`
		Value  int    `json:"value"`
	}
	type tried struct {
		Expr    string `json:"expr"`
		Time    string `json:"eval_time"`
		Samples []want `json:"exp_samples"`
	}
	type group struct {
		Interval string   `json:"interval"`
		Series   []series `json:"input_series"`
		Tried    []tried  `json:"promql_expr_test"`
	}
	all := group{Interval: "1m"}
	for instance, text := range scrapes(t) {
		for _, s := range figures(text) {
			if math.IsNaN(s.value) || math.IsInf(s.value, 0) {
				continue
			}
			labels := fmt.Sprintf(`job="deskbell",instance=%q`, instance)
			if s.labels != "" {
				labels += "," + s.labels
			}
			all.Series = append(all.Series, series{s.name + "{" + labels + "}", strconv.FormatFloat(s.value, 'f', -1, 64) + "x10"})
		}
	}
	for _, expressions := range dashboard(t) {
		for _, e := range expressions {
			all.Tried = append(all.Tried, tried{"count(" + e + ") > bool 0", "10m", []want{{"{}", 1}}})
		}
	}
	body, err := json.Marshal(map[string]any{"evaluation_interval": "1m", "tests": []group{all}}) // JSON is YAML
	file := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := cmp.Or(err, os.WriteFile(file, body, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", "testdata/alerts.yaml"}, {"test", "rules", "testdata/alerts_test.yaml", file}} {
		if said, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
		}
	}
}
