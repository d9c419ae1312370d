package clock

import "time"

// watchEvery is how often a ticker looks whether the clock leapt. It asks nothing of Redis.
const watchEvery = 250 * time.Millisecond

// Ticker ticks like a time.Ticker, and at once when the clock leaps.
type Ticker struct {
	C    <-chan struct{}
	stop chan struct{}
}

// Ticker starts a ticker. Stop it.
func (c *Clock) Ticker(every time.Duration) *Ticker {
	ticks := make(chan struct{}, 1)
	t := &Ticker{C: ticks, stop: make(chan struct{})}
	go func() {
		regular, watch := time.NewTicker(every), time.NewTicker(watchEvery)
		defer regular.Stop()
		defer watch.Stop()
		for {
			select {
			case <-t.stop:
				return
			case <-watch.C:
				c.Decides() // looks for a leap
				continue
			case <-regular.C:
			case <-c.wake:
			}
			select {
			case ticks <- struct{}{}:
			default: // there is one already
			}
		}
	}()
	return t
}

// Stop ends the ticker.
func (t *Ticker) Stop() { close(t.stop) }
