package jobs

import (
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/store"
)

// Differences are what processes should have alike and have not.
type Differences struct {
	TimeZones []string // of schedules that name none, in order, not by names that are links ("UTC" to "Etc/UTC"); nil: all have one
	Programs  []string // the versions of Deskbell, likewise
}

// DifferencesOf compares the processes that gave signs of life. Those that do not say what they have differ from nobody.
func DifferencesOf(live []store.Beat) Differences {
	several := func(of func(store.Beat) string) []string {
		var all []string
		for _, b := range live {
			if text := of(b); text != "" {
				all = append(all, text)
			}
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) < 2 {
			return nil
		}
		return all
	}
	return Differences{
		TimeZones: several(func(b store.Beat) string { return zones.InUse().Link(b.TimeZone) }),
		Programs:  several(func(b store.Beat) string { return b.Program }),
	}
}

// Words say what differs and what to do, a line each.
func (d Differences) Words() (lines []string) {
	if d.TimeZones != nil {
		lines = append(lines, "processes have different DESKBELL_TIME_ZONE, so that they disagree about hours: "+strings.Join(d.TimeZones, ", ")+"; give all the same")
	}
	if d.Programs != nil {
		lines = append(lines, "processes are of different versions of Deskbell: "+strings.Join(d.Programs, ", ")+"; update all")
	}
	return lines
}

// Differences are those at the last beat.
func (p *Peers) Differences() Differences {
	p.mu.Lock()
	defer p.mu.Unlock()
	return DifferencesOf(p.live)
}

// speakOfDifferences logs those that were not there before.
func (p *Peers) speakOfDifferences(before Differences) {
	said := before.Words()
	for _, words := range DifferencesOf(p.live).Words() {
		if !slices.Contains(said, words) {
			p.Log.Warn(words)
		}
	}
}
