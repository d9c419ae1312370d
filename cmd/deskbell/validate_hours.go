package main

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/view"
)

// coverageAhead is how far validate looks for open time in which nobody is on shift: the weeks that somebody can still plan.
const coverageAhead = 28 * 24 * time.Hour

// checkHours warns of properties and departments that are open while nobody is on shift, and of those that are never open.
func (a *app) checkHours(ctx context.Context) config.Check {
	return func(defs *definition.Definitions) (warnings definition.Faults, err error) {
		reader, err := a.readerOf(ctx, defs)
		if err != nil {
			return nil, err
		}
		for _, id := range slices.Sorted(maps.Keys(defs.Properties)) {
			coverage, err := reader.Coverage(ctx, id, a.now(), a.now().Add(coverageAhead))
			if err != nil {
				return nil, err
			}
			gates, err := reader.AllGates(ctx, id)
			if err != nil {
				return nil, err
			}
			zone := gates[""][0].Location()
			warnings = append(warnings, a.neverOpen(id, gates)...)
			path := "/properties/" + id
			warnings = append(warnings, uncovered(path, coverage.Covered, zone)...)
			for _, department := range slices.Sorted(maps.Keys(coverage.Departments)) {
				warnings = append(warnings, uncovered(path+"/departments/"+department, coverage.Departments[department], zone)...)
			}
		}
		return warnings, nil
	}
}

// uncovered is a warning of the time in which nobody is on shift, with the first stretch of it.
func uncovered(path string, c view.Covered, zone *time.Location) definition.Faults {
	if len(c.Gaps) == 0 {
		return nil
	}
	long := (time.Duration(c.UncoveredSeconds) * time.Second).Round(time.Minute)
	problem := fmt.Sprintf("is open for %d h %d min of the next 4 weeks while nobody is on shift, first on %s; see deskbell coverage",
		int(long.Hours()), int(long.Minutes())%60, c.Gaps[0].From.In(zone).Format("Mon 2 Jan 2006 15:04 MST"))
	return definition.Faults{{Path: path, Problem: problem}}
}

// neverOpen are warnings of departments that never open, and of a property of which that is true.
func (a *app) neverOpen(id string, gates map[string][]*hours.Schedule) (warnings definition.Faults) {
	for _, department := range slices.Sorted(maps.Keys(gates)) { // the property first
		if !hours.Opening(a.now(), gates[department]...).IsZero() {
			continue
		}
		path, problem := "/properties/"+id, "is never open: its schedule has no open hours"
		if department != "" {
			path, problem = path+"/departments/"+department, "is never open: its hours and its property's never meet"
		}
		warnings = append(warnings, definition.Fault{Path: path, Problem: problem})
		if department == "" { // and so are its departments
			break
		}
	}
	return warnings
}

// checkAddresses warns of webhooks, calendars and services of agents that would be refused: those at addresses that are not public.
// Names are not looked up.
func (a *app) checkAddresses(defs *definition.Definitions) (warnings definition.Faults, err error) {
	env, err := config.FromEnv(func(name string) string {
		if name != "DESKBELL_ALLOW_PRIVATE" {
			return ""
		}
		return a.env(name)
	})
	if err != nil {
		return nil, err
	}
	addresses := defs.CalendarPlaces()
	for id, d := range defs.Destinations {
		if addresses == nil {
			addresses = make(map[string]string)
		}
		addresses["/destinations/"+id+"/url"] = d.URL
	}
	hosts := make(map[string]string, len(addresses))
	for place, address := range addresses {
		if u, err := url.Parse(address); err == nil {
			hosts[place] = u.Hostname()
		}
	}
	for id, a := range defs.Agents {
		for i, service := range a.Notify.Via {
			hosts[fmt.Sprintf("/agents/%s/notify/via/%d", id, i)] = shout.Host(service)
		}
	}
	for _, place := range slices.Sorted(maps.Keys(hosts)) {
		if problem := refused(guard.Guard{Allow: env.AllowPrivate}, hosts[place]); problem != "" {
			warnings = append(warnings, definition.Fault{Path: place, Problem: problem})
		}
	}
	return warnings, nil
}

// refused tells who refuses a host of a URL, and why; empty where nobody does, or where the host is a name.
func refused(g guard.Guard, host string) string {
	addr, err := netip.ParseAddr(strings.TrimSuffix(host, "."))
	own := guard.NamesLoopback(host)
	if err != nil && !own {
		return ""
	}
	if err != nil {
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	switch err := g.Check(addr); {
	case err == nil:
		return ""
	case own:
		return fmt.Sprintf("is refused by workers, and reached by deskbell up alone, while it listens on loopback: %v", err)
	default:
		return fmt.Sprintf("would be refused: %v", err)
	}
}
