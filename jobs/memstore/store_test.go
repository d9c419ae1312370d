package memstore_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.Store { return memstore.New(5, time.Now) })
}

func TestModel(t *testing.T) {
	t.Parallel()
	storetest.RunModel(t, func(testing.TB) store.Store { return memstore.New(2, time.Now) })
}

func TestNobodyIsEarlyByPartOfAMillisecond(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 23, 9, 0, 0, 1, time.UTC)
	s := memstore.New(1, time.Now)
	subject := store.PropertySubject("acme")
	if ok, err := s.Edit(t.Context(), store.Edit{Subject: subject, NewRev: 1, Definition: []byte("{}"), Due: due}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for at, want := range map[time.Time]int{due: 0, due.Truncate(time.Second).Add(time.Millisecond): 1} {
		c, err := s.Claim(t.Context(), 0, store.Lease{Holder: "test"}, at, 9)
		if err != nil || len(c.Records) != want {
			t.Errorf("at %s: %v, %v", at, c.Records, err)
		}
	}
}

func TestLeasesRunOutByTheClockOfTheStore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s := memstore.New(1, func() time.Time { return now })
	probe := func(holder string, want bool) {
		t.Helper()
		if ok, err := s.Probe(t.Context(), "crm", store.Lease{Holder: holder, For: time.Minute}); ok != want || err != nil {
			t.Errorf("%s: %t, %v", holder, ok, err)
		}
	}
	probe("a", true)
	now = now.Add(time.Minute - 1)
	probe("b", false)
	now = now.Add(1)
	probe("b", true)
}
