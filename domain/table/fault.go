package table

import (
	"fmt"
	"math/bits"
	"strings"
)

// Fault is one thing wrong with a value.
type Fault struct {
	Path    string // JSON pointer (RFC 6901) below the value that was read, "/exceptions/3/hours"; "" is the value itself. An unknown key has its own
	Offset  int    // byte offset within the text at Path (or within its key, when the key is wrong); 0 when it is the whole value
	Value   string // the value found there, shortened
	Problem string // a predicate, "is not a time"
	Allowed string // the values that may stand there; may be empty
}

// String writes the fault on one line.
func (f Fault) String() string {
	var b strings.Builder
	if f.Path != "" {
		b.WriteString(f.Path)
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%q %s", f.Value, f.Problem)
	if f.Offset > 0 {
		fmt.Fprintf(&b, " (at byte %d)", f.Offset)
	}
	if f.Allowed != "" {
		b.WriteString("; allowed: ")
		b.WriteString(f.Allowed)
	}
	return b.String()
}

// Faults is every fault of a value, in the order of reading. errors.As finds it.
type Faults []Fault

// Error writes one fault per line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the faults as an error. It is a plain nil without faults, not an empty Faults in an error.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Segment is a key as one step of a JSON pointer: "/exceptions" (RFC 6901, section 3).
func Segment(key string) string { return "/" + escape.Replace(key) }

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// Choices lists the names that are allowed, and says which of them was probably meant.
func Choices(written string, names []string) string {
	return strings.Join(names, ", ") + Suggest(written, names)
}

// Suggest answers ` (did you mean "office"?)` where one of the names is close to the written one, else
// nothing.
func Suggest(written string, names []string) string {
	if near := Nearest(written, names); near != "" {
		return DidYouMean(near)
	}
	return ""
}

// DidYouMean is the hint at a name, to be put behind what is allowed: ` (did you mean "office"?)`.
func DidYouMean(name string) string { return fmt.Sprintf(" (did you mean %q?)", name) }

// Nearest is the name that is close to the written one; empty: none is. A name that differs in too many letters is not compared: a
// thousand faults may each have thousands of names to choose from.
func Nearest(written string, names []string) string {
	const short = 2                        // codes of countries: each is near to all others
	best, distance := "", 3+len(written)/6 // a slip or two, and more in a long word
	lower := strings.ToLower(written)
	letters := lettersOf(lower)
	for _, name := range names {
		if apart := len(name) - len(written); max(apart, -apart) >= distance {
			continue // as many edits at least
		}
		folded := strings.ToLower(name)
		if theirs := lettersOf(folded); max(bits.OnesCount64(letters&^theirs), bits.OnesCount64(theirs&^letters)) >= distance {
			continue // likewise
		}
		if d := edits(lower, folded); d < distance && d < len(name) && len(name) > short {
			best, distance = name, d
		}
	}
	return best
}

// lettersOf is the set of the bytes of a text, of which those that are equal modulo 64 are one.
func lettersOf(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i] % 64)
	}
	return set
}

// edits is the Levenshtein distance in bytes. Long values are not measured: they are no mistyped
// keywords.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
