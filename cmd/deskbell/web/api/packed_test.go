package api_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

// packed is a text as gzip packs it.
func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEventsMayBePacked(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	whole := packed(t, goodEvent)
	damaged := []byte(whole)
	damaged[len(damaged)-8] ^= 1                                                                              // of its checksum
	nothing := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + strings.Repeat("\x00\x00\x00\xff\xff", 1<<20/5+1) // unpacks to nothing, block by block
	for name, c := range map[string]struct {
		code       int
		body, says string
	}{
		"one":              {202, whole, `"taken":1`},
		"many":             {202, packed(t, "["+strings.Repeat(goodEvent+",", 999)+goodEvent+"]"), `"taken":1000`},
		"in two parts":     {202, packed(t, "["+goodEvent) + packed(t, "]"), `"taken":1`},
		"as much as may":   {202, packed(t, goodEvent+strings.Repeat(" ", 1<<20-len(goodEvent))), `"taken":1`},
		"more":             {413, packed(t, goodEvent+strings.Repeat(" ", 1<<20+1-len(goodEvent))), "packed and unpacked"},
		"much more":        {413, packed(t, strings.Repeat(" ", 4<<20)), "packed and unpacked"},
		"much for nothing": {413, nothing, "packed and unpacked"},
		"not packed":       {400, goodEvent, ": gzip: invalid header"},
		"its beginning":    {400, whole[:len(whole)-9], "unpacking it by gzip: unexpected EOF"},
		"its head":         {400, whole[:2], "unpacking it by gzip: unexpected EOF"},
		"damaged":          {400, string(damaged), ": gzip: invalid checksum"},
		"more behind it":   {400, whole + "x", "unpacking it by gzip: "},
		"an empty text":    {400, packed(t, ""), "the body cannot be read"},
	} {
		a := b.Want(c.code, webtest.With(inJSON, map[string]string{"Content-Encoding": "gzip"}), "POST", "/v1/events", c.body)
		if !strings.Contains(a.Body, c.says) {
			t.Errorf("%s: %.300s", name, a.Body)
		}
	}
	for contentType, body := range map[string]string{
		"application/x-ndjson": goodEvent + "\n" + goodEvent, "application/cloudevents+json": goodEvent, "application/cloudevents-batch+json": "[" + goodEvent + "]",
	} {
		a := b.Want(202, webtest.Request{Headers: map[string]string{"Content-Type": contentType, "Content-Encoding": "gzip", "Idempotency-Key": "k1"}}, "POST", "/v1/events", packed(t, body))
		again := b.Want(202, webtest.Request{Headers: map[string]string{"Content-Type": contentType, "Idempotency-Key": "k1"}}, "POST", "/v1/events", body)
		if diff := cmp.Diff(ids(t, a), ids(t, again)); diff != "" {
			t.Errorf("%s: plain it is another: %s", contentType, diff)
		}
	}
	binary := map[string]string{"Ce-Specversion": "1.0", "Ce-Type": "visitor.arrived", "Content-Encoding": "gzip"}
	b.Want(202, webtest.Request{Headers: binary}, "POST", "/v1/events", packed(t, `{"property":"acme","visitor":"v1","visit":"s1"}`))
}

// TestAPackedBodyCountsAsWhatItUnpacksTo: an event counts once for each 4 KB.
func TestAPackedBodyCountsAsWhatItUnpacksTo(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, func(b *webtest.Bundle, _ *web.Config) { b.Quotas.Events = 1 })
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	gzipped := webtest.With(inJSON, map[string]string{"Content-Encoding": "gzip"})
	large := packed(t, goodEvent+strings.Repeat(" ", 1<<20-len(goodEvent))) // counts 257 times, of 2000 that may come at once
	for range 7 {
		b.Want(202, gzipped, "POST", "/v1/events", large)
	}
	b.Want(429, gzipped, "POST", "/v1/events", large)
}
