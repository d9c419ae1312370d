package chat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
)

// TestOrderOfChoice holds the order in which colleagues are given chats: on shift, online, fewest chats below their capacity,
// longest idle, then by id.
func TestOrderOfChoice(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { return clock(t, s) }
	here := func(id string, change func(*chat.Colleague)) chat.Colleague {
		c := chat.Colleague{ID: id, Takes: true, Online: true, OnShift: true}
		if change != nil {
			change(&c)
		}
		return c
	}
	with := func(n, capacity int) func(*chat.Colleague) {
		return func(c *chat.Colleague) { c.Chats, c.Capacity = n, capacity }
	}
	busy := func(n int, at time.Time) func(*chat.Colleague) {
		return func(c *chat.Colleague) { c.Chats, c.Busy = n, at }
	}
	for name, tt := range map[string]struct {
		team   []chat.Colleague
		passed string
		want   string // empty: nobody
	}{
		"nobody":                                {},
		"the only one":                          {team: []chat.Colleague{here("lea", nil)}, want: "lea"},
		"who is not online takes none":          {team: []chat.Colleague{here("lea", func(c *chat.Colleague) { c.Online = false })}},
		"who is hidden takes none":              {team: []chat.Colleague{here("lea", func(c *chat.Colleague) { c.Online, c.Hidden = false, true })}},
		"who serves another department, too":    {team: []chat.Colleague{here("lea", func(c *chat.Colleague) { c.Takes = false })}},
		"on shift before many chats":            {team: []chat.Colleague{here("lea", func(c *chat.Colleague) { c.OnShift = false }), here("tom", with(5, 0))}, want: "tom"},
		"in their free time before nobody":      {team: []chat.Colleague{here("lea", func(c *chat.Colleague) { c.OnShift = false })}, want: "lea"},
		"the fewest chats":                      {team: []chat.Colleague{here("lea", with(3, 0)), here("nina", with(1, 0)), here("tom", with(2, 0))}, want: "nina"},
		"below the capacity":                    {team: []chat.Colleague{here("lea", with(1, 1)), here("tom", with(4, 5))}, want: "tom"},
		"all have as many as they can":          {team: []chat.Colleague{here("lea", with(1, 1)), here("tom", with(6, 5))}},
		"the fewest before the longest idle":    {team: []chat.Colleague{here("lea", busy(1, at("08:00"))), here("tom", busy(0, at("09:00")))}, want: "tom"},
		"the longest idle":                      {team: []chat.Colleague{here("lea", busy(1, at("09:00"))), here("tom", busy(1, at("08:00")))}, want: "tom"},
		"who has had none is idle for longest":  {team: []chat.Colleague{here("lea", busy(0, at("08:00"))), here("tom", nil)}, want: "tom"},
		"the id, in whatever order they come":   {team: []chat.Colleague{here("tom", nil), here("lea", nil), here("nina", nil)}, want: "lea"},
		"who has been tried is passed over":     {team: []chat.Colleague{here("lea", nil), here("tom", with(7, 0))}, passed: "lea", want: "tom"},
		"all have been tried":                   {team: []chat.Colleague{here("lea", nil), here("tom", nil)}, passed: "lea tom"},
		"a helper who is online is a colleague": {team: []chat.Colleague{here("eva", func(c *chat.Colleague) { c.HelpsAfter = time.Minute })}, want: "eva"},
	} {
		got := ""
		if c := chat.Next(tt.team, func(id string) bool { return strings.Contains(tt.passed, id) }); c != nil {
			got = c.ID
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
