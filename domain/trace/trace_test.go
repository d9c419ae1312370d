package trace_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/trace"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestParents(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		parent: parent,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00":       "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
		"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03":       parent,
		"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-later": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
		"": "",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7": "",
		parent + "-later":       "",
		parent + "0":            "",
		"01" + parent[2:] + "x": "",
		"ff" + parent[2:]:       "",
		strings.ToUpper(parent): "",
		" " + parent:            "",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01":   "",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01":   "",
		"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01":   "",
		"00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01":   "",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\r\n": "",
	} {
		if got := trace.Read(given, "a=b"); got.TraceParent != want || got.IsZero() != (want == "") || got.IsZero() && got.TraceState != "" {
			t.Errorf("%q: %+v, want %q", given, got, want)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for given, valid := range map[string]bool{
		"":                                 true,
		"congo=t61rcWkgMzE":                true,
		"rojo=00f067aa0ba902b7,congo=t61":  true,
		"a=1, b=2 ,\tc=3,,":                true,
		"fw529a3039@dt=FfffffXxxx":         true,
		"a= b":                             true,
		"a=" + strings.Repeat("x", 256):    true,
		"a=" + strings.Repeat("x", 257):    false,
		"a=1,a=2":                          false,
		"a=":                               false,
		"a":                                false,
		"A=1":                              false,
		"a=b=c":                            false,
		"a=ü":                              false,
		"a=1\r\nx: y":                      false,
		"1a=1":                             false,
		strings.Repeat("a=1,", 32) + "b=1": false,
		"a=" + strings.Repeat("x", 252) + ",b=" + strings.Repeat("y", 256): false, // 513 bytes
	} {
		want := ""
		if valid {
			want = given
		}
		if got := trace.Read(parent, given); got.TraceState != want || got.TraceParent != parent {
			t.Errorf("%q: %+v", given, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(parent, "rojo=00f067aa0ba902b7,congo=t61")
	f.Add("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-later", "a=1, b=2")
	f.Fuzz(func(t *testing.T, parent, state string) {
		c := trace.Read(parent, state)
		if again := trace.Read(c.TraceParent, c.TraceState); again != c {
			t.Errorf("%+v is read as %+v", c, again)
		}
		if len(c.TraceParent)+len(c.TraceState) > 55+512 || strings.ContainsFunc(c.TraceParent+c.TraceState, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }) {
			t.Errorf("%+v", c)
		}
	})
}
