package hook_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web/hook"
	"github.com/deskbell/deskbell/domain/event"
)

// product signs by one word, and tells of one event, of none, or of nothing that can be read.
type product struct{}

func (product) Verify(header http.Header, _ []byte, _ time.Time) error {
	if header.Get("Signature") != "good" {
		return errors.New("wrong")
	}
	return nil
}

func (product) Events(_ http.Header, body []byte, _ time.Time) ([]event.Item, string, error) {
	switch string(body) {
	case "none":
		return nil, "there is none", nil
	case "odd":
		return nil, "", errors.New("it is odd")
	}
	return []event.Item{{Event: event.Event{ID: "message-1"}}}, "", nil
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	log, _ := logtest.NewNullLogger()
	away := errors.New("Redis is away")
	h := hook.New(hook.Config{
		Find: func(_ context.Context, name string) (hook.Sender, error) {
			switch name {
			case "support":
				return product{}, nil
			case "away":
				return nil, away
			}
			return nil, nil
		},
		Take: func(_ context.Context, items []event.Item, bytes int) (counts, results any, err error) {
			switch bytes {
			case len("none is taken"):
				return nil, nil, huma.Error422UnprocessableEntity("none was taken")
			case len("lost"):
				return nil, nil, away
			}
			return len(items), bytes, nil
		},
		Now: time.Now, Log: log,
	})
	for _, c := range []struct {
		name, body, signature string
		status                int
		says                  string
	}{
		{"support", "message", "good", 202, `{"counts":1,"results":7}`},
		{"support", "none", "good", 200, `{"ignored":"there is none"}`},
		{"support", "odd", "good", 400, "the body cannot be read: it is odd"},
		{"support", "none is taken", "good", 422, "none was taken"},
		{"support", "lost", "good", 503, "Redis does not answer"},
		{"away", "message", "good", 503, "Redis does not answer"},
		{"support", "message", "bad", 401, "this needs the signature of a chat product"},
		{"nobody", "message", "good", 401, "this needs the signature of a chat product"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/product/"+c.name, http.NoBody)
		r.SetPathValue("name", c.name)
		r.Header.Set("Signature", c.signature)
		w := httptest.NewRecorder()
		serve, err := h(r, []byte(c.body))
		if err != nil {
			w.Code = http.StatusUnauthorized
			w.Body.WriteString(err.Error())
		} else {
			serve(w, r)
		}
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s, %s: %d %s", c.name, c.body, w.Code, w.Body)
		}
	}
}
