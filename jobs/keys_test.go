package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	keys := edit.Keys{Store: b.store, Now: func() time.Time { return morning(9, 0) }}
	secrets := make(map[string]string)
	for _, k := range []edit.Key{{Name: "ci"}, {Name: "screen", ReadOnly: true}, {Name: "a_b-c.d", Properties: []string{"acme", "outlet"}}} {
		secret, err := keys.Add(t.Context(), k)
		b.must(err)
		if !strings.HasPrefix(secret, "dbk_"+k.Name+"_") || len(secret) != len("dbk__")+len(k.Name)+43 {
			t.Errorf("the secret of %s is %s", k.Name, secret)
		}
		secrets[k.Name] = secret
	}
	if _, err := keys.Add(t.Context(), edit.Key{Name: "ci"}); !errors.Is(err, edit.ErrKeyExists) {
		t.Errorf("a second of the name: %v", err)
	}
	for _, k := range []edit.Key{{Name: ""}, {Name: "a b"}, {Name: "x", Properties: []string{"a/b"}}} {
		if _, err := keys.Add(t.Context(), k); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
	ring, err := keys.Load(t.Context())
	b.must(err)
	if got := fmt.Sprint(ring.Keys()); got != "[{a_b-c.d false [acme outlet] 0 2026-11-23 09:00:00 +0000 UTC} {ci false [] 0 2026-11-23 09:00:00 +0000 UTC} {screen true [] 0 2026-11-23 09:00:00 +0000 UTC}]" {
		t.Error(got)
	}
	for name, secret := range secrets {
		if k, ok := ring.Find(secret); !ok || k.Name != name {
			t.Errorf("the secret of %s finds %+v", name, k)
		}
	}
	for _, wrong := range []string{"", "dbk_ci_", secrets["ci"] + "x", strings.Replace(secrets["ci"], "ci", "screen", 1)} {
		if k, ok := ring.Find(wrong); ok {
			t.Errorf("%q finds %+v", wrong, k)
		}
	}
	stored := fmt.Sprint(b.rdb.HGetAll(t.Context(), "deskbell:{all}:keys").Val())
	for _, secret := range secrets {
		if strings.Contains(stored, secret[len(secret)-43:]) {
			t.Error("a secret is stored")
		}
	}

	b.must(keys.Revoke(t.Context(), "ci"))
	if err := keys.Revoke(t.Context(), "ci"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	ring, err = keys.Load(t.Context())
	b.must(err)
	if _, ok := ring.Find(secrets["ci"]); ok || len(ring) != 2 {
		t.Error("it is revoked, and found")
	}
}
