package main

import (
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
