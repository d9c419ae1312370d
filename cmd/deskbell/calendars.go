package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

// reader reads definitions from the command line, which may name calendars in their folder, and below it.
func (a *app) reader(ctx context.Context, file string) config.Reader {
	folder := "."
	if file != "-" {
		folder = filepath.Dir(file)
	}
	return config.Reader{Beside: func(name string) ([]hours.Closure, []definition.Fault) { return a.beside(ctx, folder, name) }}
}

// beside reads a calendar in a folder. Events that are marked as free time close nothing, which is seldom meant: it is told.
func (a *app) beside(ctx context.Context, folder, name string) ([]hours.Closure, []definition.Fault) {
	src, fault := readBeside(folder, name)
	if fault != nil {
		return nil, []definition.Fault{*fault}
	}
	c, err := ical.Parse(ctx, src, a.now())
	var faults ical.Faults
	switch {
	case errors.As(err, &faults):
		var list []definition.Fault
		for _, f := range faults {
			problem := f
			problem.Allowed = ""
			list = append(list, definition.Fault{Problem: problem.String(), Allowed: f.Allowed})
		}
		return nil, list
	case err != nil:
		return nil, []definition.Fault{{Problem: "cannot be read: " + err.Error()}}
	case c.Free > 0:
		fmt.Fprintf(a.stderr, "%s: events that are marked as free time close nothing: %d\n", name, c.Free)
	}
	return c.Closures, nil
}

const besideAllowed = "a file in the folder of the definitions, or below it"

// readBeside reads a file in a folder. It does not leave the folder, by a link neither, waits for no pipe, and reads no more
// than a calendar may have.
func readBeside(folder, name string) ([]byte, *definition.Fault) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, &definition.Fault{Problem: "cannot be read: " + err.Error(), Allowed: besideAllowed}
	}
	defer func() { _ = root.Close() }() // nothing was written
	info, err := root.Stat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &definition.Fault{Problem: "is not there", Allowed: besideAllowed}
	case err != nil:
		return nil, &definition.Fault{Problem: "cannot be read: " + pathless(err), Allowed: besideAllowed}
	case !info.Mode().IsRegular():
		return nil, &definition.Fault{Problem: "is not a regular file", Allowed: besideAllowed}
	}
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, &definition.Fault{Problem: "cannot be read: " + pathless(err), Allowed: besideAllowed}
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, ical.MostBytes+1))
	if err != nil {
		return nil, &definition.Fault{Problem: "cannot be read: " + pathless(err)}
	}
	return src, nil
}

// pathless is the reason alone: the fault names the file.
func pathless(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// fetching is for commands that read definitions with calendars that only workers fetch.
type fetching struct {
	Fetch bool `help:"Fetch the calendars of ical_url now, and do not take from REDIS_URL what a worker had last."`
}

// feeds are the closures of the calendars at some addresses, as far as they are known. It tells which are not taken in.
func (c fetching) feeds(ctx context.Context, a *app, urls []string) (hours.Feeds, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	urls = slices.Compact(slices.Sorted(slices.Values(urls)))
	if c.Fetch {
		return a.fetch(ctx, urls)
	}
	why := "no worker has fetched it"
	feeds, err := a.fetchedByWorkers(ctx, urls)
	switch {
	case errors.Is(err, errNoRedis):
		why = "REDIS_URL, where workers keep it, is not set"
	case err != nil:
		why = err.Error()
	}
	for _, u := range urls {
		if _, ok := feeds[u]; !ok {
			fmt.Fprintf(a.stderr, "not taken in: the calendar at %s: %s; add --fetch to fetch it now\n", hostOf(u), why)
		}
	}
	return feeds, nil
}

func (a *app) fetchedByWorkers(ctx context.Context, urls []string) (feeds hours.Feeds, err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return engine.Calendars(ctx, s.store, urls)
}

// fetch fetches calendars as a worker does.
func (a *app) fetch(ctx context.Context, urls []string) (hours.Feeds, error) {
	env, err := config.FromEnv(a.env)
	if err != nil {
		return nil, err
	}
	fetcher, feeds := ical.NewFetcher(guard.Guard{Allow: env.AllowPrivate}, a.now), hours.Feeds{}
	var problems []error
	for _, u := range urls {
		got, err := fetcher.Fetch(ctx, u, ical.Validators{})
		if err != nil {
			problems = append(problems, fmt.Errorf("the calendar at %s: %s", hostOf(u), inFull(err)))
			continue
		}
		feeds[u] = got.Calendar.Closures
	}
	return feeds, errors.Join(problems...)
}

// hostOf is as much of an address as may be shown.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	return u.Host
}
