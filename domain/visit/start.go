package visit

import (
	"cmp"
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// start begins the triggers of the new events, in the order in which they happened. Those that are due by then act before
// the next one starts, so that it sees what they did, as if the events had come one by one.
func (r *run) start(fresh []event.Event) {
	fresh = slices.Clone(fresh)
	slices.SortFunc(fresh, func(a, b event.Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	for _, e := range fresh {
		r.settleDue(hours.Earliest(e.Time, r.at))
		r.budget.Next()
		r.choose(e)
		for _, c := range r.policy.triggers {
			if bool(c.Disabled) || !c.startsAt(e) || c.atViews() && !c.fragment && !r.State.opens(e) {
				continue
			}
			t := r.timer(c, e)
			switch {
			case r.runs(t):
			case c.After == 0:
				r.begin(c, t, &e)
			case r.lasts(c, t):
				r.push(t)
			}
			r.settleDue(hours.Earliest(e.Time, r.at))
		}
	}
}

// startsAt tells whether an event starts a trigger. A trigger that starts when nothing has happened for a while counts
// from the event before that.
func (c *compiled) startsAt(e event.Event) bool {
	switch start := c.Start(); start {
	case "page.viewed", "page.unchanged":
		return viewed(e)
	case "chat.unanswered": // with the hand-over by a bot the visitor begins to wait
		return asks(e) || e.Type == event.ChatHandoff
	case "chat.idle":
		return asks(e)
	case "chat.message":
		return e.Type == event.ChatMessage && asks(e)
	case "visitor.custom":
		return e.Type == event.VisitorCustom && e.Data.Name == c.Event
	default:
		return string(e.Type) == start
	}
}

// atViews tells whether the trigger starts at views of pages.
func (c *compiled) atViews() bool { return c.Start() == "page.viewed" || c.Start() == "page.unchanged" }

// timer is that of a trigger from an event on.
func (r *run) timer(c *compiled, e event.Event) Timer {
	at := e.Time.UTC()
	t := Timer{
		Trigger: c.Name, Made: c.made(0), Visit: cmp.Or(e.Data.Visit, r.unnamedVisit(e.Data.Chat, at)), Tab: e.Data.Tab, Chat: e.Data.Chat, Event: e.ID,
		Started: at,
	}
	t = r.home(t)
	if viewed(e) {
		t.Page = c.page(pageOf(e).URL)
	}
	if t.Waits = c.After > 0; t.Waits {
		return r.delayed(c, t, at, c.After)
	}
	return r.delayed(c, t, at, c.Delay)
}

// runs tells whether a timer runs for the same already: a view that comes as an arrival too, or a message that came
// with the request, is one.
func (r *run) runs(t Timer) bool {
	return (t.Waits || t.Page != 0) && slices.ContainsFunc(slices.Concat(r.State.Timers, r.begun), func(o Timer) bool {
		return o.Trigger == t.Trigger && o.Visit == t.Visit && o.Tab == t.Tab && o.Chat == t.Chat && o.Page == t.Page && o.Started.Equal(t.Started) && o.Step == 0
	})
}

// lasts tells whether the state that has to last for a trigger began when its timer started, and goes on.
func (r *run) lasts(c *compiled, t Timer) bool {
	switch c.Start() {
	case "page.unchanged":
		p := r.State.place(t.Visit, t.Tab)
		return p.opened(c).Equal(t.Started) && p.on(c, t)
	case "chat.unanswered":
		waiting := r.scene.Chats[t.Chat].Waiting
		return !waiting.IsZero() && !t.Started.Before(waiting) // each message that waits counts for itself
	case "chat.idle":
		return r.scene.Chats[t.Chat].Spoke.Equal(t.Started)
	default:
		return true
	}
}

// begin sets the timer of a trigger if it starts. Its conditions compare the page and the text of the event; e is nil
// where the trigger started because nothing happened.
func (r *run) begin(c *compiled, t Timer, e *event.Event) {
	started := t.Started
	if t.Waits {
		started = t.Due
		t.Waits = false
		t = r.delayed(c, t, started, c.Delay)
	}
	due, _ := r.acts(c, t)
	facts := r.facts(c, t)
	facts.Acts = hours.Later(due, r.at)
	if e != nil {
		look(&facts, *e)
	}
	verdict, ended := c.Match(&facts), r.ended(t)
	switch {
	case !verdict.OK && r.movedOn(t):
	case !verdict.OK:
		r.skipFor(t, verdict)
	case ended != "":
		r.skip(t, ended)
	case !r.widget(c, t).online(started) && !r.shut(c, t, started):
		r.skip(t, WidgetOffline)
	case !r.allowed(c, t, facts.Acts), r.heldBack(c, t, started):
	default:
		r.push(t)
	}
}

// movedOn tells whether this decision has said that the visitor left the page for which the trigger had started. That
// the next page is not one of the trigger's is no other reason.
func (r *run) movedOn(t Timer) bool {
	return slices.ContainsFunc(r.Skipped, func(s Skipped) bool {
		return s.Reason == OtherPage && s.Trigger == t.Trigger && s.Visit == t.Visit
	})
}

// look makes facts those of an event: the latest facts may have come after it.
func look(f *trigger.Facts, e event.Event) {
	if viewed(e) {
		p := pageOf(e)
		f.Page = trigger.PageView{URL: p.URL, Title: p.Title, Referrer: p.Referrer, Since: p.Since}
	}
	if asks(e) && e.Data.Text != "" {
		f.Message = e.Data.Text
	}
}
