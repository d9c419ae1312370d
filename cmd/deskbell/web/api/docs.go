package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

// docsOf serves an OpenAPI document as a page for people. The page is made once, and loads nothing else: no script, no
// font, nothing of another site.
func docsOf(document []byte) http.Handler {
	body, policy, err := renderDocs(document)
	if err != nil {
		panic(err) // it is the same every time
	}
	page := fixed("text/html; charset=utf-8", body)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		page.ServeHTTP(w, r)
	})
}

// renderDocs gives the page, and the policy under which it needs no more than itself.
func renderDocs(document []byte) (body []byte, policy string, err error) {
	style, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		return nil, "", err
	}
	t, err := template.ParseFS(docsFiles, "docs.html")
	if err != nil {
		return nil, "", err
	}
	content, err := readManual(document)
	if err != nil {
		return nil, "", err
	}
	var page bytes.Buffer
	err = t.Execute(&page, struct {
		*manual
		Style template.CSS
	}{content, template.CSS(style)}) //nolint:gosec // it is a file of ours
	sum := sha256.Sum256(style)
	policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	return page.Bytes(), policy, err
}
