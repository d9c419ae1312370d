package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// LatencyFigures are the results of Latency.
type LatencyFigures struct {
	Machine Machine      `json:"machine"`
	Rows    []LatencyRow `json:"rows"`
}

// LatencyRow is how long one thing takes from its cause to its end, or how often it happens. Where Min is below zero, one came early.
type LatencyRow struct {
	Name string  `json:"row"`
	Unit string  `json:"unit"` // "ms", or "commands/s" in windows of a second
	N    int     `json:"n"`
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// Table writes a line for each row.
func (f LatencyFigures) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tunit\tn\tmin\tmean\tp50\tp90\tp99\tmax\t")
	width := 0
	for _, r := range f.Rows {
		width = max(width, len(r.Name))
	}
	for _, r := range f.Rows {
		fmt.Fprintf(t, "%-*s\t%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t\n", width, r.Name, r.Unit, r.N, r.Min, r.Mean, r.P50, r.P90, r.P99, r.Max)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, f.Machine)
	return err
}

// A measurement is some rows that are measured at once.
type measurement struct {
	name  string
	alone func(ctx context.Context, b *Bench, samples int) ([]LatencyRow, error) // starts its own processes
	on    func(ctx context.Context, r *rig) ([]LatencyRow, error)
}

// measurements are in their order: what is to be idle comes before what leaves much in Redis.
func measurements() []measurement {
	return []measurement{
		{name: "idle", alone: idleCommands},
		{name: "stop", alone: stopTimes},
		{name: "message", on: messageLatency},
		{name: "login", on: loginLatency},
		{name: "override", on: overrideLatency},
		{name: "edit", on: editLatency},
		{name: "boundary", on: boundaryLatency},
		{name: "delayed", on: delayedLatency},
		{name: "schedule", on: scheduleLatency},
	}
}

// Latencies are the names that Latency knows.
func Latencies() (names []string) {
	for _, m := range measurements() {
		names = append(names, m.name)
	}
	return names
}

// Latency measures from end to end, with a worker and a web server in processes of their own: those of Latencies that are named. Each takes
// about so many samples.
func (b *Bench) Latency(ctx context.Context, names []string, samples int) (f LatencyFigures, err error) {
	back, err := b.configure(ctx, map[string]string{"appendonly": "yes", "appendfsync": "everysec"})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, back()) }()
	if f.Machine, err = b.machine(ctx); err != nil {
		return f, err
	}
	wanted := slices.DeleteFunc(measurements(), func(m measurement) bool { return !slices.Contains(names, m.name) })
	b.counts("measurement", len(wanted))
	shared := slices.DeleteFunc(slices.Clone(wanted), func(m measurement) bool { return m.on == nil })
	for _, m := range wanted {
		if m.alone != nil {
			rows, err := m.alone(ctx, b, samples)
			if err != nil {
				return f, fmt.Errorf("measuring %s: %w", m.name, err)
			}
			f.Rows = append(f.Rows, rows...)
			b.counted()
		}
	}
	if len(shared) > 0 {
		rows, err := b.onRig(ctx, shared, samples)
		if err != nil {
			return f, err
		}
		f.Rows = append(f.Rows, rows...)
	}
	f.Machine.LoadAfter = loadAverage()
	return f, nil
}

func (b *Bench) onRig(ctx context.Context, shared []measurement, samples int) (all []LatencyRow, err error) {
	r, stop, err := b.newRig(ctx, samples)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return nil, err
	}
	for _, m := range shared {
		b.progress("measuring %s", m.name)
		rows, err := m.on(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", m.name, err)
		}
		all = append(all, rows...)
		b.counted()
	}
	return all, nil
}

// row sums up sorted times.
func row(name string, took []time.Duration) LatencyRow {
	each := make([]float64, len(took))
	for i, d := range took {
		each[i] = milliseconds(d)
	}
	return rowOf(name, "ms", each)
}

// rowOf sums up sorted figures of any unit.
func rowOf(name, unit string, sorted []float64) LatencyRow {
	r := LatencyRow{Name: name, Unit: unit, N: len(sorted)}
	if r.N == 0 {
		return r
	}
	for _, n := range sorted {
		r.Mean += n / float64(r.N)
	}
	at := func(q float64) float64 { return sorted[max(0, int(q*float64(r.N)+0.5)-1)] }
	r.Min, r.P50, r.P90, r.P99, r.Max = sorted[0], at(0.5), at(0.9), at(0.99), sorted[r.N-1]
	return r
}
