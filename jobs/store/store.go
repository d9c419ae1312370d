package store

import (
	"context"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Subject is something that is decided about: "property/acme", "agent/lea". Its
// name is part of keys in Redis and never changes its form.
type Subject string

// The kinds of subjects.
const (
	PropertyKind = "property/"
	agentKind    = "agent/"
	visitorKind  = "visitor/"
	chatKind     = "chat/"
	digestKind   = "digest/"
	scheduleKind = "schedule/" // no subject, but it is followed as one
	chattersKind = "chatters/" // no subject, but they are woken as one
)

// PropertySubject is the subject of the property with this id.
func PropertySubject(id string) Subject { return Subject(PropertyKind + id) }

// AgentSubject is the subject of the agent with this id.
func AgentSubject(id string) Subject { return Subject(agentKind + id) }

// VisitorSubject is the subject of one visitor on one property. Neither id holds a '/'.
func VisitorSubject(property, visitor string) Subject {
	return Subject(visitorKind + property + "/" + visitor)
}

// ChatSubject is the subject of a chat: its record says which visitor it belongs to.
func ChatSubject(property, chat string) Subject { return Subject(chatKind + property + "/" + chat) }

// DigestSubject is the subject of the list of events and chats that came in while a property was closed.
func DigestSubject(property string) Subject { return Subject(digestKind + property) }

// ScheduleSubject stands for a named schedule in what Follow tells.
func ScheduleSubject(name string) Subject { return Subject(scheduleKind + name) }

// ChattersSubject stands for the visitors of a property who have a chat going: a property
// serves them, so that one request can wake them all.
func ChattersSubject(property string) Subject { return Subject(chattersKind + property) }

// Chatters gives the property whose chatting visitors a subject stands for; ok is false for
// another kind of subject.
func (s Subject) Chatters() (property string, ok bool) {
	return strings.CutPrefix(string(s), chattersKind)
}

// Property gives the id of a property; ok is false for another kind of subject.
func (s Subject) Property() (id string, ok bool) { return strings.CutPrefix(string(s), PropertyKind) }

// Agent gives the id of an agent; ok is false for another kind of subject.
func (s Subject) Agent() (id string, ok bool) { return strings.CutPrefix(string(s), agentKind) }

// Visitor gives the ids of a visitor and their property; ok is false for another kind of
// subject.
func (s Subject) Visitor() (property, visitor string, ok bool) {
	rest, ok := strings.CutPrefix(string(s), visitorKind)
	property, visitor, _ = strings.Cut(rest, "/")
	return property, visitor, ok
}

// Digest gives the id of the property of a digest; ok is false for another kind of subject.
func (s Subject) Digest() (property string, ok bool) {
	return strings.CutPrefix(string(s), digestKind)
}

// OnProperty gives the id of the property on which a visitor or a digest depends: neither is decided on without its definition.
// ok is false for another kind of subject.
func (s Subject) OnProperty() (property string, ok bool) {
	if property, _, ok := s.Visitor(); ok {
		return property, true
	}
	return s.Digest()
}

// Chat gives the ids of a chat and its property; ok is false for another kind of subject.
func (s Subject) Chat() (property, chat string, ok bool) {
	rest, ok := strings.CutPrefix(string(s), chatKind)
	property, chat, _ = strings.Cut(rest, "/")
	return property, chat, ok
}

// Addressee is the subject in whose shard an event is taken in first: the visitor, or the
// chat whose visitor is to be found. ok is false where there is neither.
func Addressee(e *event.Event) (s Subject, ok bool) {
	d := &e.Data
	switch {
	case d.Property == "":
		return "", false
	case d.Visitor != "":
		return VisitorSubject(d.Property, d.Visitor), true
	case d.Chat != "":
		return ChatSubject(d.Property, d.Chat), true
	}
	return "", false
}

// Undefined tells whether subjects of this kind have no definition but only a state:
// visitors, chats and digests. They come by a Change and not by an Edit, they are many, and
// neither Page nor Scan tells of them; Follow does when a change of one has actions.
func (s Subject) Undefined() bool {
	return strings.HasPrefix(string(s), visitorKind) || strings.HasPrefix(string(s), chatKind) || strings.HasPrefix(string(s), digestKind)
}

// Record is what a store holds of a subject.
type Record struct {
	Subject    Subject
	Definition []byte    // canonical JSON; nil where the subject is Undefined
	State      []byte    // JSON; nil: never decided
	Rev        int64     // grows with every write, and is never used again; 0: there is no such subject
	Woken      bool      // an edit, and not the clock, asked for a decision
	Due        time.Time // set by Claim only: when the decision was due
}

// Change is the outcome of a decision on a Record.
type Change struct {
	Subject Subject
	Rev     int64 // of the record that was decided on:
	Woken   bool  // the change is lost when either has moved on

	// NewRev makes a subject that is Undefined and not there yet, with this revision,
	// a number that it never had before; Rev is 0 then. Of two that make it, one is lost.
	NewRev int64
	Remove bool // the subject is removed, and what else is said here of it is not heeded but its actions

	State   []byte    // the new state; nil: as before
	Due     time.Time // when to decide again; zero: only when woken
	Wake    bool      // wake the subjects that this one serves (Serve)
	Actions []Outgoing

	// ChatsBegin and ChatsEnd say that Chatting gives a visitor from now on, or no longer;
	// neither: as before. It never gives a removed visitor. Before the first is written, it is
	// noted that the property serves them (ChattersSubject).
	ChatsBegin, ChatsEnd bool

	// At is when it was decided, by the clock of the decider. It counts as the time of its actions, and of its seen events.
	At time.Time

	// Seen are ids of events that the new state has taken in, to be known again within
	// DedupeWindow after At. The id of an event is known for its subject alone.
	Seen []string
}

// Leaving is how many of its actions go anywhere.
func (c *Change) Leaving() (n int) {
	for i := range c.Actions {
		if c.Actions[i].Leaves() {
			n++
		}
	}
	return n
}

// Makes tells whether the change makes a subject that is not there yet.
func (c *Change) Makes() bool { return c.Rev == 0 && c.NewRev > 0 && c.Subject.Undefined() }

// DedupeWindow is how long the ids of events are kept: an event that comes again within it has no effect.
const DedupeWindow = 24 * time.Hour

// Outgoing is one action on its way out.
type Outgoing struct {
	Body []byte   // CloudEvents JSON
	To   []string // names of destinations; nil: all, empty: nobody

	// Notice is set for one that goes to services of an agent's own. It is kept
	// apart from the outbox, which all destinations read.
	Notice bool
}

// Leaves tells whether it goes anywhere: what is for nobody is shown as recent, and that is all.
func (o Outgoing) Leaves() bool { return o.Notice || o.To == nil || len(o.To) > 0 }

// Edit is a new definition of a subject.
type Edit struct {
	Subject    Subject
	Rev        int64  // of the record that was edited, 0 for a new one: else the edit is lost
	NewRev     int64  // for a new subject: a number that it never had before
	Definition []byte // canonical JSON; nil: remove the subject
	Uses       []string
	Unuses     []string // named schedules that the definition uses now, and no longer
	Due        time.Time
}

// Lease says who works on a shard, so that two workers do not do the same work.
// It saves work and nothing else: what keeps two workers from doing one thing
// twice is the revision of each record.
type Lease struct {
	Holder string        // unique to this piece of work
	For    time.Duration // after which another may take it
}

// Claim is a batch of due subjects.
type Claim struct {
	Busy    bool // another holds the lease
	Records []Record
}

// Pending is what a shard has waiting.
type Pending struct {
	Due     bool // subjects to decide on
	Wakes   bool // subjects elsewhere to wake
	Notices bool // notices to send by agents' own services
	Outbox  bool // actions not yet delivered everywhere
}

// Depth is how much a shard has waiting.
type Depth struct {
	Outbox   int       // actions that not all destinations have had
	Subjects int       // in the timetable
	Overdue  int       // of these, due at or before the instant asked for
	Next     time.Time // when the first of them is or was due; zero: there is none
}

// WakeRequest asks to wake a subject, or the users of a schedule. Count tells a request from a later one.
type WakeRequest struct {
	Name  string
	Count float64
}

// Store keeps definitions, states, the timetable and the outbox, in shards. All
// that belongs to one subject is in one shard, and each method that takes a shard
// does what it does there in one atomic step.
type Store interface {
	// Shards is their number; it never changes.
	Shards() int
	// Shard of a subject.
	Shard(Subject) int

	// Claim takes the lease and gives up to limit subjects that are due at an
	// instant, the longest due first. Finding none, it gives the lease back. The
	// records are read after that step, as Load does: what is decided on one that
	// was written in between is lost.
	Claim(ctx context.Context, shard int, l Lease, at time.Time, limit int) (Claim, error)
	// Load gives the records of subjects in any shards, in their order; Rev is 0
	// for one that is not there. A record's definition is no older than its Rev.
	Load(ctx context.Context, subjects []Subject) ([]Record, error)
	// Seen tells which events, by their ids, were seen less than DedupeWindow before an
	// instant. It has to be called after Load: an event that is seen in between gives the
	// record a new revision.
	Seen(ctx context.Context, at time.Time, events map[Subject][]string) (map[Subject]map[string]bool, error)
	// Page gives some records of a shard and the cursor of the next page; it
	// starts with "" and ends with "". A record may come twice.
	Page(ctx context.Context, shard int, cursor string, limit int) ([]Record, string, error)
	// Scan gives the definitions of some subjects of all shards whose names begin with
	// a prefix, and the cursor of the next ones; it starts with "" and ends with "".
	// limit is about how many; there may be none while there are more. The records
	// have neither states nor revisions, and one may come twice. ErrCursor is returned
	// for a cursor that Scan has not given.
	Scan(ctx context.Context, prefix, cursor string, limit int) ([]Record, string, error)
	// Commit writes changes with their actions, due times and seen events, and gives those
	// that were lost because the record had moved on. Those of one shard are written in one
	// step, and no shard waits for another. After an error, some shards may be written.
	Commit(ctx context.Context, changes []Change) (lost []Subject, err error)
	// Edit writes or removes a definition and wakes its subject; false: the
	// record had moved on, and nothing was written.
	Edit(ctx context.Context, e Edit) (bool, error)

	// Serve notes that a subject is served by others, so that they can wake it.
	Serve(ctx context.Context, served Subject, by []Subject) error
	// Served gives some subjects that are, or once were, served by another, as Page.
	Served(ctx context.Context, by Subject, cursor string, limit int) ([]Subject, string, error)
	// Chatting gives the visitors of a property who have a chat going, in any shards, in the
	// order of their ids, and the cursor of the next page; it starts with "" and ends with
	// "". limit is how many a shard adds to a page at most.
	Chatting(ctx context.Context, property, cursor string, limit int) ([]Subject, string, error)
	// Wake makes subjects of one shard due, and lets decisions under way be lost.
	Wake(ctx context.Context, shard int, subjects []Subject, at time.Time) error
	// Wakes are the requests of a shard to wake subjects elsewhere.
	Wakes(ctx context.Context, shard int, limit int) ([]WakeRequest, error)
	// Woke strikes out requests, except those that were repeated since.
	Woke(ctx context.Context, shard int, requests []WakeRequest) error

	// Schedules gives the JSON of named schedules in the order of their names;
	// nil for one that is not there. No names: none.
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	// Globals gives all definitions of a kind, by name.
	Globals(ctx context.Context, kind Global) (map[string][]byte, error)
	// SetGlobal writes one, nil removes it; false: it was not what it was taken to be
	// before (nil: not there), and nothing was written. A schedule is then in Edited
	// until Spread strikes it out.
	SetGlobal(ctx context.Context, kind Global, name string, before, after []byte) (bool, error)
	// Edited are the named schedules whose users have not all been woken.
	Edited(ctx context.Context) ([]WakeRequest, error)
	// Spread strikes out an edited schedule, unless it was edited again since.
	Spread(ctx context.Context, edited WakeRequest) error
	// Users gives some subjects of a shard that use a named schedule, as Page.
	Users(ctx context.Context, shard int, schedule, cursor string, limit int) ([]Subject, string, error)

	// Follow calls f with what is written from now on, until the context ends:
	// subjects with definitions whose states or definitions were, those without that
	// had actions, whomever these are for, and ScheduleSubject for a named schedule.
	// It may tell too much. A nil slice says that something may have been missed: it
	// comes at the start, and after each break of the connection.
	Follow(ctx context.Context, f func(changed []Subject)) error
	// Recent gives the last actions of all shards for people to look at, also those for
	// nobody, the newest first: of many that are committed together, only some.
	Recent(ctx context.Context, limit int) ([]Entry, error)

	// Pending gives what each shard has waiting at an instant.
	Pending(ctx context.Context, at time.Time) ([]Pending, error)
	// Depths measures each shard at an instant. It costs more than Pending: it is for
	// those who look from time to time.
	Depths(ctx context.Context, at time.Time) ([]Depth, error)
	// Notices gives the first notices of a shard, in order.
	Notices(ctx context.Context, shard, limit int) ([]Entry, error)
	// Noticed drops the notices up to a place.
	Noticed(ctx context.Context, shard int, seq string) error

	Lanes
}

// Global is a kind of definition that is no subject.
type Global string

// The kinds of globals.
const (
	GlobalSchedule    Global = "schedules"
	GlobalDestination Global = "destinations"
	GlobalKey         Global = "keys" // of the HTTP API; see Keys
)
