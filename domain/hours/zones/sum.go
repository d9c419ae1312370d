package zones

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"time"
)

// Sum is over every zone of a database by its name: its clock in 1970, and each change of it up to 2050.
func Sum(d *Database) (string, error) {
	sum := sha256.New()
	for _, name := range d.sorted {
		location, err := d.parse(name) // and not Load, which would keep all of them
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, name)
		for t := range changes(location) {
			abbreviation, offset := t.Zone()
			fmt.Fprintln(sum, t.Unix(), offset, abbreviation, t.IsDST())
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Content is Sum, which is known already of the built-in database, and else takes some tenths of a second. By it two
// databases of one version are told apart, where one was changed by hand or lacks some zones.
func (d *Database) Content() (string, error) {
	if d.sum != "" {
		return d.sum, nil
	}
	return Sum(d)
}

// changes are the beginning of 1970, and each later instant up to 2050 from which on a clock is another.
func changes(location *time.Location) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		before := ""
		for t := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).In(location); t.Year() < 2051; {
			abbreviation, offset := t.Zone()
			if clock := fmt.Sprint(offset, abbreviation, t.IsDST()); clock != before && !yield(t) {
				return
			} else {
				before = clock
			}
			_, end := t.ZoneBounds()
			switch {
			case end.IsZero():
				return
			case !end.After(t): // at the end of some years, the package time stays where it is
				end = t.Add(time.Minute)
			}
			t = end
		}
	}
}
