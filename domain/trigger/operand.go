package trigger

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// operand is the other side of a comparison. Which fields are set depends on the kind of the field.
type operand struct {
	canonical any // string, json.Number or bool: as it is stored
	text      string
	number    *big.Rat
	days      []time.Weekday
	network   netip.Prefix
	pattern   *regexp.Regexp
	program   program // of pattern, which is nil where its instructions are more than MostProgram
}

// refusal is the reason why a value is no operand, and which are. The zero value: it is one.
type refusal struct{ problem, allowed string }

// operandReader reads the operands of one condition.
type operandReader struct {
	field  Field
	op     Operator
	folded bool
	stored bool // it was checked when it was saved, perhaps by the limits of an older version
	faults table.Faults
}

func (r *operandReader) fault(path string, tree any, problem, allowed string) {
	shown := ""
	switch v := tree.(type) {
	case string, json.Number, bool:
		shown = table.Clip(fmt.Sprint(v))
	case []any:
		shown = "[…]"
	case map[string]any:
		shown = "{…}"
	}
	r.faults = append(r.faults, table.Fault{Path: path, Value: shown, Problem: problem, Allowed: allowed})
}

// read answers the operands, and their stored form.
func (r *operandReader) read(path string, tree any) ([]operand, any) {
	list, isList := tree.([]any)
	switch {
	case r.op.Takes == TakesTrue:
		if yes, ok := tree.(bool); !ok || !yes {
			r.fault(path, tree, "says nothing", "true (or the opposite operator)")
		}
		return nil, true
	case !isList && (r.op.Takes == TakesTwo || r.op.Takes == TakesList):
		r.fault(path, tree, "is not a list", string(r.op.Takes))
		return nil, nil
	case isList && (r.op.Takes == TakesOne || r.op.Takes == TakesPattern):
		r.fault(path, tree, "is a list", string(r.op.Takes))
		return nil, nil
	case !isList:
		o := r.one(path, tree)
		return []operand{o}, o.canonical
	}
	return r.list(path, list)
}

func (r *operandReader) list(path string, list []any) ([]operand, any) {
	least, most := 1, MostOperands
	if r.op.Takes == TakesTwo {
		least, most = 2, 2
	}
	if len(list) < least || len(list) > most {
		r.faults = append(r.faults, table.Fault{Path: path, Value: fmt.Sprint(len(list), " values"), Problem: "do not fit", Allowed: limits(least, most)})
		return nil, nil
	}
	var operands []operand
	var canonical []any
	for i, item := range list {
		o := r.one(fmt.Sprint(path, "/", i), item)
		operands, canonical = append(operands, o), append(canonical, o.canonical)
	}
	if len(r.faults) == 0 && r.op.Takes == TakesTwo && r.field.Kind != KindHour && r.field.Kind != KindTime && operands[0].number.Cmp(operands[1].number) > 0 {
		r.fault(path, list, "ends before it begins", "the smaller value first")
	}
	return operands, canonical
}

func limits(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d values", least)
	}
	return fmt.Sprintf("%d to %d values", least, most)
}

// one reads a single operand.
func (r *operandReader) one(path string, tree any) (o operand) {
	var no refusal
	switch {
	case r.op.Takes == TakesPattern:
		o, no = r.pattern(tree)
	case r.op.Name == "in_cidr":
		o, no = networkOperand(tree)
	case r.field.Kind == KindAny:
		o, no = r.any(tree)
	default:
		o, no = r.ofKind(tree)
	}
	if no.problem != "" {
		r.fault(path, tree, no.problem, no.allowed)
	}
	return o
}

func (r *operandReader) ofKind(tree any) (o operand, no refusal) {
	switch r.field.Kind {
	case KindNumber:
		return numberOperand(tree)
	case KindHour:
		if o, no = numberOperand(tree); no.problem != "" || !o.number.IsInt() || o.number.Sign() < 0 || o.number.Cmp(big.NewRat(23, 1)) > 0 {
			return o, refusal{"is not an hour of the day", "a whole number from 0 to 23"}
		}
		return o, refusal{}
	case KindTime:
		return timeOperand(tree)
	case KindWeekday:
		return weekdayOperand(tree)
	case KindDate:
		return dateOperand(tree)
	case KindTruth:
		if b, ok := tree.(bool); ok {
			return operand{canonical: b, text: strconv.FormatBool(b)}, refusal{}
		}
		return o, refusal{"is not true or false", "true, false"}
	case KindAddress:
		return addressOperand(tree)
	case KindWord:
		s, _ := scalarText(tree)
		if !slices.Contains(r.field.Words, s) {
			return o, refusal{"is not a status", table.Choices(s, r.field.Words)}
		}
		return operand{canonical: s, text: s}, refusal{}
	default:
		return r.text(tree)
	}
}

// scalarText is the text of a scalar that is a text or looks like a number.
func scalarText(tree any) (string, bool) {
	switch v := tree.(type) {
	case string:
		return v, utf8.ValidString(v)
	case json.Number:
		return v.String(), true
	}
	return "", false
}

func (r *operandReader) text(tree any) (operand, refusal) {
	s, ok := scalarText(tree)
	switch n := utf8.RuneCountInString(s); {
	case !ok:
		return operand{}, refusal{"is no text", fmt.Sprintf("a text of at most %d characters", MostOperand)}
	case n == 0:
		return operand{}, refusal{"is empty", "a text; `exists` and `not_exists` tell whether there is one"}
	case n > MostOperand:
		return operand{}, refusal{"is too long", fmt.Sprintf("at most %d characters", MostOperand)}
	}
	o := operand{canonical: s, text: s}
	if r.folded {
		o.text = fold(s)
	}
	return o, refusal{}
}

// any is an operand for a value that the application chose: compared by order it must be a number.
func (r *operandReader) any(tree any) (o operand, no refusal) {
	if r.op.Kinds[0] == KindNumber {
		return numberOperand(tree)
	}
	if b, ok := tree.(bool); ok {
		o, no = r.text(strconv.FormatBool(b))
		o.canonical = b
		return o, no
	}
	o, no = r.text(tree)
	if n, ok := tree.(json.Number); ok {
		if number, valid := parseNumber(n.String()); valid {
			o.canonical, o.number = n, number
		}
	}
	return o, no
}

func numberOperand(tree any) (operand, refusal) {
	n, ok := tree.(json.Number)
	number, valid := parseNumber(n.String())
	if !ok || !valid {
		return operand{}, refusal{"is not a number", fmt.Sprintf("a number of at most %d digits, without quotes", mostDigits)}
	}
	return operand{canonical: n, number: number}, refusal{}
}

func timeOperand(tree any) (operand, refusal) {
	s, _ := scalarText(tree)
	t, err := time.Parse("15:04", s)
	if err != nil {
		return operand{}, refusal{"is not a time of day", `a time in quotes, such as "09:00", from "00:00" to "23:59"`}
	}
	v := clockOf(t)
	return operand{canonical: v.text, number: v.number}, refusal{}
}

func weekdayOperand(tree any) (operand, refusal) {
	s, _ := scalarText(tree)
	days, err := hours.ParseDays(s)
	if err != nil {
		return operand{}, refusal{"is not a day", `mon to sun, a range "mon-fri", weekdays, weekend`}
	}
	return operand{canonical: s, days: days}, refusal{}
}

func dateOperand(tree any) (operand, refusal) {
	s, _ := scalarText(tree)
	d, err := hours.ParseDate(s)
	if err != nil {
		return operand{}, refusal{"is not a date", `a date such as "2026-12-24"`}
	}
	v := dateOf(d.Year, d.Month, d.Day)
	return operand{canonical: v.text, number: v.number}, refusal{}
}

func addressOperand(tree any) (operand, refusal) {
	s, _ := scalarText(tree)
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return operand{}, refusal{"is not an IP address", "an address such as 192.0.2.1 or 2001:db8::1; `in_cidr` takes networks"}
	}
	addr = addr.Unmap()
	return operand{canonical: addr.String(), network: netip.PrefixFrom(addr, addr.BitLen())}, refusal{}
}

func networkOperand(tree any) (operand, refusal) {
	s, _ := scalarText(tree)
	if o, no := addressOperand(tree); no.problem == "" {
		return o, refusal{}
	}
	network, err := netip.ParsePrefix(s)
	if err != nil || network.Addr().Is4In6() {
		return operand{}, refusal{"is not a network", "an address and the length of its prefix, such as 10.0.0.0/8 or 2001:db8::/32"}
	}
	network = network.Masked()
	return operand{canonical: network.String(), network: network}, refusal{}
}

// pattern compiles a regular expression. RE2 takes time by the length of the text and the size of the expression, so
// that both are bounded: a{1000} is short and large. A stored one that is too large stays, and decides nothing.
func (r *operandReader) pattern(tree any) (operand, refusal) {
	s, ok := scalarText(tree)
	if n := utf8.RuneCountInString(s); !ok || n == 0 || n > MostOperand {
		return operand{}, refusal{"is not a regular expression", fmt.Sprintf("an expression of 1 to %d characters", MostOperand)}
	}
	if _, err := syntax.Parse(s, syntax.Perl); err != nil {
		return operand{}, refusal{"is not a regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: "), "an expression of RE2, as in /pricing(/.*)?"}
	}
	written := s
	if r.folded {
		s = "(?i)" + s
	}
	o := operand{canonical: written, program: programOf(s)}
	switch {
	case o.program.weight() > MostProgram && !r.stored:
		return o, refusal{"is too large a regular expression", fmt.Sprintf("fewer or smaller repetitions: compiled, it may have %d instructions, and it has %d", MostProgram, o.program.weight())}
	case o.program.instructions > MostProgram:
		return o, refusal{}
	}
	compiled, err := regexp.Compile(s)
	if err != nil {
		return operand{}, refusal{"is not a regular expression: " + err.Error(), ""}
	}
	compiled.Longest()
	o.pattern = compiled
	return o, refusal{}
}

// program is the size of a compiled expression. The zero value is of none.
type program struct {
	instructions int
	ranges       int // of all classes of characters: \pL has some 650
}

// programOf measures a compiled expression. One that cannot be compiled has too many instructions.
func programOf(expression string) (p program) {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return program{instructions: math.MaxInt32}
	}
	compiled, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return program{instructions: math.MaxInt32}
	}
	classes := make(map[*rune]bool) // a repeated one is the same in memory
	for i := range compiled.Inst {
		if r := compiled.Inst[i].Rune; len(r) > 0 && !classes[&r[0]] {
			classes[&r[0]] = true
			p.ranges += len(r) / 2
		}
	}
	p.instructions = len(compiled.Inst)
	return p
}

// weight is the size by which an expression is bounded when it is saved: its instructions, and one more for so many ranges, as both
// take memory.
func (p program) weight() int { return p.instructions + p.ranges/32 }

// bytes is how much memory it takes, about: an expression that begins with ^ is kept twice.
func (p program) bytes() int { return 2 * (40*p.instructions + 8*p.ranges) }
