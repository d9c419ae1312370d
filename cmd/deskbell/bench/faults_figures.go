package bench

import (
	"errors"
	"fmt"
	"io"
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

// Recovery is how late at most anything came that was due around a fault, in seconds: after the fault began, or was over where nobody can work
// meanwhile. Where faults follow each other quickly, one has its share of the next.
type Recovery struct {
	Fault string  `json:"fault"`
	N     int     `json:"n"`
	P50   float64 `json:"p50"`
	Max   float64 `json:"max"`
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
	row("all goes on, seconds after", "times", "p50", "max")
	for _, r := range f.Recovery {
		row(r.Fault, r.N, fmt.Sprintf("%.1f", r.P50), fmt.Sprintf("%.1f", r.Max))
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

// recoveries sums up how late what came was that was due around each fault.
func recoveries(past []pastFault, load *faultLoad, hook *arrivals) (all []Recovery) {
	e := &evidence{load: load, hook: hook}
	messages, _ := e.dues()
	type item struct{ due, came time.Time }
	var items []item
	for who, due := range messages {
		for _, a := range e.messages()[who] {
			items = append(items, item{due, a.at})
		}
	}
	for _, a := range hook.list {
		if !a.boundary.IsZero() {
			items = append(items, item{a.boundary, a.at})
		}
	}
	took := make(map[string][]float64)
	var names []string
	for _, p := range past {
		late := 0.0
		for _, i := range items {
			if i.due.Before(p.from.Add(-around)) || i.due.After(p.over.Add(around)) || i.came.Before(p.from) {
				continue
			}
			since := p.over
			if i.due.After(since) {
				since = i.due
			}
			late = max(late, i.came.Sub(since).Seconds())
		}
		if took[p.name] == nil {
			names = append(names, p.name)
		}
		took[p.name] = append(took[p.name], late)
	}
	slices.Sort(names)
	for _, name := range names {
		each := took[name]
		slices.Sort(each)
		all = append(all, Recovery{Fault: name, N: len(each), P50: each[(len(each)-1)/2], Max: each[len(each)-1]})
	}
	return all
}
