package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// addLine is the output of --add with --json. Programs rely on its shape.
type addLine struct {
	At    time.Time `json:"at"`    // UTC
	Local time.Time `json:"local"` // the same instant on the schedule's clock
}

// add prints the instant at which the open time of --add has passed.
func (c *hoursCmd) add(a *app, s *hours.Schedule) error {
	from, err := instant("--from", c.From, a.now(), s.Location())
	if err != nil {
		return err
	}
	at, ok := s.Add(from, time.Duration(*c.Add))
	switch {
	case !ok:
		return fmt.Errorf("adding %s of open time to %s: it is not open for so long within %d years",
			*c.Add, from.In(s.Location()).Format(time.RFC3339), hours.AddHorizon/(365*24*time.Hour))
	case c.JSON:
		return json.NewEncoder(a.stdout).Encode(addLine{at.UTC(), at.In(s.Location())})
	}
	_, err = fmt.Fprintln(a.stdout, at.In(s.Location()).Format(time.RFC3339Nano))
	return err
}
