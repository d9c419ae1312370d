package bench

import (
	"cmp"
	"context"
	"reflect"
	"slices"
)

// inRounds measures so many times, each time on an empty Redis, and gives the medians: other work of a machine disturbs one round or two.
func inRounds[F any](ctx context.Context, b *Bench, rounds int, measure func(context.Context) (F, error)) (F, error) {
	b.counts("round", rounds)
	var all []F
	for n := range rounds {
		b.progress("round %d of %d", n+1, rounds)
		if err := b.Flush(ctx); err != nil {
			return *new(F), err
		}
		f, err := measure(ctx)
		if err != nil {
			return *new(F), err
		}
		all = append(all, f)
		b.counted()
	}
	return medians(all), nil
}

// sized is a field of several figures that belong together.
type sized interface{ size() float64 }

// medians has the median of each figure. Figures are fields that are numbers, or sized; the others are those of the first.
func medians[F any](all []F) F {
	middle := all[0]
	into := reflect.ValueOf(&middle).Elem()
	for i := range into.NumField() {
		values := make([]reflect.Value, len(all))
		for n := range all {
			values[n] = reflect.ValueOf(all[n]).Field(i)
		}
		switch {
		case into.Field(i).CanInt():
			slices.SortFunc(values, func(x, y reflect.Value) int { return cmp.Compare(x.Int(), y.Int()) })
		case into.Field(i).CanFloat():
			slices.SortFunc(values, func(x, y reflect.Value) int { return cmp.Compare(x.Float(), y.Float()) })
		case into.Field(i).Type().Implements(reflect.TypeFor[sized]()):
			slices.SortFunc(values, func(x, y reflect.Value) int { return cmp.Compare(sizeOf(x), sizeOf(y)) })
		default:
			continue
		}
		into.Field(i).Set(values[len(values)/2])
	}
	return middle
}

func sizeOf(v reflect.Value) float64 {
	if s, ok := v.Interface().(sized); ok {
		return s.size()
	}
	return 0
}
