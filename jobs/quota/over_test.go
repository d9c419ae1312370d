package quota_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestWhatIsRefusedIsCountedByDayAndEpisode(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	began := now
	db := memstore.New(1, func() time.Time { return now })
	book := quota.NewBook(db, func() time.Time { return now }, quota.Limits{})
	for _, c := range []struct {
		after time.Duration
		n     int
		want  []quota.Over
	}{
		{0, 3, []quota.Over{{Quota: quota.Events, Since: began, Last: began, Refused: 3}}},
		{time.Minute, 4, []quota.Over{{Quota: quota.Events, Since: began, Last: began.Add(time.Minute), Refused: 7}}},
		{50 * time.Minute, 1, []quota.Over{{Quota: quota.Events, Since: began, Last: began.Add(51 * time.Minute), Refused: 8}}},
		{50 * time.Minute, 2, []quota.Over{{Quota: quota.Events, Since: began, Last: began.Add(101 * time.Minute), Refused: 2}}}, // it is the next day
		{time.Hour, 0, nil}, // calm
		{0, 5, []quota.Over{{Quota: quota.Events, Since: began.Add(161 * time.Minute), Last: began.Add(161 * time.Minute), Refused: 7}}},
	} {
		if now = now.Add(c.after); c.n > 0 {
			book.Refused("acme", quota.Events, c.n)
		}
		if err := book.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := quota.OverNow(t.Context(), db, []string{"acme", "beta"}, now)
		if diff := cmp.Diff(c.want, got["acme"]); diff != "" || err != nil || len(got["beta"]) > 0 {
			t.Errorf("%s: %v %v %s", now, err, got["beta"], diff)
		}
	}
}

func TestWhatWasRefusedIsForgottenInTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	db := memstore.New(1, func() time.Time { return now })
	book := quota.NewBook(db, func() time.Time { return now }, quota.Limits{})
	for _, c := range []struct {
		after time.Duration
		want  int // properties that are kept
	}{{0, 1}, {47 * time.Hour, 2}, {time.Hour, 2}, {47 * time.Hour, 2}} {
		now = now.Add(c.after)
		book.Refused(now.Format("at-02-15"), quota.Events, 1)
		if err := errors.Join(book.Write(t.Context()), quota.Tidy(t.Context(), db, now)); err != nil {
			t.Fatal(err)
		}
		all, err := db.Globals(t.Context(), store.GlobalOver)
		if err != nil || len(all) != c.want {
			t.Errorf("%s: %d are kept, %v", now, len(all), err)
		}
	}
}

// away is a store that cannot be written to.
type away struct {
	*memstore.Store
	is bool
}

func (a *away) SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error) {
	if a.is {
		return false, errors.New("away")
	}
	return a.Store.SetGlobal(ctx, kind, name, before, after)
}

func TestNothingRefusedIsForgottenWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	db := &away{memstore.New(1, now), true}
	book := quota.NewBook(db, now, quota.Limits{})
	for range 3 {
		book.Refused("acme", quota.Waiting, 2)
		if book.Write(t.Context()) == nil {
			t.Error("no error")
		}
	}
	db.is = false
	if err := book.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := quota.OverNow(t.Context(), db, nil, now()); err != nil || got["acme"][0].Refused != 6 {
		t.Errorf("%+v %v", got, err)
	}
}
