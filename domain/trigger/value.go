package trigger

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/event"
)

// value is the value of a field. The zero value is absent.
type value struct {
	there  bool
	text   string // as it is shown, and as text operators compare it
	number *big.Rat
	tags   []string
	texts  []string // where there are several, as of a query; text shows them all
	addr   netip.Addr
	day    time.Weekday
}

func textOf(s string) value { return value{there: s != "", text: s} }

func wholeOf(n int64) value {
	return value{there: true, text: strconv.FormatInt(n, 10), number: new(big.Rat).SetInt64(n)}
}

func countOf(n *int) value {
	if n == nil {
		return value{}
	}
	return wholeOf(int64(*n))
}

func truthOf(b bool) value { return value{there: true, text: strconv.FormatBool(b)} }

func tagsOf(tags []string) value {
	return value{there: len(tags) > 0, text: strings.Join(tags, ", "), tags: tags}
}

// secondsOf counts whole seconds since an instant. An instant that is yet to come, by a clock ahead of ours, is now.
func secondsOf(since, now time.Time) value {
	if since.IsZero() {
		return value{}
	}
	return wholeOf(int64(max(0, now.Sub(since)) / time.Second))
}

func addressOf(s string) value {
	addr, ok := event.ParseAddress(s)
	if !ok {
		return value{}
	}
	return value{there: true, text: addr.String(), addr: addr}
}

func weekdayOf(t time.Time) value {
	return value{there: true, text: strings.ToLower(t.Weekday().String()[:3]), day: t.Weekday()}
}

// clockOf counts minutes.
func clockOf(t time.Time) value {
	v := wholeOf(int64(t.Hour()*60 + t.Minute()))
	v.text = t.Format("15:04")
	return v
}

// dateOf is a number that orders dates.
func dateOf(year int, month time.Month, day int) value {
	v := wholeOf(int64(year)*10000 + int64(month)*100 + int64(day))
	v.text = fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	return v
}

// anyOf is an attribute that the application chose.
func anyOf(v any) value {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case bool, json.Number, int, int64:
		text = fmt.Sprint(v)
	}
	a := textOf(text)
	a.number, _ = parseNumber(text)
	return a
}

// parseNumber reads a number as JSON writes it, exactly. Its size is bounded: 1e999999999 would use all memory.
func parseNumber(s string) (*big.Rat, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if len(s) > mostDigits || len(strings.TrimLeft(exponent, "+-0")) > 3 || !json.Valid([]byte(s)) || strings.Trim(mantissa, "-.0123456789") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// pathOf is the path of a URL.
func pathOf(page string) value {
	l, _ := locate(page)
	return textOf(unescape(l.path))
}

// queryOf is a parameter of a URL: all of its values. One that is there and empty is there.
func queryOf(page, name string) value {
	l, _ := locate(page)
	values := l.values(name)
	return value{there: len(values) > 0, text: strings.Join(values, ", "), texts: values}
}

// fold makes texts equal that differ in case alone: each character becomes the first of those that Unicode's simple
// folding takes for the same, as strings.EqualFold does.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			return r
		}
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, s)
}
