package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestMonitorInABrowser looks at an action that was given up, and delivers it by the
// button.
func TestMonitorInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := newSite(t, mondayAtNine, watched)
	s.giveUp("crm", "given-up:acme:1")

	b.device(1280, 900, "light")
	b.open(s.address())
	b.shows("#live", "Live")
	b.follow("/monitor/")
	b.shows("#root", "deskbell-boundary")
	b.shows("#root", "deskbell-upkeep")
	b.picture("monitor")
	for path, text := range map[string]string{"servers": "deskbell-delivery", "redis": "redis_version", "schedulers": "Scheduler"} {
		b.open(s.address() + "monitor/" + path)
		b.shows("#root", text)
	}

	b.open(s.address() + "monitor/queues/deskbell-delivery?status=archived")
	b.shows("#root tbody", "given-up:acme:1")
	b.shows("#root tbody", "giving up after 12 hours: it answered 500")
	b.picture("monitor-archived")
	b.click(`#root tbody td:last-child button`)
	b.click(`#root tbody [title="Run"]`)
	rdb := s.redis.Client(t)
	redistest.Wait(t, "it is delivered", func() bool {
		all, err := rdb.XRange(t.Context(), "crm:actions", "-", "+").Result()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(fmt.Sprint(all), "given-up:acme:1")
	})
	b.shows("#root", "No archived tasks")
	b.picture("monitor-run")
	b.clean()
}

// giveUp has the worker archive an action, as it does after twelve hours.
func (s *site) giveUp(destination, id string) {
	s.Helper()
	rdb := s.redis.Client(s.T)
	begun, err := rdb.HGet(s.Context(), "deskbell:{all}:begun", destination).Int64()
	if err != nil {
		s.Fatal(err)
	}
	payload, err := json.Marshal(jobs.ReplayArgs{
		Destination: destination, Begun: begun, Seq: "1-0", ID: id, Error: "it answered 500", Body: `{"id":"` + id + `"}`,
	})
	if err != nil {
		s.Fatal(err)
	}
	queue := asynq.NewClientFromRedisClient(rdb)
	if _, err := queue.Enqueue(asynq.NewTask(jobs.ReplayArgs{}.Kind(), payload), asynq.Queue("deskbell-delivery")); err != nil {
		s.Fatal(err)
	}
}

func TestDocsInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := newSite(t, mondayAtNine, "")
	b.device(1280, 900, "light")
	b.open(s.address() + "docs")
	b.shows("main", "What a widget shows now")
	b.click(`a[href="#get-widget"]`)
	b.picture("docs")
	b.device(360, 740, "light")
	b.narrow("the docs on a phone")
	b.picture("docs-phone")
	b.device(1280, 900, "light")
	// All schemas look alike, and there are so many that a busy machine takes minutes to examine them.
	eval[int](b, `[...document.querySelectorAll("section.schema")].slice(10).forEach((s) => s.remove()); 0`)
	b.accessible("the docs")
	b.device(1280, 900, "dark")
	b.picture("docs-dark")
	b.accessible("the docs in the dark")
	b.clean()
}
