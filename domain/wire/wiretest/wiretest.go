// Package wiretest compares forms of package wire with encoding/json.
package wiretest

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/wire"
)

// Check compares a form with encoding/json for random values of a type without methods of its own for JSON, and for texts that are a
// little different from theirs.
func Check[T any](t *testing.T, form wire.Form[T]) {
	t.Helper()
	t.Run("writes", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { writes(t, form, plain[T]) }) })
	t.Run("reads", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { reads(t, form) }) })
}

// Written compares what a form writes with another encoding.
func Written[T any](t *testing.T, form wire.Form[T], as func(v *T) any) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) { writes(t, form, as) })
}

func plain[T any](v *T) any { return v }

func writes[T any](t *rapid.T, form wire.Form[T], as func(*T) any) {
	v := value[T](t)
	want, err := json.Marshal(as(v))
	got, ok := wire.Append([]byte("before "), v, form)
	switch {
	case ok != (err == nil):
		t.Fatalf("writing %+v: ok %v, and encoding/json: %v", v, ok, err)
	case ok && string(got) != "before "+string(want):
		t.Fatalf("wrote\n%s\nwant\n%s", got, want)
	}
}

func reads[T any](t *rapid.T, form wire.Form[T]) {
	body, err := json.Marshal(value[T](t))
	if err != nil {
		t.Skip("it cannot be written")
	}
	differs := rapid.Bool().Draw(t, "changed")
	if differs {
		body = changed(t, body)
	}
	var got, want T
	err = json.Unmarshal(body, &want)
	if !differs && err == nil && !wire.Reads(body, new(T), form) {
		t.Fatalf("%s is left to encoding/json", body)
	}
	gotErr := wire.Unmarshal(body, &got, form)
	if (err == nil) != (gotErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("reading %s: %v, want %v\n%s", body, gotErr, err, cmp.Diff(got, want, cmp.Exporter(func(reflect.Type) bool { return true })))
	}
}

// changed is a text with some bytes replaced, added or left out.
func changed(t *rapid.T, body []byte) []byte {
	const signs = `{}[]",:\u 0n1-.e<&` + "\n\x00\xff\u00e9"
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		at := rapid.IntRange(0, len(body)).Draw(t, "at")
		sign := rapid.SampledFrom([]byte(signs)).Draw(t, "sign")
		end := min(len(body), at+rapid.IntRange(0, 2).Draw(t, "removed"))
		next := append([]byte{}, body[:at]...)
		if rapid.Bool().Draw(t, "added") {
			next = append(next, sign)
		}
		body = append(next, body[end:]...)
	}
	return body
}

// value is a random value: each part of it is there or not.
func value[T any](t *rapid.T) *T {
	v := new(T)
	fill(t, reflect.ValueOf(v).Elem())
	return v
}

func fill(t *rapid.T, v reflect.Value) {
	if rapid.IntRange(0, 3).Draw(t, "there") == 0 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(instant(t)))
		return
	case json.RawMessage:
		v.SetBytes([]byte(rapid.SampledFrom([]string{`null`, `"FR"`, `5`, `true`, ` [1, "<"]`, `{"a": "é"}`, `"\u00e9"`, `"a<b"`}).Draw(t, "raw")))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.SampledFrom([]int64{1, -1, 1500, 60_000_000_000, 1 << 40, -1 << 62}).Draw(t, "number"))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(rapid.SampledFrom([]uint64{1, 35, 36, 1 << 31, 1<<32 - 1}).Draw(t, "number"))
	case reflect.String:
		v.SetString(text(t))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "items")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			key, one := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.SetString(text(t))
			fill(t, one)
			v.SetMapIndex(key, one)
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf(rapid.SampledFrom([]any{json.Number("5"), "a", true}).Draw(t, "any")))
	default:
		t.Fatalf("a %v cannot be made up", v.Type())
	}
}

func text(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "acme", "9h–18h", "a<b>&c", "\"\\\n\t\x01\x7f", "\u2028\u2029", "\xff\xc3", "😀", "{", "/"}), rapid.String()).Draw(t, "text")
}

// instant is one as states have it, or one that JSON has no form for.
func instant(t *rapid.T) time.Time {
	at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "seconds"), rapid.SampledFrom([]int64{0, 5_000_000, 123_456_789}).Draw(t, "ns")).UTC()
	switch rapid.IntRange(0, 20).Draw(t, "zone") {
	case 0:
		return at.AddDate(10_000, 0, 0)
	case 1:
		return at.In(time.FixedZone("", 2*60*60))
	case 2:
		return at.In(time.FixedZone("", 30))
	}
	return at
}
