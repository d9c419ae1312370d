package hours

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fault is one thing wrong with a definition: where, what, and what may stand there.
type Fault struct {
	Path    string // JSON pointer (RFC 6901) below the value that was parsed, "/exceptions/3/hours"; "" is the value itself
	Offset  int    // byte offset within the string at Path (or within its key, when the key is wrong); 0 when it is the whole value
	Value   string // what was found there, cut to 80 bytes
	Problem string // a predicate, "is not a time"
	Allowed string // what may stand there; may be empty
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

// Faults is every fault of a definition, in the order of reading. It is the error type of all that
// this package parses and compiles; errors.As finds it.
type Faults []Fault

// Error writes one fault per line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// parser collects the faults of one definition, so that its author sees them all at once.
type parser struct{ faults Faults }

func (p *parser) fault(path string, offset int, value, problem, allowed string) {
	p.faults = append(p.faults, Fault{path, offset, cut(value), problem, allowed})
}

// err returns an untyped nil when all is well.
func (p *parser) err() error {
	if len(p.faults) == 0 {
		return nil
	}
	return p.faults
}

// cut keeps a value short enough for an error message and whole in its last rune.
func cut(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// below appends one reference token to a JSON pointer (RFC 6901, section 3).
func below(path, token string) string {
	return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// oneOf lists what is allowed, and says which of it was meant.
func oneOf(value string, allowed []string) string {
	return strings.Join(allowed, ", ") + Suggest(value, allowed)
}

// Suggest answers ` (did you mean "office"?)` where one of the names is close to what somebody wrote,
// else nothing.
func Suggest(written string, names []string) string {
	const short = 2                        // codes of countries: each is near to all others
	best, distance := "", 3+len(written)/6 // a slip or two, and more in a long word
	for _, name := range names {
		if d := edits(strings.ToLower(written), strings.ToLower(name)); d < distance && d < len(name) && len(name) > short {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// edits is the Levenshtein distance in bytes. Long values are not measured: nobody mistypes them
// into a keyword.
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
