// Package monitor is asynq's web monitor without the secrets in tasks. It shows only the part of a
// payload that jobs.ShownPayload gives, and no results.
package monitor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/hibiken/asynq"
	"github.com/hibiken/asynqmon"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
)

// New gives the monitor under a path such as /monitor; mount it at the path and all below, without stripping it. It
// refuses requests of other sites that would change something; with readOnly, all requests that would. The caller decides
// which people may see it. It does not close the client.
func New(rdb redis.UniversalClient, root string, readOnly bool) (http.Handler, error) {
	if !strings.HasPrefix(root, "/") || strings.HasSuffix(root, "/") {
		return nil, fmt.Errorf("mounting the monitor at %q: the path begins with a slash and ends without one", root)
	}
	monitor := asynqmon.New(asynqmon.Options{
		RootPath:         root,
		RedisConnOpt:     sharedClient{rdb},
		PayloadFormatter: asynqmon.PayloadFormatterFunc(jobs.ShownPayload),
		ResultFormatter:  asynqmon.ResultFormatterFunc(func(_ string, result []byte) string { return jobs.ShownPayload("", result) }),
		ReadOnly:         readOnly,
	})
	return http.NewCrossOriginProtection().Handler(&pages{
		monitor: monitor, rdb: rdb, api: root + "/api/",
		inline:  regexp.MustCompile(`(?s)<script>(.*?)</script>`),
		foreign: regexp.MustCompile(`<link[^>]*href="https?://[^>]*>`),
	}), nil
}

// sharedClient lets asynqmon use a client that is not its own. Nothing calls its Close, which would close the client.
type sharedClient struct{ redis.UniversalClient }

var _ asynq.RedisConnOpt = sharedClient{}

// MakeRedisClient implements asynq.RedisConnOpt.
func (c sharedClient) MakeRedisClient() any { return c.UniversalClient }

// pages removes the links to other sites from the monitor's pages, which fetch fonts there. A policy makes the browser
// enforce that.
type pages struct {
	monitor http.Handler
	rdb     redis.UniversalClient
	api     string         // the path below which there are no pages
	inline  *regexp.Regexp // a script within a page
	foreign *regexp.Regexp // a link to another site
}

// mostTasks bounds the tasks on one page: a page is held in memory as a whole, and Redis does nothing else while it
// reads one. The monitor's own pages ask for a hundred.
const mostTasks = 1000

// mostPages bounds the number of a page: the place of its first task is a number, too.
const mostPages = 1_000_000

// ServeHTTP implements http.Handler.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, p.api) {
		http.Error(w, "pages are only read", http.StatusMethodNotAllowed) // asynqmon would answer with a page
		return
	}
	if problem := pageProblem(r.URL.Query()); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	if name, ok := p.queueOf(r); ok {
		switch known, err := p.isKnown(r.Context(), name); {
		case err != nil:
			w.Header().Set("Retry-After", "5")
			http.Error(w, noAnswer, http.StatusServiceUnavailable)
			return
		case !known:
			http.Error(w, "there is no such queue", http.StatusNotFound)
			return
		}
	}
	file := &held{header: w.Header(), status: http.StatusOK}
	p.monitor.ServeHTTP(file, r)
	body := file.body.Bytes()
	if file.status >= http.StatusInternalServerError { // asynqmon's own words may name the address of Redis
		said := jobs.Unusable(errors.New(string(body)))
		body = []byte(noAnswer + "\n")
		if trouble := (*jobs.UnusableError)(nil); errors.As(said, &trouble) {
			file.status = http.StatusServiceUnavailable
			body = []byte(noAnswer + ": " + trouble.Remedy + "\n")
		}
	}
	if file.status == http.StatusServiceUnavailable {
		file.header.Set("Retry-After", "5")
	}
	if file.header.Get("Content-Type") == "" {
		file.header.Set("Content-Type", http.DetectContentType(body))
	}
	if strings.HasPrefix(file.header.Get("Content-Type"), "text/html") {
		body = p.foreign.ReplaceAll(body, nil)
		file.header.Set("Content-Security-Policy", p.policy(body))
	}
	file.header.Set("X-Content-Type-Options", "nosniff")
	file.header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(file.status)
	_, _ = w.Write(body) // an error: the client has gone
}

const noAnswer = "asynq cannot do that: Redis does not answer, or it is done already"

// pageProblem tells what is wrong with the page that is asked for; empty: nothing. Redis takes a size of none for all tasks there are.
func pageProblem(query url.Values) string {
	if size, err := strconv.Atoi(query.Get("size")); err == nil && (size < 1 || size > mostTasks) {
		return fmt.Sprintf("%d tasks are no page: 1 to %d", size, mostTasks)
	}
	if page, err := strconv.Atoi(query.Get("page")); err == nil && (page < 1 || page > mostPages) {
		return fmt.Sprintf("there is no page %d: 1 to %d", page, mostPages)
	}
	return ""
}

// queueOf is the queue that a request of the API names.
func (p *pages) queueOf(r *http.Request) (name string, ok bool) {
	rest, ok := strings.CutPrefix(r.URL.Path, p.api+"queues/")
	if !ok {
		return "", false
	}
	name, _, within := strings.Cut(rest, "/")
	if !within && r.Method == http.MethodPost { // as in …:pause
		name = name[:max(0, strings.LastIndexByte(name, ':'))]
	}
	return name, true
}

// isKnown tells whether there is a queue: asynq would make keys for one of any name.
func (p *pages) isKnown(ctx context.Context, name string) (bool, error) {
	known, err := p.rdb.SIsMember(ctx, "asynq:queues", name).Result()
	if err != nil {
		return false, fmt.Errorf("looking for a queue: %w", err)
	}
	return known, nil
}

// policy allows the monitor's own files, and the scripts within the page. The monitor writes its styles by script.
func (p *pages) policy(body []byte) string {
	scripts := "'self'"
	for _, match := range p.inline.FindAllSubmatch(body, -1) {
		sum := sha256.Sum256(match[1])
		scripts += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'self'; script-src " + scripts + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// held is a response that is not sent yet.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
