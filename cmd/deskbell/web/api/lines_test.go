package api

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/deskbell/deskbell/domain/event"
)

// cutAll reads all parts of a body.
func cutAll(t testing.TB, from io.Reader) (parts []string, err error) {
	t.Helper()
	l := lineReader{from: from}
	for {
		part, err := l.next()
		if err != nil {
			return parts, err
		}
		if len(part) == 0 || len(part) > event.MaxBody || cap(l.buf) > 2*event.MaxBody {
			t.Fatalf("a part of %d bytes, of %d in memory", len(part), cap(l.buf))
		}
		parts = append(parts, string(part))
	}
}

func TestPartsOfLinesAreBounded(t *testing.T) {
	t.Parallel()
	thousand := strings.Repeat("1\n", event.MaxEvents)
	half := strings.Repeat("a", event.MaxBody/2)
	long := strings.Repeat("b", event.MaxBody)
	for name, c := range map[string]struct{ body, want string }{
		"nothing":            {"", ""},
		"one":                {"1", "1"},
		"two":                {"1\n2\n", "1\n2\n"},
		"as many as may":     {thousand, thousand},
		"one more":           {thousand + "2", thousand + "|2"},
		"empty ones between": {strings.ReplaceAll(thousand, "\n", "\n \r\n"), strings.TrimSuffix(strings.ReplaceAll(thousand, "\n", "\n \r\n"), " \r\n") + "| \r\n"},
		"large ones":         {half + "\n" + half + "\n3", half + "\n|" + half + "\n3"},
		"as large as may":    {long, long},
		"one too long":       {"1\n" + long + "bb\n3\n", "1\n|" + long + "|3\n"},
		"two too long":       {long + "b\n" + long + "b\n3", long + "|" + long + "|3"},
		"the last too long":  {long + long + long, long},
	} {
		for way, from := range map[string]io.Reader{
			"at once": strings.NewReader(c.body), "in halves": iotest.HalfReader(strings.NewReader(c.body)), "with its end": iotest.DataErrReader(strings.NewReader(c.body)),
		} {
			parts, err := cutAll(t, from)
			if got := strings.Join(parts, "|"); got != c.want || !errors.Is(err, io.EOF) {
				t.Errorf("%s, %s: %d parts, %d bytes, not %d; %v", name, way, len(parts), len(got), len(c.want), err)
			}
		}
	}
	parts, err := cutAll(t, io.MultiReader(strings.NewReader(thousand+"1\n"), iotest.ErrReader(io.ErrClosedPipe)))
	if len(parts) != 1 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("before a fault: %d parts, %v", len(parts), err)
	}
}

// FuzzLines cuts anything: nothing is lost as long as no line is too long.
func FuzzLines(f *testing.F) {
	f.Add([]byte("1\n2\n\n3"), true)
	f.Fuzz(func(t *testing.T, body []byte, slowly bool) {
		var from io.Reader = bytes.NewReader(body)
		if slowly {
			from = iotest.OneByteReader(from)
		}
		parts, err := cutAll(t, from)
		if got := strings.Join(parts, ""); got != string(body) && len(body) <= event.MaxBody || !errors.Is(err, io.EOF) {
			t.Errorf("%q is read as %q: %v", body, got, err)
		}
	})
}
