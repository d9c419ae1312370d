package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/destination/shout"
)

// TestOnlyTheServicesOfNoticesAreLinked keeps the library's other services, and whatever these link, out of the program: MQTT's is
// under a licence of its own (EPL), and dials past every guard.
func TestOnlyTheServicesOfNoticesAreLinked(t *testing.T) {
	t.Parallel()
	const library = "github.com/nicholas-fedor/shoutrrr/"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var services []string
	for linked := range strings.FieldsSeq(string(out)) {
		if linked == library+"pkg/router" || strings.Contains(linked, "mqtt") || strings.Contains(linked, "paho") {
			t.Errorf("%s is linked", linked)
		}
		if service, ok := strings.CutPrefix(linked, library+"pkg/services/"); ok && service != "standard" {
			services = append(services, path.Base(service))
		}
	}
	slices.Sort(services)
	if !slices.Equal(services, shout.Services()) {
		t.Errorf("linked are %q, and offered are %q", services, shout.Services())
	}
}

// TestWhatASenderLinks lists what a program links that imports jobs/client alone: no worker and no engine, no holidays, no Prometheus,
// no logger and no embedded Redis. Of others, ours import the three at the top; these bring the rest.
func TestWhatASenderLinks(t *testing.T) {
	t.Parallel()
	sender := module + "/jobs/client"
	ours := []string{
		sender, module + "/jobs/enqueue", module + "/jobs/layout", module + "/jobs/nudge", module + "/jobs/outage", module + "/jobs/redisurl", module + "/jobs/store",
		module + "/domain/event", module + "/domain/table", module + "/domain/trace", module + "/domain/wire",
	}
	const asynq, redis = "github.com/hibiken/asynq", "github.com/redis/go-redis/v9"
	by := map[string][]string{ // the modules of others that each is imported by; nil: it is for ours to import
		asynq: nil, redis: nil, "github.com/google/uuid": nil,
		"github.com/cespare/xxhash/v2": {redis}, "go.uber.org/atomic": {redis},
		"github.com/robfig/cron/v3": {asynq}, "github.com/spf13/cast": {asynq}, "golang.org/x/time": {asynq}, "google.golang.org/protobuf": {asynq},
		"golang.org/x/sys": {asynq, redis},
	}
	modules := make(map[string]string) // by package
	seen := make(map[string]bool)
	for _, p := range dependencies(t, sender) {
		modules[p.ImportPath] = p.Module.Path
		seen[p.Module.Path] = true
		_, known := by[p.Module.Path]
		switch own := p.Module.Path == module; {
		case own && !slices.Contains(ours, p.ImportPath):
			t.Errorf("it links %s", p.ImportPath)
		case !own && !known:
			t.Errorf("it links %s, of %s", p.ImportPath, p.Module.Path)
		}
		for _, imported := range p.Imports { // which come before
			of := modules[imported]
			if bring := by[of]; bring != nil && of != p.Module.Path && !slices.Contains(bring, p.Module.Path) {
				t.Errorf("%s imports %s, which is for %q alone", p.ImportPath, imported, bring)
			}
		}
	}
	for m := range by {
		if !seen[m] {
			t.Errorf("%s is linked no more: strike it out", m)
		}
	}
}

// TestValidatorsOfDocumentsAreForTests keeps what judges requests to Chatwoot, and the validator of schemas, out of the program.
func TestValidatorsOfDocumentsAreForTests(t *testing.T) {
	t.Parallel()
	const fake = module + "/jobs/adapter/chatwoot/fake"
	for _, of := range []string{".", fake} {
		for _, p := range dependencies(t, of) {
			if strings.HasPrefix(p.Module.Path, "github.com/santhosh-tekuri/jsonschema") || p.ImportPath == fake+"/apitest" {
				t.Errorf("%s links %s", of, p.ImportPath)
			}
		}
	}
	for _, p := range dependencies(t, fake) { // it is of use to others, too
		if p.Module.Path == module && p.ImportPath != fake {
			t.Errorf("%s links %s", fake, p.ImportPath)
		}
	}
}

// A dependency is a package that is linked.
type dependency struct {
	ImportPath string
	Imports    []string
	Module     struct{ Path string }
}

// dependencies are those of a package and it itself, each after those that it imports, without the packages of Go.
func dependencies(t *testing.T, of string) (list []dependency) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports,Module", of).Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p dependency
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.Module.Path != "" {
			list = append(list, p)
		}
	}
	return list
}
