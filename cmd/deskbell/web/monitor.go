package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/hibiken/asynq"
	"github.com/hibiken/asynqmon"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
)

// Monitor is asynq's web monitor under a path such as /monitor; mount it at the path
// and all below, without stripping it. It shows of payloads only what
// jobs.ShownPayload does, and of results nothing. Requests of other sites that would
// change something are refused; with readOnly all that would. Who may see it is for the
// caller to decide. The client is not closed by it.
func Monitor(rdb redis.UniversalClient, root string, readOnly bool) (http.Handler, error) {
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
	return http.NewCrossOriginProtection().Handler(&monitorPages{
		monitor: monitor, api: root + "/api/",
		inline:  regexp.MustCompile(`(?s)<script>(.*?)</script>`),
		foreign: regexp.MustCompile(`<link[^>]*href="https?://[^>]*>`),
	}), nil
}

// sharedClient lets asynqmon use a client that is not its own. Its Close is never
// called, for it would close the client.
type sharedClient struct{ redis.UniversalClient }

var _ asynq.RedisConnOpt = sharedClient{}

// MakeRedisClient implements asynq.RedisConnOpt.
func (c sharedClient) MakeRedisClient() any { return c.UniversalClient }

// monitorPages takes out of the monitor's pages what they would fetch from other
// sites: fonts. A policy holds the browser to that.
type monitorPages struct {
	monitor http.Handler
	api     string         // path of what is not a page
	inline  *regexp.Regexp // a script within a page
	foreign *regexp.Regexp // a link to another site
}

// mostTasks are on one page: all of it is held in memory, and Redis is busy with
// nothing else meanwhile. The monitor's own pages ask for a hundred.
const mostTasks = 1000

// ServeHTTP implements http.Handler.
func (p *monitorPages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, p.api) {
		http.Error(w, "pages are only read", http.StatusMethodNotAllowed) // asynqmon would answer with a page
		return
	}
	if size, err := strconv.Atoi(r.URL.Query().Get("size")); err == nil && size > mostTasks {
		http.Error(w, fmt.Sprintf("%d tasks are too many for one page: %d at most", size, mostTasks), http.StatusBadRequest)
		return
	}
	file := &held{header: w.Header(), status: http.StatusOK}
	p.monitor.ServeHTTP(file, r)
	body := file.body.Bytes()
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
	_, _ = w.Write(body) // who has gone does not read it
}

// policy allows what comes from here, and the scripts within the page. The monitor
// writes its styles by script.
func (p *monitorPages) policy(body []byte) string {
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
