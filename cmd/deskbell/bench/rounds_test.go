package bench

import "testing"

func TestMediansOfEachFigure(t *testing.T) {
	t.Parallel()
	type figures struct {
		Name  string
		Flips int
		Lag   float64
		Bytes int64
	}
	got := medians([]figures{{"a", 10, 1.5, 7}, {"a", 30, 0.5, 9}, {"a", 20, 9.5, 8}})
	if want := (figures{"a", 20, 1.5, 8}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := medians([]figures{{"a", 1, 2, 3}}); got.Flips != 1 || got.Lag != 2 {
		t.Errorf("of one round: %+v", got)
	}
}
