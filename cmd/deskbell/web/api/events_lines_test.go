package api_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

// asLines is a request with events one a line.
func asLines(headers map[string]string) webtest.Request {
	r := webtest.Request{Headers: map[string]string{"Content-Type": "application/x-ndjson"}}
	maps.Copy(r.Headers, headers)
	return r
}

// judged is an answer to lines.
type judged struct {
	Counts  struct{ Taken, Refused int }
	Results []struct {
		Index  int
		ID     string
		Status string
		Errors []any
	}
	LeftOut int `json:"results_left_out"`
	Lines   int
	Detail  string
}

func readJudged(t testing.TB, a webtest.Answer) (j judged) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &j); err != nil {
		t.Fatalf("%v in %.300s", err, a.Body)
	}
	return j
}

func TestLinesAreTakenBeyondTheBoundOfABody(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	wide := goodEvent + strings.Repeat(" ", 1000)
	body := strings.Repeat(wide+"\n", 1500) + badEvent + "\n\n" + goodEvent + "\n" + strings.Repeat("{\n", 1500) + goodEvent
	if len(body) <= web.MostBody {
		t.Fatalf("%d bytes", len(body))
	}
	a := b.Want(202, asLines(map[string]string{"Idempotency-Key": "k1"}), "POST", "/v1/events", body)
	got := readJudged(t, a)
	if got.Counts.Taken != 1502 || got.Counts.Refused != 1501 || len(got.Results) != 2000 || got.LeftOut != 501 || len(a.Body) > 500_000 {
		t.Errorf("%+v, %d results, %d left out, %d bytes", got.Counts, len(got.Results), got.LeftOut, len(a.Body))
	}
	if bad := got.Results[1000]; bad.Index != 1500 || bad.Status != "refused" || len(bad.Errors) == 0 || got.Results[1001].Index != 1503 {
		t.Errorf("after the first 1000: %+v", got.Results[1000:1002])
	}
	again := readJudged(t, b.Want(202, asLines(map[string]string{"Idempotency-Key": "k1", "Content-Encoding": "gzip"}), "POST", "/v1/events", packed(t, body)))
	for i := range got.Results {
		if got.Results[i].ID != again.Results[i].ID || got.Results[i].Index != again.Results[i].Index {
			t.Fatalf("again: %+v, not %+v", again.Results[i], got.Results[i])
		}
	}
	none := readJudged(t, b.Want(422, asLines(nil), "POST", "/v1/events", strings.Repeat("{\n", 2001)))
	if none.Counts.Refused != 2001 || !strings.Contains(none.Detail, "no event was taken") {
		t.Errorf("none: %+v", none)
	}
}

// TestLinesBeforeAFaultStayTaken: the answer says how many lines were judged.
func TestLinesBeforeAFaultStayTaken(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, func(b *webtest.Bundle, _ *web.Config) { b.Quotas.Events = 300 }) // 3000 may come at once
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	lines := strings.Repeat(goodEvent+"\n", 1500)
	damaged := []byte(packed(t, lines))
	damaged[len(damaged)-8] ^= 1 // of its checksum
	gzipped := asLines(map[string]string{"Content-Encoding": "gzip"})
	got := readJudged(t, b.Want(400, gzipped, "POST", "/v1/events", string(damaged)))
	if got.Lines != 1000 || got.Counts.Taken != 1000 || !strings.Contains(got.Detail, "1000 lines were judged") {
		t.Errorf("damaged: %+v, %d lines, %s", got.Counts, got.Lines, got.Detail)
	}
	over := b.Want(429, asLines(nil), "POST", "/v1/events", lines+lines) // 2000 are left
	if got = readJudged(t, over); got.Lines != 2000 || got.Counts.Taken != 2000 || over.Header.Get("Retry-After") == "" {
		t.Errorf("over a quota: %+v, %d lines", got.Counts, got.Lines)
	}
	none := b.Want(429, asLines(nil), "POST", "/v1/events", lines)
	if got = readJudged(t, none); got.Counts.Taken != 0 || none.Header.Get("Retry-After") == "" {
		t.Errorf("over it from the start: %+v", got.Counts)
	}
}
