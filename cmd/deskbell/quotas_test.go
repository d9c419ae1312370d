package main

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

func TestQuotasAreSetListedAndTakenBack(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(`properties: {acme: {}}`)
	o.expect(result{stdout: "No property has quotas of its own, and none is over one.\n"}, "", "", "quotas", "list")
	o.expect(result{stdout: "Set the quotas of acme. They count within five seconds.\n"}, "", "", "quotas", "set", "acme", "--events", "50", "--waiting", "7")
	o.expect(result{stdout: "PROPERTY  EVENTS/S  NEW/DAY  MAY WAIT  WAITING  OVER\nacme      50        default  7         0        -\n"}, "", "", "quotas", "list")
	if status := o.run("", "", "status"); strings.Contains(status.stdout, "quota") || status.code != 0 {
		t.Errorf("%+v", status)
	}
	store, err := redisstore.Open(t.Context(), o.server.Client(t), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	instant := func() time.Time { return time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) } // mondayMorning
	book := quota.NewBook(store, instant, quota.Limits{})
	book.Refused("acme", quota.Events, 12)
	if err := book.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status"}, {"status", "acme"}, {"quotas", "list"}} {
		if got := o.run(mondayMorning, "", args...); !strings.Contains(got.stdout, "events since ") || !strings.Contains(got.stdout, ": 12 refused that day\n") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	if got := o.run(mondayMorning, "", "quotas", "list", "--json").stdout; !strings.Contains(got, `"own":{"events":50,"waiting_messages":7}`) || !strings.Contains(got, `"refused":12`) {
		t.Error(got)
	}
	o.expect(result{stdout: "The quotas of acme are the defaults within five seconds.\n"}, "", "", "quotas", "unset", "acme")
	for args, want := range map[string]string{
		"quotas list acme":              "quotas list: give the id of the property to set or unset, and none to list",
		"quotas set":                    "quotas set: give the id of the property to set or unset, and none to list",
		"quotas set acme":               "quotas set: give --events, --new-visitors or --waiting; quotas unset acme gives it the defaults",
		"quotas unset acme --events 1":  "quotas unset: --events, --new-visitors and --waiting are for quotas set",
		"quotas set a/b --events 1":     `quotas set: "a/b" is no id of a property`,
		"quotas set acme --events=-1":   "quotas set: --events=-1: 1 to 1000000000 are allowed",
		"quotas unset acme --json":      "quotas unset: --json is for quotas list",
		"quotas set acme --waiting 2e9": "",
	} {
		got := o.run("", "", strings.Fields(args)...)
		if got.code != 2 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", args, got)
		}
	}
}
