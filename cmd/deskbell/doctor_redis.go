package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// inRedis examines a Redis, and what is kept there. Its methods fail where Redis does not answer.
type inRedis struct {
	*examination
	s *session
}

func (in inRedis) server(ctx context.Context) error {
	settings, err := redisstore.Inspect(ctx, in.s.redis.Client)
	if err != nil {
		return err
	}
	if err := jobs.TakesWrites(ctx, in.s.redis.Client, in.s.slots()...); err != nil {
		t := store.TroubleOf(err)
		if t.Remedy == "" {
			return err
		}
		in.fault("Redis", in.s.env.RedisName+" refuses writes", t.Remedy)
	} else {
		in.ok("Redis", in.s.env.RedisName+" answers, and takes writes")
	}
	for _, set := range settings {
		if set.Fault == "" {
			in.ok(set.Name, set.Value)
		} else {
			in.fault(set.Name, set.Fault, set.Remedy)
		}
	}
	return nil
}

func (in inRedis) clock(context.Context) error {
	if in.app.clock == nil {
		in.ok("clock", "that of this machine, which Redis shares")
		return nil
	}
	switch r := in.app.clock.Report(); r.State {
	case clock.Right:
		in.ok("clock", "it agrees with that of Redis")
	case clock.Wrong:
		in.fault("clock", "this machine's is "+r.Difference()+": a worker here decides nothing", "run NTP here and on the machine of Redis")
	default:
		in.warn("clock", "this machine's is "+r.Difference(), "run NTP here and on the machine of Redis")
	}
	return nil
}

// workers looks at the processes that gave signs of life.
func (in inRedis) workers(ctx context.Context) error {
	live, _, err := in.s.store.Live(ctx)
	if err != nil {
		return err
	}
	workers, newest := 0, ""
	for _, b := range live {
		if b.Role != store.RoleShows {
			workers, newest = workers+1, max(newest, b.Zones)
		}
		switch clock.State(b.Clock) {
		case clock.Wrong:
			in.fault("workers", "the clock of "+b.Name+" is "+clockOf(b), "run NTP there")
		case clock.Off:
			in.warn("workers", "the clock of "+b.Name+" is "+clockOf(b), "run NTP there")
		}
	}
	switch workers {
	case 0:
		in.fault("workers", "none runs: nothing is decided or delivered", "start deskbell worker, with the same REDIS_URL")
	case 1:
		in.warn("workers", "one runs", "run a second one, for when it dies")
	default:
		in.ok("workers", fmt.Sprintf("%d run", workers))
	}
	if newest > zones.Version() {
		in.warn("zone rules", fmt.Sprintf("workers have %s, and this program %s", newest, zones.Version()), "update Deskbell here, or set DESKBELL_ZONEINFO")
	}
	for _, words := range append(jobs.DifferencesOf(live).Words(), in.s.otherZone()) {
		if says, do, _ := strings.Cut(words, "; "); says != "" {
			in.warn("processes", says, do)
		}
	}
	return nil
}

func (in inRedis) queues(ctx context.Context) error {
	paused, err := jobs.PausedQueues(ctx, in.s.redis.Client)
	switch {
	case err != nil:
		return err
	case len(paused) > 0:
		in.fault("queues", "paused, so that nothing there is done: "+strings.Join(paused, ", "), "resume them in the monitor, at /monitor")
	default:
		in.ok("queues", "none is paused")
	}
	return nil
}

func (in inRedis) definitions(ctx context.Context) error {
	list, _, err := in.s.client.List(ctx, edit.KindProperty, "", 1)
	switch {
	case err != nil:
		return err
	case len(list) == 0:
		in.warn("definitions", "there is no property", "deskbell apply deskbell.yaml; deskbell init writes a first one")
	default:
		in.ok("definitions", "there are properties")
	}
	return nil
}

func (in inRedis) destinations(ctx context.Context) error {
	list, err := in.s.client.Destinations(ctx)
	if err != nil {
		return err
	}
	well := 0
	for _, d := range list {
		says := fmt.Sprintf("%s is %s: %s", d.Name, d.State, orDash(d.Error))
		switch {
		case d.State == deliver.DestinationOK:
			well++
		case d.IsHeld():
			in.warn("destinations", fmt.Sprintf("%s is %s, since %s: its actions wait, and are given up after 12 hours", d.Name, d.Error, local(d.Since, in.env.TimeZone, in.now())), "deskbell deliveries resume "+d.Name)
		case d.State == deliver.DestinationFailing:
			in.warn("destinations", says, "see deskbell deliveries list --destination "+d.Name)
		default:
			in.fault("destinations", says, "mend the receiver, then deskbell deliveries replay --destination "+d.Name)
		}
		if d.Dropped > 0 {
			in.warn("destinations", fmt.Sprintf("%d actions for %s were dropped, the last at %s", d.Dropped, d.Name, local(d.DroppedLast, in.env.TimeZone, in.now())), "mend the receiver, or raise DESKBELL_WAITING_ACTIONS")
		}
	}
	if well == len(list) {
		in.ok("destinations", fmt.Sprintf("%d, all are well", well))
	}
	return nil
}

func (in inRedis) givenUp(ctx context.Context) error {
	list, err := in.s.client.Archived(ctx, jobs.ArchivedFilter{})
	switch {
	case err != nil:
		return err
	case len(list) > 0:
		in.warn("deliveries", fmt.Sprintf("%d actions were given up", len(list)), "deskbell deliveries list shows them, and deskbell deliveries replay delivers them again")
	default:
		in.ok("deliveries", "nothing was given up")
	}
	return nil
}

func (in inRedis) keys(ctx context.Context) error {
	ring, err := in.app.keys(in.s).Load(ctx)
	if err != nil {
		return err
	}
	address := new(webCmd).address(in.env)
	loopback, wrong := config.ParseListen(address)
	switch {
	case wrong != nil: // the look at the port tells it
	case ring.HasServers():
		in.ok("keys", strconv.Itoa(len(ring.Keys())))
	case loopback:
		in.ok("keys", "none: everybody on this machine may see and change everything")
	default:
		in.fault("keys", "none, and other machines may reach "+address+": deskbell web does not start", "deskbell keys add NAME, or listen on 127.0.0.1")
	}
	return nil //nolint:nilerr // an address that is none is the port's fault
}
