package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
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

func TestAlertsAndTheDashboardNameMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	var file alerts
	if err := yaml.UnmarshalWithOptions(readAlerts(t), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	tried, err := os.ReadFile("testdata/alerts_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, text := range scrapes(t) {
		for _, s := range figures(text) {
			known[s.name] = true
		}
	}
	check := func(where, text string) {
		t.Helper()
		for _, name := range regexp.MustCompile(`\b(deskbell|process|go)_\w+`).FindAllString(text, -1) {
			if !known[name] {
				t.Errorf("%s names %s; there are %v", where, name, slices.Sorted(maps.Keys(known)))
			}
		}
	}
	seen := make(map[string]bool)
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			check(rule.Alert, rule.Expr)
			check(rule.Alert, rule.Annotations["action"])
			if !strings.Contains(rule.Expr, "deskbell_") || rule.Labels["severity"] == "" || !strings.HasSuffix(rule.Annotations["summary"], ".") || !strings.HasSuffix(rule.Annotations["action"], ".") || seen[rule.Alert] {
				t.Errorf("%+v", rule)
			}
			if !regexp.MustCompile(`\b` + rule.Alert + `\b`).Match(tried) {
				t.Errorf("alerts_test.yaml does not try %s", rule.Alert)
			}
			seen[rule.Alert] = true
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %v", seen)
	}
	for title, expressions := range dashboard(t) {
		for _, e := range expressions {
			check(title, e)
		}
	}
}

// scrapes are the metrics of a worker that has just started, by its instance, and those of web. An action has been delivered, and an event refused
// by a quota, since some figures are there from then on.
func scrapes(t *testing.T) map[string]string {
	t.Helper()
	o := newOnline(t)
	o.apply("destinations: {crm: {type: log}}\nproperties: {acme: {}}\n")
	store, err := redisstore.Open(t.Context(), o.server.Client(t), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	p := startListening(t, "REDIS_URL="+o.server.URL())
	p.ready()
	scraped := ""
	redistest.Wait(t, "Redis answers within a scrape, an action is delivered and a quota has refused something", func() bool {
		book := quota.NewBook(store, time.Now, quota.Limits{})
		book.Refused("acme", quota.Events, 1)
		if err := book.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		scraped = p.get("/metrics", "").body
		return strings.Contains(scraped, "\ndeskbell_up 1\n") && strings.Contains(scraped, "\ndeskbell_deliveries_total{") && strings.Contains(scraped, "\ndeskbell_quota_refused{")
	})
	p.stop()
	b := newRights(t)
	return map[string]string{"worker:9090": scraped, "web:8080": listening{&proc{t: t}, b.server.URL}.get("/metrics", "").body}
}

// figure is a line of a scrape.
type figure struct {
	name, labels string // `a="b",c="d"`
	value        float64
}

func figures(scraped string) (list []figure) {
	for _, m := range regexp.MustCompile(`(?m)^([a-z]\w*)(?:\{(.*)\})? (\S+)$`).FindAllStringSubmatch(scraped, -1) {
		if v, err := strconv.ParseFloat(m[3], 64); err == nil {
			list = append(list, figure{m[1], m[2], v})
		}
	}
	return list
}
