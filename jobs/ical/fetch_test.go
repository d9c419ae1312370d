package ical_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/ical"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", "Fri, 20 Nov 2026 08:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"1"` && r.Header.Get("If-Modified-Since") == "Fri, 20 Nov 2026 08:00:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(calendar("DTSTART;VALUE=DATE:20261224"))
	})
	mux.HandleFunc("/unasked", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Sign in</html>")) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("X", 2*ical.MostBytes)))
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for part := make([]byte, 1<<16); ; {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	mux.Handle("/moved", http.RedirectHandler("/good", http.StatusFound))
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusFound))
	mux.Handle("/inside", http.RedirectHandler("http://169.254.169.254/latest/meta-data", http.StatusFound))
	mux.Handle("/file", http.RedirectHandler("file:///etc/passwd", http.StatusFound))
	mux.HandleFunc("/unreadable", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/calendar?token=secret&%zz#%zz")
		w.WriteHeader(http.StatusFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f := ical.NewFetcher(guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, today)

	got, err := f.Fetch(t.Context(), server.URL+"/good", ical.Validators{})
	if err != nil || got.Unchanged || len(got.Calendar.Closures) != 1 || got.Validators.ETag != `"1"` {
		t.Fatalf("%+v, %v", got, err)
	}
	if again, err := f.Fetch(t.Context(), server.URL+"/good", got.Validators); err != nil || !again.Unchanged || again.Validators != got.Validators {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if moved, err := f.Fetch(t.Context(), server.URL+"/moved", ical.Validators{}); err != nil || len(moved.Calendar.Closures) != 1 {
		t.Errorf("moved: %+v, %v", moved, err)
	}
	for path, want := range map[string]string{
		"/gone":       "fetching the calendar: the server answers 404 Not Found",
		"/unasked":    "fetching the calendar: the server answers 304 Not Modified",
		"/page":       `reading the calendar: line 1: is not a line of an iCalendar: "<html>Sign in</html>"; allowed: NAME:value`,
		"/large":      "reading the calendar: has more than 1048576 bytes",
		"/endless":    "reading the calendar: has more than 1048576 bytes",
		"/loop":       "fetching the calendar: it redirects more than 5 times",
		"/inside":     "its address is not public",
		"/unreadable": "fetching the calendar: it redirects to an address that cannot be read",
		"/file":       "fetching the calendar: unsupported protocol scheme",
	} {
		_, err := f.Fetch(t.Context(), server.URL+path+"?token=secret", ical.Validators{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "token=secret") {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err = ical.NewFetcher(guard.Guard{}, today).Fetch(t.Context(), server.URL+"/good", ical.Validators{})
	if err == nil || !strings.Contains(err.Error(), "is not public") {
		t.Errorf("unguarded: %v", err)
	}
}
