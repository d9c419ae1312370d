package visit

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Mark is an event that is known: when it happened, and a hash of its source and id. In JSON it is a short text.
type Mark struct {
	At time.Time // to the millisecond
	ID uint64
}

func markOf(e event.Event) Mark {
	h := fnv.New64a()
	b := append(make([]byte, 0, 96), e.Source...)
	_, _ = h.Write(append(append(b, ' '), e.ID...)) // a source has no blanks; it never fails
	return Mark{e.Time.UTC().Truncate(time.Millisecond), h.Sum64()}
}

func (m Mark) compare(o Mark) int { return cmp.Or(m.At.Compare(o.At), cmp.Compare(m.ID, o.ID)) }

// MarshalText writes both numbers with 36 digits.
func (m Mark) MarshalText() ([]byte, error) { return m.append(nil), nil }

// UnmarshalText reads the output of MarshalText.
func (m *Mark) UnmarshalText(text []byte) error {
	at, id, _ := strings.Cut(string(text), ".")
	milli, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return fmt.Errorf("reading the time of a known event: %w", err)
	}
	m.At = time.UnixMilli(milli).UTC()
	if m.ID, err = strconv.ParseUint(id, 36, 64); err != nil {
		return fmt.Errorf("reading the hash of a known event: %w", err)
	}
	return nil
}

// learn tells whether an event is known, and else whether it is new for sure. It is known by its id alone: one that is
// sent again without a time has another time.
//
// One that is older than all known ones cannot be told from a repeat. It starts nothing, since a message too many is
// worse than one too few; but a form that a visitor filled in is not lost, and its effects have the same ids each
// time.
func (s *State) learn(e event.Event) (known, fresh bool) {
	m := markOf(e)
	if slices.ContainsFunc(s.Known, func(o Mark) bool { return o.ID == m.ID }) {
		return true, false
	}
	i, _ := slices.BinarySearchFunc(s.Known, m, Mark.compare)
	full := len(s.Known) == mostKnown
	if full && i == 0 {
		return false, e.Type == event.FormSubmitted
	}
	s.Known = slices.Insert(slices.Clone(s.Known), i, m)
	if full {
		s.Known = s.Known[1:]
	}
	return false, true
}

// hash is a short name for texts. That two have the same by chance costs no more than a page that is not counted.
func hash(texts ...string) uint32 {
	h, b := fnv.New32a(), make([]byte, 0, 256)
	for _, t := range texts {
		b = append(append(strconv.AppendInt(b[:0], int64(len(t)), 10), ' '), t...)
		_, _ = h.Write(b) // never fails
	}
	return h.Sum32()
}
