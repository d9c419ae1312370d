//go:build unix

package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestAnUpThatIsStoppedIsToldFromNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.up("properties: {acme: {}}")
	p.signal(hang)
	if out, err := d.do(nil, "status"); err == nil || !strings.Contains(out, "one runs, and does not answer") {
		t.Errorf("%v\n%s", err, out)
	}
	p.signal(goOn)
	d.shows(regexp.MustCompile(`acme +online`), "status")
}
