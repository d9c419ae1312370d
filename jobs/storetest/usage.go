package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"
)

func usages() []testCase {
	return []testCase{
		{"adds up within a day, by name, and begins anew on the next", func(f *fixture) {
			for _, c := range []struct {
				after     time.Duration
				add, want map[string]int64
			}{
				{0, map[string]int64{"a": 2, "b": 1}, map[string]int64{"a": 2, "b": 1}},
				{time.Hour, map[string]int64{"a": 3}, map[string]int64{"a": 5}},
				{24 * time.Hour, map[string]int64{"a": 1}, map[string]int64{"a": 1}},
				{24 * time.Hour, nil, map[string]int64{}},
			} {
				got, err := f.store.Count(f.Context(), nine.Add(c.after), c.add)
				f.must(err)
				if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
					f.Errorf("after %s: %s", c.after, diff)
				}
			}
		}},
	}
}
