package board_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// A key of one property opens the board of that property, and sees nothing of another on it.
func TestBoardOfAKeyOfOneProperty(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	acme := webtest.Request{Key: b.Key(edit.Key{Name: "acme", Properties: []string{"acme", "not-there"}})}
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", Properties: []string{"acme"}, ReadOnly: true})}
	full := webtest.Request{Key: b.Key(edit.Key{Name: "full"})}
	for _, property := range []string{"acme", "bakery"} {
		body := `{"specversion":"1.0","id":"of-` + property + `","type":"message.send","source":"deskbell","time":"2026-11-23T09:00:01Z","data":{"property":"` + property + `"}}`
		_, err := b.Store.Commit(t.Context(), []store.Change{{
			Subject: store.VisitorSubject(property, "v1"), NewRev: 1, State: []byte("{}"), At: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
			Actions: []store.Outgoing{{Body: []byte(body), To: []string{}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/", "/board/properties", "/board/properties?search=a", "/board/recent", "/board/destinations"} {
		for _, r := range []webtest.Request{acme, reader} {
			if got := b.Want(http.StatusOK, r, "GET", path, "").Body; strings.Contains(got, "bakery") || strings.Contains(got, "crm") {
				t.Errorf("%s: %s", path, got)
			}
		}
	}
	if got := b.Want(http.StatusOK, acme, "GET", "/board/recent", "").Body; !strings.Contains(got, "of-acme") {
		t.Errorf("what happened on it lately: %s", got)
	}
	for _, c := range []struct {
		webtest.Request
		path       string
		properties int
		readOnly   bool
	}{
		{acme, "", 1, false}, {acme, "?search=ACME", 1, false}, {acme, "?search=bakery", 0, false}, {acme, "?search=not-there", 0, false},
		{reader, "", 1, true}, {full, "", 2, false},
	} {
		var page struct {
			Properties []json.RawMessage
			ReadOnly   bool `json:"read_only"`
		}
		got := b.Want(http.StatusOK, c.Request, "GET", "/board/properties"+c.path, "").Body
		if err := json.Unmarshal([]byte(got), &page); err != nil || len(page.Properties) != c.properties || page.ReadOnly != c.readOnly {
			t.Errorf("%s: %s %v", c.path, got, err)
		}
	}
	b.Want(http.StatusForbidden, acme, "GET", "/board/events?id=acme&id=bakery", "")
	next, _ := watchBy(b, acme.Key, map[string][]string{"id": {"acme"}, "whole": {"1"}})
	if rows := next("rows").rows(); !strings.Contains(rows, "acme") {
		t.Errorf("the stream shows %s", rows)
	}
	if recent := next("recent").list; !strings.Contains(recent, "of-acme") || strings.Contains(recent, "bakery") {
		t.Errorf("the stream tells of %s", recent)
	}
	if list := next("destinations").list; list != "[]" {
		t.Errorf("the stream tells of destinations: %s", list)
	}
}
