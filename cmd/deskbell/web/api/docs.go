package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

// docs is an OpenAPI document as a page for people. It loads nothing else: no script, no font, nothing of another site.
type docs struct {
	*manual
	Style template.CSS

	template *template.Template
	policy   string // under which it needs no more than itself
}

func docsOf(document []byte) http.Handler {
	d, err := newDocs(document)
	if err != nil {
		panic(err) // it is the same every time
	}
	return d
}

func newDocs(document []byte) (*docs, error) {
	style, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(docsFiles, "docs.html")
	if err != nil {
		return nil, err
	}
	content, err := readManual(document)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	return &docs{content, template.CSS(style), t, policy}, nil //nolint:gosec // it is a file of ours
}

// ServeHTTP implements http.Handler. Its examples ask the server by the name by which the reader did, and have a key where there are some.
func (d *docs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	err := d.template.Execute(&page, struct {
		*docs
		Origin  string
		WithKey bool
	}{d, origin(r), web.Caller(r.Context()).Name != ""})
	if err != nil {
		web.Problem(w, http.StatusInternalServerError, "the page cannot be made: "+err.Error())
		return
	}
	w.Header().Set("Content-Security-Policy", d.policy)
	fixed("text/html; charset=utf-8", page.Bytes()).ServeHTTP(w, r)
}

// origin is where a request was sent, as its sender wrote it.
func origin(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" { // whoever lies there reads the lie themselves
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
