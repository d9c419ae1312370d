package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// alerts is the shape of a file of Prometheus rules.
type alerts struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For string
			Labels           map[string]string
			Annotations      map[string]string
		}
	}
}

func TestREADMEShowsTheAlerts(t *testing.T) {
	checkTable(t, operatingREADME, "alerts", "```yaml\n"+string(readAlerts(t))+"```")
}

func readAlerts(t *testing.T) []byte {
	t.Helper()
	src, err := os.ReadFile("testdata/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestAlertsNameMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	var file alerts
	if err := yaml.UnmarshalWithOptions(readAlerts(t), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	known := sampleNames(t)
	named, seen := regexp.MustCompile(`deskbell_\w+`), make(map[string]bool)
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			names := named.FindAllString(rule.Expr, -1)
			for _, name := range append(names, named.FindAllString(rule.Annotations["action"], -1)...) {
				if !known[name] {
					t.Errorf("%s names %s; there are %v", rule.Alert, name, slices.Sorted(maps.Keys(known)))
				}
			}
			if len(names) == 0 || rule.Labels["severity"] == "" || !strings.HasSuffix(rule.Annotations["summary"], ".") || !strings.HasSuffix(rule.Annotations["action"], ".") || seen[rule.Alert] {
				t.Errorf("%+v", rule)
			}
			seen[rule.Alert] = true
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %v", seen)
	}
}

// sampleNames are the names of the samples of a worker that has just started.
func sampleNames(t *testing.T) map[string]bool {
	t.Helper()
	o := newOnline(t)
	o.apply("destinations: {crm: {type: log}}\n")
	p := startListening(t, "REDIS_URL="+o.server.URL())
	p.ready()
	scraped := ""
	redistest.Wait(t, "Redis answers within a scrape", func() bool {
		scraped = p.get("/metrics", "").body
		return strings.Contains(scraped, "\ndeskbell_up 1\n")
	})
	names := make(map[string]bool)
	for line := range strings.Lines(scraped) {
		if name := regexp.MustCompile(`^deskbell_\w+`).FindString(line); name != "" {
			names[name] = true
		}
	}
	p.stop()
	ofWeb := prometheus.NewRegistry() // which has those of its own beside
	ofWeb.MustRegister(web.NewEventMetrics())
	families, err := ofWeb.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		names[f.GetName()] = true
	}
	return names
}
