package trigger

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// Doubts warn of operands that no value can be equal to, contain or match: conditions that are taken, and were meant
// otherwise. Their paths are such as "/is" and "/in/1". A condition with faults has none.
func (c Condition) Doubts() (doubts table.Faults) {
	t, err := c.compile()
	if err != nil {
		return nil
	}
	doubt := func(path, value, problem string) {
		if problem == "" {
			return
		}
		if t.op.not {
			problem += "; the condition always holds"
		}
		doubts = append(doubts, table.Fault{Path: path, Value: table.Clip(value), Problem: problem})
	}
	if path := "/" + c.Operator; t.field.Kind == KindText {
		for i, o := range t.operands {
			written, _ := scalarText(o.canonical)
			at := path
			if t.op.Takes == TakesList {
				at += fmt.Sprint("/", i)
			}
			doubt(at, written, t.textDoubt(written))
		}
	} else {
		doubt(path, string(c.Value), t.numberDoubt())
	}
	return doubts
}

// textDoubt says why no text of the field can be one that a condition wants; empty: some can.
func (t *test) textDoubt(operand string) string {
	beginning := operand // of the texts that are wanted
	switch t.op.Name {
	case "is", "is_not", "in", "not_in", "starts_with":
	case "matches":
		beginning = literalPrefix(operand)
	default:
		beginning = ""
	}
	if t.op.Takes == TakesPattern && t.field.Name != "visitor.email" && addressed(t.field.Name) && strings.Contains(operand, "/*") {
		return "has a * that repeats the slash before it, since this is a regular expression: write .* where anything may stand"
	}
	if t.op.Takes != TakesPattern && addressed(t.field.Name) && strings.Contains(operand, "*") {
		return "has a * that stands for itself: write starts_with with the part before it, or matches with .* in its place"
	}
	switch t.field.Name {
	case "page.path":
		return t.pathDoubt(operand, beginning)
	case "page.url", "page.referrer":
		return t.urlDoubt(operand, beginning)
	}
	if strings.HasPrefix(t.field.Name, "page.query.") || strings.HasPrefix(t.field.Name, "page.utm_") {
		return t.escapeDoubt(operand)
	}
	return ""
}

// escapeDoubt is of a field that has the escapes of its URL resolved.
func (t *test) escapeDoubt(operand string) string {
	if plain := unescape(operand); plain != operand {
		return fmt.Sprintf("is escaped as in a URL, and %s is not: write %s", t.fieldName(), plain)
	}
	return ""
}

// unescapedDoubt is of a field that has URLs as browsers write them, in ASCII.
func unescapedDoubt(text string) string {
	isRaw := func(r rune) bool { return r <= ' ' || r >= 0x7F || strings.ContainsRune(`"<>`, r) }
	if !strings.ContainsFunc(text, isRaw) {
		return ""
	}
	if l, ok := locate(text); ok && strings.ContainsFunc(l.host, isRaw) {
		return "has characters that browsers write otherwise in a host: copy the URL from the address bar of one"
	}
	var escaped strings.Builder
	for _, r := range text {
		if !isRaw(r) {
			escaped.WriteRune(r)
			continue
		}
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&escaped, "%%%02X", b)
		}
	}
	return "has characters that browsers escape in URLs: write " + escaped.String() + ", or ask for page.path"
}

// addressed tells whether the texts of a field are addresses, which hold no stars.
func addressed(field string) bool {
	switch field {
	case "page.url", "page.path", "page.referrer", "visitor.email":
		return true
	}
	return false
}

func (t *test) pathDoubt(operand, beginning string) string {
	plain := t.op.Takes != TakesPattern
	escaped := t.escapeDoubt(operand)
	switch {
	case strings.HasPrefix(beginning, "#"):
		return "is a fragment, which is no part of a path: page.url has it at its end, as in page.url contains " + fragmentOf(operand, plain)
	case strings.Contains(beginning, "://"), plain && strings.Contains(operand, "://"):
		return "is more than a path: leave out the scheme and the host, or ask for page.url"
	case beginning != "" && !strings.HasPrefix(beginning, "/"):
		return "does not begin with a slash, as every path of a page does"
	case plain && strings.ContainsAny(operand, "?#"):
		return "is more than a path, which ends before ? and #: ask for page.query.NAME or page.url"
	}
	return escaped
}

// fragmentOf is a text or an expression to look for in a URL.
func fragmentOf(operand string, plain bool) string {
	if plain {
		return operand
	}
	return literalPrefix(operand)
}

func (t *test) urlDoubt(operand, beginning string) string {
	whole := beginning == operand && t.op.Name != "starts_with" && t.op.Takes != TakesPattern
	l, isURL := locate(operand)
	raw := unescapedDoubt(operand)
	if t.op.Takes == TakesPattern {
		raw = unescapedDoubt(beginning)
	}
	switch {
	case strings.HasPrefix(beginning, "#"):
		return "is a fragment, which stands at the end of a URL: write contains " + fragmentOf(operand, t.op.Takes != TakesPattern)
	case whole && !isURL, !schemed(beginning):
		return "does not begin with a scheme, as every URL does: write it whole, as in https://acme.example/pricing, or ask for page.path"
	case whole && l.path == "/" && !strings.HasSuffix(operand, "/") && !strings.ContainsAny(operand, "?#"):
		return "has no path, and the URLs of browsers have one: write " + operand + "/"
	case t.field.Name == "page.referrer" && t.op.Takes != TakesPattern && strings.Contains(operand, "#"):
		return "has a fragment, which browsers leave out of a referrer"
	}
	return raw
}

// schemed tells whether a URL may begin like that: with a scheme, or the beginning of one. That one may be www.acme, too, but
// no page has it.
func schemed(beginning string) bool {
	scheme, _, whole := strings.Cut(strings.ToLower(beginning), ":")
	return beginning == "" || isScheme(scheme) && (whole || !strings.HasPrefix(scheme, "www."))
}

// literalPrefix is the text with which all texts begin that an expression matches.
func literalPrefix(expression string) string {
	compiled, err := regexp.Compile(strings.TrimPrefix(expression, "^"))
	if err != nil {
		return ""
	}
	prefix, _ := compiled.LiteralPrefix()
	return prefix
}

// numberDoubt says why no value of the field can be in the order that a condition wants; empty: some can.
func (t *test) numberDoubt() string {
	var most *big.Rat
	what := "a whole number that is not negative"
	switch t.field.Kind {
	case KindNumber:
	case KindHour:
		most, what = big.NewRat(23, 1), "0 to 23"
	case KindTime:
		most, what = big.NewRat(24*60-1, 1), `"00:00" to "23:59"`
	default:
		return ""
	}
	for i := range t.operands {
		if n := t.operands[i].number; n == nil || t.reaches(n, most) {
			return ""
		}
		if t.op.Takes == TakesTwo {
			break
		}
	}
	if len(t.operands) == 0 {
		return ""
	}
	return "leaves nothing: " + t.field.Name + " is " + what
}

// reaches tells whether a whole number from 0 to the most, which may be nil, can be as the operator wants.
func (t *test) reaches(n, most *big.Rat) bool {
	switch t.op.Name {
	case "<":
		return n.Sign() > 0
	case "<=":
		return n.Sign() >= 0
	case ">":
		return most == nil || n.Cmp(most) < 0
	case ">=":
		return most == nil || n.Cmp(most) <= 0
	case "between":
		to := t.operands[1].number
		return t.field.Kind != KindNumber || to.Sign() >= 0 && wholeBetween(n, to)
	default:
		return n.IsInt() && n.Sign() >= 0
	}
}

// wholeBetween tells whether there is a whole number from one number, or from 0, to another that is not negative.
func wholeBetween(from, to *big.Rat) bool {
	if from.Sign() <= 0 {
		return true
	}
	up := new(big.Int).Add(from.Num(), new(big.Int).Sub(from.Denom(), big.NewInt(1)))
	least := new(big.Rat).SetInt(up.Div(up, from.Denom()))
	return least.Cmp(to) <= 0
}
