package deliver

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestWish(t *testing.T) {
	t.Parallel()
	const status, visitor = `{"type":"agent.status_changed","data":{"agent":"lea"}}`, `{"type":"message.send","data":{"property":"acme"}}`
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	entry := func(body string, shares ...store.Share) store.Entry {
		return store.Entry{Body: []byte(body), For: append([]store.Share{}, shares...), At: nine}
	}
	share := func(properties string, to ...string) store.Share {
		return store.Share{Properties: strings.Fields(properties), To: to}
	}
	all, listed := wish{name: "a"}, func(types ...string) wish {
		return wish{name: "a", def: definition.Destination{Actions: types}}
	}
	for _, c := range []struct {
		name string
		wish wish
		e    store.Entry
		want string // the properties; "-": it does not get the action
	}{
		{"of properties that use it, and no others", all, entry(status, share("acme beta", "a", "b"), share("gamma", "b")), "acme beta"},
		{"of several shares, in order", all, entry(status, share("beta", "a"), share("acme")), "acme beta"},
		{"of properties that use others", all, entry(status, share("acme", "b")), "-"},
		{"of properties that use none", all, entry(status, store.Share{Properties: []string{"acme"}, To: []string{}}), "-"},
		{"of nobody, whatever type it is", all, entry(status), "-"},
		{"of nobody, asked for by type", listed("agent.status_changed"), entry(status), ""},
		{"of nobody, asked for with all of agents", listed("message.send", "agent.*"), entry(status), ""},
		{"of nobody, of another type of agents", listed("agent.notify"), entry(status), "-"},
		{"of nobody, where no other destination is", wish{name: "default", rest: true}, entry(status), ""},
		{"of all, where no other destination is", wish{name: "default", rest: true}, entry(status, share("acme")), "acme"},
		{"of a type that it does not list", listed("message.send"), entry(status, share("acme")), "-"},
		{"all of agents", listed("agent.*"), entry(status, share("acme")), "acme"},
		{"all of agents are not all", listed("agent.*"), store.Entry{Body: []byte(visitor)}, "-"},
		{"of a worker of before: to all", all, store.Entry{Body: []byte(status)}, ""},
		{"the worker's own, since its start", wish{name: "(own)", own: true, since: nine}, entry(status, share("acme", "b")), "acme"},
		{"the worker's own, from before", wish{name: "(own)", own: true, since: nine.Add(time.Millisecond)}, entry(status, share("acme", "b")), "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := "-"
			if body := c.wish.wanted(c.e); body != nil {
				_, list, _ := strings.Cut(string(body), `"properties":[`)
				got = strings.NewReplacer(`"`, "", ",", " ", "]}}", "").Replace(list)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
