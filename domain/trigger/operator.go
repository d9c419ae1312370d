package trigger

import (
	"slices"
	"strings"
)

// Takes is the type of an operator's operands.
type Takes string

// The types of operands.
const (
	TakesOne       Takes = "a value"
	TakesTwo       Takes = "a list of two values, both included"
	TakesList      Takes = "a list of values"
	TakesOneOrList Takes = "a value or a list of values"
	TakesPattern   Takes = "a regular expression"
	TakesTrue      Takes = "`true`"
)

// Operator compares a field's value with the operands of a condition.
type Operator struct {
	Name  string
	Kinds []Kind // of the fields that it is for
	Takes Takes
	Doc   string

	not   bool // it denies the answer of holds
	holds func(q *question) bool
}

// question is a value that is there, put to the operands of a condition.
type question struct {
	kind     Kind
	folded   bool // case does not matter
	value    value
	plain    string // the text of the value, or one of several
	text     string // the same, folded where that is so
	operands []operand
}

// operators is the table, made once and never written.
var operators = allOperators()

// Operators are all of them.
func Operators() []Operator { return slices.Clone(operators) }

// OperatorNamed finds an operator.
func OperatorNamed(name string) (Operator, bool) {
	i := slices.IndexFunc(operators, func(o Operator) bool { return o.Name == name })
	if i < 0 {
		return Operator{}, false
	}
	return operators[i], true
}

func allOperators() []Operator {
	all := []Kind{KindText, KindWord, KindNumber, KindHour, KindTime, KindWeekday, KindDate, KindTruth, KindTags, KindAddress, KindAny}
	single := slices.DeleteFunc(slices.Clone(all), func(k Kind) bool { return k == KindTags })
	listed := slices.DeleteFunc(slices.Clone(all), func(k Kind) bool { return k == KindTruth })
	ordered := []Kind{KindNumber, KindHour, KindTime, KindDate, KindAny}
	texts, parts := []Kind{KindText, KindAny}, []Kind{KindText, KindTags, KindAny}
	return []Operator{
		{Name: "is", Kinds: single, Takes: TakesOne, Doc: "It is that.", holds: equal},
		{Name: "is_not", Kinds: single, Takes: TakesOne, Doc: "It is something else, or absent.", not: true, holds: equal},
		{Name: "<", Kinds: ordered, Takes: TakesOne, Doc: "It is less, or earlier.", holds: order(func(c int) bool { return c < 0 })},
		{Name: "<=", Kinds: ordered, Takes: TakesOne, Doc: "It is at most that.", holds: order(func(c int) bool { return c <= 0 })},
		{Name: ">", Kinds: ordered, Takes: TakesOne, Doc: "It is more, or later.", holds: order(func(c int) bool { return c > 0 })},
		{Name: ">=", Kinds: ordered, Takes: TakesOne, Doc: "It is at least that.", holds: order(func(c int) bool { return c >= 0 })},
		{Name: "between", Kinds: ordered, Takes: TakesTwo, Doc: "It is one of the two, or lies between them.", holds: between},
		{Name: "in", Kinds: listed, Takes: TakesList, Doc: "It is one of them; one of the tags is.", holds: equal},
		{Name: "not_in", Kinds: listed, Takes: TakesList, Doc: "It is none of them, or absent.", not: true, holds: equal},
		{Name: "contains", Kinds: parts, Takes: TakesOne, Doc: "That is a part of it, or one of the tags.", holds: within(strings.Contains)},
		{Name: "not_contains", Kinds: parts, Takes: TakesOne, Doc: "That is no part of it, or it is absent.", not: true, holds: within(strings.Contains)},
		{Name: "starts_with", Kinds: texts, Takes: TakesOne, Doc: "It begins with that.", holds: within(strings.HasPrefix)},
		{Name: "ends_with", Kinds: texts, Takes: TakesOne, Doc: "It ends with that.", holds: within(strings.HasSuffix)},
		{Name: "matches", Kinds: texts, Takes: TakesPattern, Doc: "All of it matches the expression (RE2).", holds: matches},
		{Name: "in_cidr", Kinds: []Kind{KindAddress}, Takes: TakesOneOrList, Doc: "It lies in a network, as in `10.0.0.0/8`, or in one of them.", holds: equal},
		{Name: "exists", Kinds: all, Takes: TakesTrue, Doc: "It is there.", holds: func(*question) bool { return true }},
		{Name: "not_exists", Kinds: all, Takes: TakesTrue, Doc: "It is absent.", not: true, holds: func(*question) bool { return true }},
	}
}

// For tells whether the operator is for fields of a kind.
func (o Operator) For(k Kind) bool { return slices.Contains(o.Kinds, k) }

// caseMatters tells whether the operator compares letters of a kind.
func (o Operator) caseMatters(k Kind) bool {
	return (k == KindText || k == KindTags || k == KindAny) && o.Takes != TakesTrue && (o.Kinds[0] == KindText)
}

// verdict is the answer about a value, there or absent. Of several texts, any may be the one.
func (o Operator) verdict(q *question) bool {
	texts := q.value.texts
	if texts == nil {
		texts = []string{q.value.text}
	}
	holds := q.value.there && slices.ContainsFunc(texts, func(s string) bool {
		q.plain, q.text = s, s
		if q.folded && q.value.tags == nil {
			q.text = fold(s)
		}
		return o.holds(q)
	})
	return holds != o.not
}

// equal tells whether the value is one of the operands.
func equal(q *question) bool {
	return slices.ContainsFunc(q.operands, func(o operand) bool {
		switch q.kind {
		case KindNumber, KindHour, KindTime, KindDate:
			return q.value.number.Cmp(o.number) == 0
		case KindWeekday:
			return slices.Contains(o.days, q.value.day)
		case KindAddress:
			return o.network.Contains(q.value.addr)
		case KindTags:
			return q.tagged(o)
		default:
			return q.text == o.text || q.value.number != nil && o.number != nil && q.value.number.Cmp(o.number) == 0
		}
	})
}

func (q *question) tagged(o operand) bool {
	return slices.ContainsFunc(q.value.tags, func(tag string) bool { return q.fold(tag) == o.text })
}

func (q *question) fold(s string) string {
	if q.folded {
		return fold(s)
	}
	return s
}

// order compares numbers, exactly. A value of the application that is no number is in no order.
func order(accept func(int) bool) func(*question) bool {
	return func(q *question) bool {
		return q.value.number != nil && accept(q.value.number.Cmp(q.operands[0].number))
	}
}

// between runs over midnight where the first time of day is after the second.
func between(q *question) bool {
	n, from, to := q.value.number, q.operands[0].number, q.operands[1].number
	if n == nil {
		return false
	}
	if from.Cmp(to) > 0 {
		return n.Cmp(from) >= 0 || n.Cmp(to) <= 0
	}
	return n.Cmp(from) >= 0 && n.Cmp(to) <= 0
}

func within(has func(s, part string) bool) func(*question) bool {
	return func(q *question) bool {
		if q.kind == KindTags {
			return q.tagged(q.operands[0])
		}
		return has(q.text, q.operands[0].text)
	}
}

// matches asks for the leftmost and longest match. Where the whole text matches, that is it.
func matches(q *question) bool {
	at := q.operands[0].pattern.FindStringIndex(q.plain)
	return slices.Equal(at, []int{0, len(q.plain)})
}
