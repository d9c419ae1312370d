package bench

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

// FaultFigures are the results of a FaultPlan.
type FaultFigures struct {
	Machine    Machine     `json:"machine"`
	Seed       uint64      `json:"seed"`
	Seconds    float64     `json:"seconds"`
	Kills      int         `json:"kills"`        // processes that were killed
	Others     int         `json:"other_faults"` // that lasted
	Accepted   int         `json:"accepted"`     // events and edits
	Actions    int         `json:"actions"`      // that came to the webhook
	Again      int         `json:"again"`        // of these, once more, with their ids
	Guarantees []Guarantee `json:"guarantees"`
	Recovery   []Recovery  `json:"recovery"`
}

// Recovery is how soon work goes on after faults of one kind, in seconds after each began, or was over where nobody can work meanwhile. First is
// when any action came, All how late the last one was of those that were due around it. Where faults follow each other quickly, All has its
// share of the others.
type Recovery struct {
	Fault    string  `json:"fault"`
	N        int     `json:"n"`
	FirstP50 float64 `json:"first_p50"`
	FirstMax float64 `json:"first_max"`
	AllP50   float64 `json:"all_p50"`
	AllMax   float64 `json:"all_max"`
}

// Table writes a line for each guarantee and for each kind of fault.
func (f FaultFigures) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cells ...any) {
		fmt.Fprintf(t, "%-50s", name)
		for _, c := range cells {
			fmt.Fprintf(t, "\t%v", c)
		}
		fmt.Fprintln(t, "\t")
	}
	row("guarantee", "counted", "broken")
	for _, g := range f.Guarantees {
		row(g.Name, g.Counted, g.Broken)
	}
	row("")
	row("seconds until work goes on after", "times", "first p50", "max", "all p50", "max")
	for _, r := range f.Recovery {
		row(r.Fault, r.N, fmt.Sprintf("%.1f", r.FirstP50), fmt.Sprintf("%.1f", r.FirstMax), fmt.Sprintf("%.1f", r.AllP50), fmt.Sprintf("%.1f", r.AllMax))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d kills and %d other faults in %.0f s, seed %d; %d events and edits accepted; %d actions, %d of them once more\n",
		f.Kills, f.Others, f.Seconds, f.Seed, f.Accepted, f.Actions, f.Again)
	_, err := fmt.Fprintln(w, f.Machine)
	return err
}

// Verdict is an error unless every guarantee was looked at, and held.
func (f FaultFigures) Verdict() error {
	var broken []error
	for _, g := range f.Guarantees {
		switch {
		case g.Counted == 0:
			broken = append(broken, fmt.Errorf("%s: nothing was counted, so that it shows nothing", g.Name))
		case g.Broken > 0:
			broken = append(broken, fmt.Errorf("%s: %d of %d are broken, such as %s", g.Name, g.Broken, g.Counted, g.Such))
		}
	}
	return errors.Join(broken...)
}

// pastFault is one that was inflicted.
type pastFault struct {
	name       string
	from, over time.Time // over: from when on others can go on with the work
}

// around is how far before and after a fault something may be due that it delays.
const around = 2 * time.Second

// recoveries sums up when work went on after each kind of fault.
func recoveries(past []pastFault, load *faultLoad, hook *arrivals) (all []Recovery) {
	items := dueAndCame(load, hook)
	first, last := make(map[string][]float64), make(map[string][]float64)
	for _, p := range past {
		if at := hook.firstAfter(p.over); !at.IsZero() {
			first[p.name] = append(first[p.name], at.Sub(p.over).Seconds())
			last[p.name] = append(last[p.name], p.last(items).Seconds())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(first)) {
		r := Recovery{Fault: name, N: len(first[name])}
		r.FirstP50, r.FirstMax = middleAndMost(first[name])
		r.AllP50, r.AllMax = middleAndMost(last[name])
		all = append(all, r)
	}
	return all
}

func middleAndMost(of []float64) (middle, most float64) {
	slices.Sort(of)
	return of[(len(of)-1)/2], of[len(of)-1]
}

// came is when something was due, and when it came.
type came struct{ due, at time.Time }

// dueAndCame are the messages and flips that must come, and did.
func dueAndCame(load *faultLoad, hook *arrivals) (items []came) {
	e := &evidence{load: load, hook: hook}
	messages, _ := e.dues()
	for who, due := range messages {
		for _, a := range e.messages()[who] {
			items = append(items, came{due, a.at})
		}
	}
	for _, a := range hook.list {
		if !a.boundary.IsZero() {
			items = append(items, came{a.boundary, a.at})
		}
	}
	return items
}

// last is how late the last one was of what was due around a fault and came after its beginning.
func (p pastFault) last(items []came) (late time.Duration) {
	for _, i := range items {
		if i.due.Before(p.from.Add(-around)) || i.due.After(p.over.Add(around)) || i.at.Before(p.from) {
			continue
		}
		since := p.over
		if i.due.After(since) {
			since = i.due
		}
		late = max(late, i.at.Sub(since))
	}
	return late
}

// firstAfter is when the first action came after an instant; zero: none has.
func (a *arrivals) firstAfter(at time.Time) (first time.Time) {
	for _, d := range a.list { // in the order in which they came
		if d.at.After(at) {
			return d.at
		}
	}
	return first
}
