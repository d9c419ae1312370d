package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Window is the half-open stretch [Opens, Closes) in minutes of wall-clock time, counted from 00:00
// of the date on which it opens. Opens is 0 to 1439. Closes is after Opens, by 24 hours at most, and
// passes 1440 when the window runs into the next day: 22:00-02:00 is {1320, 1560}.
//
// Minutes here are readings of a clock, not durations: on the day the clocks go forward, 01:00-04:00
// lasts two hours.
type Window struct{ Opens, Closes int }

// minutesPerDay is the reading 24:00.
const minutesPerDay = 24 * 60

// wholeDay is 00:00-24:00.
func wholeDay() Window { return Window{0, minutesPerDay} }

// String writes the window as ParseWindows reads it: "09:00-12:00", "22:00-02:00", "00:00-24:00".
func (w Window) String() string {
	return fmt.Sprintf("%02d:%02d-%s", w.Opens/60, w.Opens%60, w.closing())
}

// closing is the end of the window, as it is written.
func (w Window) closing() string {
	closes := w.Closes
	if closes > minutesPerDay {
		closes -= minutesPerDay
	}
	return fmt.Sprintf("%02d:%02d", closes/60, closes%60)
}

// length is how long the window is on an ordinary day.
func (w Window) length() time.Duration { return time.Duration(w.Closes-w.Opens) * time.Minute }

// ParseWindows reads the windows of one date: "09:00-12:00, 13:00-18:00", "9-17", "9am-5:30pm",
// "22:00-02:00", a list of such strings, or "closed" or an empty list for none. They come back
// sorted, and those that touch are one. Windows that overlap are refused. The error is of type
// [Faults].
func ParseWindows(tree any) ([]Window, error) {
	var p parser
	windows := p.windows("", tree)
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	return windows, nil
}

// normal returns the windows sorted, the touching ones joined, nil when there are none. Two windows
// are left apart when together they would be longer than a day, which no text could say.
func normal(windows []Window) []Window {
	sorted := slices.Clone(windows)
	slices.SortFunc(sorted, func(a, b Window) int { return a.Opens - b.Opens })
	var joined []Window
	for _, w := range sorted {
		if last := len(joined) - 1; last >= 0 && joined[last].Closes == w.Opens && w.Closes-joined[last].Opens <= minutesPerDay {
			joined[last].Closes = w.Closes
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// windowsText writes windows as one string.
func windowsText(windows []Window) string {
	if len(windows) == 0 {
		return "closed"
	}
	var parts []string
	for _, w := range normal(windows) {
		parts = append(parts, w.String())
	}
	return strings.Join(parts, ", ")
}

// checkWindows faults windows that only Go code can build: text is checked where it is read.
func (p *parser) checkWindows(path string, windows []Window) {
	if len(windows) > maxWindows {
		p.fault(path, 0, fmt.Sprintf("%d windows", len(windows)), "are too many", fmt.Sprintf("at most %d windows a day", maxWindows))
		return
	}
	for _, w := range windows {
		if w.Opens < 0 || w.Opens >= minutesPerDay || w.Closes <= w.Opens || w.Closes > w.Opens+minutesPerDay {
			p.fault(path, 0, fmt.Sprintf("{%d %d}", w.Opens, w.Closes), "is not a window", "0 <= Opens < 1440, Opens < Closes <= Opens+1440")
			return
		}
	}
	sorted := slices.Clone(windows)
	slices.SortFunc(sorted, func(a, b Window) int { return a.Opens - b.Opens })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].Opens < sorted[i-1].Closes {
			p.fault(path, 0, sorted[i].String(), "overlaps "+sorted[i-1].String(), "windows of one day that do not overlap")
		}
	}
}
