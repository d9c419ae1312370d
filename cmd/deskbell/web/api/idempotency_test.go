package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

// ids are those of an answer, in order; empty: the event was not taken.
func ids(t testing.TB, a webtest.Answer) (list []string) {
	t.Helper()
	var body struct{ Results []struct{ ID string } }
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	for _, r := range body.Results {
		list = append(list, r.ID)
	}
	return list
}

func TestARepeatWithItsIdempotencyKeyHasTheSameIds(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, id := range []string{"acme", "other"} {
		b.Want(201, webtest.Request{}, "PUT", "/v1/properties/"+id, `{}`)
	}
	one, two := b.Key(edit.Key{Name: "one"}), b.Key(edit.Key{Name: "two"})
	own := strings.Replace(goodEvent, `{"type"`, `{"id":"e-1","type"`, 1)
	dated := strings.Replace(goodEvent, `{"type"`, `{"time":"2026-11-23T08:00:00Z","type"`, 1)
	sent := func(secret, key, contentType, body string) []string {
		t.Helper()
		b.Pass(time.Second)
		r := webtest.Request{Key: secret, Headers: map[string]string{"Content-Type": contentType, "Idempotency-Key": key}}
		return ids(t, b.Want(202, r, "POST", "/v1/events", body))
	}
	const inJSON, cloudEvents, batch, lines = "application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"
	all := "[" + goodEvent + "," + badEvent + "," + own + "," + goodEvent + "," + arrival("other") + "]"
	first := sent(one, "k1", inJSON, all)
	if first[0] == first[3] || first[1] != "" || first[2] != "e-1" || first[4] == "" || len(first[0]) != 32 {
		t.Fatalf("got %q", first)
	}
	for _, c := range []struct{ secret, key, contentType, body string }{
		{one, "k1", inJSON, all},
		{one, `"k1"`, inJSON, all},
		{one, " \t\"k1\" ", batch, strings.ReplaceAll(all, ",{", " ,\n{")},
		{one, "k1", lines, strings.Trim(strings.ReplaceAll(all, ",{\"", "\n{\""), "[]")},
		{one, "k1", inJSON, strings.ReplaceAll(all, goodEvent, dated)}, // whoever makes it anew makes its time anew
	} {
		if got := sent(c.secret, c.key, c.contentType, c.body); !slices.Equal(got, first) {
			t.Errorf("%s %s: %q, and not %q", c.key, c.contentType, got, first)
		}
	}
	for name, got := range map[string][]string{
		"of another key of the API": sent(two, "k1", inJSON, all),
		"of another key":            sent(one, "k2", inJSON, all),
		"in other places":           sent(one, "k1", inJSON, strings.Replace(all, "[", "["+badEvent+","+badEvent+",", 1))[2:],
		"that say something else":   sent(one, "k1", inJSON, strings.ReplaceAll(all, `"v1"`, `"v2"`)),
		"without a key":             ids(t, b.Want(202, webtest.Request{Key: one, Headers: map[string]string{"Content-Type": inJSON}}, "POST", "/v1/events", all)),
	} {
		if got[0] == first[0] || got[2] != "e-1" || got[3] == first[3] || got[4] == first[4] {
			t.Errorf("events %s: %q", name, got)
		}
	}
	if got := sent(one, "k1", cloudEvents, goodEvent); got[0] != first[0] {
		t.Errorf("alone: %q", got)
	}
	binary := webtest.Request{Key: one, Headers: map[string]string{"Ce-Specversion": "1.0", "Ce-Type": "visitor.arrived", "Idempotency-Key": "k1"}}
	if got := ids(t, b.Want(202, binary, "POST", "/v1/events", `{"property":"acme","visitor":"v1","visit":"s1"}`)); got[0] != first[0] {
		t.Errorf("in binary mode: %q", got)
	}
}

func TestAWrongIdempotencyKeyIsRefused(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	for key, says := range map[string]string{
		"":                       "is empty",
		`""`:                     "is empty",
		`"k`:                     "has no quote at its end",
		`"`:                      "has no quote at its end",
		`k"`:                     "a character that is not allowed",
		`"a"; b=1`:               "has no quote at its end",
		"a b":                    "a character that is not allowed",
		"k1, k2":                 "a character that is not allowed",
		"\u00e9":                 "a character that is not allowed",
		strings.Repeat("k", 256): "is too long",
	} {
		a := b.Want(400, webtest.Request{Headers: map[string]string{"Idempotency-Key": key}}, "POST", "/v1/events", goodEvent)
		if p := a.Problem(t); !strings.Contains(p.Detail, says) || !strings.Contains(p.Detail, "1 to 255 characters") {
			t.Errorf("%q: %s", key, p.Detail)
		}
	}
	b.Want(202, webtest.Request{Headers: map[string]string{"Idempotency-Key": strings.Repeat("k", 255)}}, "POST", "/v1/events", goodEvent)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.Server.URL+"/v1/events", strings.NewReader(goodEvent))
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Idempotency-Key"] = []string{"k1", "k1"}
	a, err := b.Server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusBadRequest {
		t.Errorf("two keys: %d", a.StatusCode)
	}
}
