package config

import "testing"

func TestHideURLs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{`no secrets`, `no secrets`},
		{`via: ["a://b", 'c://d'] # x`, `via: ["a://*", 'c://*'] # x`},
		{`via: [a+b.c://d, e]`, `via: [a+b.c://*****`}, // nothing says where it was meant to end
		{`"a://b\"c", d`, `"a://****", d`},
		{`'a://b''c', d`, `'a://****', d`},
		{`"a://b\\", d`, `"a://***", d`},
		{`"a://not closed`, `"a://**********`},
		{`"x a://b", c`, `"x a://*****`},
		{`é: "ü://ß"`, `é: "ü://*"`},
		{`://`, `://`},
	} {
		if got := hideURLs(c.line); got != c.want {
			t.Errorf("%s: got %s, want %s", c.line, got, c.want)
		}
	}
}
