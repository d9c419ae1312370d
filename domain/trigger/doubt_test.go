package trigger_test

import (
	"strings"
	"testing"
)

// Each line has a condition, and a part of what is said of it; nothing where values can be as it wants.
func TestDoubts(t *testing.T) {
	t.Parallel()
	const star, slash, more, scheme = "a * that stands for itself", "does not begin with a slash", "is more than a path", "does not begin with a scheme"
	for _, c := range []struct{ field, operator, value, want string }{
		{"", "is", `"https://acme.example/products/*"`, "/is: \"https://acme.example/products/*\" has a * that stands for itself: write starts_with"},
		{"page.url", "contains", `"/products/*"`, star},
		{"page.url", "is_not", `"https://acme.example/*"`, star + ": write starts_with with the part before it, or matches with .* in its place; the condition always holds"},
		{"page.url", "in", `["https://acme.example/a", "https://acme.example/*"]`, "/in/1: "},
		{"page.path", "starts_with", `"/products/*"`, star},
		{"page.referrer", "ends_with", `"*.example"`, star},
		{"visitor.email", "ends_with", `"*@acme.example"`, star},
		{"page.url", "matches", `"https://acme.example/products/.*"`, ""},
		{"message.text", "contains", `"*"`, ""}, // people write stars
		{"page.title", "is", `"*** Sale ***"`, ""},

		{"page.url", "is", `"acme.example/pricing"`, scheme},
		{"page.url", "is", `"/pricing"`, scheme},
		{"page.url", "not_in", `["/pricing"]`, scheme},
		{"page.url", "starts_with", `"/pricing"`, scheme},
		{"page.url", "starts_with", `"acme.example/pricing"`, scheme},
		{"page.url", "starts_with", `"www.acme"`, scheme},
		{"page.url", "starts_with", `"HTTP"`, ""},
		{"page.url", "starts_with", `"https://acme"`, ""},
		{"page.url", "contains", `"acme.example/pricing"`, ""},
		{"page.url", "ends_with", `"/pricing"`, ""},
		{"page.url", "matches", `"/pricing.*"`, scheme},
		{"page.url", "matches", `"^/pricing.*"`, scheme},
		{"page.url", "matches", `".*/pricing"`, ""},
		{"page.url", "is", `"https://acme.example"`, "write https://acme.example/"},
		{"page.url", "is", `"https://acme.example/"`, ""},
		{"page.url", "is", `"https://acme.example/#prices"`, ""},
		{"page.url", "starts_with", `"https://acme.example"`, ""},
		{"page.referrer", "is", `"search.example"`, scheme},
		{"page.referrer", "contains", `"#top"`, "has a fragment"},
		{"page.url", "exists", `true`, ""},

		{"page.path", "is", `"pricing"`, slash},
		{"page.path", "starts_with", `"pricing/"`, slash},
		{"page.path", "matches", `"pricing.*"`, slash},
		{"page.path", "contains", `"pricing"`, ""},
		{"page.path", "matches", `"/pricing(/.*)?"`, ""},
		{"page.path", "is", `"https://acme.example/pricing"`, more},
		{"page.path", "contains", `"https://acme.example/pricing"`, more},
		{"page.path", "is", `"/pricing?plan=pro"`, more},
		{"page.path", "ends_with", `"#top"`, more},
		{"page.path", "is", `"/pricing"`, ""},

		// Escapes: page.url has them, and the other fields have not.
		{"page.path", "is", `"/prix%20x"`, `/is: "/prix%20x" is escaped as in a URL, and page.path is not: write /prix x`},
		{"page.path", "contains", `"%C3%A9t%C3%A9"`, "write été"},
		{"page.path", "matches", `"/prix%20.*"`, "is escaped as in a URL"},
		{"page.path", "is", `"/prix x"`, ""},
		{"page.path", "is", `"/100%"`, ""},
		{"page.path", "is_not", `"/a%2Fb"`, "write /a/b; the condition always holds"},
		{"page.query.q", "is", `"a%20b"`, "page.query.q is not: write a b"},
		{"page.utm_campaign", "in", `["sale", "spring%20sale"]`, "/in/1: "},
		{"page.utm_campaign", "is", `"spring+sale"`, ""}, // which is %2B in the URL
		{"page.url", "is", `"https://acme.example/a b"`, "has characters that browsers escape in URLs: write https://acme.example/a%20b"},
		{"page.url", "contains", `"/été"`, "write /%C3%A9t%C3%A9"},
		{"page.url", "matches", `"https://acme\\.example/a b.*"`, "write https://acme.example/a%20b"},
		{"page.url", "matches", `".*(é|%C3%A9).*"`, ""},
		{"page.url", "starts_with", `"https://münchen.example/"`, "copy the URL from the address bar"},
		{"page.url", "is", `"https://acme.example/a%20b"`, ""},
		{"page.referrer", "contains", `"/a b"`, "/a%20b"},
		{"page.title", "is", `"a b%20c"`, ""},

		// Stars of shells in regular expressions.
		{"page.url", "matches", `"https://acme.example/*"`, "has a * that repeats the slash before it"},
		{"page.url", "matches", `"https://*.acme.example/.*"`, "has a * that repeats the slash"},
		{"page.path", "matches", `"/products/*"`, "write .* where anything may stand"},
		{"page.path", "matches", `"/products/.*"`, ""},
		{"page.path", "matches", `"/[a-z]*"`, ""},
		{"message.text", "matches", `"and/*or"`, ""},

		// Hash routers: the fragment is at the end of page.url.
		{"page.path", "is", `"#/pricing"`, "is a fragment, which is no part of a path: page.url has it at its end, as in page.url contains #/pricing"},
		{"page.path", "starts_with", `"#/pricing"`, "page.url contains #/pricing"},
		{"page.path", "matches", `"#/pricing/.*"`, "page.url contains #/pricing/"},
		{"page.url", "is", `"#/pricing"`, "is a fragment, which stands at the end of a URL: write contains #/pricing"},
		{"page.url", "starts_with", `"#/"`, "write contains #/"},
		{"page.url", "contains", `"#/pricing"`, ""},
		{"page.url", "ends_with", `"#/pricing"`, ""},

		{"pages_viewed", "between", `[-5, -1]`, `/between: "[-5,-1]" leaves nothing: pages_viewed is a whole number that is not negative`},
		{"pages_viewed", "between", `[1.2, 1.8]`, "leaves nothing"},
		{"pages_viewed", "between", `[-1, 0]`, ""},
		{"pages_viewed", "between", `[1.2, 2]`, ""},
		{"pages_viewed", "<", `0`, "leaves nothing"},
		{"pages_viewed", "<=", `0`, ""},
		{"pages_viewed", "<=", `-1`, "leaves nothing"},
		{"pages_viewed", ">", `-1`, ""},
		{"pages_viewed", "is", `1.5`, "leaves nothing"},
		{"pages_viewed", "is", `1.0`, ""},
		{"pages_viewed", "is_not", `-1`, "; the condition always holds"},
		{"pages_viewed", "in", `[-1, 2]`, ""},
		{"hour_of_day", ">", `23`, "leaves nothing: hour_of_day is 0 to 23"},
		{"hour_of_day", "<", `0`, "leaves nothing"},
		{"hour_of_day", "between", `[22, 6]`, ""},
		{"time_of_day", ">", `"23:59"`, "leaves nothing"},
		{"time_of_day", "<", `"00:00"`, "leaves nothing"},
		{"time_of_day", "between", `["22:00", "06:00"]`, ""},
		{"visitor.custom.balance", "<", `0`, ""}, // the application's own
		{"date", "<", `"2026-01-01"`, ""},
	} {
		doubts := condition(t, c.field, c.operator, c.value, "").Doubts()
		switch got := doubts.Error(); {
		case c.want == "" && len(doubts) > 0:
			t.Errorf("%s %s %s: %s", c.field, c.operator, c.value, got)
		case c.want != "" && (len(doubts) != 1 || !strings.Contains(got, c.want)):
			t.Errorf("%s %s %s\n got %s\nwant %s", c.field, c.operator, c.value, got, c.want)
		}
	}
}
