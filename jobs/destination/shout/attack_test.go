package shout_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"testing"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// mostMemory bounds the memory that one notice allocates in these tests, the fake of the service included. An attack of before took gigabytes.
const mostMemory = 8 << 20

// allocated measures the memory that a call allocates, in bytes. The test must not run in parallel.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// endlessly writes until nobody reads.
func endlessly(w io.Writer, part []byte) (n int) {
	for {
		k, err := w.Write(part)
		if n += k; err != nil {
			return n
		}
	}
}

// attacks are answers that never end, or grow when they are unpacked.
func attacks(t *testing.T) map[string]http.HandlerFunc {
	t.Helper()
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for part := make([]byte, 1<<20); bomb.Len() < 24<<10; { // 24 MB, in an answer that is short enough to be read
		_, _ = z.Write(part)
	}
	_ = z.Close()
	part, packed, deep := bytes.Repeat([]byte("x"), 1<<16), bomb.Bytes(), bytes.Repeat([]byte("["), 1<<16)
	endless := func(status int, part []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			endlessly(w, part)
		}
	}
	return map[string]http.HandlerFunc{
		"a success without an end": endless(http.StatusOK, part),
		"a refusal without an end": endless(http.StatusBadRequest, part),
		"brackets without an end":  endless(http.StatusOK, deep),
		"a bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed)
		},
		"a bomb without an end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			endlessly(w, packed)
		},
		"a lie about its length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			endlessly(w, part)
		},
		"headers without an end": func(w http.ResponseWriter, _ *http.Request) {
			conn, out, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = out.WriteString("HTTP/1.1 200 OK\r\nX-Long: ")
			_ = out.Flush()
			endlessly(conn, part)
		},
		"early hints without an end": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			endlessly(conn, []byte("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"))
		},
		"redirects without an end": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		},
	}
}

// TestAnswersWithoutAnEnd has no time-out that could end them: the bytes do.
func TestAnswersWithoutAnEnd(t *testing.T) { //nolint:paralleltest // it measures
	all := attacks(t)
	for name, f := range fakes() {
		for what, attack := range all {
			var err error
			asked := 0
			took := allocated(func() {
				err = f.notify(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if asked++; asked > 20 {
						panic(http.ErrAbortHandler)
					}
					attack(w, r)
				})
			})
			if took > mostMemory {
				t.Errorf("%s, %s: %d bytes", name, what, took)
			}
			if asked > 10 || what == "a refusal without an end" && err == nil {
				t.Errorf("%s, %s: asked %d times, %v", name, what, asked, err)
			}
			if what == "a success without an end" && (err == nil) != f.unread || err != nil && what == "a success without an end" && !errors.Is(err, deliver.ErrNoAnswer) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			t.Logf("%s, %s: %d KB, %v", name, what, took>>10, err)
		}
	}
}

// deadline is a context that ends when a test says so.
type deadline struct {
	context.Context
	up chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.up }

func (d deadline) Err() error {
	select {
	case <-d.up:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestSlowAnswers lets the time be up while a service drips: before its headers, or within its body.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	for name, f := range fakes() {
		for _, headers := range []bool{false, true} {
			t.Run(name+", with headers: "+strconv.FormatBool(headers), func(t *testing.T) {
				t.Parallel()
				ctx := deadline{t.Context(), make(chan struct{})}
				err := f.notify(ctx, t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if headers {
						_, _ = w.Write([]byte("{"))
						_ = http.NewResponseController(w).Flush()
					}
					close(ctx.up)
					<-r.Context().Done()
				})
				if f.unread && headers {
					if err != nil && !errors.Is(err, deliver.ErrNoAnswer) { // whichever comes first, the headers or the end
						t.Error(err)
					}
					return
				}
				if !errors.Is(err, deliver.ErrNoAnswer) {
					t.Error(err)
				}
			})
		}
	}
}
