package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
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
	for _, k := range []edit.Key{
		{Name: ""}, {Name: "a b"}, {Name: "x", Properties: []string{"a/b"}}, {Name: "x", Names: edit.Names{Agents: []string{"lea"}}},
		{Name: "x", Properties: []string{"a"}, Names: edit.Names{Schedules: []string{"a/b"}}},
	} {
		if _, err := keys.Add(t.Context(), k); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
	ring, err := keys.Load(t.Context())
	b.must(err)
	if got := fmt.Sprint(ring.Keys()); got != "[{a_b-c.d false [acme outlet] {[] [] []} 0 []  2026-11-23 09:00:00 +0000 UTC} {ci false [] {[] [] []} 0 []  2026-11-23 09:00:00 +0000 UTC} {screen true [] {[] [] []} 0 []  2026-11-23 09:00:00 +0000 UTC}]" {
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

// A key for pages is no secret, and none of a server: it opens nothing of one, and closes no door.
func TestKeysForPages(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	keys := edit.Keys{Store: b.store, Now: func() time.Time { return morning(9, 0) }}
	site := edit.Key{Name: "site", Properties: []string{"acme"}, Origins: []string{"https://acme.example", "http://localhost:3000", "https://[::1]:8443"}}
	key, err := keys.Add(t.Context(), site)
	b.must(err)
	ring, err := keys.Load(t.Context())
	b.must(err)
	if k, ok := ring.FindPublic(key); !ok || k.Public != key || !strings.HasPrefix(key, "pk_site_") || !k.From("http://localhost:3000") || k.From("http://localhost") {
		t.Errorf("%s finds %+v", key, k)
	}
	if k, ok := ring.Find(key); ok || ring.HasServers() {
		t.Errorf("it is a server's: %+v", k)
	}
	if k, ok := ring.Find(""); ok {
		t.Errorf("nothing finds %+v", k)
	}
	if once, err := keys.Once(t.Context(), false); once || err != nil {
		t.Errorf("there was a key of a server: %v, %v", once, err)
	}
	for name, k := range map[string]edit.Key{
		"no property":     {Origins: site.Origins},
		"two properties":  {Origins: site.Origins, Properties: []string{"acme", "beta"}},
		"reading alone":   {Origins: site.Origins, Properties: site.Properties, ReadOnly: true},
		"names":           {Origins: site.Origins, Properties: site.Properties, Names: edit.Names{Agents: []string{"lea"}}},
		"null":            {Origins: []string{"null"}},
		"all":             {Origins: []string{"*"}},
		"a wildcard":      {Origins: []string{"https://*.acme.example"}},
		"a path":          {Origins: []string{"https://acme.example/"}},
		"a host":          {Origins: []string{"acme.example"}},
		"capitals":        {Origins: []string{"https://Acme.example"}},
		"its own port":    {Origins: []string{"https://acme.example:443"}},
		"an empty port":   {Origins: []string{"https://acme.example:"}},
		"a login":         {Origins: []string{"https://me@acme.example"}},
		"a file":          {Origins: []string{"file:///x"}},
		"another scheme":  {Origins: []string{"ftp://acme.example"}},
		"not as browsers": {Origins: []string{"https://bücher.example"}},
	} {
		if k.Name = "other"; k.Properties == nil && name != "no property" {
			k.Properties = site.Properties
		}
		if _, err := keys.Add(t.Context(), k); err == nil {
			t.Errorf("%s: %+v is taken", name, k)
		}
	}
	changed, err := keys.Change(t.Context(), "site", edit.Rights{Origins: []string{"https://beta.example"}, Properties: []string{"beta"}})
	b.must(err)
	if changed.Public != key || !changed.From("https://beta.example") || changed.From("https://acme.example") || !changed.May("beta") || changed.May("acme") {
		t.Errorf("changed: %+v", changed)
	}
	_, err = keys.Add(t.Context(), edit.Key{Name: "server"})
	b.must(err)
	if _, err := keys.Change(t.Context(), "server", edit.Rights{Origins: site.Origins}); err == nil {
		t.Error("a server's key becomes one for pages")
	}
	first, err := edit.PageSecret{Store: b.store}.Load(t.Context())
	b.must(err)
	if again, err := (edit.PageSecret{Store: b.store}).Load(t.Context()); err != nil || string(again) != string(first) || len(first) != 32 {
		t.Errorf("the secret of tokens: %v %v", again, err)
	}
}

// A key that is changed keeps its secret, its name and all rights that are not given anew.
func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	b.define(`{"agents": {"lea": {}}, "properties": {"acme": {"agents": ["lea"]}}}`)
	keys := edit.Keys{Store: b.store, Now: func() time.Time { return morning(9, 0) }}
	secret, err := keys.Add(t.Context(), edit.Key{Name: "shop", Properties: []string{"acme"}, Rate: 7, Names: edit.Names{Schedules: []string{"office"}}})
	b.must(err)
	_, err = keys.Add(t.Context(), edit.Key{Name: "ci"})
	b.must(err)
	b.must(b.rdb.HSet(t.Context(), "deskbell:{all}:keys", "old", `{"name":"old","properties":["acme"],"created":"2026-01-02T03:04:05Z","hash":"00"}`).Err())
	only, all := true, false
	for _, c := range []struct {
		name   string
		rights edit.Rights
		want   string // empty: it is refused
	}{
		{"shop", edit.Rights{Names: edit.Names{Agents: []string{"tom", "lea"}}}, "[acme] {[lea tom] [office] []} 7"},
		{"shop", edit.Rights{Names: edit.Names{Schedules: []string{}}, Rate: 9}, "[acme] {[lea tom] [] []} 9"},
		{"shop", edit.Rights{Properties: []string{"acme", "beta"}}, "[acme beta] {[lea tom] [] []} 9"},
		{"old", edit.Rights{Names: edit.Names{Destinations: []string{"crm"}}}, "[acme] {[lea] [] [crm]} 0"},
		{"ci", edit.Rights{Rate: 3}, "[] {[] [] []} 3"},
		{"ci", edit.Rights{Properties: []string{"acme"}}, ""},
		{"ci", edit.Rights{Names: edit.Names{Agents: []string{"lea"}}}, ""},
		{"ci", edit.Rights{ReadOnly: &only}, "[] {[] [] []} 3, reads"},
		{"ci", edit.Rights{Rate: 4}, "[] {[] [] []} 4, reads"},
		{"ci", edit.Rights{ReadOnly: &all}, "[] {[] [] []} 4"},
		{"shop", edit.Rights{ReadOnly: &all}, "[acme beta] {[lea tom] [] []} 9"},
		{"none", edit.Rights{ReadOnly: &only}, ""},
		{"shop", edit.Rights{Names: edit.Names{Agents: []string{"a/b"}}}, ""},
		{"shop", edit.Rights{Rate: edit.MaxRate + 1}, ""},
		{"none", edit.Rights{Rate: 3}, ""},
	} {
		k, err := keys.Change(t.Context(), c.name, c.rights)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s with %+v: %+v", c.name, c.rights, k)
			}
			continue
		}
		b.must(err)
		got := fmt.Sprint(k.Properties, k.Names, k.Rate)
		if k.ReadOnly {
			got += ", reads"
		}
		if got != c.want {
			t.Errorf("%s with %+v: %s, want %s", c.name, c.rights, got, c.want)
		}
	}
	ring, err := keys.Load(t.Context())
	b.must(err)
	if k, ok := ring.Find(secret); !ok || fmt.Sprint(k.Properties, k.Names, k.Rate) != "[acme beta] {[lea tom] [] []} 9" {
		t.Errorf("its secret finds %+v", k)
	}
}

// TestKeysOfAnEarlierVersionGetTheNamesOfTheirPropertiesOnce completes such keys by several processes at once, while their properties
// change.
func TestKeysOfAnEarlierVersionGetTheNamesOfTheirPropertiesOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	put := func(kind edit.Kind, name string, def any) {
		t.Helper()
		_, _, err := b.client.Put(t.Context(), kind, name, def, edit.Match{})
		b.must(err)
	}
	for _, id := range []string{"lea", "tom", "kim"} {
		put(edit.KindAgent, id, &definition.Agent{})
	}
	put(edit.KindSchedule, "office", &hours.Spec{})
	put(edit.KindProperty, "acme", &definition.Property{Agents: []string{"tom", "lea"}, Schedule: definition.Schedule{Name: "office"}, Destinations: []string{}})
	old := map[string]string{
		"acme": `{"name":"acme","properties":["acme","none"],"created":"2026-01-02T03:04:05Z","hash":"00"}`,
		"all":  `{"name":"all","rate":7,"created":"2026-01-02T03:04:05Z","hash":"11"}`,
	}
	for name, body := range old {
		b.must(b.rdb.HSet(t.Context(), "deskbell:{all}:keys", name, body).Err())
	}
	keys := edit.Keys{Store: b.store, Now: func() time.Time { return morning(9, 0) }}
	complete := func() {
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if err := keys.Complete(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	complete()
	put(edit.KindProperty, "acme", &definition.Property{Agents: []string{"kim"}})
	complete()
	got := b.rdb.HGetAll(t.Context(), "deskbell:{all}:keys").Val()
	want := map[string]string{
		"acme": `{"name":"acme","properties":["acme","none"],"names":{"agents":["lea","tom"],"schedules":["office"],"destinations":[]},"created":"2026-01-02T03:04:05Z","hash":"00"}`,
		"all":  old["all"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
