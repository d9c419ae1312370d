package visit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Decision is the answer of Decide.
type Decision struct {
	State   State
	Effects []Effect    // in the order in which they are to be seen
	Skipped []Skipped   // effects that were decided against
	Due     time.Time   // when to decide again; zero: when something happens
	Settled []time.Time // the due times of the delayed timers that were dealt with
	Steps   int         // of regular expressions, at most: some 10 ns each
}

// Effect is one thing to do.
type Effect struct {
	Do          trigger.Action       // never a wait. Its texts are final, and a shortcut has become a text
	Attachments []trigger.Attachment // of a message
	Visit       string               // during which the trigger started; empty: not known
	Chat        string               // to which the trigger's start belongs; empty: to none
	Cause       Cause
	Until       time.Time // of a snooze: when it ends
	Reason      string    // the trigger's start: "page.viewed"
	At          time.Time // when it was decided
	Since       time.Time // from when on what it does is known: it was due then. Something later may have been decided on together with it
}

// Cause identifies an effect: of one visitor, no two effects have the same.
type Cause struct {
	Trigger string // its name
	Event   string // the id of the event from which it counts
	Index   int    // which of the trigger's actions it is, from 0
}

// Skipped is a message that is not sent, or another effect that does not come about.
type Skipped struct {
	Trigger string // its name
	Visit   string
	Chat    string
	Event   string // the id of the event from which it would have counted
	Reason  Reason
	Verdict trigger.Verdict // where the reason is Conditions or Budget
	At      time.Time
}

// Reason is why something is not done.
type Reason string

// The reasons.
const (
	Late          Reason = "late"           // later than the trigger's expiry
	WidgetOffline Reason = "widget_offline" // at the start or at the due time
	VisitorLeft   Reason = "visitor_left"
	OtherPage     Reason = "other_page" // the visitor has been on another page meanwhile
	Answered      Reason = "answered"
	Bot           Reason = "bot"    // a bot is answering: the visitor waits for nobody
	Joined        Reason = "joined" // an agent has joined the chat
	ChatEnded     Reason = "chat_ended"
	Minimized     Reason = "minimized"
	Superseded    Reason = "superseded" // something has happened, and it counts from there
	Disabled      Reason = "disabled"   // the trigger was switched off meanwhile
	Removed       Reason = "removed"    // there is no such trigger any more
	Edited        Reason = "edited"     // the trigger starts otherwise now, or does something else
	Conditions    Reason = "conditions"
	Budget        Reason = "budget" // regular expressions would take too many steps for one event: the conditions are undecided
	Frequency     Reason = "frequency"
	Empty         Reason = "empty"         // no placeholder of its text has a value
	NoChat        Reason = "no_chat"       // it is about a chat, and the visitor has none
	Chatting      Reason = "chatting"      // it is for visitors who are not in a chat
	OnePerVisit   Reason = "one_per_visit" // the visit has had its one proactive message
	TooMany       Reason = "too_many"      // timers of this visitor
	Deferred      Reason = "deferred"      // it is closed, and the trigger waits for the opening
	NoOpening     Reason = "no_opening"    // a chat cannot be put aside until then: none is in sight
	NoAnswer      Reason = "no_answer"     // the chat has had trigger.MostInChat messages since an agent's last word
	TagsFull      Reason = "tags_full"     // the visitor, or the chat, has trigger.MostTags tags
	Quota         Reason = "quota"         // as many messages wait on the property as may
	NotesFull     Reason = "notes_full"    // they have had trigger.MostNotes notes
)

// run is one decision while it is made.
type run struct {
	Decision
	policy *Policy
	scene  *Scene
	at     time.Time
	begun  []Timer           // that started in this decision
	set    []string          // chats whose department was set in it
	read   *reading          // the visitor as conditions see them, once asked for
	status map[string]string // of the departments, once asked for
	budget *trigger.Budget   // of an event, or of all timers that are due
	dues   *trigger.Budget   // of all timers that are due
	places int               // how many more timers may wait, where the scene bounds them
}

// Decide gives the effects that are due for a visitor at an instant. The events are those that Merge found to be new:
// they start triggers, and those without delay act at once. Without events only the timers that are due act. Deciding
// again at the same instant does nothing.
func Decide(p *Policy, s State, fresh []event.Event, scene Scene, at time.Time) Decision {
	s.Fired = maps.Clone(s.Fired)
	r := &run{Decision: Decision{State: s}, policy: p, scene: &scene, at: at.UTC(), budget: new(trigger.Budget), dues: new(trigger.Budget)}
	if scene.Room != nil {
		r.places = max(0, *scene.Room)
	}
	r.end()
	r.retime()
	r.start(fresh)
	r.settleDue(r.at)
	r.leave()
	if len(r.State.Timers) > 0 {
		r.Due = r.State.Timers[0].Due
	}
	r.Steps = r.budget.Spent() + r.dues.Spent()
	return r.Decision
}

// settleDue deals with the timers that are due at an instant, one after the other: each sees what the others did.
func (r *run) settleDue(at time.Time) {
	events := r.budget
	r.budget = r.dues
	for t, found := r.next(at); found; t, found = r.next(at) {
		if !slices.Contains(r.begun, t) {
			r.places++ // it leaves its place
		}
		if t.Due.After(t.Started) {
			r.Settled = append(r.Settled, t.Due)
		}
		r.settle(t)
	}
	r.budget = events
}

// settle deals with a timer that is due.
func (r *run) settle(t Timer) {
	c, _ := r.policy.named(t.Trigger)
	switch {
	case c == nil:
		r.skip(t, Removed)
	case bool(c.Disabled):
		r.skip(t, Disabled)
	case t.Made != c.made(t.Step):
		r.skip(t, Edited)
	case r.putOff(c, &t):
	case t.Waits:
		r.begin(c, t, nil)
	case r.due(c, t):
		r.act(c, t)
	}
}

// act carries out the actions of a trigger, up to a wait. The trigger has acted once the first effect comes about. The one message
// of a visit is used up by a message that is sent. A wait uses up neither: what follows may yet be held back.
func (r *run) act(c *compiled, t Timer) {
	claimed := t.Step > 0 && !t.Unused
	t.Silent = t.Silent || c.proactive && !claimed
	claim := func() {
		if !claimed {
			r.claim(c, t)
			claimed = true
		}
	}
	values := r.values(t)
	for i := t.Step; i < len(c.steps); i++ {
		s := c.steps[i]
		if s.Wait > 0 {
			t.Unused = !claimed
			if t.Step = i + 1; t.Step < len(c.steps) && (r.takesPlace() || r.skip(t, Quota)) {
				t.Made = c.made(t.Step)
				r.State.Timers = append(r.State.Timers, r.delayed(c, t, r.at, s.Wait)) // in place of the one that is done: there cannot be too many
			}
			return
		}
		do, chat, visit := s.render(values), t.Chat, t.Visit
		if ofChat(do) {
			chat = cmp.Or(chat, r.scene.going())
			visit = r.visitOf(chat, t)
		}
		switch {
		case do.Empty(len(s.attachments)):
			r.skip(t, Empty)
			continue
		case ofChat(do) && chat == "":
			r.skip(t, NoChat)
			continue
		case do.SendMessage != nil && r.scene.Chats[chat].Sent >= trigger.MostInChat:
			r.skip(t, NoAnswer)
			continue
		}
		if reason := r.full(do, chat); reason != "" {
			r.skip(t, reason)
			continue
		}
		e := Effect{
			Do: do, Attachments: s.attachments, Visit: visit, Chat: chat,
			Cause: Cause{c.Name, t.Event, i}, Reason: c.Start(), At: r.at, Since: t.Due,
		}
		if do.Snooze != "" {
			if e.Until = r.door(chat).Opens(r.at).UTC(); e.Until.IsZero() {
				r.skip(t, NoOpening)
				continue
			}
		}
		claim()
		r.Effects = append(r.Effects, e)
		if do.SendMessage != nil {
			r.speak(c, &t)
		}
		if r.did(e); do.SetName != "" || do.SetDepartment != "" {
			values = r.values(t)
		}
	}
}

// ofChat tells whether an action is of a chat, and comes to nothing without one.
func ofChat(a trigger.Action) bool {
	return a.CloseChat || a.Reassign || a.InviteAgents || a.Snooze != ""
}

// allowed tells whether the trigger may act for this visitor at an instant; where not, it is skipped.
func (r *run) allowed(c *compiled, t Timer, at time.Time) bool {
	switch {
	case !trigger.Allowed(c.Frequency, r.State.Fired[c.Name].Fired, t.Visit, at):
		return r.skip(t, Frequency)
	case r.policy.onePerVisit && r.proactive(c, at) && !trigger.Allowed(oncePerVisit(), r.State.Proactive, t.Visit, at):
		return r.skip(t, OnePerVisit)
	}
	return true
}

// goesOn tells whether a trigger may go on behind a wait. Where it has done nothing yet, it may have acted meanwhile for another event;
// where it has not spoken yet, another may have had the one message of the visit.
func (r *run) goesOn(c *compiled, t Timer) bool {
	if t.Unused && !trigger.Allowed(c.Frequency, r.State.Fired[c.Name].Fired, t.Visit, r.at) {
		return r.skip(t, Frequency)
	}
	taken := r.policy.onePerVisit && t.Silent && c.speaks(t.Step) && r.proactive(c, r.at) &&
		!trigger.Allowed(oncePerVisit(), r.State.Proactive, t.Visit, r.at)
	return !taken || r.skip(t, OnePerVisit)
}

// speak writes down that the trigger has sent the one proactive message of a visit.
func (r *run) speak(c *compiled, t *Timer) {
	if t.Silent && r.proactive(c, r.at) {
		t.Silent = false
		r.State.Proactive = r.State.Proactive.Again(t.Visit, r.at)
	}
}

func oncePerVisit() trigger.Frequency { return trigger.Frequency{Rule: trigger.OncePerVisit} }

// claim writes down that the trigger has acted.
func (r *run) claim(c *compiled, t Timer) {
	s := &r.State
	if s.Fired == nil {
		s.Fired = make(map[string]Fired)
	}
	before := s.Fired[c.Name]
	s.Fired[c.Name] = Fired{before.Again(t.Visit, r.at), before.Count + 1}
	if len(s.Fired) > mostFired {
		maps.DeleteFunc(s.Fired, func(name string, _ Fired) bool { known, _ := r.policy.named(name); return known == nil })
	}
}

// proactive tells whether a message of the trigger at an instant counts where a visit gets one: it speaks to a visitor who has not begun
// to chat. One that may enter a running chat speaks there to a visitor who has.
func (r *run) proactive(c *compiled, at time.Time) bool {
	return c.proactive && (!c.WhileChatting || !r.scene.chatting(at))
}

// skip records why an effect is not done, and is false.
func (r *run) skip(t Timer, reason Reason) bool {
	r.Skipped = append(r.Skipped, Skipped{Trigger: t.Trigger, Visit: t.Visit, Chat: t.Chat, Event: t.Event, Reason: reason, At: r.at})
	return false
}

func (r *run) skipFor(t Timer, verdict trigger.Verdict) bool {
	reason := Conditions
	if verdict.Undecided {
		reason = Budget
	}
	r.skip(t, reason)
	r.Skipped[len(r.Skipped)-1].Verdict = verdict
	return false
}

// reading is the visitor by all facts, and by those alone that no page says; nil where all are such.
type reading struct {
	all      trigger.Visitor
	verified *trigger.Visitor
}

func (r *run) visitor() trigger.Visitor { return r.reading().all }

func (r *run) reading() *reading {
	if r.read == nil {
		r.read = &reading{r.State.visitor(), r.State.verified()}
	}
	return r.read
}
