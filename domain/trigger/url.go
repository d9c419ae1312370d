package trigger

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// IsURL tells whether a text is a URL by itself, as browsers read it. Without a scheme, as in acme.example/pricing, it is none.
func IsURL(s string) bool {
	_, ok := locate(s)
	return ok
}

// location is a URL as browsers read it, by the URL standard of the WHATWG, in the parts that conditions look at. The host
// is read as far as is needed to tell a URL from another text: its name is not normalised, and numbers in it are not
// checked.
type location struct {
	host  string // with its port, as it is written
	path  string // dot segments are gone; percent signs are still there
	query string // without the question mark
}

// special are the schemes whose URLs have a host behind slashes of either kind, and the default for a path.
func special(scheme string) bool {
	switch scheme {
	case "http", "https", "ws", "wss", "ftp", "file":
		return true
	}
	return false
}

// locate reads a URL. A text without a scheme is none: browsers read it only beside another URL.
func locate(s string) (location, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	scheme, rest, ok := strings.Cut(s, ":")
	if scheme = strings.ToLower(scheme); !ok || !isScheme(scheme) {
		return location{}, false
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	l := location{query: query}
	switch {
	case scheme == "file":
		l.fileHost(strings.ReplaceAll(rest, `\`, "/"))
	case special(scheme):
		l.afterHost(strings.TrimLeft(strings.ReplaceAll(rest, `\`, "/"), "/"))
		ok = l.hosted(true)
	case strings.HasPrefix(rest, "//"):
		named := l.afterHost(rest[len("//"):])
		ok = l.host == "" && !named || l.hosted(false)
	default:
		l.path = rest
	}
	if strings.HasPrefix(l.path, "/") {
		l.path = straight(l.path)
	} else if special(scheme) {
		l.path = straight("/" + l.path)
	}
	if !ok {
		return location{}, false
	}
	return l, true
}

func isScheme(s string) bool {
	return s != "" && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// afterHost takes the host from the beginning of rest. A name and a password before it are left out; named tells whether there are.
func (l *location) afterHost(rest string) (named bool) {
	end := strings.IndexByte(rest, '/')
	if end < 0 {
		end = len(rest)
	}
	l.host, l.path = rest[:end], rest[end:]
	at := strings.LastIndexByte(l.host, '@')
	l.host = l.host[at+1:]
	return at >= 0
}

// fileHost takes the host that a file may have.
func (l *location) fileHost(rest string) {
	if behind, ok := strings.CutPrefix(rest, "//"); ok {
		l.afterHost(behind)
		return
	}
	l.path = rest
}

// hosted tells whether the host can be one: of a special scheme, whose names may be escaped, or of another.
func (l *location) hosted(special bool) bool {
	name, port := l.host, ""
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, ']') {
		name, port = name[:colon], name[colon+1:]
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
		return false
	}
	if strings.HasPrefix(name, "[") {
		addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
		return err == nil && addr.Is6() && addr.Zone() == "" && strings.HasSuffix(name, "]")
	}
	if !special {
		return name != "" && !strings.ContainsAny(name, forbidden)
	}
	return name != "" && !strings.ContainsFunc(unescape(name), func(r rune) bool {
		return r < ' ' || r == 0x7F || r == utf8.RuneError || r == '%' || strings.ContainsRune(forbidden, r)
	})
}

// forbidden are the characters that no host has.
const forbidden = "\x00\t\n\r #/:<>?@[\\]^|"

// straight resolves the dot segments of a path, which may be escaped.
func straight(path string) string {
	var kept []string
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// values are the values of a key of the query, in their order. Browsers split it at & alone, and read + as a blank.
func (l *location) values(key string) (values []string) {
	for pair := range strings.SplitSeq(l.query, "&") {
		name, value, _ := strings.Cut(strings.ReplaceAll(pair, "+", " "), "=")
		if pair != "" && unescape(name) == key {
			values = append(values, unescape(value))
		}
	}
	return values
}

// unescape reads escaped bytes. A percent sign that escapes nothing is itself, as in /100%/, and bytes that are no UTF-8 become
// the replacement character.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}
