package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

//go:embed script
var scriptFiles embed.FS

// How long browsers and proxies keep the script: by the address without its hash an hour, and then for a day while they ask whether there is another.
const (
	keepForAWhile = "public, max-age=3600, stale-while-revalidate=86400"
	keepForever   = "public, max-age=31536000, immutable"
)

// Script is deskbell.js, which a web page of any site includes.
type Script struct {
	plain, packed []byte
	sum           [sha512.Size384]byte
}

// NewScript reads the script. An error is a fault of the build.
func NewScript() (*Script, error) {
	source, err := scriptFiles.ReadFile("script/deskbell.js")
	if err != nil {
		return nil, fmt.Errorf("reading the script of web pages: %w", err)
	}
	s := &Script{plain: stripped(string(source))}
	s.sum = sha512.Sum384(s.plain)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("packing the script of web pages: %w", err)
	}
	_, err = w.Write(s.plain)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("packing the script of web pages: %w", err)
	}
	s.packed = packed.Bytes()
	return s, nil
}

// stripped leaves out indentation, empty lines, and lines that are comments. No text of the script goes over several lines.
func stripped(source string) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			out.WriteString(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// Handlers serve the script for everybody, and its types for TypeScript. It has two addresses: one for every version, and one that names the hash of
// a version, and is there for this one alone.
func (s *Script) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /deskbell.js":                    s.served(keepForAWhile),
		"GET /deskbell/{version}/deskbell.js": s.thisVersion(s.served(keepForever)),
		"GET /deskbell.d.ts":                  forAnySite(web.Embedded(scriptFiles, "script/deskbell.d.ts")),
	}
}

// Path is the address of this version, and of no other.
func (s *Script) Path() string { return "/deskbell/" + s.version() + "/deskbell.js" }

func (s *Script) version() string { return hex.EncodeToString(s.sum[:8]) }

// Integrity is what a page may say in the attribute integrity beside Path: its browser runs nothing else then.
func (s *Script) Integrity() string {
	return "sha384-" + base64.StdEncoding.EncodeToString(s.sum[:])
}

// Snippet is the line for a page, with a publishable key, of the server at an address as in https://bell.example; pinned, of this version alone.
func (s *Script) Snippet(address, key string, pinned bool) string {
	path, more := "/deskbell.js", ""
	if pinned {
		path, more = s.Path(), ` integrity="`+s.Integrity()+`" crossorigin="anonymous"`
	}
	src := html.EscapeString(strings.TrimSuffix(address, "/") + path)
	return `<script src="` + src + `"` + more + ` data-key="` + html.EscapeString(key) + `" async></script>`
}

func (s *Script) served(keep string) http.Handler {
	return forAnySite(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, body, tag := w.Header(), s.plain, s.version()
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body, tag = s.packed, tag+"-gzip"
		}
		h.Set("Vary", "Accept-Encoding")
		h.Set("ETag", `"`+tag+`"`)
		h.Set("Cache-Control", keep)
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}))
}

func (s *Script) thisVersion(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("version") != s.version() {
			w.Header().Set("Cache-Control", "no-store")
			web.Problem(w, http.StatusNotFound, "this server has another version of the script: /deskbell.js is the one that it has")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// takesGzip tells whether a client names gzip, and not to refuse it.
func takesGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(weight, "q=0.") != "" || weight == ""
		}
	}
	return false
}

// forAnySite lets pages of other sites load a file, also with integrity, and those that are isolated from other origins.
func forAnySite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		next.ServeHTTP(w, r)
	})
}
