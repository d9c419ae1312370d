package engine

import (
	"fmt"
	"testing"

	"github.com/deskbell/deskbell/jobs/store"
)

func TestWhatWasToldAndIsLost(t *testing.T) {
	t.Parallel()
	said, other := face{status: "online"}, face{status: "offline"}
	for _, c := range []struct {
		name              string
		version, revision int64
		is                face
		want              bool
	}{
		{"as it was told", 20, 20, said, false},
		{"told by another since", 21, 21, other, false},
		{"an older one", 19, 19, said, true},
		{"an older one, in a record that was woken since", 19, 30, other, true},
		{"the same boundary, with other contents", 20, 20, other, true},
		{"before the first decision", 0, 15, face{}, true},
		{"made anew", 0, 30, face{}, false},
	} {
		one := saying{version: 20, face: said}
		if got := one.isLost(c.version, c.is, c.revision); got != c.want {
			t.Errorf("%s: lost is %t", c.name, got)
		}
	}
}

// What a worker remembers has a bound, and the last of each place counts.
func TestSpokenIsBounded(t *testing.T) {
	t.Parallel()
	s := newSpoken()
	for i := range mostSpoken + 10 {
		subject := store.PropertySubject(fmt.Sprint(i))
		for version := range int64(2) {
			s.note(subject, []saying{{version: version}, {department: "sales", version: version, lost: version}})
		}
		if got := s.get(subject); len(got) != 2 || got[0].version != 1 || got[1].version != 1 {
			t.Fatalf("it remembers %+v", got)
		}
	}
	if n := len(s.subjects()); n != mostSpoken || s.again != mostSpoken+10 {
		t.Errorf("%d subjects, %d said again", n, s.again)
	}
}
