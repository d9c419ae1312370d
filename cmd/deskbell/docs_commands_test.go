package main

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// documented is an operation of /docs, as a reader sees it.
type documented struct {
	id, method, command string
	statuses            []string // that it names
}

var (
	documentedSection = regexp.MustCompile(`(?s)<section class="operation" id="([^"]+)".*?<span class="method">(\w+)</span>.*?<pre><code>(.*?)</code></pre>.*?<tbody>(.*?)</tbody>`)
	documentedStatus  = regexp.MustCompile(`<th scope="row">(\w+)</th>`)
	anyDate           = regexp.MustCompile(`\b\d{4}-\d\d`)
)

// refusedExamples are those that no server can take as they stand, or that ask for what no worker has made, by their ids.
func refusedExamples() map[string]int {
	return map[string]int{
		"enter-agent-page":   http.StatusUnauthorized,       // the secret is nobody's
		"subscribe-device":   http.StatusBadRequest,         // it has no body: that is for browsers
		"get-visitor":        http.StatusNotFound,           // the visitor's event waits for a worker
		"replay-delivery":    http.StatusNotFound,           // nothing was given up
		"test-agent-notices": http.StatusConflict,           // the agent has no way of their own
		"post-chatwoot":      http.StatusUnauthorized,       // only a Chatwoot has the secret to sign with
		"post-rest":          http.StatusUnauthorized,       // likewise
		"test-destination":   http.StatusServiceUnavailable, // no worker runs
	}
}

// TestTheExamplesOfTheDocsRun pastes each into a shell, those first that define what the others ask for: on a machine without a key, and where there
// is one.
func TestTheExamplesOfTheDocsRun(t *testing.T) {
	t.Parallel()
	for name, withKey := range map[string]bool{"without a key": false, "with a key": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, withKey)
			for _, d := range r.operations() {
				status := r.paste(d)
				want, refused := refusedExamples()[d.id]
				if refused && status != want || !refused && (status < 200 || status > 299) {
					t.Errorf("%s is answered by %d", d.command, status)
				}
				if !slices.Contains(d.statuses, strconv.Itoa(status)) {
					t.Errorf("%s is answered by %d, and names %q", d.command, status, d.statuses)
				}
				if anyDate.MatchString(d.command) {
					t.Errorf("%s has a date, which will have passed", d.command)
				}
			}
		})
	}
}

// docsReader has what the docs say that a reader has.
type docsReader struct {
	*follower
	key       string // empty: there is none
	variables []string
}

func newReader(t *testing.T, withKey bool) *docsReader {
	t.Helper()
	r := &docsReader{follower: newFollower(t)}
	first := func(command string) string {
		line, _, _ := strings.Cut(r.do(command), "\n")
		return line
	}
	if withKey {
		r.key = first("deskbell keys add reader")
	}
	site := first("deskbell keys add site --publish --property acme --origin https://acme.example")
	_, link, _ := strings.Cut(first("deskbell agents link lea --url https://bell.example"), "#")
	r.write("docs/curl", "#!/bin/sh\nPATH=${PATH#*:}\nexec curl -sSi --raw -N \"$@\"\n")
	r.variables = []string{"KEY=" + r.key, "PAGE_KEY=" + site, "LINK_SECRET=" + link, "PATH=" + filepath.Join(r.dir, "docs") + ":" + os.Getenv("PATH")}
	return r
}

// operations are all that the docs have, in the order in which their examples work.
func (r *docsReader) operations() (all []documented) {
	r.Helper()
	var page string
	redistest.Wait(r, "the docs, by a key that the server knows", func() bool {
		q, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.fit.Replace("http://127.0.0.1:8080/docs"), http.NoBody)
		if err != nil {
			r.Fatal(err)
		}
		if r.key != "" {
			q.SetBasicAuth("reader", r.key)
		}
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			r.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			r.Fatal(err)
		}
		page = string(body)
		return answer.StatusCode == http.StatusOK && strings.Contains(page, "Bearer $KEY") == (r.key != "")
	})
	for _, found := range documentedSection.FindAllStringSubmatch(page, -1) {
		d := documented{id: found[1], method: found[2], command: html.UnescapeString(found[3])}
		for _, status := range documentedStatus.FindAllStringSubmatch(found[4], -1) {
			d.statuses = append(d.statuses, status[1])
		}
		all = append(all, d)
	}
	if n := strings.Count(page, `<section class="operation"`); len(all) != n || n < 50 {
		r.Fatalf("%d operations have examples, of %d", len(all), n)
	}
	slices.SortStableFunc(all, func(a, b documented) int {
		order := []string{http.MethodPut, http.MethodPost, http.MethodGet, http.MethodDelete}
		return slices.Index(order, a.method) - slices.Index(order, b.method)
	})
	removals := slices.IndexFunc(all, func(d documented) bool { return d.method == http.MethodDelete })
	slices.Reverse(all[removals:]) // a property goes after its parts
	return all
}

// paste runs an example, and gives the status of the answer. A stream is read until the end of its first event.
func (r *docsReader) paste(d documented) (status int) {
	r.Helper()
	ctx, cancel := redistest.Patient(r.Context())
	defer cancel()
	var errs bytes.Buffer
	shell := exec.CommandContext(ctx, "sh", "-eu", "-c", d.command)
	shell.Dir, shell.Env, shell.Stderr = r.dir, append(os.Environ(), r.variables...), &errs
	shell.WaitDelay = time.Second // for a shell that does not give its place to curl
	out, err := shell.StdoutPipe()
	if err != nil {
		r.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		r.Fatal(err)
	}
	status, err = readAnswer(out)
	cancel()
	_ = shell.Wait() // it was killed, or has ended
	if err != nil {
		r.Errorf("%s: %v\n%s", d.command, err, &errs)
	}
	return status
}

// readAnswer reads the answer that curl prints with its headers, and gives its status. Of a stream, it leaves the rest.
func readAnswer(from io.Reader) (status int, err error) {
	in := textproto.NewReader(bufio.NewReader(from))
	first, err := in.ReadLine()
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscanf(first, "HTTP/1.1 %d ", &status); err != nil {
		return 0, fmt.Errorf("reading %q: %w", first, err)
	}
	header, err := in.ReadMIMEHeader()
	if err != nil {
		return status, err
	}
	if header.Get("Content-Type") != "text/event-stream" {
		_, err = io.Copy(io.Discard, in.R)
		return status, err
	}
	for line := ""; line != "\n" && err == nil; {
		line, err = in.R.ReadString('\n')
	}
	return status, err
}
