package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestDomainSaysWhereThingsAreDecided(t *testing.T) {
	t.Parallel()
	doc := read(t, filepath.Join(root, "domain", "doc.go"))
	_, list, found := strings.Cut(doc, "# Where is it decided …\n")
	if !found {
		t.Fatal("there is no such section")
	}
	answers := regexp.MustCompile(`(?m)^// {3}- (.+): (\S+)$`).FindAllStringSubmatch(list, -1)
	if len(answers) != 10 {
		t.Errorf("%d answers", len(answers))
	}
	for _, a := range answers {
		if _, err := os.Stat(filepath.Join(root, a[2])); err != nil {
			t.Errorf("%s: there is no %s; name the file that decides it now", a[1], a[2])
		}
	}
}

func TestDomainExplainsItsWords(t *testing.T) {
	t.Parallel()
	doc := read(t, filepath.Join(root, "domain", "doc.go"))
	for _, word := range strings.Split("property, schedule, window, boundary, flip, trigger, rescue, visit, timer, event, action, outbox, "+
		"destination, nominal time, shard, subject, record, revision, lease, notice, digest, wake", ", ") {
		if !regexp.MustCompile(`(?m)^//\t` + word + ` {2,}\S`).MatchString(doc) {
			t.Errorf("%q is not explained", word)
		}
	}
}
