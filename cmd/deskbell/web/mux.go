package web

import "net/http"

// Mux is an http.ServeMux that knows its patterns, so that a test can hold a table of rights against all there are. The zero value is
// an empty one.
type Mux struct {
	http.ServeMux
	patterns []string
}

// Handle is that of http.ServeMux.
func (m *Mux) Handle(pattern string, h http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.Handle(pattern, h)
}

// HandleFunc is that of http.ServeMux.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(h))
}

// Patterns are those of the handlers, in the order in which they were added.
func (m *Mux) Patterns() []string { return m.patterns }

// Site is a handler, with the patterns of the handlers within.
type Site struct {
	http.Handler
	Patterns []string
}
