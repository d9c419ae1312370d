package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// SoakFigures are the results of Soak.
type SoakFigures struct {
	Machine  Machine          `json:"machine"`
	Seconds  float64          `json:"seconds"`
	Events   int              `json:"events"`   // that were sent
	Rate     float64          `json:"rate"`     // of these, a second
	Webhooks int64            `json:"webhooks"` // actions that the receiver had
	Trends   map[string]Trend `json:"trends"`   // of the second half, by what soaked names
	// Redis keeps the ids of events for a day, so that they grow for a day: they are counted apart, and are no part of redis_bytes.
	IDs     int64 `json:"ids"`
	IDBytes int64 `json:"id_bytes"`
}

// soaked are the figures that must be flat.
func soaked() []string {
	return []string{"worker_rss_bytes", "worker_goroutines", "web_rss_bytes", "web_goroutines", "redis_keys", "redis_bytes"}
}

// Table writes a line for each trend.
func (f SoakFigures) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "of the second half\tmedian\tan hour\trise\t\t")
	for _, name := range soaked() {
		verdict := "flat"
		if !f.Trends[name].Flat {
			verdict = "GROWS"
		}
		fmt.Fprintf(t, "%s\t%.0f\t%+.0f\t%+.1f %%\t%s\t\n", name, f.Trends[name].Median, f.Trends[name].PerHour, 100*f.Trends[name].Rise, verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d events in %.0f s, %.0f a second; %d webhooks; %d ids of events for a day, %d bytes\n", f.Events, f.Seconds, f.Rate, f.Webhooks, f.IDs, f.IDBytes)
	_, err := fmt.Fprintln(w, f.Machine)
	return err
}

// Verdict is an error unless all is flat, and no event left more than its own id.
func (f SoakFigures) Verdict() error {
	var grows []string
	for _, name := range soaked() {
		if t := f.Trends[name]; !t.Flat {
			grows = append(grows, fmt.Sprintf("%s by %.1f %%", name, 100*t.Rise))
		}
	}
	if f.IDs > int64(f.Events) {
		grows = append(grows, fmt.Sprintf("ids of events: %d of %d", f.IDs, f.Events))
	}
	if len(grows) == 0 {
		return nil
	}
	return fmt.Errorf("not flat: during the second half these grow by more than %.0f %% of their median: %s", 100*flatWithin, strings.Join(grows, ", "))
}

// Soak sends events for a while, as many a second, and measures what grows.
func (b *Bench) Soak(ctx context.Context, length time.Duration, rate int) (f SoakFigures, err error) {
	back, err := b.configure(ctx, map[string]string{"appendonly": "no"})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, back()) }()
	if f.Machine, err = b.machine(ctx); err != nil {
		return f, err
	}
	r, stop, err := b.newRig(ctx, 0)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return f, err
	}
	load, err := newSoakLoad(ctx, r, length, rate)
	if err != nil {
		return f, err
	}
	if err := b.soak(ctx, r, load, length, &f); err != nil {
		return f, err
	}
	f.Machine.LoadAfter = loadAverage()
	return f, nil
}

// soak runs the load, and looks at the figures at even distances.
func (b *Bench) soak(ctx context.Context, r *rig, load *soakLoad, length time.Duration, f *SoakFigures) error {
	const looks = 120
	b.counts("look", looks)
	running, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	began := b.Now()
	go func() { ended <- load.run(running) }()
	points, err := b.watch(ctx, r, load, length/looks, looks)
	end()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	f.Events, f.Seconds, f.Webhooks = int(load.sent.Load()), b.Now().Sub(began).Seconds(), r.hook.had.Load()
	f.Rate = float64(f.Events) / f.Seconds
	f.Trends = make(map[string]Trend)
	for _, name := range soaked() {
		f.Trends[name] = trendOf(points[name])
	}
	f.IDs, f.IDBytes, err = b.Store.SeenUsage(ctx, b.Now())
	return err
}

// watch looks so many times, and says how it is once a minute.
func (b *Bench) watch(ctx context.Context, r *rig, load *soakLoad, every time.Duration, looks int) (map[string][]point, error) {
	points := make(map[string][]point)
	began, said := b.Now(), 0
	for n := range looks {
		if err := pauseFor(ctx, began.Add(time.Duration(n+1)*every).Sub(b.Now())); err != nil {
			return nil, err
		}
		now, err := b.figures(ctx, r)
		if err != nil {
			return nil, err
		}
		since := b.Now().Sub(began)
		for name, value := range now {
			points[name] = append(points[name], point{since, value})
		}
		b.counted()
		if minute := int(since.Minutes()); minute > said {
			said = minute
			b.progress("%3d min: %s, %d events", minute, figureLine(now), load.sent.Load())
		}
	}
	return points, nil
}

func figureLine(now map[string]float64) string {
	var parts []string
	for _, name := range soaked() {
		parts = append(parts, fmt.Sprintf("%s %.0f", name, now[name]))
	}
	return strings.Join(parts, ", ")
}

// figures are those of soaked, now.
func (b *Bench) figures(ctx context.Context, r *rig) (map[string]float64, error) {
	now := make(map[string]float64)
	for name, p := range map[string]*process{"worker": r.worker, "web": r.web} {
		rss, err := residentMemory(p.cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		now[name+"_rss_bytes"] = float64(rss)
		if now[name+"_goroutines"], err = r.metric(ctx, p, "go_goroutines"); err != nil {
			return nil, err
		}
	}
	keys, err := b.Redis.Client.DBSize(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("counting keys: %w", err)
	}
	used, err := b.usedMemory(ctx)
	if err != nil {
		return nil, err
	}
	_, ids, err := b.Store.SeenUsage(ctx, b.Now())
	now["redis_keys"], now["redis_bytes"] = float64(keys), float64(used-ids)
	return now, err
}

// residentMemory is what a process holds now.
func residentMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of a process: %w", err)
	}
	kilobytes, err := numberAfter(string(status), "VmRSS:")
	return kilobytes << 10, err
}
