package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// shout takes the notices of one service, and none of others.
type shout struct{}

// Notify implements jobs.Notifier.
func (shout) Notify(_ context.Context, url, _, _ string) error {
	if strings.HasPrefix(url, "ntfy:") {
		return nil
	}
	return errors.New("it answered 403")
}

func TestATestNoticeSaysWhatBecameOfEachWay(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.Shout = shout{}
	const path = "/v1/agents/lea/notices/test"
	b.Want(404, b.admin, "POST", "/v1/agents/none/notices/test", "")
	b.Want(403, b.acme, "POST", path, "")
	if none := b.Want(409, b.admin, "POST", path, ""); !strings.Contains(none.Problem(t).Detail, "add services to notify.via") {
		t.Error(none.Body)
	}
	b.Want(200, b.admin, "PUT", "/v1/agents/lea", `{"notify": {"on": ["hours_started"], "via": ["ntfy://ntfy.sh/hunter2", "generic://example.com/hunter2"]}}`)
	const want = `{"ways":[{"way":"ntfy"},{"way":"generic","problem":"it answered 403"}]}`
	if got := b.Want(200, b.admin, "POST", path, ""); strings.TrimSpace(got.Body) != want {
		t.Errorf("got %s", got.Body)
	}
	if !b.Says("test notice failed") {
		t.Error("the log does not say that it failed")
	}
}
