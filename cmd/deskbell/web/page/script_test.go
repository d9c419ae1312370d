package page_test

import (
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/page"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// mostScript is how many bytes the script has at most on its way to a page.
const mostScript = 4096

func TestTheScriptIsSmallAndOfAnySite(t *testing.T) {
	t.Parallel()
	script, mux := newScript(t)
	packed := get(mux, "/deskbell.js", "Accept-Encoding", "br, gzip")
	if n := packed.Body.Len(); n > mostScript || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, at most %d are allowed; %v", n, mostScript, packed.Header())
	}
	in, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	for path, keeps := range map[string]string{"/deskbell.js": "max-age=3600", script.Path(): "immutable", "/deskbell.d.ts": "no-cache"} {
		a := get(mux, path, "Accept-Encoding", "gzip;q=0")
		h := a.Header()
		if a.Code != http.StatusOK || h.Get("Content-Encoding") != "" || !strings.Contains(h.Get("Cache-Control"), keeps) ||
			h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s: %d %v", path, a.Code, h)
		}
		if strings.HasSuffix(path, ".js") && a.Body.String() != string(unpacked) {
			t.Errorf("%s is not what is packed", path)
		}
		if known := get(mux, path, "If-None-Match", h.Get("ETag")); known.Code != http.StatusNotModified {
			t.Errorf("%s, which the browser has: %d", path, known.Code)
		}
	}
	sum := sha512.Sum384(unpacked)
	if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); script.Integrity() != want {
		t.Errorf("the integrity is %s, not %s", script.Integrity(), want)
	}
	if a := get(mux, "/deskbell/0123456789abcdef/deskbell.js"); a.Code != http.StatusNotFound {
		t.Errorf("another version: %d", a.Code)
	}
}

// TestTheScriptStepByStep runs testdata/script_test.mjs: the script with a browser and a server that are made up, on a clock of their own.
func TestTheScriptStepByStep(t *testing.T) {
	t.Parallel()
	node := redistest.Program(t, "node")
	_, mux := newScript(t)
	file := filepath.Join(t.TempDir(), "deskbell.js")
	if err := os.WriteFile(file, get(mux, "/deskbell.js").Body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	steps := exec.CommandContext(t.Context(), node, "testdata/script_test.mjs")
	steps.Env = append(os.Environ(), "DESKBELL_SCRIPT="+file)
	if out, err := steps.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheScriptNeedsNoLeave holds it to what pages with a strict policy allow.
func TestTheScriptNeedsNoLeave(t *testing.T) {
	t.Parallel()
	_, mux := newScript(t)
	text := get(mux, "/deskbell.js").Body.String()
	for _, never := range []string{"eval(", "new Function", "innerHTML", "document.write", ".style", "createElement", "import(", "?.", "catch {", "{ ..."} {
		if strings.Contains(text, never) {
			t.Errorf("it has %q", never)
		}
	}
}

func TestTheLineForAPage(t *testing.T) {
	t.Parallel()
	script, _ := newScript(t)
	if got, want := script.Snippet("https://bell.example/", "pk_1", false), `<script src="https://bell.example/deskbell.js" data-key="pk_1" async></script>`; got != want {
		t.Error(got)
	}
	pinned := script.Snippet("https://bell.example", "pk_1", true)
	if !strings.Contains(pinned, "https://bell.example"+script.Path()) || !strings.Contains(pinned, `integrity="`+script.Integrity()+`" crossorigin="anonymous"`) {
		t.Error(pinned)
	}
}

func newScript(t *testing.T) (*page.Script, *http.ServeMux) {
	t.Helper()
	script, err := page.NewScript()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, h := range script.Handlers() {
		mux.Handle(pattern, h)
	}
	return script, mux
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest(http.MethodGet, path, http.NoBody), httptest.NewRecorder()
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.ServeHTTP(w, r)
	return w
}
