package guard_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// TestAnswersAreBounded asks servers whose answers end before the bound, at it, behind it, and never.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	const most = 1000
	gone := make(chan struct{}, 1)
	mux := http.NewServeMux()
	for path, size := range map[string]int{"/none": 0, "/shorter": most - 1, "/most": most, "/longer": most + 1} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) })
	}
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for part := make([]byte, 1<<16); ; {
			if _, err := w.Write(part); err != nil {
				gone <- struct{}{}
				return
			}
		}
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/endless", http.StatusFound) })
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*guard.MostAnswer))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for path, want := range map[string]int{"/none": 0, "/shorter": most - 1, "/most": most, "/longer": -1, "/endless": -1, "/moved": -1} {
		answer, err := loopback().Client(time.Minute, most).Get(server.URL + path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if want < 0 && (!errors.Is(err, guard.ErrTooLong) || len(body) != most) || want >= 0 && (err != nil || len(body) != want) {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
	}
	<-gone
	<-gone
	if err := fetch(loopback().Client(time.Minute, most), server.URL+"/headers"); err == nil {
		t.Error("headers may be as long as they like")
	}
}

func TestNothingIsUnpacked(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 10<<20))
	_ = z.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "" {
			t.Errorf("it is asked to pack by %q", got)
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	t.Cleanup(server.Close)
	answer, err := loopback().Client(time.Minute, guard.MostAnswer).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || !bytes.Equal(body, packed.Bytes()) {
		t.Errorf("%d bytes of %d, %v", len(body), packed.Len(), err)
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]error{0: nil, 9: nil, 10: nil, 11: guard.ErrTooLong, 1000: guard.ErrTooLong} {
		for name, slow := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		} {
			client, server := net.Pipe()
			go func() {
				_, _ = server.Write(make([]byte, size))
				server.Close()
			}()
			conn := guard.Bounded(client, 10)
			got, err := io.ReadAll(slow(conn))
			if len(got) != min(size, 10) || !errors.Is(err, want) {
				t.Errorf("%d bytes %s: %d, %v", size, name, len(got), err)
			}
			if _, err := conn.Read(make([]byte, 1)); want != nil && !errors.Is(err, want) {
				t.Errorf("%d bytes %s: it goes on: %v", size, name, err)
			}
			client.Close()
		}
	}
}
