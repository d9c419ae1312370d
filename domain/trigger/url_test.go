package trigger

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The cases are those of the browsers; see testdata/LICENSE.wpt. Their results are escaped, and ours are not.
func TestLocate(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/urls.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Input, Pathname, Search string
		Failure                 bool
	}
	if err := json.Unmarshal(body, &cases); err != nil || len(cases) < 400 {
		t.Fatalf("%v in %d cases", err, len(cases))
	}
	for _, c := range cases {
		l, ok := locate(c.Input)
		switch path, query := unescape(c.Pathname), unescape(strings.TrimPrefix(c.Search, "?")); {
		case ok == c.Failure:
			t.Errorf("%q: a URL: %t, want %t", c.Input, ok, !c.Failure)
		case ok && (unescape(l.path) != path || unescape(l.query) != query):
			t.Errorf("%q: path %q and query %q, want %q and %q", c.Input, l.path, l.query, path, query)
		}
	}
}

func TestPathAndQueryOfAPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, path string
		x         []string
	}{
		{"https://acme.example/100%/pricing?x=a", "/100%/pricing", []string{"a"}},
		{"https://acme.example/%zz/%C3%A9/%e?x=%&x=%2", "/%zz/é/%e", []string{"%", "%2"}},
		{"https://user:p%w@acme.example/a?x=1&x=2", "/a", []string{"1", "2"}},
		{"https://a%40b:c@d@acme.example/a?x=1", "/a", []string{"1"}},
		{"https://acme.example?x=1", "/", []string{"1"}},
		{"https:acme.example/a", "/a", nil},
		{`https:\\acme.example\a\..\b?x=\`, "/b", []string{`\`}},
		{"https://acme.example/a/%2E%2e/b/./c/..", "/b/", nil},
		{"https://acme.example/a#b?x=1", "/a", nil},
		{"https://acme.example/a?x#y", "/a", []string{""}},
		{"https://acme.example/?x=1;x=2&&=3&x==4", "/", []string{"1;x=2", "=4"}},
		{"https://acme.example/?X=1&%78=2&x=a+b%2Bc", "/", []string{"2", "a b+c"}},
		{"https://acme.example/%ff?x=%C3", "/\uFFFD", []string{"\uFFFD"}},
		{" https://acme.exa\nmple/a\t ", "/a", nil},
		{"about:blank?x=1", "blank", []string{"1"}},
		{"data:text/html,a", "text/html,a", nil},
		{"file:///home/ann/index.html?x=1", "/home/ann/index.html", []string{"1"}},
		{"chrome-extension://abc/a/../b?x=1", "/b", []string{"1"}},

		{"acme.example/pricing?x=1", "", nil}, // no scheme
		{"/pricing?x=1", "", nil},
		{"//acme.example/pricing", "", nil},
		{"?x=1", "", nil},
		{"https://", "", nil},
		{"https://?x=1", "", nil},
		{"https://acme.example:port/a?x=1", "", nil},
		{"https://acme example/a?x=1", "", nil},
		{"not a URL: at all", "", nil},
		{"", "", nil},
	} {
		path, query := pathOf(c.url), queryOf(c.url, "x")
		if path.text != c.path || path.there != (c.path != "") || !slices.Equal(query.texts, c.x) || query.there != (c.x != nil) {
			t.Errorf("%q: path %q and x %q, want %q and %q", c.url, path.text, query.texts, c.path, c.x)
		}
	}
}

func FuzzLocate(f *testing.F) {
	for _, seed := range []string{"https://acme.example/100%/?x=%", "a:", "a:/..", `file:\\..`, "https://[::1]:80/%2e", "x://@", "https://%", "\x00https://a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, ok := locate(s)
		if !ok && (l.path != "" || l.query != "") {
			t.Errorf("%q is no URL, and has the path %q and the query %q", s, l.path, l.query)
		}
		l.values("x")
	})
}
