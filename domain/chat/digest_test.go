package chat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	form := event.Event{ID: "e1", Type: event.FormSubmitted, Data: event.Data{Chat: "c1"}}
	for _, c := range []struct {
		event event.Event
		want  chat.Item
		in    bool
	}{
		{form, chat.Item{Kind: chat.FormItem, ID: "e1"}, true},
		{said(t, "18:00:00", "visitor"), chat.Item{Kind: chat.MessageItem, ID: "visitor 18:00:00"}, true},
		{said(t, "18:00:00", "request"), chat.Item{}, false},
		{said(t, "18:00:00", "agent"), chat.Item{}, false},
		{said(t, "18:00:00", "ended"), chat.Item{}, false},
	} {
		if got, in := chat.Incoming(c.event); got != c.want || in != c.in {
			t.Errorf("%s: %+v, %t", c.event.ID, got, in)
		}
	}
}

// opens writes the answer of Opening: "09:00", "due tue 09:00:10", or "" for neither.
func opens(d chat.Digest, h *hours.Schedule, at time.Time) string {
	opening, due := d.Opening(h, at)
	switch {
	case !opening.IsZero() && !due.IsZero():
		return "both"
	case !opening.IsZero():
		return opening.Format("Mon 15:04:05")
	case !due.IsZero():
		return "due " + due.Format("Mon 15:04:05")
	}
	return ""
}

func TestADigestIsForTheNextOpening(t *testing.T) {
	t.Parallel()
	night := "mon 19:00"
	for _, c := range []struct {
		name, hours, taken string // added at
		at, want           string
	}{
		{"closed", "mon-fri 9-17", night, "mon 20:00", "due Tue 09:00:10"},
		{"at the opening", "mon-fri 9-17", night, "tue 09:00", "due Tue 09:00:10"},
		{"a moment before the grace is over", "mon-fri 9-17", night, "tue 09:00:09", "due Tue 09:00:10"},
		{"at its end", "mon-fri 9-17", night, "tue 09:00:10", "Tue 09:00:00"},
		{"hours late", "mon-fri 9-17", night, "tue 16:59", "Tue 09:00:00"},
		{"later than the hours", "mon-fri 9-17", night, "tue 17:00", "due Wed 09:00:10"},
		{"over a weekend", "mon-fri 9-17", "fri 17:00", "sat 12:00", "due Mon 09:00:10"},
		{"no opening in sight", "mon-sun closed", night, "mon 20:00", ""},
		{"just after the opening", "mon-fri 9-17", "tue 09:00:04", "tue 09:00:10", "Tue 09:00:00"},
		{"too late for it", "mon-fri 9-17", "tue 09:00:05", "tue 09:00:10", "due Wed 09:00:10"},
		{"too late for it, and closed again", "mon-fri 9-17", "tue 09:00:05", "tue 18:00", "due Wed 09:00:10"},
		{"too late for it, and open again", "mon-fri 9-17", "tue 09:00:05", "wed 09:00:10", "Wed 09:00:00"},
	} {
		h := weekly(t, c.hours)
		if c.hours == "mon-sun closed" {
			h = weekly(t, "mon-fri 9-17").With(hours.Override{})
		}
		after, ok := chat.ArriveAt(h, clock(t, c.taken))
		var d chat.Digest
		d.Add(chat.Arrivals{After: after, Items: []chat.Item{{Kind: chat.FormItem, ID: "e1"}}})
		if got := opens(d, h, clock(t, c.at)); !ok || got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestADigestFollowsTheHoursAsTheyAre(t *testing.T) {
	t.Parallel()
	week := weekly(t, "mon-fri 9-17")
	forced := func(open bool, from string) *hours.Schedule {
		return week.With(hours.Override{Open: open, From: clock(t, from), Until: clock(t, "tue 12:00")})
	}
	for _, c := range []struct {
		name  string
		hours *hours.Schedule
		at    string
		want  string
	}{
		{"opened early", forced(true, "tue 07:00"), "tue 07:00", "due Tue 07:00:10"},
		{"opened early, and looked at in time", forced(true, "tue 07:00"), "tue 07:00:10", "Tue 07:00:00"},
		{"kept closed", forced(false, "tue 08:00"), "tue 09:00:10", "due Tue 12:00:10"},
		{"closed again within the grace", forced(false, "tue 09:00:05"), "tue 09:00:10", "due Tue 12:00:10"},
		{"edited to be open since before", weekly(t, "mon-fri 9-22"), "mon 20:00:30", "Mon 20:00:30"},
		{"without hours any more", nil, "mon 20:00:30", "Mon 20:00:30"},
	} {
		if got := opens(chat.Digest{After: clock(t, "mon 20:00")}, c.hours, clock(t, c.at)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, ok := chat.ArriveAt(nil, clock(t, "mon 20:00")); ok {
		t.Error("what never closes has a digest")
	}
}

func TestWhoWaitsIsPutIntoTheDigest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, policy string
		events       []string
		at, want     string // whether it is put in, the closing at which to ask again, whether it waits at Tuesday's opening
	}{
		{"asked while closed", "", []string{"request@18:00"}, "18:00", "in, awaits"},
		{"wrote while closed", "", []string{"visitor@18:00"}, "18:00", "in, awaits"},
		{"answered while closed", "", []string{"request@18:00", "agent@18:05"}, "18:05", ""},
		{"joined while closed", "", []string{"request@18:00", "join@18:05"}, "18:05", ""},
		{"ended while closed", "", []string{"request@18:00", "ended@18:05"}, "18:05", ""},
		{"joined, and wrote again", "", []string{"request@18:00", "join@18:05", "visitor@18:10"}, "18:10", "in, awaits"},
		{"a bot's", "", []string{"request bot@18:00"}, "18:00", ""},
		{"handed over by a bot", "", []string{"request bot@18:00", "handoff@18:05"}, "18:05", "in, awaits"},
		{"asked in hours", "", []string{"request@16:00"}, "16:00", "look 17:00, awaits"},
		{"asked in hours, and still waits at the closing", "", []string{"request@16:00"}, "17:00", "in, awaits"},
		{"answered in hours", "", []string{"request@16:00", "agent@16:05"}, "16:05", ""},
		{"asked while closed, and it came late", "", []string{"request@tue 08:59"}, "tue 09:00:03", "in, awaits"},
		{"asked after the opening", "", []string{"request@tue 09:00:03"}, "tue 09:00:03", "look 17:00"},
		{"asked in hours, and gets a ticket", "message", []string{"request@16:00"}, "17:00", ""},
		{"gets a ticket, and wrote again", "message", []string{"request@16:00", "visitor@17:30"}, "17:30", "in, awaits"},
	} {
		p := compile(t, chat.Rules{WaitingAtClose: c.policy, HasSchedule: true})
		where := place{hours: weekly(t, "mon-fri 9-17")}
		var s chat.State
		for _, e := range c.events {
			what, at, _ := strings.Cut(e, "@")
			s.Merge(said(t, at, what))
		}
		now := clock(t, c.at)
		s = chat.Decide(p, s, where.scene(now, ""), now).State
		s, waits, look := p.ForDigest(s, where.hours, now)
		got := ""
		if waits {
			got = "in"
		}
		if !look.IsZero() {
			got = "look " + look.Format("15:04")
		}
		if p.Awaits(s, clock(t, "tue 09:00")) {
			got += ", awaits"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if _, again, _ := p.ForDigest(s, where.hours, now.Add(time.Minute)); again {
			t.Errorf("%s: put in twice", c.name)
		}
	}
}

func TestADigestNamesOnlySoMany(t *testing.T) {
	t.Parallel()
	var d chat.Digest
	for i := range chat.MostDigested + 10 {
		id := fmt.Sprintf("%036d", i)
		for _, kind := range []chat.ItemKind{chat.FormItem, chat.MessageItem, chat.ChatItem} {
			d.Add(chat.Arrivals{After: start(), Items: []chat.Item{{Kind: kind, ID: id, Visitor: id}}})
		}
	}
	if d.Forms.Count != chat.MostDigested+10 || len(d.Forms.IDs) != chat.MostDigested || len(d.Messages.IDs) != chat.MostDigested || len(d.Chats) != chat.MostDigested {
		t.Errorf("%d forms, named %d, %d and %d", d.Forms.Count, len(d.Forms.IDs), len(d.Messages.IDs), len(d.Chats))
	}
	body, err := json.Marshal(d)
	if err != nil || len(body) > 200<<10 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// TestArrivalsKnowNoOrder adds the same items in another order, some again and in other parcels.
func TestArrivalsKnowNoOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) chat.Arrivals {
			i := chat.Item{Kind: rapid.SampledFrom([]chat.ItemKind{chat.FormItem, chat.MessageItem, chat.ChatItem}).Draw(r, "kind")}
			i.ID = fmt.Sprint("i", rapid.IntRange(0, 30).Draw(r, "id"))
			return chat.Arrivals{After: start().Add(time.Duration(rapid.IntRange(0, 9).Draw(r, "after")) * time.Second), Items: []chat.Item{i}}
		}), 1, 40).Draw(r, "arrivals")
		others := append(slices.Clone(all), rapid.SliceOf(rapid.SampledFrom(all)).Draw(r, "repeated")...)
		others = rapid.Permutation(others).Draw(r, "permuted")
		var one, two chat.Digest
		for _, a := range all {
			one.Add(a)
		}
		for len(others) > 0 {
			n := rapid.IntRange(1, len(others)).Draw(r, "parcel")
			parcel := others[0]
			parcel.Items = nil
			for _, a := range others[:n] {
				parcel.Items = append(parcel.Items, a.Items...)
				if a.After.Before(parcel.After) {
					parcel.After = a.After
				}
			}
			two.Add(parcel)
			others = others[n:]
		}
		if diff := cmp.Diff(sums(one), sums(two)); diff != "" {
			r.Error(diff)
		}
	})
}

// sums is the part of a digest that does not depend on the order.
func sums(d chat.Digest) map[string]bool {
	all := map[string]bool{fmt.Sprint(d.After, d.Forms.Count, d.Messages.Count, len(d.Chats)): true}
	for _, id := range d.Forms.IDs {
		all["form "+id] = true
	}
	for _, id := range d.Messages.IDs {
		all["message "+id] = true
	}
	for _, c := range d.Chats {
		all["chat "+c.Chat] = true
	}
	return all
}

// TestADigestIsToldOncePerOpening checks digests at any instants, late and again, and adds items at any: each item is
// in one digest, at an opening after it came, and no opening has two.
func TestADigestIsToldOncePerOpening(t *testing.T) {
	t.Parallel()
	h := weekly(t, "mon-sun 9-12, 13-17")
	rapid.Check(t, func(r *rapid.T) {
		var d *chat.Digest
		told, from := make(map[time.Time]bool), clock(t, "mon 00:00")
		for at := from; at.Sub(from) < 3*24*time.Hour; {
			if d == nil || rapid.Bool().Draw(r, "arrives") {
				if after, ok := chat.ArriveAt(h, at); ok {
					if d == nil {
						d = new(chat.Digest)
					}
					d.Add(chat.Arrivals{After: after})
				}
			}
			opening, due := d.Opening(h, at)
			switch {
			case !opening.IsZero():
				if told[opening] || opening.After(at) || !h.At(at).Open || !opening.Equal(h.At(at).Since) || at.Sub(opening) < chat.DigestGrace {
					r.Fatalf("at %v: told for %v", at, opening)
				}
				told[opening], d = true, nil
			case !due.After(at):
				r.Fatalf("at %v: due at %v", at, due)
			}
			next := at.Add(time.Duration(rapid.SampledFrom([]int{1, 3, 7, 60, 1800, 20000}).Draw(r, "wait")) * time.Second)
			if opening.IsZero() && due.Before(next) && rapid.Bool().Draw(r, "on time") {
				next = due
			}
			at = next
		}
	})
}

// TestStoredDigest holds the JSON of a digest against a file that is never edited, as TestWireForm does.
func TestStoredDigest(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/v1/digest.json")
	if err != nil {
		t.Fatal(err)
	}
	var d, decoded chat.Digest
	d.Add(chat.Arrivals{After: clock(t, "18:00"), Items: []chat.Item{
		{Kind: chat.FormItem, ID: "e1"}, {Kind: chat.MessageItem, ID: "e2"}, {Kind: chat.MessageItem, ID: "e3"}, {Kind: chat.ChatItem, ID: "c1", Visitor: "v1"},
	}})
	encoded, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), string(encoded)+"\n"); diff != "" {
		t.Errorf("encodes otherwise (-want +got):\n%s", diff)
	}
	if err := json.Unmarshal(golden, &decoded); err != nil || cmp.Diff(d, decoded) != "" {
		t.Errorf("decodes otherwise: %v\n%s", err, cmp.Diff(d, decoded))
	}
}
