package chat

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Scene is the input of a decision besides the chat, as it is at the instant of the decision.
type Scene struct {
	Department   string        // the chat's, one that the property defines; empty: none
	Hours        Period        // of the department within its property; of the property where there is none
	Door         hours.Door    // of the department within its property; of the property where there is none
	PropertyOpen bool          // whether the property's hours are open
	Widget       string        // the widget's status for the department, else for the property: online, away or offline
	Offered      []string      // departments that take chats now, in any order
	Left         bool          // the visitor has left the site
	Held         time.Duration // how long what is due has waited for events that were accepted before: it is not late by that
	Full         bool          // as many messages wait on the property as may, and none for this chat
	Silent       bool          // the last sign of life, the visitor's or an agent's to them, is so long ago that the visit is over

	Team func() []Colleague // the property's agents, and how they are to a chat of the department; nil: none

	In     func(department string) Scene // the same in another department, for after a step that sets it; nil: it is the same
	Values func() map[string]string      // the values of placeholders: trigger.Placeholders; nil: none
}

func (s *Scene) values() map[string]string {
	if s.Values == nil {
		return nil
	}
	return s.Values()
}

// Decision is the answer of Decide.
type Decision struct {
	State   State
	Effects []Effect  // in the order in which they are to be
	Skipped []Skipped // effects that were due, and are not done
	Due     time.Time // when to decide again; zero: at the next event
}

// Rule is a source of automatic effects.
type Rule string

// The rules.
const (
	Rescue         Rule = "rescue"
	During         Rule = "auto_reply.during"
	Outside        Rule = "auto_reply.outside"
	Handoff        Rule = "auto_reply.handoff"
	ClosingSoon    Rule = "closing_soon"
	WaitingAtClose Rule = "waiting_at_close"
	SLA            Rule = "sla"
	Helpers        Rule = "helpers"
	Reassign       Rule = "reassign"
	ShiftEnd       Rule = "shift_end"
	FormReceived   Rule = "form"
	Moved          Rule = "snooze" // the end of a snooze, by the hours
)

// Effect is one thing to be done in a chat. Do, Ticket, Warning and Notice exclude each other.
type Effect struct {
	Chat        string
	Do          trigger.Action       // its texts are rendered, a shortcut's too
	Attachments []trigger.Attachment // of the message that is sent
	Offered     []Offer              // departments to choose from, with the message, which may then have no text
	Ticket      *Ticket
	Warning     *Warning
	Notice      *Notice   // for Agents
	Agents      []string  // who are invited, or told
	Agent       string    // of a reassignment: who is to get the chat
	From        string    // who has it, of a reassignment or a notice
	Until       time.Time // of a snooze: when it ends
	At          time.Time // when it was due
	Reason      Reason
	Cause       Cause
}

// Offer is a department that a visitor may choose instead.
type Offer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Ticket is a request that people are to answer later: a form, or a chat that has waited.
type Ticket struct {
	Form         event.Form
	Department   string
	Page         event.Page
	WaitingSince time.Time // of a chat
}

// Warning says that the time for a first answer is about to have passed.
type Warning struct {
	Department string
	Due        time.Time // when it will have passed
}

// Notice tells agents of a chat. The rule says what about it.
type Notice struct {
	Department string
}

// Cause is the origin of an effect.
type Cause struct {
	Rule   Rule
	Event  string    // the id of the event that began it; empty where it was the hours
	Base   time.Time // when it began: the ask, the opening or closing; zero where it was an event alone
	Step   string    // rescue: the step, by its time; helpers: their ids; reassign: who is to get the chat
	Action int       // rescue: the number of the step's action
}

// Key is the same for a repeat of the same effect in a chat, and for no other effect of the same type there. It has
// letters, digits, '.', '_' and ':', and the characters of event ids.
func (c Cause) Key() string {
	parts := []string{string(c.Rule)}
	if c.Base.IsZero() {
		parts = append(parts, c.Event)
	} else {
		parts = append(parts, strconv.FormatInt(c.Base.UnixNano(), 10))
	}
	if c.Step != "" {
		parts = append(parts, c.Step, strconv.Itoa(c.Action))
	}
	return strings.Join(parts, ":")
}

// Skipped is something that was due, and is not done.
type Skipped struct {
	Chat   string
	Rule   Rule
	Step   string // rescue
	Reason Reason
	At     time.Time // when it was due
}

// Reason is why something is done, or not.
type Reason string

// Why something is done.
const (
	Unanswered       Reason = "unanswered"
	WithinHours      Reason = "within_hours"
	OutsideHours     Reason = "outside_hours"
	ClosedDepartment Reason = "closed_department"
	HandedOver       Reason = "handed_over"
	HoursEndSoon     Reason = "hours_end_soon"
	HoursEnded       Reason = "hours_ended"
	Submitted        Reason = "form_submitted"
	ShiftEnded       Reason = "shift_end"
)

// Why something is not done.
const (
	Late          Reason = "late"           // by more than trigger.DefaultExpiry
	Answered      Reason = "answered"       // an agent has written, or is there
	JustAnswered  Reason = "just_answered"  // an agent had written a moment before
	Ended         Reason = "chat_ended"     // and nothing has been asked since
	Bot           Reason = "bot"            // a bot is answering
	WidgetOffline Reason = "widget_offline" // it is outside hours, or the widget is shown so
	VisitorLeft   Reason = "visitor_left"   // and would not read it in time
	Removed       Reason = "removed"        // the step is not defined any more
	Frequency     Reason = "frequency"      // it was sent in these hours, or this closed time
	HoursChanged  Reason = "hours_changed"  // it was written before the hours began or ended; of a snooze that ends otherwise, why it does
	Empty         Reason = "empty"          // no placeholder had a value, and there is no other text
	TooMany       Reason = "too_many"       // too many steps wait already
	Deferred      Reason = "deferred"       // it is closed, and the step waits for the opening
	Snooze        Reason = "snoozed"        // the chat is put aside, or was once
	NoOpening     Reason = "no_opening"     // the chat cannot be put aside until then: none is in sight
	NobodyLeft    Reason = "nobody_left"    // nobody can have the chat who has not been tried: it stays where it is
	StillOnline   Reason = "still_online"   // the agent goes on after the end of their shift
	NoAnswer      Reason = "no_answer"      // trigger.MostInChat messages have been sent since an agent's last word
	TagsFull      Reason = "tags_full"      // the chat has trigger.MostTags tags
	Quota         Reason = "quota"          // as many messages wait on the property as may
	NotesFull     Reason = "notes_full"     // it has had trigger.MostNotes notes
)

// decider is one decision as it is made.
type decider struct {
	Decision
	policy *Policy
	scene  Scene
	at     time.Time
	named  string // the visitor, by a step of this decision
}

// Decide gives the effects that are due in a chat at an instant. It does not change the State that it is given, and
// gives no effect twice.
func Decide(p *Policy, s State, scene Scene, at time.Time) Decision {
	d := &decider{Decision: Decision{State: s}, policy: p, scene: scene, at: at.Round(0).UTC()}
	if moved := d.State.FollowHours(scene.Door, d.at); moved != nil {
		d.Effects = append(d.Effects, *moved)
	}
	d.rescue()
	d.helpers()
	d.handover()
	d.reassign()
	d.awaitShiftEnd()
	d.sla()
	d.handoff()
	d.reply()
	d.closingSoon()
	d.atClose()
	slices.SortStableFunc(d.Effects, func(a, b Effect) int { return a.At.Compare(b.At) })
	return d.Decision
}

func (d *decider) late(due time.Time) bool {
	return d.at.Sub(due)-d.scene.Held > trigger.DefaultExpiry
}

// Settled are the due times, until an instant, of what had waited for them, and was done or dropped. Replies wait for nothing.
func (d *Decision) Settled(at time.Time) (dues []time.Time) {
	settle := func(rule Rule, base, moment time.Time) {
		if rule.waits() && moment.After(base) && !moment.After(at) {
			dues = append(dues, moment)
		}
	}
	for i := range d.Effects {
		settle(d.Effects[i].Cause.Rule, d.Effects[i].waitsFrom(), d.Effects[i].At)
	}
	for _, s := range d.Skipped {
		settle(s.Rule, time.Time{}, s.At)
	}
	return dues
}

// waitsFrom is when the time began after which an effect is due; zero where the hours say when.
func (e *Effect) waitsFrom() time.Time {
	switch e.Cause.Rule {
	case Rescue, SLA, Helpers, Reassign:
		return e.Cause.Base
	}
	return time.Time{}
}

// waits tells whether the effects of a rule have waited for their time.
func (r Rule) waits() bool {
	switch r {
	case Rescue, SLA, Helpers, Reassign, ShiftEnd, ClosingSoon, WaitingAtClose:
		return true
	}
	return false
}

// wake has the chat decided again at an instant.
func (d *decider) wake(due time.Time) {
	if due.After(d.at) {
		d.Due = hours.Earliest(d.Due, due.UTC())
	}
}

func (d *decider) skip(rule Rule, reason Reason, due time.Time) {
	d.Skipped = append(d.Skipped, Skipped{Chat: d.State.ID, Rule: rule, Reason: reason, At: due})
}

// do adds an effect with its texts rendered.
func (d *decider) do(a trigger.Action, e Effect) {
	var text string
	text, e.Attachments = a.Template(d.policy.Shortcuts)
	e.Do = a.WithText(d.policy.texts[text].Render(d.known()))
	if a.SendMessage != nil && d.State.Sent() >= trigger.MostInChat {
		d.skipStep(e.Cause.Step, NoAnswer, e.At)
		return
	}
	if reason := d.State.full(e.Do); reason != "" {
		d.skipStep(e.Cause.Step, reason, e.At)
		return
	}
	if d.add(e) {
		d.did(e)
	}
}

// say adds a message with one of the property's texts, and tells whether anything was left of it.
func (d *decider) say(t trigger.Text, e Effect) bool {
	e.Do.SendMessage = &trigger.Message{Text: t.Render(d.values(e.Cause.Rule))}
	return d.add(e)
}

// add adds an effect, unless nothing is left of it: then it is false.
func (d *decider) add(e Effect) bool {
	e.Chat = d.State.ID
	if e.Do.Empty(len(e.Attachments) + len(e.Offered)) { // offers are as good as a text
		d.Skipped = append(d.Skipped, Skipped{e.Chat, e.Cause.Rule, e.Cause.Step, Empty, e.At})
		return false
	}
	d.Effects = append(d.Effects, e)
	return true
}

// values are the values of placeholders in a rule's text. In hours a hand-over has no next opening: people are there,
// and do not wait for the opening after these hours to follow up.
func (d *decider) values(r Rule) map[string]string {
	values := d.known()
	if r != Handoff || !d.scene.Hours.Open {
		return values
	}
	values = maps.Clone(values)
	delete(values, "next_open")
	return values
}
