package engine

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// large is a definition with as many of the largest expressions as may be saved; each n is another one.
func large(t *testing.T, n int) (*store.Record, *definition.Property) {
	t.Helper()
	conditions := strings.Repeat(`,{"field": "page.url", "matches": "\\pL{1,220}"}`, 10)
	text := fmt.Sprintf(`{"name": "%d", "triggers": [{"name": "T", "type": "advanced", "on": "page.viewed", "message": "x", "match": "any", "conditions": [%s]}]}`, n, conditions[1:])
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	defs, err := definition.Parse(map[string]any{"properties": map[string]any{"acme": tree}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(defs.Properties["acme"])
	if err != nil {
		t.Fatal(err)
	}
	return &store.Record{Subject: store.PropertySubject("acme"), Definition: body, Rev: int64(n)}, defs.Properties["acme"]
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestEditsLeaveNoPoliciesBehind edits one property forty times.
func TestEditsLeaveNoPoliciesBehind(t *testing.T) { //nolint:paralleltest // it measures the heap
	c := newPolicyCache()
	compile := func(n int) {
		r, def := large(t, n)
		p, err := c.compile(r, def)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := c.compile(r, def); again != p || err != nil || c.definition(r) != def {
			t.Fatalf("it is compiled twice, or not: %v", err)
		}
	}
	compile(0)
	before := heap()
	for n := range 40 {
		compile(n + 1)
	}
	if grown := heap() - before; grown > 1<<20 || len(c.kept.byKey) != 1 {
		t.Errorf("%d KB more after forty edits, and %d entries", grown>>10, len(c.kept.byKey))
	}
	runtime.KeepAlive(c)
}

// TestPoliciesAreBoundedByTheirBytes keeps policies of many properties, and holds what they are thought to take to what they take.
func TestPoliciesAreBoundedByTheirBytes(t *testing.T) { //nolint:paralleltest // it measures the heap
	c := newPolicyCache()
	c.kept.most = 5 << 20
	before := heap()
	const properties = 100
	for n := range properties {
		r, def := large(t, 1)
		r.Subject = store.PropertySubject(fmt.Sprint("p", n))
		if _, err := c.compile(r, def); err != nil {
			t.Fatal(err)
		}
	}
	taken := heap() - before
	if c.kept.bytes > c.kept.most || len(c.kept.byKey) == 0 || len(c.kept.byKey) >= properties {
		t.Errorf("%d entries of %d bytes", len(c.kept.byKey), c.kept.bytes)
	}
	if taken > 3*c.kept.bytes/2 {
		t.Errorf("%d KB are taken for %d KB", taken>>10, c.kept.bytes>>10)
	}
	t.Logf("%d entries, %d KB thought, %d KB taken", len(c.kept.byKey), c.kept.bytes>>10, taken>>10)
	runtime.KeepAlive(c)
}

func TestTheNewestStays(t *testing.T) {
	t.Parallel()
	k := kept[string, int]{most: 10}
	k.put("a", 1, 4)
	k.put("b", 2, 4)
	k.get("a")
	k.put("c", 3, 4) // b was not asked for the longest
	_, a := k.get("a")
	_, b := k.get("b")
	k.put("d", 4, 100)
	_, gone := k.get("c")
	d, there := k.get("d")
	if !a || b || gone || !there || d != 4 || k.bytes != 100 {
		t.Errorf("a %t, b %t, c %t, d %t, %d bytes", a, b, gone, there, k.bytes)
	}
	k.put("d", 5, 1)
	if d, _ := k.get("d"); d != 5 || k.bytes != 1 || k.order.Len() != 1 {
		t.Errorf("d %d, %d bytes", d, k.bytes)
	}
}
